-- expect: denied
-- group: reach
-- why: the comparison empties the table that is being sorted
local t = {}
for i = 1, 200 do t[i] = 200 - i end
table.sort(t, function(a, b)
  for i = 1, 200 do t[i] = nil end
  return a < b
end)
return type(t[1]) == "number" and "held" or "ESCAPED: sort lost its values"
