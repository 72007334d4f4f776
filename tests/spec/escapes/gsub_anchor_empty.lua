-- expect: denied
-- group: cpu
-- why: empty matches at anchors: the loop has to move on
local a = ("abc"):gsub("^", "-")
local b = ("abc"):gsub("$", "-")
local c = ("abc"):gsub("", "-")
local d = ("abc"):gsub("%f[%w]", "-")
local n = 0
for _ in ("abc"):gmatch("()") do n = n + 1 if n > 10 then return "ESCAPED: endless" end end
return (a == "-abc" and b == "abc-" and c == "-a-b-c-" and d == "-abc" and n == 4) and "held" or "ESCAPED: wrong"
