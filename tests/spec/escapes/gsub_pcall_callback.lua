-- expect: limit:time
-- group: cpu
-- why: gsub hands each match to pcall
local function work() while true do end end
return (("abc"):gsub("%w", function() return pcall(work) and "x" or "y" end))
