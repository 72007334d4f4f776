-- expect: limit:time|error|limit:memory
-- group: stack
-- why: a comparison that sorts, whose comparison sorts
local function cmp(a, b) local t = { 3, 1, 2 } table.sort(t, cmp) return a < b end
while true do pcall(table.sort, { 2, 1, 3 }, cmp) end
