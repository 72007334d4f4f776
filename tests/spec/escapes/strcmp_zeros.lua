-- expect: denied
-- group: reach
-- why: strings with zeros at their ends compared (read overflow in l_strcmp)
local t = {}
for i = 0, 60 do t[#t + 1] = ("\0"):rep(i) t[#t + 1] = ("a\0"):rep(i) t[#t + 1] = ("a\0"):rep(i) .. "a" end
table.sort(t)
for i = 2, #t do if t[i] < t[i - 1] then return "ESCAPED: no order" end end
return "held"
