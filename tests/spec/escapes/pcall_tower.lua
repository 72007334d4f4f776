-- expect: limit:time
-- group: cpu
-- why: a limit rises through a hundred nested pcalls; each would like to go on
local function tower(n)
  if n == 0 then while true do end end
  local ok = pcall(tower, n - 1)
  while true do ok = not ok end
end
tower(100)
