-- expect: limit:time
-- group: cpu
-- why: nested loops left and entered by goto, no backward jump but one
local n = 0
::top::
for i = 1, 10 do
  for j = 1, 10 do
    if j == 5 then goto next end
    n = n + 1
  end
  ::next::
end
goto top
