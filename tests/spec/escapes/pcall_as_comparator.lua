-- expect: limit:time
-- group: cpu
-- why: sort calls pcall, which calls a loop
local t = {}
for i = 1, 50 do t[i] = function() while true do end end end
table.sort(t, pcall)
error("sorted")
