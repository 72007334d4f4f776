-- expect: limit:time|error|limit:memory
-- group: cpu
-- why: a pattern of half a million items on a text it nearly matches
local p = ("a?"):rep(250000)
local s = ("a"):rep(250000)
return s:find(p .. s .. "b")
