-- expect: error
-- group: cpu
-- why: step zero
for i = 1, 10, 0 do end
