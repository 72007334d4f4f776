-- expect: limit:time
-- group: cpu
-- why: a step too small to move the counter
for i = 2^53, 2^53 + 2, 0.5 do end
return "ESCAPED"
