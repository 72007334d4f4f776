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
  local width = terminal.width() - 10
  local before = head(text, column - 1)
  local marked = head(text:sub(#before + 1), math.max(last - column, 1))
  local shown, cut = text, ""
  if core.display_width(text) > width then -- keep some words before the place
    local from = math.max(column - 30, 1)
    cut = from > 1 and "…" or ""
    shown = text:sub(utf8.offset(text, from) or 1)
    before = before:sub((utf8.offset(before, from) or #before + 1))
    shown = head(shown, width)
    marked = head(marked, math.max(width - (utf8.len(before) or #before), 1))
  end
  local number = ("%5d"):format(place.line)
  local indent = core.display_width(cut .. terminal.clean(before))
  local carets = math.max(core.display_width(terminal.clean(marked)), 1)
  return ("%s %s %s%s\n%s %s %s%s\n"):format(paint(number, "faint"), paint("|", "faint"), cut, terminal.clean(shown),
    (" "):rep(5), paint("|", "faint"), (" "):rep(indent), paint(("^"):rep(carets), color, "bold"))
end

return M
