-- expect: error|limit:memory|limit:time
-- group: memory
-- why: the replacement is the table that grows by what was replaced
local t = {}
local s = "x"
for i = 1, 1e9 do
  t[s] = s .. s
  s = s:gsub("^.*$", t)
end
