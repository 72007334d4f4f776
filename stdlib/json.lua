-- stdlib/json.lua: Lua values as JSON text. Keys sorted, so that equal reports are equal bytes.

local unicode = require "unicode"

local M = {}

local LIST = {}

--- Marks a table as a list, which an empty one would not show.
---@generic T
---@param t T
---@return T
function M.list(t)
  return setmetatable(t, LIST)
end

local RAW = {}

--- JSON text that is written as it is.
---@param text string
---@return table
function M.raw(text)
  return setmetatable({ text = text }, RAW)
end

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

---@param s string
---@return string
local function quote(s)
  return '"' .. unicode.valid(s):gsub('[%c"\\]', function(c)
    return ESCAPES[c] or ("\\u%04x"):format(c:byte())
  end) .. '"'
end

local function write(out, value, indent, step)
  local kind = type(value)
  if kind == "string" then
    out[#out + 1] = quote(value)
  elseif kind == "number" then
    out[#out + 1] = math.type(value) == "integer" and ("%d"):format(value) or ("%.17g"):format(value)
  elseif kind == "boolean" then
    out[#out + 1] = tostring(value)
  elseif kind == "table" and getmetatable(value) == RAW then
    out[#out + 1] = value.text
  elseif kind == "table" then
    local is_list = getmetatable(value) == LIST or #value > 0
    local inner = indent and indent .. step or nil
    local comma = false
    local function item(prefix, v)
      out[#out + 1] = comma and "," or ""
      out[#out + 1] = inner and "\n" .. inner or ""
      out[#out + 1] = prefix
      write(out, v, inner, step)
      comma = true
    end
    out[#out + 1] = is_list and "[" or "{"
    if is_list then
      for _, v in ipairs(value) do
        item("", v)
      end
    else
      local keys = {}
      for key in pairs(value) do
        keys[#keys + 1] = key
      end
      table.sort(keys)
      for _, key in ipairs(keys) do
        item(quote(key) .. (inner and ": " or ":"), value[key])
      end
    end
    if comma and indent then
      out[#out + 1] = "\n" .. indent
    end
    out[#out + 1] = is_list and "]" or "}"
  else
    out[#out + 1] = "null"
  end
end

--- Indented by two spaces; `compact` puts all on one line.
---@param value any
---@param compact? boolean
---@return string
function M.encode(value, compact)
  local out = {}
  write(out, value, not compact and "" or nil, "  ")
  return table.concat(out)
end

return M
