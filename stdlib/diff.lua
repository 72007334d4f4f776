-- stdlib/diff.lua: two texts as a unified diff, in the form that `git apply` and `patch` read.
--
-- Equal heads and tails are cut off first; the rest is compared by Myers' algorithm (An O(ND) Difference Algorithm, 1986),
-- whose price is the square of the number of differences. Beyond some hundreds, lines are compared pair by pair: fixes seldom
-- move any.

local M = {}

---@param text string
---@return string[] lines each with its end
local function split(text)
  local lines = {}
  for line in text:gmatch "[^\n]*\n?" do
    if line ~= "" then
      lines[#lines + 1] = line
    end
  end
  return lines
end

local MOST = 400 -- differences for Myers' algorithm

--- The steps from a to b line by line.
local function pair_steps(a, b)
  local out, removed, added = {}, {}, {}
  local function flush()
    table.move(removed, 1, #removed, #out + 1, out)
    table.move(added, 1, #added, #out + 1, out)
    removed, added = {}, {}
  end
  for i = 1, math.max(#a, #b) do
    if a[i] == b[i] then
      flush()
      out[#out + 1] = { " ", a[i] }
    else
      removed[#removed + 1] = a[i] and { "-", a[i] }
      added[#added + 1] = b[i] and { "+", b[i] }
    end
  end
  flush()
  return out
end

--- The steps from a to b: list of { " " | "-" | "+", line }.
local function steps(a, b)
  local n, m = #a, #b
  local trace, v = {}, { [1] = 0 }
  local function walk_back(d)
    local out, x, y = {}, n, m
    for depth = d, 0, -1 do
      local from = trace[depth]
      local k = x - y
      local down = k == -depth or (k ~= depth and (from[k - 1] or -1) < (from[k + 1] or -1))
      local before = down and k + 1 or k - 1
      local px = from[before] or 0
      local py = px - before
      while x > px and y > py and x > 0 and y > 0 do
        out[#out + 1] = { " ", a[x] }
        x, y = x - 1, y - 1
      end
      if depth > 0 then
        out[#out + 1] = down and { "+", b[y] } or { "-", a[x] }
        x, y = px, py
      end
    end
    local reversed = {}
    for i = #out, 1, -1 do
      reversed[#reversed + 1] = out[i]
    end
    return reversed
  end
  for d = 0, math.min(n + m, MOST) do
    local copy = {}
    for k, x in pairs(v) do
      copy[k] = x
    end
    trace[d] = copy
    for k = -d, d, 2 do
      local x
      if k == -d or (k ~= d and (v[k - 1] or -1) < (v[k + 1] or -1)) then
        x = v[k + 1] or 0
      else
        x = v[k - 1] + 1
      end
      local y = x - k
      while x < n and y < m and a[x + 1] == b[y + 1] do
        x, y = x + 1, y + 1
      end
      v[k] = x
      if x >= n and y >= m then
        return walk_back(d)
      end
    end
  end
  return pair_steps(a, b)
end

--- All steps of both texts, with the equal ends put back.
local function all_steps(a, b)
  local head = 0
  while head < #a and head < #b and a[head + 1] == b[head + 1] do
    head = head + 1
  end
  local tail = 0
  while tail < #a - head and tail < #b - head and a[#a - tail] == b[#b - tail] do
    tail = tail + 1
  end
  local out = {}
  for i = 1, head do
    out[i] = { " ", a[i] }
  end
  for _, step in ipairs(steps(table.move(a, head + 1, #a - tail, 1, {}), table.move(b, head + 1, #b - tail, 1, {}))) do
    out[#out + 1] = step
  end
  for i = #a - tail + 1, #a do
    out[#out + 1] = { " ", a[i] }
  end
  return out
end

--- The lines of both texts in order: { " " | "-" | "+", line }.
---@param before string
---@param after string
---@return table[]
function M.steps(before, after)
  return all_steps(split(before), split(after))
end

--- "" when equal.
---@param name string
---@param before string
---@param after string
---@return string
function M.unified(name, before, after)
  if before == after then
    return ""
  end
  local list = all_steps(split(before), split(after))
  local near = {}
  for i, step in ipairs(list) do
    if step[1] ~= " " then
      for k = i - 3, i + 3 do
        near[k] = true
      end
    end
  end
  local shown = name:gsub("^/+", "")
  local out = { ("--- a/%s\n+++ b/%s\n"):format(shown, shown) }
  local i, old, new = 1, 1, 1
  while i <= #list do
    if not near[i] then
      old, new, i = old + 1, new + 1, i + 1
    else
      local body, from_old, from_new = {}, old, new
      while list[i] and near[i] do
        local mark, line = list[i][1], list[i][2]
        old = old + (mark ~= "+" and 1 or 0)
        new = new + (mark ~= "-" and 1 or 0)
        body[#body + 1] = mark .. line .. (line:find "\n$" and "" or "\n\\ No newline at end of file\n")
        i = i + 1
      end
      local olds, news = old - from_old, new - from_new
      out[#out + 1] = ("@@ -%d,%d +%d,%d @@\n"):format(olds == 0 and from_old - 1 or from_old, olds,
        news == 0 and from_new - 1 or from_new, news)
      out[#out + 1] = table.concat(body)
    end
  end
  return table.concat(out)
end

local PAINT = { ["-"] = { "red" }, ["+"] = { "green" }, ["@"] = { "cyan" } }

--- The text of a unified diff to standard output: coloured for people, the bare bytes for patch(1).
---@param text string
function M.show(text)
  local terminal = require "terminal"
  if not terminal.colored(1) then
    io.stdout:write(text)
    return
  end
  local paint, heads = terminal.painter(1), 2
  for line, ending in text:gmatch "([^\n]*)(\n?)" do
    local colors = heads > 0 and { "bold" } or PAINT[line:sub(1, 1)]
    heads = heads - 1
    io.stdout:write(colors and line ~= "" and paint(line, table.unpack(colors)) or line, ending)
  end
end

return M
