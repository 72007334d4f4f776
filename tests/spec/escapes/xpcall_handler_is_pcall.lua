-- expect: limit:time
-- group: cpu
-- why: the handler of a handler is pcall itself, fed with the loop
local function loop() while true do end end
while true do xpcall(loop, pcall) xpcall(xpcall, xpcall, loop, pcall) end
