-- expect: denied
-- group: reach
-- why: the one quotient that no integer holds, by // and %, also folded
local m = math.mininteger
if m // -1 ~= m or m % -1 ~= 0 or math.fmod(m, -1) ~= 0 or math.abs(m) ~= m or -m ~= m then return "ESCAPED: wrong" end
if pcall(function(x) return x // 0 end, 1) or pcall(function(x) return x % 0 end, 1) or pcall(math.fmod, 1, 0) then return "ESCAPED: by zero" end
return (1 << 64) == 0 and (1 << -64) == 0 and (1 << m) == 0 and (-1 >> 63) == 1 and "held" or "ESCAPED: shift"
