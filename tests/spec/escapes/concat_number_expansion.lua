-- expect: limit:memory
-- group: memory
-- why: numbers become text inside concat
local t = {}
for i = 1, 1000 do t[i] = 1.7976931348623157e308 end
local s = table.concat(t, (","):rep(1000))
while true do t[#t + 1] = s s = table.concat(t, s, 1000) end
