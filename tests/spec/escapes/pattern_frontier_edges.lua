-- expect: denied
-- group: reach
-- why: frontiers at both ends of the text must not read beyond it
local s = ("x"):rep(5)
for i = -10, 10 do s:find("%f[%z]", i) s:find("%f[^%z]", i) s:find("%f[\0-\255]", i) end
return s:find("%f[%z]") == 6 and "held" or "ESCAPED: frontier"
