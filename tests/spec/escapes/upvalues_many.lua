-- expect: denied
-- group: stack
-- why: a function with as many upvalues as the compiler takes
local a, b, c, d, e, f, g, h = 1, 2, 3, 4, 5, 6, 7, 8
local function f1() return function() return function() a, b, c, d, e, f, g, h = h, g, f, e, d, c, b, a return a + h end end end
for i = 1, 10000 do f1()()() end
return a + h == 9 and "held" or "ESCAPED: upvalues mixed up"
