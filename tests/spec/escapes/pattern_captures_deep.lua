-- expect: error
-- group: stack
-- why: nested captures and references to open ones
local ok1 = pcall(string.find, "x", ("("):rep(40) .. "x" .. (")"):rep(40))
local ok2 = pcall(string.find, "xx", "(x%1)")
local ok3 = pcall(string.find, "x", ("("):rep(1000000))
if ok1 or ok2 or ok3 then return "ESCAPED" end
return ("x"):gsub("x", "%2")
