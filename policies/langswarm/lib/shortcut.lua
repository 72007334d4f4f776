-- Well-known tools: what the loose dialect fills in for a bare name, written out.
--
-- Written with less than the loader's own default would give: files are read-only, and what runs code is open to those
-- agents only that ask for it.

local M = {}

---@param ctx any
---@param name string
---@param agents string[] ids of the agents that use it
---@return table? entry a tool, nil when the name is not a well-known one
function M.entry(ctx, name, agents)
  local known = ctx.data.tools.shortcut[name]
  if known == nil then return nil end
  local entry = { id = name, type = known.type, config = known.config }
  if known.restricted then
    if #agents == 0 then return nil end
    entry.allowed_agents = tree.list(agents)
  end
  return tree.map(entry)
end

return M
