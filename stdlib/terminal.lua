-- stdlib/terminal.lua: colour, width, and whether somebody is watching.

local core = require "core"

local M = { when = "auto" }

local CODES = { red = "31", green = "32", yellow = "33", blue = "34", cyan = "36", bold = "1", faint = "2" }

---@param options table
function M.configure(options)
  M.when = options.color or "auto"
end

--- Should what goes to this descriptor be coloured?
---@param fd integer 1 or 2
---@return boolean
function M.colored(fd)
  if M.when ~= "auto" then
    return M.when == "always"
  end
  local no_color = os.getenv "NO_COLOR"
  return core.is_terminal(fd) and os.getenv "TERM" ~= "dumb" and (no_color == nil or no_color == "")
end

--- A painter for one descriptor: paint("text", "red", "bold").
---@param fd integer
---@return fun(text: string, ...: string): string
function M.painter(fd)
  if not M.colored(fd) then
    return function(text)
      return text
    end
  end
  return function(text, ...)
    local codes = {}
    for i, name in ipairs { ... } do
      codes[i] = CODES[name]
    end
    return ("\27[%sm%s\27[0m"):format(table.concat(codes, ";"), text)
  end
end

---@return integer
function M.width()
  local columns = math.tointeger(tonumber(os.getenv "COLUMNS" or ""))
  return columns or core.width() or 100
end

--- Text from outside, made harmless for a terminal: control characters are shown, not obeyed.
---@param text string
---@return string
function M.clean(text)
  return (text:gsub("[%c\127]", function(c)
    return c == "\t" and " " or ("\\x%02x"):format(c:byte())
  end):gsub("\u{202e}", "\\u202e"):gsub("\u{202d}", "\\u202d"):gsub("\u{2066}", "\\u2066"):gsub("\u{2067}", "\\u2067"))
end

return M
