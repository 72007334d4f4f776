-- The types of the schema: does a value fit, and can one that does not be made to without losing anything?

local safe = import "safe"

local M = {}

local titles = {
  string = "text", int = "a whole number", number = "a number", bool = "true or false", list = "a list",
  map = "a mapping", strings = "a list of text",
}

--- `list|map` in words.
function M.title(spec)
  local out = {}
  for _, name in ipairs(text.split(spec, "|")) do out[#out + 1] = titles[name] or name end
  return table.concat(out, " or ")
end

local accepted = {
  string = { string = true, other = true },
  int = { int = true },
  number = { int = true, float = true },
  bool = { bool = true },
  list = { sequence = true },
  map = { mapping = true },
  strings = { sequence = true },
}

--- Does a value of this kind fit? null reads as absent and fits everything; a reference such as `${PORT}` is
--- given its type when it is resolved.
function M.fits(spec, kind, value)
  if spec == "any" or kind == "null" then return true end
  if accepted[spec] and accepted[spec][kind] then return true end
  if kind == "string" and safe.dynamic(value) then return true end
  for _, name in ipairs(text.split(spec, "|")) do
    if accepted[name] and accepted[name][kind] then return true end
  end
  return false
end

local convert = {
  int = function(kind, value)
    if kind == "float" then return math.tointeger(value) end
    if kind == "string" then return math.tointeger(tonumber(value:match "^%s*[+-]?%d+%s*$")) end
    return nil
  end,
  number = function(kind, value)
    if kind ~= "string" then return nil end
    return tonumber(value:match "^%s*[+-]?%d+%s*$" or value:match "^%s*[+-]?%d+%.%d+%s*$")
  end,
  bool = function(kind, value)
    if kind ~= "string" then return nil end
    return safe.tobool(text.trim(value))
  end,
  string = function(kind, value, place)
    if kind ~= "int" and kind ~= "float" and kind ~= "bool" then return nil end
    local raw = tree.raw(place)
    return type(raw) == "string" and text.trim(raw) or tostring(value)
  end,
  strings = function(kind, value, place)
    if kind == "string" then return tree.list { value } end
    if kind == "int" or kind == "float" then return tree.list { tree.raw(place) or tostring(value) } end
    return nil
  end,
}

--- The same value in the type asked for; nil when that would lose or invent something.
function M.coerce(spec, kind, value, place)
  local to = convert[spec]
  if to == nil then return nil end
  return to(kind, value, place)
end

return M
