-- expect: limit:memory|limit:time|error
-- group: memory
-- why: constructors and sizes asked for by keys far away
local t = {}
for i = 0, 62 do t[1 << i] = i end
for i = 1, 1e9 do t[i * 7919] = t end
