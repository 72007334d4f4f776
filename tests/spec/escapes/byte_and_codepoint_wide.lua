-- expect: denied|error|limit:memory
-- group: stack
-- why: as many results as the string has bytes
local s = ("x"):rep(10000000)
if pcall(string.byte, s, 1, -1) or pcall(utf8.codepoint, s, 1, -1) then return "ESCAPED: past the stack" end
return select("#", s:byte(1, 1000)) == 1000 and "held" or "ESCAPED: lost"
