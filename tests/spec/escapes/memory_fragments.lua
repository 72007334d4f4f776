-- expect: limit:memory|limit:time
-- group: memory
-- why: small blocks are kept one in four, so that the holes serve nobody, then larger ones
local keep = {}
for size = 20, 4000, 180 do
  local all = {}
  for i = 1, 6e6 // size do all[i] = ("x"):rep(size) .. i end
  for i = 1, #all, 4 do keep[#keep + 1] = all[i] end
end
while true do keep[#keep + 1] = ("y"):rep(5000) .. #keep end
