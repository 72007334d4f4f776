-- expect: denied
-- group: reach
-- why: _ENV replaced, passed on and written
-- afterwards: return owned == nil and type(print) == 'function' and string.upper('x') == 'X'
local real = _ENV
pcall(function() real.owned = 1 end)
pcall(function() _ENV.print = 1 end)
pcall(function() real.string = {} end)
pcall(table.insert, real, 1)
for k in pairs(real) do pcall(function() real[k] = nil end) end
do local _ENV = { real = real } x = 1 pcall = nil end
local function f(_ENV) y = 2 return y end
f({})
return (owned == nil and print ~= 1 and string.upper) and "held" or "ESCAPED: environment written"
