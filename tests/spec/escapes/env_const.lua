-- expect: denied|error
-- group: parser
-- why: _ENV as a compile-time constant made the 5.4.4 compiler emit code for the wrong register
local ok = pcall(function() local _ENV <const> = 11 X = "hi" return X end)
local ok2, v = pcall(function() local _ENV <const> = { y = 5 } return y end)
local ok3 = pcall(function() local _ENV <const> = nil return print end)
return (ok or ok3 or not ok2 or v ~= 5) and "ESCAPED: wrong code" or "held"
