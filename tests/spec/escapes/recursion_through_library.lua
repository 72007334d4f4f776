-- expect: error|limit:memory
-- group: stack
-- why: a function that comes back through gsub, sort, pcall and tostring in turn
local f
local ways = {
  function() return (("x"):gsub("x", f)) end,
  function() return table.sort({ 2, 1 }, f) end,
  function() local ok, e = pcall(f) if not ok then error(e, 0) end end,
  function() return xpcall(f, error) end,
}
local n = 0
f = function() n = n + 1 return ways[n % 4 + 1]() end
for i = 1, 50 do local ok, e = pcall(f) if ok then n = n + 1 end end
local function deep() return 1 + deep() end
return deep()
