-- stdlib/terminal.lua: colour, width, and whether somebody is watching.

local core = require "core"

local M = {}

local CODES = { red = "31", green = "32", yellow = "33", blue = "34", cyan = "36", bold = "1", faint = "2" }

local WHEN = { auto = true, always = true, never = true }

---@param options table
function M.configure(options)
  M.when = options.color
end

--- Should what goes to this descriptor be coloured?
---@param fd? integer 1 or 2; nil for a file
---@return boolean
function M.colored(fd)
  local when = M.when or WHEN[os.getenv "CFGRUN_COLOR"] and os.getenv "CFGRUN_COLOR" or "auto"
  if when ~= "auto" or not fd then
    return when == "always"
  elseif (os.getenv "NO_COLOR" or "") ~= "" then
    return false
  end
  local force = os.getenv "CLICOLOR_FORCE" or ""
  return force ~= "" and force ~= "0" or core.is_terminal(fd) and os.getenv "TERM" ~= "dumb"
end

--- A painter for one descriptor: paint("text", "red", "bold").
---@param fd? integer nil for a file
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
  return math.max(columns or core.width() or 100, 40)
end

--- C1 controls (some terminals obey them in UTF-8, too) and what turns the direction of writing.
local function obeyed(code)
  return code >= 0x80 and code < 0xa0 or code == 0x61c or code == 0x200e or code == 0x200f
    or code >= 0x2028 and code <= 0x202e or code >= 0x2066 and code <= 0x2069
end

--- Text from outside, made harmless for a terminal: control characters are shown, not obeyed.
---@param text string
---@return string
function M.clean(text)
  text = require("unicode").valid(text, "?"):gsub("%c", function(c)
    return c == "\t" and " " or ("\\x%02x"):format(c:byte())
  end)
  if not text:find "[\128-\255]" then
    return text
  end
  return (text:gsub("[\xc2\xd8\xe2][\x80-\xbf]+", function(c)
    local code = utf8.codepoint(c)
    return obeyed(code) and ("\\u%04x"):format(code) or nil
  end))
end

return M
