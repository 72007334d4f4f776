-- expect: error
-- group: memory
-- why: widths and precisions of many digits
for _, spec in ipairs{ "%1000000000d", "%.1000000000f", "%100s", "%-100s", "%.100s", "%0000000000000000000000000000005d", "%99.99", "%9" } do
  local ok, s = pcall(string.format, spec, 1.0)
  if ok and #s > 1000 then return "ESCAPED: " .. spec end
end
return string.format("%999d", 1)
