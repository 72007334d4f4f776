-- expect: error
-- group: stack
-- why: <close> takes only what has __close, and nobody here can have it
local a <close> = nil
local b <close> = false
local ok = pcall(function() local c <close> = {} return "ESCAPED" end)
if ok then return "ESCAPED: closable" end
local d <close> = "text"
return "ESCAPED: closable"
