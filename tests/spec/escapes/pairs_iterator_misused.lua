-- expect: denied
-- group: reach
-- why: the iterator is called with foreign arguments and after its end
local f, t = pairs{ a = 1, b = 2 }
local a = f(nil, nil)
local b = f({}, "nothing")
local c = f(t, 1e300)
local d = f(string, {})
if a ~= "a" or b ~= "b" or c ~= nil or d ~= nil then return "ESCAPED" end
local g = ipairs{}
pcall(g)
pcall(g, 5, 1)
pcall(g, nil, math.maxinteger)
return "held"
