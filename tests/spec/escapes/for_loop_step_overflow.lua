-- expect: limit:time
-- group: cpu
-- why: a float loop that never reaches its end
for i = 2^53, 2^53 + 10, 0.5 do end
for i = 1, math.huge do end
