-- expect: limit:memory
-- group: memory
-- why: a handler that gives a full memory another name
local keep = {}
local ok, e = xpcall(function() while true do keep[#keep + 1] = ("x"):rep(3000000) .. #keep end end, function() keep = nil return "fine" end)
return "ESCAPED: swallowed"
