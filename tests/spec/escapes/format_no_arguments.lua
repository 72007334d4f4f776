-- expect: error
-- group: reach
-- why: a directive without its argument reads beyond the stack
local s = {}
for i = 1, 200 do s[i] = "%s" end
return table.concat(s):format(1, 2, 3)
