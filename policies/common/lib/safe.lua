--- Reads values that may be of any type: a file under check can be wrong anywhere, and each accessor answers nil
--- where something else stands.

local safe = {}

--- The kind of a value; "null" for nil.
---@param value any
---@return string
function safe.kind(value)
  return value == nil and "null" or tree.kind(value)
end

---@param node any
---@param key string
---@return any
function safe.get(node, key)
  if safe.kind(node) == "mapping" then return node[key] end
  return nil
end

--- Follows keys through mappings only; the last one must be a mapping.
---@param node any
---@param ... string
---@return any
function safe.map(node, ...)
  for i = 1, select("#", ...) do
    node = safe.get(node, (select(i, ...)))
  end
  return safe.kind(node) == "mapping" and node or nil
end

---@param node any
---@param key string
---@return any
function safe.list(node, key)
  local value = safe.get(node, key)
  return safe.kind(value) == "sequence" and value or nil
end

---@param node any
---@param key string
---@return string|nil
function safe.string(node, key)
  local value = safe.get(node, key)
  return safe.kind(value) == "string" and value or nil
end

--- Keys and values of a mapping in the author's order; nothing when it is none.
---@param node any
function safe.entries(node)
  if safe.kind(node) == "mapping" then return tree.entries(node) end
  return function() return nil end
end

--- The strings of a list, or the one string that may stand for a list, with their places.
---@param node any
---@param key string
---@return { value: string, place: any }[]
function safe.strings(node, key)
  local value, out = safe.get(node, key), {}
  if safe.kind(value) == "string" then
    out[1] = { value = value, place = tree.place(node, key) }
  elseif safe.kind(value) == "sequence" then
    for i, item in ipairs(value) do
      if safe.kind(item) == "string" then out[#out + 1] = { value = item, place = tree.place(value, i) } end
    end
  end
  return out
end

return safe
