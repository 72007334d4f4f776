-- stdlib/comparison/text.lua: a comparison for people at a terminal.
--
-- One change is one entry: a sign, the place, what it was and what it is, and where both stand in the files. A collection
-- that came or went is shown as YAML, a text of several lines line by line; both are cut where they get long.

local comparison = require "comparison"
local terminal = require "terminal"
local unicode = require "unicode"

local M = {}

local MOST_LINES, MOST_WIDTH = 12, 72
local SIGNS = { added = { "+", "green" }, removed = { "-", "red" }, changed = { "~", "yellow" }, renamed = { "»", "cyan" },
  moved = { ">", "blue" } }

--- Shortened in its middle.
local function short(text)
  text = terminal.clean(text)
  local length = utf8.len(text)
  if not length or length <= MOST_WIDTH then
    return text
  end
  local half = MOST_WIDTH // 2 - 1
  return text:sub(1, utf8.offset(text, half + 1) - 1) .. " … " .. text:sub(utf8.offset(text, -half))
end

--- Lines under an entry, each behind a sign.
local function block(out, text, sign, color, paint)
  local count = 0
  for line in (text .. "\n"):gmatch "([^\n]*)\n" do
    count = count + 1
    if count <= MOST_LINES then
      out[#out + 1] = ("    %s\n"):format(paint(("%s %s"):format(sign, short(line)), color))
    end
  end
  if count > MOST_LINES then
    out[#out + 1] = ("    %s … %d more lines\n"):format(sign, count - MOST_LINES)
  end
end

--- A text of several lines, line by line.
local function text_lines(out, change, paint)
  local steps = require("diff").unified("", change.before:value(), change.after:value())
  local count = 0
  for line in steps:gmatch "[^\n]*" do
    local sign = line:sub(1, 1)
    if (sign == "+" or sign == "-" or sign == " ") and not line:find "^%-%-%- a/" and not line:find "^%+%+%+ b/" then
      count = count + 1
      if count <= 2 * MOST_LINES then
        out[#out + 1] = ("    %s\n"):format(paint(("%s %s"):format(sign, short(line:sub(2))),
          sign == "+" and "green" or sign == "-" and "red" or "faint"))
      end
    end
  end
  if count > 2 * MOST_LINES then
    out[#out + 1] = ("    … %d more lines\n"):format(count - 2 * MOST_LINES)
  end
end

local function is_text_block(change)
  return change.op == "changed" and change.before:kind() == "string" and change.after:kind() == "string"
    and (change.before:value():find "\n" or change.after:value():find "\n")
end

--- What stands behind the colon, and a function that writes what stands below.
local function told(change, paint, path)
  local op = change.op
  if op == "renamed" then
    return (" renamed to %s"):format(paint(short(change.after:key()), "cyan"))
  elseif op == "moved" then
    return (" moved to %s"):format(paint(terminal.clean(path), "blue"))
  elseif is_text_block(change) then
    return " text changed", function(out)
      text_lines(out, change, paint)
    end
  elseif op == "changed" then
    local old, old_lines = comparison.value(change.before)
    local new, new_lines = comparison.value(change.after)
    if old_lines or new_lines then
      return (" %s became %s"):format(change.before:kind(), change.after:kind()), function(out)
        block(out, old, "-", "red", paint)
        block(out, new, "+", "green", paint)
      end
    end
    local kinds = change.before:kind() ~= change.after:kind()
      and (" (%s → %s)"):format(change.before:kind(), change.after:kind()) or ""
    return (" %s → %s%s"):format(paint(short(old), "red"), paint(short(new), "green"), paint(kinds, "faint"))
  end
  local sign, color = table.unpack(SIGNS[op])
  local text, lines = comparison.value(change.before or change.after)
  if lines then
    return "", function(out)
      block(out, text, sign, color, paint)
    end
  end
  return " " .. paint(short(text), color)
end

--- One entry.
---@param out string[]
---@param change table
---@param paint fun(text: string, ...: string): string
local function entry(out, change, paint)
  local sign, color = table.unpack(SIGNS[change.op])
  local old = change.before and comparison.path(change, change.before)
  local new = change.after and comparison.path(change, change.after)
  local line, below = told(change, paint, new)
  local places = {}
  for _, node in ipairs { change.before or false, change.after or false } do
    places[#places + 1] = node and comparison.place(node) or nil
  end
  out[#out + 1] = ("%s %s:%s  %s\n"):format(paint(sign, color, "bold"), paint(terminal.clean(old or new), "bold"), line,
    paint(terminal.clean(table.concat(places, " → ")), "faint"))
  if below then
    below(out)
  end
end

local function whole(out, pair, paint)
  local sign = pair.before and "-" or "+"
  local document = pair.before or pair.after
  out[#out + 1] = ("%s the whole document  %s\n"):format(paint(sign, pair.before and "red" or "green", "bold"),
    paint(terminal.clean(comparison.place(document:root())), "faint"))
end

local function count(list)
  local counts, order = {}, { "changed", "added", "removed", "renamed", "moved" }
  local words = {}
  for _, pair in ipairs(list) do
    for _, change in ipairs(pair.changes) do
      counts[change.op] = (counts[change.op] or 0) + 1
    end
    if not pair.before then
      counts.added = (counts.added or 0) + 1
    elseif not pair.after then
      counts.removed = (counts.removed or 0) + 1
    end
  end
  for _, op in ipairs(order) do
    words[#words + 1] = counts[op] and ("%d %s"):format(counts[op], op) or nil
  end
  return table.concat(words, ", ")
end

---@param list DocumentPair[]
---@param files string[]
---@return string
function M.render(list, files)
  local paint = terminal.painter(1)
  local out = { ("%s → %s: %s\n"):format(paint(unicode.valid(terminal.clean(files[1]), "?"), "bold"),
    paint(unicode.valid(terminal.clean(files[2]), "?"), "bold"), count(list)) }
  for _, pair in ipairs(list) do
    local differs = not pair.diff or #pair.changes > 0
    if differs and pair.name then
      out[#out + 1] = ("\n%s\n"):format(paint(terminal.clean(pair.name), "bold"))
    end
    if not pair.diff then
      whole(out, pair, paint)
    end
    for _, change in ipairs(pair.changes) do
      entry(out, change, paint)
    end
  end
  return table.concat(out)
end

return M
