-- Random patterns on random subjects: what find, match, gmatch and gsub give. Run twice: see both.h.
local seed = ...
local state = seed * 7919 + 17
local function random(n)
  state = (state * 6364136223846793005 + 1442695040888963407)
  return (state >> 33) % n + 1
end
local function pick(list) return list[random(#list)] end

local lines = {}
local function show(...)
  local out = {}
  for i = 1, select("#", ...) do out[i] = tostring((select(i, ...))) end
  return table.concat(out, "|")
end
local function try(what, f, ...)
  local args = { ... }
  local result = table.pack(pcall(f, ...))
  for i = 1, #args do args[i] = type(args[i]) == "string" and string.format("%q", args[i]) or type(args[i]) end
  -- messages may differ, success may not
  local text = result[1] and show(table.unpack(result, 1, result.n)) or "error"
  lines[#lines + 1] = what .. "(" .. table.concat(args, ",") .. ") = " .. text
end

local singles = { "a", "b", "c", ".", "%a", "%d", "%s", "%w", "%A", "%S", "%.", "%%", "[ab]", "[^a]", "[a-c]", "[%d_]", "[]]",
  "[^]b]", "[a-]", "[%a-z]", "[-a]", "x", " ", "%p", "%x", "%u", "%l", "%c", "[\0-\31]", "%g", "\255", "[%]]", "[^%s]" }
local repeats = { "", "", "", "*", "+", "-", "?" }

local function single() return pick(singles) .. pick(repeats) end
local function pattern()
  local out, open, captures, closed = {}, 0, 0, 0
  if random(6) == 1 then out[1] = "^" end
  for _ = 1, random(5) do
    local k = random(14)
    if k == 1 then
      out[#out + 1] = "("; open = open + 1; captures = captures + 1
      out[#out + 1] = single()
    elseif k == 2 then
      out[#out + 1] = "()"; captures = captures + 1; closed = closed + 1
    elseif k == 3 and open > 0 then
      out[#out + 1] = ")"; open = open - 1; closed = closed + 1
    elseif k == 4 then
      out[#out + 1] = pick { "%b()", "%bab", "%baa", "%f[%w]", "%f[^a]", "%f[%z]" }
    elseif k == 5 and captures > 0 and open == 0 then
      out[#out + 1] = "%" .. random(captures)
    else
      out[#out + 1] = single()
    end
  end
  out[#out + 1] = (")"):rep(open)
  if random(6) == 1 then out[#out + 1] = "$" end
  return table.concat(out)
end

local alphabet = { "a", "a", "b", "b", "c", "1", "_", " ", "(", ")", ".", "x", "]", "-", "%", "\0", "\255", "A", "\n" }
local function subject()
  local out = {}
  for i = 1, random(14) - 1 do out[i] = pick(alphabet) end
  return table.concat(out)
end

local replacements = { "", "x", "%0", "<%0>", "%1", "%%", "%1%0", "%2", "%", "%x", "a%", 7 }
for _ = 1, 150 do
  local p, s = pattern(), subject()
  try("find", string.find, s, p)
  try("find", string.find, s, p, random(20) - 10)
  try("match", string.match, s, p, random(20) - 10)
  try("gsub", string.gsub, s, p, pick(replacements))
  try("gsub", string.gsub, s, p, "-", random(4) - 1)
  try("gsub", string.gsub, s, p, function(a, b) if b then return b end if a == "a" then return false end return a end)
  try("gsub", string.gsub, s, p, { a = "A", b = true, c = 5, ab = "AB" })
  local found = {}
  for a, b in s:gmatch(p, random(3) == 1 and random(10) - 5 or nil) do
    found[#found + 1] = show(a, b)
    if #found > 50 then break end
  end
  lines[#lines + 1] = "gmatch " .. p .. " " .. table.concat(found, ";")
  try("plain", string.find, s, subject():sub(1, 2), random(12) - 6, true)
end

-- edges chosen by hand
for _, c in ipairs {
  { "abc", "" }, { "", "" }, { "", "a*" }, { "abc", "$" }, { "abc", "^" }, { "a$c", "a$c" }, { "a.b", "a%.b" }, { "abc", "[a" },
  { "abc", "[]" }, { "abc", "[^]" }, { "abc", "%" }, { "abc", "a)" }, { "abc", "%b" }, { "abc", "%ba" }, { "abc", "%f" },
  { "aba", "(a)%1" }, { "aba", "(a%1)" }, { ("x"):rep(33), ("(x)"):rep(33) }, { ("x"):rep(33), ("(x)"):rep(32) }, { "a\0b", "a%zb" }, { "a\0b", "\0" }, { "a\0b", "[\0]" }, { "abc", "^*" },
  { "*a", "^*a" }, { "a+b", "a%+b" }, { "aaa", "a-" }, { "aaab", "a-b" }, { "((x))", "%b()" }, { "THE (quick) fox", "%((%a+)%)" },
  { "hello world", "o", 100 }, { "hello", "", 6 }, { "hello", "", 7 }, { "hello", "l", math.mininteger }, { "hello", "l", math.maxinteger },
  { "alo", "%f[%w]%a+" }, { "key = value", "^(%w+)%s*=%s*(%w+)$" }, { "  trim  ", "^%s*(.-)%s*$" }, { "a,b,,c", "([^,]*)" },
  { "x^y", "x^y" }, { "a]", "a[]]" }, { "a-z", "[a%-z]+" }, { "0x1F", "0[xX](%x+)" }, { "äö", "[\xc3][\xa4]" }, { ("a"):rep(20), ("a?"):rep(8) .. "$" },
} do
  try("find", string.find, c[1], c[2], c[3])
  try("match", string.match, c[1], c[2], c[3])
  try("gsub", string.gsub, c[1], c[2], "<%0>")
end
for _, a in ipairs { { 1, 2 }, { "a" }, { nil, "a" }, { {}, "a" }, { "a", {} }, { "a", "a", "x" }, { "a", "a", 1.5 } } do
  try("find", string.find, table.unpack(a, 1, 3))
  try("match", string.match, table.unpack(a, 1, 3))
  try("gmatch", function(...) return (string.gmatch(...)) and 1 end, table.unpack(a, 1, 3))
end
try("gsub", string.gsub, "abc", "b", nil)
try("gsub", string.gsub, "abc", "b", true)
try("gsub", string.gsub, "abc", "(b)(c)", "%3")
try("gsub", string.gsub, "abc", "b", function() return {} end)
try("gsub", string.gsub, "abc", "b", "x", -1)
try("gsub", string.gsub, "abc", "", "-")
try("gsub", string.gsub, "abc def", "%w+", "%0 %0", 1)
try("gsub", string.gsub, "hello world", "(o)", { o = "0" })
return lines
