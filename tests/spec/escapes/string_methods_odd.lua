-- expect: error
-- group: reach
-- why: methods on numbers, nil and booleans; string fields as functions
local ok1, v = pcall(function() return (5):type() end)
local ok2 = pcall(function() return ("x").upper.y end)
local ok3 = pcall(function() return (""):nothing() end)
if ok1 or ok2 or ok3 then return "ESCAPED" end
return ("x").y.z
