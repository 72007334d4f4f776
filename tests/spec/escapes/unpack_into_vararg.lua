-- expect: limit:time|limit:memory|error
-- group: stack
-- why: a million values handed on and on
local t = {} for i = 1, 200000 do t[i] = i end
local function f(...) return f(0, ...) end
while true do pcall(f, table.unpack(t)) end
