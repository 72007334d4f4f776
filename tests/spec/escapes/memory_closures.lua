-- expect: limit:memory
-- group: memory
-- why: closures over closures, each with upvalues of its own
local f = function() return 0 end
while true do
  local a, b, c, d = f, {}, "x", 1
  f = function() return a, b, c, d end
end
