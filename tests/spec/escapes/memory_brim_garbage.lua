-- expect: limit:memory|limit:time
-- group: cpu
-- why: at the brim every allocation collects all garbage
local t = {}
for i = 1, 450000 do t[i] = { i } end
while true do local x = { {}, {}, {}, ("z"):rep(1000) } end
