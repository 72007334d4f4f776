-- expect: limit:memory
-- group: reach
-- why: Lua takes these words for its own, so a script that says them ends as if it were out of memory; what must not be is that a handler sees them
local ok, e = pcall(error, "not enough memory", 0)
if ok or e ~= "not enough memory" then return "ESCAPED: taken for a ceiling" end
ok, e = xpcall(error, function(m) return m .. "!" end, "not enough memory", 0)
return e == "not enough memory!" and "held" or "ESCAPED: " .. tostring(e)
