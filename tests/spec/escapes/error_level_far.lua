-- expect: error
-- group: host_boundary
-- why: levels beyond the stack, negative and huge
for _, level in ipairs{ -1, 0, 1, 2, 3, 50, 1 << 31, 1 << 32, math.maxinteger, math.mininteger } do
  local ok, e = pcall(error, "m", level)
  if ok or type(e) ~= "string" or e:find("/", 1, true) then return "ESCAPED: " .. tostring(e) end
end
error("m", 1 << 40)
