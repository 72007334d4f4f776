-- expect: error
-- group: host_boundary
-- why: error objects of every type, the last one a function
for _, v in ipairs{ 1, 1.5, true, false, {}, print, 0/0, ("x"):rep(100000), "\0\27[2J" } do pcall(error, v) xpcall(error, function(m) return m end, v) end
error(function() return "ESCAPED" end)
