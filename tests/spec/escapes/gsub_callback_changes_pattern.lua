-- expect: denied
-- group: reach
-- why: more patterns than are recalled, while one of them is in use
local out = ("abc"):gsub("(%a)()", function(c, p)
  for i = 1, 200 do ("x" .. i):find("x" .. i .. "%d*") end
  return c .. p
end)
local n = 0
for w in ("a b c"):gmatch("%a") do n = n + 1 for i = 1, 200 do ("y" .. i):match("(y)" .. i) end end
return out == "a2b3c4" and n == 3 and "held" or "ESCAPED: " .. out
