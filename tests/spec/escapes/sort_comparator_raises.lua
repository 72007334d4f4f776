-- expect: denied
-- group: reach
-- why: a comparison that fails leaves the table as it was
local t = {} for i = 1, 200 do t[i] = (i * 37) % 200 end
local n, before = 0, table.concat(t, ",")
for stop = 1, 900, 13 do
  n = 0
  pcall(table.sort, t, function(a, b) n = n + 1 if n == stop then error("now") end return a < b end)
  if n == stop and table.concat(t, ",") ~= before then return "ESCAPED: half sorted" end
  if n < stop then break end
end
return "held"
