-- expect: error
-- group: stack
-- why: ranges whose length does not fit an integer, and loops that must not step over the last one
local m, n = math.maxinteger, math.mininteger
local r = { pcall(table.unpack, {}, n, -1), pcall(table.concat, { [m] = "x" }, "", m, m), pcall(table.move, {}, n, 0, n),
  pcall(table.move, { [m] = 1 }, m, m, n), pcall(table.insert, {}, n, 1), pcall(table.remove, {}, n), pcall(string.rep, "x", n),
  pcall(utf8.codepoint, "x", n, m), pcall(string.sub, "x", m, n), pcall(string.byte, ("x"):rep(1000), n, m) }
for i = m - 2, m do r[#r + 1] = i end
for i = n + 2, n, -1 do r[#r + 1] = i end
if #r < 10 then return "ESCAPED: a loop ended early" end
error("done")
