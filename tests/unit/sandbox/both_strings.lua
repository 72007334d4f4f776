-- string, utf8 and table functions, tonumber, arithmetic on numerals: random and chosen calls. Run twice: see both.h.
local seed = ...
local state = seed * 104729 + 3
local function random(n)
  state = (state * 6364136223846793005 + 1442695040888963407)
  return (state >> 33) % n + 1
end
local function pick(list) return list[random(#list)] end

local lines = {}
local function show(v)
  if type(v) == "table" then
    local out = {}
    for i = 1, #v do out[i] = show(v[i]) end
    return "{" .. table.concat(out, ",") .. "}"
  elseif type(v) == "string" then
    return string.format("%q", v)
  elseif type(v) == "function" then
    return "function"
  end
  return tostring(v)
end
local function try(what, f, ...)
  local arguments = show { ... }
  local result = table.pack(pcall(f, ...))
  local out = { what .. " " .. arguments .. " =" }
  if result[1] then
    for i = 2, result.n do out[#out + 1] = show(result[i]) end
  else
    out[#out + 1] = "error"
  end
  lines[#lines + 1] = table.concat(out, " ")
end

local m, n = math.maxinteger, math.mininteger
local integers = { 0, 1, -1, 2, -2, 3, 5, 7, 255, 256, m, n, m - 1, n + 1, 1 << 31, 1 << 32, 0x7FFFFFFF }
local numbers = { 0.0, -0.0, 1.5, -2.25, 1e15, 1e16, 1e100, 1e308, 2^53, 1/0, -1/0, 0.1, 123456.789, 1e-7, 3.0 }
local strings = { "", "a", "abc", "Hello World", "a\0b", "\255\254", "äöü", "10", "0x10", " 5 ", "1e2", "5.0", "line\nbreak", ("xyz"):rep(50), "%d",
  "\226\130\172", "a\226\130", "\128", "\xF4\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xED\xA0\x80", "\xC0\x80", "\xFD\xBF\xBF\xBF\xBF\xBF" }
local function any()
  local k = random(4)
  if k == 1 then return pick(integers) elseif k == 2 then return pick(numbers) elseif k == 3 then return pick(strings) end
  return pick { true, false, 7, "z" }
end
local function small() return random(9) - 4 end

-- format: random directives with fitting and unfitting arguments
local flags = { "", "", "-", "0", "+", " ", "#", "-+", "+0", "# ", "-0" }
local widths = { "", "", "5", "12", "99", "0", "100" }
local precisions = { "", "", ".0", ".3", ".20", ".", ".99", ".100" }
local conversions = { "d", "i", "u", "c", "x", "X", "o", "e", "E", "f", "g", "G", "a", "A", "s", "q", "y", "%", "" }
for _ = 1, 120 do
  local conversion = pick(conversions)
  local spec = pick(flags) .. pick(widths) .. pick(precisions)
  if conversion == "q" and random(2) == 1 then spec = "" end
  local value = any()
  if conversion == "c" then value = random(255) end
  -- stock refuses a NUL in a padded %s, and %u and %F are undocumented: ours do the plain thing
  local skip = conversion == "s" and type(value) == "string" and (value:find("\0", 1, true) or #value >= 100)
    or conversion == "u" or conversion == "%" and spec ~= ""
  if not skip then try("format %" .. spec .. conversion, string.format, "<%" .. spec .. conversion .. ">", value) end
end
for _, s in ipairs(strings) do try("format %q", string.format, "%q", s) end
for _, v in ipairs(numbers) do
  if v == v then try("format %q", string.format, "%q", v) end
  try("format %s", string.format, "%s %5.1f %g", v, v, v)
end
for _, v in ipairs(integers) do try("format", string.format, "%q %d %x %5d %-5d|", v, v, v, v, v) end
try("format", string.format, "%5s|%-5s|%.2s", "ab", "cd", "efgh")
try("format", string.format, "%s %s %s", nil, true, 1)
try("format", string.format, "%d", "10")
try("format", string.format, "%d", 1.5)
try("format", string.format, "%d")
try("format", string.format, "%")
try("format", string.format, "%10q", "x")
try("format", string.format, "%q", {})
try("format", string.format, "%%%d%%", 5)
try("format", string.format, ("%"):rep(1000), 1)
try("format", string.format, "%-----------5d", 1)

for _ = 1, 60 do
  local s = pick(strings)
  try("rep", string.rep, s, small())
  try("rep", string.rep, s, small(), pick(strings))
  try("sub", string.sub, s, small(), small())
  try("byte", string.byte, s, small(), small())
  try("upper", string.upper, s)
  try("lower", string.lower, s)
  try("reverse", string.reverse, s)
  try("len", string.len, s)
  try("utf8.len", utf8.len, s, small(), small(), pick { true, false })
  try("utf8.offset", utf8.offset, s, small(), small())
  try("utf8.offset", utf8.offset, s, small())
  try("utf8.codepoint", utf8.codepoint, s, small(), small(), pick { true, false })
  try("tonumber", tonumber, s)
  try("tonumber", tonumber, s, random(40))
  try("tonumber", tonumber, any())
end
for i = 1, 20 do
  local bytes, points = {}, {}
  for k = 1, random(6) do
    bytes[k] = random(258) - 2
    points[k] = pick { 0, 65, 127, 128, 0x7FF, 0x800, 0xFFFF, 0x10000, 0x10FFFF, 0x110000, 0x1FFFFF, 0x200000, 0x3FFFFFF, 0x4000000, 0x7FFFFFFF, -1, 1 << 31 }
  end
  try("char", string.char, table.unpack(bytes))
  try("utf8.char", utf8.char, table.unpack(points))
end
for _, s in ipairs { "10", "-0x1F", "  7  ", "7 7", "", " ", "+5", "- 5", "z", "Z", "1e1", "99999999999999999999", "7fffffffffffffff", "8" } do
  for base = 1, 37, 3 do try("tonumber", tonumber, s, base) end
end
try("tonumber", tonumber)
try("tonumber", tonumber, 10, 10)
try("tonumber", tonumber, {})
try("tonumber", tonumber, "10", "16")

-- arithmetic: numerals are numbers, other strings are errors
local ops = {
  function(a, b) return a + b end, function(a, b) return a - b end, function(a, b) return a * b end, function(a, b) return a / b end,
  function(a, b) return a % b end, function(a, b) return a // b end, function(a, b) return a ^ b end, function(a) return -a end,
  function(a, b) return a .. b end, function(a, b) return a < b end, function(a, b) return a | b end, function(a, b) return a == b end,
}
for _ = 1, 80 do try("op", pick(ops), any(), any()) end

-- tables
local function list()
  local t = {}
  for i = 1, random(7) - 1 do t[i] = random(3) == 1 and pick(strings) or random(50) end
  return t
end
for _ = 1, 60 do
  local t = list()
  try("concat", table.concat, t, pick { "", ",", "--" })
  try("concat", table.concat, t, ";", small(), small())
  try("concat", table.concat, { 1, {}, 3 })
  try("insert", function(...) table.insert(t, ...) return t end, 99)
  try("insert", function(...) table.insert(t, ...) return t end, small(), 98)
  try("remove", function(...) return table.remove(t, ...), t end)
  try("remove", function(...) return table.remove(t, ...), t end, small())
  try("move", function(...) return table.move(t, ...), t end, small(), small(), small())
  try("move", function(...) return table.move(t, ...) end, 1, #t, small(), {})
  try("unpack", table.unpack, t, small(), small())
  try("pack", function(...) return table.pack(...).n end, table.unpack(t))
  local numbers_only, words = {}, {}
  for i = 1, random(40) do
    numbers_only[i] = random(100) - 50
    words[i] = pick(strings)
  end
  try("sort", function() table.sort(numbers_only) return numbers_only end)
  try("sort", function() table.sort(words) return words end)
  try("sort", function() table.sort(numbers_only, function(a, b) return a > b end) return numbers_only end)
end
try("insert", table.insert, {})
try("insert", table.insert, {}, 1, 2, 3)
try("insert", table.insert, {}, "x", 2)
try("insert", table.insert, nil, 2)
try("insert", table.insert, { 1, 2 }, m, 1)
try("insert", table.insert, { 1, 2 }, n, 1)
try("remove", table.remove, {}, 0)
try("remove", table.remove, {}, 1)
try("remove", table.remove, {}, 2)
try("remove", table.remove, { 1, 2, 3 }, m)
try("remove", function() local t = { [0] = "z" } return table.remove(t, 0), t[0] end)
try("move", table.move, {}, n, m, 1)
try("move", table.move, {}, 1, m, 2)
try("move", table.move, {}, m, m, n)
try("move", function() return table.move({ 1, 2, 3 }, m - 1, m, 1) end)
try("unpack", table.unpack, {}, n, m)
try("unpack", table.unpack, {}, 0, m)
try("unpack", table.unpack, {}, m, m)
try("unpack", table.unpack, {}, m, n)
try("unpack", table.unpack, { 1, 2, 3 }, "2")
try("concat", table.concat, {}, ",", m, m)
try("concat", table.concat, {}, ",", m, n)
try("sort", table.sort, { 1, "x" })
try("sort", table.sort, { 1, 2, 3 }, 5)
try("sort", table.sort, { 3, 2, 1 }, error)
try("rep", string.rep, "xy", m)
try("rep", string.rep, "x", -1)
try("rep", string.rep, "x", 0, ",")
try("sub", string.sub, "abc", n, m)
try("byte", string.byte, "abc", n, m)
try("utf8.len", utf8.len, "abc", n, m)
try("utf8.len", utf8.len, "abc", 4)
try("utf8.len", utf8.len, "abc", 5)
try("utf8.offset", utf8.offset, "abc", n, m)
try("utf8.offset", utf8.offset, "abc", 5)
try("utf8.offset", utf8.offset, "abc", 4)
try("utf8.offset", utf8.offset, "aäb", 1, 3)
try("utf8.offset", utf8.offset, "aäb", 0, 3)
try("codes", function() local out = {} for p, c in utf8.codes("aä€") do out[#out + 1] = p; out[#out + 1] = c end return out end)
try("select", select, -1, 1, 2)
try("select", select, 0, 1, 2)
try("select", select, "#", nil, nil)
try("xpcall", xpcall, error, function(e) return "h" .. tostring(e) end, "x")
try("xpcall", xpcall, function(...) return ... end, error, 1, nil, 3)
try("xpcall", xpcall, 5, function() return "not callable" end)
try("pcall", pcall, error)
try("pcall", pcall, 5)
try("pcall", pcall)
try("assert", assert, false, { 1 })
try("assert", assert, 1, 2, 3)
return lines
