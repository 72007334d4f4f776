-- Reading values that may be anything.
--
-- A rule sees configurations as people write them: a section may be null, a list may be a string, a number
-- may stand in quotes. The type rules report that; every other rule has to get by. So no rule indexes a value
-- before it knows the value's kind: it asks here, and gets nil where the tree does not fit.
--
-- Numbers and booleans in quotes count as what they say, and a lone scalar as a list of one: what a rule
-- reports then does not depend on whether the quotes have been mended yet.

local M = {}

---@param value any
---@return string? kind of a value, nil for nil
function M.kind(value)
  if value == nil then return nil end
  return tree.kind(value)
end

--- The value if it is a mapping, else nil.
function M.map(value)
  if value ~= nil and tree.kind(value) == "mapping" then return value end
  return nil
end

--- The value if it is a sequence, else nil.
function M.list(value)
  if value ~= nil and tree.kind(value) == "sequence" then return value end
  return nil
end

--- What stands under a key, nil unless `node` is a mapping that has it.
function M.get(node, key)
  local map = M.map(node)
  if map == nil then return nil end
  return map[key]
end

--- The mapping under a key.
function M.submap(node, key)
  return M.map(M.get(node, key))
end

--- The sequence under a key.
function M.sublist(node, key)
  return M.list(M.get(node, key))
end

--- Does the text stand for a value that is known only when the stack runs?
function M.dynamic(value)
  if type(value) ~= "string" then return false end
  return text.contains(value, "${") or text.contains(value, "{{")
    or text.starts(value, "env:") or text.starts(value, "setenv:")
end

--- The string under a key (or index), as written. Tagged values and dates are no strings.
function M.string(node, key)
  if M.map(node) == nil and M.list(node) == nil then return nil end
  if tree.kind(node, key) ~= "string" then return nil end
  return node[key]
end

--- The string under a key without blanks around it; nil when it is empty or not known before the stack runs.
function M.word(node, key)
  local value = M.string(node, key)
  if value == nil or M.dynamic(value) then return nil end
  value = text.trim(value)
  if value == "" then return nil end
  return value
end

--- An identifier: as `word`, and a number counts as its text.
function M.id(node, key)
  local value = M.word(node, key)
  if value ~= nil then return value end
  local raw = M.get(node, key)
  if type(raw) == "number" then return tostring(raw) end
  return nil
end

--- A number, also one in quotes; not a number that is none (`.nan`).
function M.tonumber(value)
  if type(value) == "number" then return value == value and value or nil end
  if type(value) == "string" and value:find "^%s*[+-]?%d+%.?%d*%s*$" then return tonumber(value) end
  return nil
end

function M.number(node, key)
  return M.tonumber(M.get(node, key))
end

local truth = {
  ["true"] = true, yes = true, on = true, y = true,
  ["false"] = false, no = false, off = false, n = false,
}

--- A boolean, also as a word; nil when it is neither.
function M.tobool(value)
  if type(value) == "boolean" then return value end
  if type(value) == "string" then return truth[value:lower()] end
  return nil
end

--- The boolean under a key, else `default`.
function M.bool(node, key, default)
  local value = M.tobool(M.get(node, key))
  if value == nil then return default end
  return value
end

--- The strings under a key with their places: the elements of a list, or a lone string.
---@return { name: string, raw: string, place: any, index: integer? }[]
function M.strings(node, key)
  local out = {}
  local value = M.get(node, key)
  local list = M.list(value)
  if list ~= nil then
    for i = 1, #list do
      if tree.kind(list, i) == "string" and not M.dynamic(list[i]) then
        out[#out + 1] = { name = text.trim(list[i]), raw = list[i], place = tree.place(list, i), index = i }
      end
    end
  elseif M.string(node, key) ~= nil and not M.dynamic(value) then
    out[1] = { name = text.trim(value), raw = value, place = tree.place(node, key) }
  end
  return out
end

--- The place of a key when it is there, else of the node that lacks it.
function M.place(node, key)
  if M.map(node) ~= nil and tree.has(node, key) then return tree.place(node, key) end
  return node
end

return M
