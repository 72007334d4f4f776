-- expect: limit:memory|error|limit:time
-- group: memory
-- why: argument lists that double until the stack is full
local function double(...) return double(..., ...) end
local function grow(n, ...) if n == 0 then return select("#", ...) end return grow(n - 1, 1, 2, 3, 4, 5, 6, 7, 8, ...) end
for i = 1, 1e9 do pcall(grow, i * 1000) end
