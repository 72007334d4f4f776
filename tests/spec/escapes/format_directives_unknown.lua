-- expect: denied
-- group: leak
-- why: %n writes, %p shows: neither exists
for c = 0, 255 do
  for _, flags in ipairs{ "", "5", "-", "#", ".3", "l", "ll", "h", "*", "$" } do
    local ok, s = pcall(string.format, "%" .. flags .. string.char(c), {}, {}, {})
    if ok and s:find("0x%x%x%x%x") then return "ESCAPED: " .. c end
    if ok and c == 110 then return "ESCAPED: %n" end
  end
end
return "held"
