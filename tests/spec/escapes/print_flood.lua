-- expect: denied|error|limit:time|limit:memory
-- group: host_boundary
-- why: print is for the host: it has a ceiling of its own and cannot be used to fill memory
for i = 1, 1000 do print(("x"):rep(1000), i, {}, print) end
return "held"
