-- expect: denied
-- group: parser
-- why: constants folded into bitwise operations with the operands the wrong way round (5.4.4)
local function f(x) return 1.0 & x, x & 1.0, 6 ~ x, x | 65535.0, 3.0 << x, x >> 2.0 end
local a, b, c, d, e, g = f(7)
if a ~= 1 or b ~= 1 or c ~= 1 or d ~= 65535 or e ~= 384 or g ~= 1 then return "ESCAPED: wrong code" end
if pcall(function(x) return x & 1.5 end, 3) then return "ESCAPED: 1.5 is no integer" end
return "held"
