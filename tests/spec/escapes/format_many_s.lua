-- expect: limit:memory|error|limit:time
-- group: memory
-- why: two hundred directives, each of a megabyte
local s = ("x"):rep(1000000)
local f = ("%s"):rep(200)
local args = {} for i = 1, 200 do args[i] = s end
local keep = {}
while true do keep[#keep + 1] = f:format(table.unpack(args)) end
