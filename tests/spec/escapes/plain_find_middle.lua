-- expect: limit:time
-- group: cpu
-- why: plain search whose needle differs in its middle only
local half = ("a"):rep(120)
local needle, hay = half .. "b" .. half, ("a"):rep(8 << 20)
while true do hay:find(needle, 1, true) end
