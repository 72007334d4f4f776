-- expect: denied|limit:memory|limit:time
-- group: reach
-- why: a loop over a table that is rehashed at every step
local t = {} for i = 1, 50 do t["k" .. i] = i end
local n = 0
for k, v in pairs(t) do n = n + 1 t[k] = nil for j = 1, 20 do t[n .. "_" .. j] = j end end
return n == 50 and "held" or "ESCAPED: " .. n
