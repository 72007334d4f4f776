-- expect: error
-- group: cpu
-- why: a range of 2^63 empty slots
return #table.concat({}, "", 1, math.maxinteger)
