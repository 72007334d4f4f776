-- stdlib/excerpt.lua: a line of a file with what is meant underlined.

local core = require "core"
local terminal = require "terminal"
local unicode = require "unicode"

local M = {}

--- The first n code points of a text.
local function head(text, n)
  local at = utf8.offset(text, n + 1)
  return at and text:sub(1, at - 1) or text
end

local function width_of(text)
  return core.display_width(terminal.clean(text))
end

--- As much of a text as fits into a width, from its beginning. A control character is shown as several.
local function fitting(text, width)
  local used = 0
  for from, code in utf8.codes(text) do
    used = used + width_of(utf8.char(code))
    if used > width then
      return text:sub(1, from - 1)
    end
  end
  return text
end

--- The same from its end.
local function fitting_end(text, width)
  local used, at = 0, #text + 1
  while at > 1 do
    local from = utf8.offset(text, -1, at)
    used = used + width_of(text:sub(from, at - 1))
    if used > width then
      break
    end
    at = from
  end
  return text:sub(at)
end

--- Lines " 12 | text" and "    |   ^^^". Long lines are cut around the place.
---@param text string the line
---@param place { line: integer, column: integer, end_line: integer?, end_column: integer? }
---@param paint fun(text: string, ...: string): string
---@param color string
---@return string
function M.show(text, place, paint, color)
  text = unicode.valid(text, "?")
  local column = math.max(place.column or 1, 1)
  local last = place.end_line == place.line and place.end_column or (utf8.len(text) or #text) + 1
  local number = ("%5d"):format(place.line)
  local width = terminal.width() - 5 - #number
  local before = head(text, column - 1)
  local marked = head(text:sub(#before + 1), math.max(last - column, 1))
  local shown, cut = text, ""
  if width_of(text) > width then -- keep some words before the place
    local kept = fitting_end(before, 30)
    cut = #kept < #before and "…" or ""
    shown = fitting(text:sub(#before - #kept + 1), width)
    before = kept
    marked = fitting(marked, math.max(width - width_of(before), 1))
  end
  local indent = core.display_width(cut .. terminal.clean(before))
  local carets = math.max(core.display_width(terminal.clean(marked)), 1)
  return ("%s %s %s%s\n%s %s %s%s\n"):format(paint(number, "faint"), paint("|", "faint"), cut, terminal.clean(shown),
    (" "):rep(#number), paint("|", "faint"), (" "):rep(indent), paint(("^"):rep(carets), color, "bold"))
end

return M
