-- expect: error
-- group: reach
-- why: an environment handed to another function keeps its window
local env = _ENV
local function f() local _ENV = env leaked = 1 end
f()
return "ESCAPED: " .. tostring(env.leaked)
