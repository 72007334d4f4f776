-- expect: denied
-- group: reach
-- why: one iterator used from inside its own loop, and after its end
local f = ("a b c d"):gmatch("%a")
local out = {}
for w in f do out[#out + 1] = w out[#out + 1] = f() end
for _ = 1, 100 do if f() ~= nil then return "ESCAPED: alive again" end end
return table.concat(out) == "abcd" and "held" or "ESCAPED: " .. table.concat(out)
