-- expect: denied
-- group: cpu
-- why: a comparison that contradicts itself and errs now and then: no endless walk, no read beyond the array
local n = 0
local t = {}
for i = 1, 500 do t[i] = (i * 37) % 101 end
for round = 1, 50 do
  pcall(table.sort, t, function(a, b)
    n = n + 1
    if a == nil or b == nil then error("ESCAPED: outside the array") end
    if n % 997 == 0 then error("tired") end
    return n % 3 == 0
  end)
end
for i = 1, 500 do if t[i] == nil then return "ESCAPED: lost a value" end end
return "held"
