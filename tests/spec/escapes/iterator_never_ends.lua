-- expect: limit:time
-- group: cpu
-- why: a generic loop over select, then over type: functions of C without end
for _ in function() return 1 end do
  for _ in type, 1 do end
end
