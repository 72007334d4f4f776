-- expect: limit:time
-- group: cpu
-- why: tail calls need no stack and meet no loop instruction
local a, b
function a(n) return b(n + 1) end
function b(n) return a(n - 1) end
return a(0)
