-- expect: limit:time
-- group: cpu
-- why: == and < of equal long strings that are two objects
local a, b = ("x"):rep(20000000) .. "a", ("x"):rep(20000000) .. "b"
while true do local _ = a < b, a <= b, a == b end
