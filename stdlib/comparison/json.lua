-- stdlib/comparison/json.lua: a comparison for programs; docs/comparing.md describes its fields.

local comparison = require "comparison"
local json = require "json"

local M = {}

local function side(node)
  if not node then
    return nil
  end
  local span = node:span()
  return { path = node:path(), kind = node:kind(), value = json.raw(comparison.json(node)), file = span.file,
    line = span.line, column = span.column }
end

---@param list DocumentPair[]
---@param files string[]
---@return string
function M.render(list, files)
  local documents, equal = {}, true
  for i, pair in ipairs(list) do
    local changes = {}
    for k, change in ipairs(pair.changes) do
      changes[k] = { op = change.op, path = (change.before or change.after):path(), before = side(change.before),
        after = side(change.after) }
    end
    local status = not pair.before and "added" or not pair.after and "removed" or #changes > 0 and "changed" or "equal"
    equal = equal and status == "equal"
    documents[i] = { name = pair.name, before = pair.index, after = pair.after_index, status = status,
      changes = json.list(changes) }
  end
  return json.encode { schema_version = 1, before = files[1], after = files[2], equal = equal,
    documents = json.list(documents) } .. "\n"
end

return M
