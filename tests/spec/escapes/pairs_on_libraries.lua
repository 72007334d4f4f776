-- expect: denied
-- group: reach
-- why: what pairs yields for a constant table must be no way to write it
-- afterwards: return string.upper('a') == 'A' and #string == 0 and string[1] == nil and math.floor(2.5) == 2
for _, lib in ipairs{ string, table, math, utf8 } do
  local f, s = pairs(lib)
  pcall(function() s.upper = 1 end)
  pcall(table.insert, s, 1)
  pcall(table.move, { 1, 2, 3 }, 1, 3, 1, s)
  pcall(table.sort, s)
  pcall(table.remove, s)
  for k in pairs(lib) do pcall(function() lib[k] = nil end) end
end
return string.upper and math.floor and table.concat and "held" or "ESCAPED: removed"
