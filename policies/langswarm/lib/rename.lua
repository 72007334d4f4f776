-- Giving an agent another id: the edits for the id and for everything in the document that names it.

local safe = import "safe"
local stack = import "stack"
local syntax = import "syntax"

local M = {}

--- An id the format accepts, as near to the given one as can be.
---@param id string
---@param prefix string put before an id that begins with no letter
---@return string
function M.clean(id, prefix)
  local out = id:gsub("[^%w_-]+", "_"):gsub("^_+", ""):gsub("_+$", "")
  if not out:find "^%a" then out = prefix .. "_" .. out end
  return out
end

--- Edits that rename an agent in this document.
---@return table[]
function M.agent(ctx, agent, new)
  local edits = { ctx:replace(new, agent.id_place) }
  local old = agent.id
  for _, tool in ipairs(stack.tools(ctx.root)) do
    for _, ref in ipairs(safe.strings(tool.node, "allowed_agents")) do
      if ref.name == old then edits[#edits + 1] = ctx:replace(new, ref.place) end
    end
  end
  for _, workflow in ipairs(stack.workflows(ctx.root)) do
    for _, step in ipairs(workflow.steps) do
      if step.agent and step.agent.name == old then edits[#edits + 1] = ctx:replace(new, step.agent.place) end
    end
    if workflow.line then
      local renamed = syntax.rename(workflow.line.text, old, new)
      if renamed ~= workflow.line.text then edits[#edits + 1] = ctx:replace(renamed, workflow.line.place) end
    end
  end
  return edits
end

return M
