-- expect: error
-- group: reach
-- why: lengths, offsets and code points at and beyond both ends, in broken text
local m, n = math.maxinteger, math.mininteger
local texts = { "", "a", "\xC3", "\xC3\xA4", "\xE2\x82", "\xF4\x90\x80\x80", "\xED\xA0\x80", ("\x80"):rep(1000), "\xFF", "\0" }
for _, s in ipairs(texts) do
  for _, i in ipairs{ n, n + 1, -2, -1, 0, 1, 2, 3, 5, m - 1, m } do
    pcall(utf8.len, s, i) pcall(utf8.len, s, i, i, true) pcall(utf8.offset, s, i) pcall(utf8.offset, s, i, i)
    pcall(utf8.codepoint, s, i) pcall(utf8.codepoint, s, i, i, true) pcall(utf8.char, i)
  end
  pcall(function() for _ in utf8.codes(s) do end end)
  pcall(function() for _ in utf8.codes(s, true) do end end)
end
return utf8.char(-1)
