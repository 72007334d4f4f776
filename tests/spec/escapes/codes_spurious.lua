-- expect: denied|error
-- group: reach
-- why: utf8.codes over stray continuation bytes and cut characters read past the end (5.4.4)
for _, s in ipairs { "\x80", "a\x80", "\xff", "\xe4\xb8", "\xf0\x9f\x98", "ab\xc3", "\0\x80\0" } do
  local n = 0
  pcall(function() for p, c in utf8.codes(s) do n = n + 1 if p > #s or n > #s then error("past the end") end end end)
  pcall(function() for p, c in utf8.codes(s, true) do n = n + 1 end end)
  if n > 2 * #s then return "ESCAPED: past the end" end
end
local f, s = utf8.codes("abc")
for _, i in ipairs { math.mininteger, math.maxinteger, -1, 3, 4, 100 } do pcall(f, "abc", i) end
return "held"
