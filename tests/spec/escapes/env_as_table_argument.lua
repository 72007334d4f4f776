-- expect: denied
-- group: reach
-- why: the environment given to every function that writes tables
local E = _ENV
for _, f in ipairs { function() table.insert(E, 1) end, function() table.move({ 1 }, 1, 1, 1, E) end,
  function() table.sort(E, function() return true end) end, function() table.remove(E) end, function() E[1] = 1 end,
  function() E.string.x = 1 end, function() table.insert(string, 1) end, function() for k in pairs(E) do E[k] = nil end end } do pcall(f) end
return (E[1] or string.x or string[1] or not E.print) and "ESCAPED: written" or "held"
