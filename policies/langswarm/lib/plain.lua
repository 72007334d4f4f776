-- Values of the pack's data files as plain tables, to be written into a configuration.

local M = {}

---@param value any
---@return any
function M.copy(value)
  if type(value) == "string" or type(value) == "number" or type(value) == "boolean" or value == nil then
    return value
  end
  local out = {}
  if #value > 0 then
    for i = 1, #value do out[i] = M.copy(value[i]) end
    return tree.list(out)
  end
  for key, item in pairs(value) do out[key] = M.copy(item) end
  return tree.map(out)
end

return M
