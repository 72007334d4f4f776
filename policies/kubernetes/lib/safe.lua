--- Reads values that may be of any type.
--
-- A manifest under check can be wrong anywhere: a list where a mapping belongs, a null, a word for a number.
-- What a value of the wrong type means is a schema's business, so each accessor here answers nil instead of raising,
-- and a rule says only what it means to say.

local safe = {}

-- kubectl and the API server read YAML 1.1, where these words are booleans. We read 1.2, where they are text.
-- A pod with `privileged: yes` is privileged, so a rule about security must read the word as they do.
local WORDS = {
  y = true, Y = true, yes = true, Yes = true, YES = true, on = true, On = true, ON = true,
  n = false, N = false, no = false, No = false, NO = false, off = false, Off = false, OFF = false,
}

---@param value any
---@param kind string
---@return boolean
local function is(value, kind)
  return value ~= nil and tree.kind(value) == kind
end

--- The value at a key, whatever it is; nil when the node is no mapping.
---@param node any
---@param key string
---@return any
function safe.get(node, key)
  if is(node, "mapping") then return node[key] end
  return nil
end

--- Follows keys through mappings only. The last one found must be a mapping.
---@param node any
---@param ... string
---@return any
function safe.map(node, ...)
  for i = 1, select("#", ...) do
    node = safe.get(node, (select(i, ...)))
  end
  if is(node, "mapping") then return node end
  return nil
end

---@param node any
---@param key string
---@return any
function safe.list(node, key)
  local value = safe.get(node, key)
  if is(value, "sequence") then return value end
  return nil
end

---@param node any
---@param key string
---@return string|nil
function safe.string(node, key)
  local value = safe.get(node, key)
  if is(value, "string") then return value end
  return nil
end

---@param node any
---@param key string
---@return number|nil
function safe.number(node, key)
  local value = safe.get(node, key)
  if math.type(value) then return value end
  return nil
end

--- A boolean, also one that only a YAML 1.1 reader sees.
---@param node any
---@param key string
---@return boolean|nil
function safe.bool(node, key)
  local value = safe.get(node, key)
  if type(value) == "boolean" then return value end
  if is(value, "string") and WORDS[value] ~= nil and tree.style(node, key) == "plain" then
    return WORDS[value]
  end
  return nil
end

--- Would a YAML 1.1 reader take this plain word for a boolean?
---@param value any
---@return boolean
function safe.boolean_word(value)
  return type(value) == "string" and WORDS[value] ~= nil
end

--- The mappings of a sequence with their places in it: `for index, item in safe.items(node, "containers") do`.
---@param node any
---@param key string
function safe.items(node, key)
  local list = safe.list(node, key)
  local index, size = 0, list and #list or 0
  return function()
    while index < size do
      index = index + 1
      local item = list[index]
      if is(item, "mapping") then return index, item end
    end
    return nil
  end
end

--- The same for items of any kind but null.
---@param node any
---@param key string
function safe.each(node, key)
  local list = safe.list(node, key)
  local index, size = 0, list and #list or 0
  return function()
    while index < size do
      index = index + 1
      if list[index] ~= nil then return index, list[index] end
    end
    return nil
  end
end

return safe
