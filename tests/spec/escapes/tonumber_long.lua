-- expect: denied
-- group: cpu
-- why: numerals of many megabytes, in every base
local s = ("9"):rep(8 << 20)
for base = 2, 36 do for _ = 1, 1000 do tonumber(s, base) end end
for _ = 1, 100000 do tonumber(s) end
return "held"
