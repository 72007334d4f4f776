-- expect: error
-- group: stack
-- why: numerals in arithmetic, at the edges and far beyond
local r = { "10" + 5, "0x10" * "2", -"3", "1e308" * "10", pcall(function() return ("9"):rep(500) + 1 end),
  pcall(function() return "9223372036854775807" + "1" end), pcall(function() return "abc" + 1 end), pcall(function() return {} .. "x" end),
  pcall(function() return ("1\0") + 1 end), pcall(function() return "10" // "0" end), pcall(function() return "5" % 0 end) }
return "x" + 1
