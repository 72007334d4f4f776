-- The sections of a stack: every mapping whose keys the schema knows, by its section's name.

local safe = import "safe"
local stack = import "stack"

local M = {}

--- Sections of which the schema knows a few keys only: the rest is a provider's or a tool's own.
M.open = { tool_config = true, provider_config = true }

---@param root any
---@param visit fun(section: string, node: any)
function M.each(root, visit)
  local map = safe.map(root)
  if map == nil then return end
  visit("top", map)
  local function inside(node, key, section)
    local child = safe.submap(node, key)
    if child ~= nil then visit(section, child) end
  end
  for _, agent in ipairs(stack.agents(map)) do
    visit("agent", agent.node)
    inside(agent.node, "provider_config", "provider_config")
  end
  for _, tool in ipairs(stack.tools(map)) do
    if tool.node ~= nil then
      visit("tool", tool.node)
      inside(tool.node, "config", "tool_config")
      inside(tool.node, "settings", "tool_config")
    end
  end
  for _, workflow in ipairs(stack.workflows(map)) do
    if workflow.node ~= nil then
      visit("workflow", workflow.node)
      for _, step in ipairs(workflow.steps) do
        if step.node ~= nil then visit("step", step.node) end
      end
    end
  end
  for _, name in ipairs { "memory", "security", "observability", "server" } do inside(map, name, name) end
  inside(map.security, "rate_limiting", "rate_limiting")
  for _, name in ipairs { "logging", "tracing", "metrics" } do inside(map.observability, name, name) end
end

--- As `each`, and on to the keys the section really has and the schema knows.
---@param visit fun(section: string, node: any, key: string, spec: table)
function M.each_known(root, schema, visit)
  M.each(root, function(section, node)
    local specs = schema[section]
    for _, key in ipairs(tree.keys(node)) do
      if specs[key] ~= nil then visit(section, node, key, specs[key]) end
    end
  end)
end

--- How a section is called in a message: the section's name, and for the top level "the stack".
function M.title(section)
  if section == "top" then return "the stack" end
  return "section " .. section
end

return M
