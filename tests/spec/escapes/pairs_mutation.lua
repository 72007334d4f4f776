-- expect: denied
-- group: reach
-- why: keys come and go while pairs runs, the table is swapped for another size
local t = {}
for i = 1, 1000 do t["k" .. i] = i end
local n = 0
for k in pairs(t) do
  t[k] = nil
  for i = 1, 3 do t[k .. "x" .. i] = n end
  n = n + 1
  if n > 1000 then return "ESCAPED: endless" end
end
return n == 1000 and "held" or "ESCAPED: " .. n
