-- The sections of a stack: every mapping whose keys the schema knows, by its section's name.

local safe = import "safe"
local stack = import "stack"

local M = {}

---@param root any
---@param visit fun(section: string, node: any)
function M.each(root, visit)
  local map = safe.map(root)
  if map == nil then return end
  visit("top", map)
  for _, agent in ipairs(stack.agents(map)) do visit("agent", agent.node) end
  for _, tool in ipairs(stack.tools(map)) do
    if tool.node ~= nil then visit("tool", tool.node) end
  end
  for _, workflow in ipairs(stack.workflows(map)) do
    if workflow.node ~= nil then
      visit("workflow", workflow.node)
      for _, step in ipairs(workflow.steps) do
        if step.node ~= nil then visit("step", step.node) end
      end
    end
  end
  for _, name in ipairs { "memory", "security", "observability", "server" } do
    local section = safe.submap(map, name)
    if section ~= nil then visit(name, section) end
  end
  local limits = safe.submap(map.security, "rate_limiting")
  if limits ~= nil then visit("rate_limiting", limits) end
  for _, name in ipairs { "logging", "tracing", "metrics" } do
    local section = safe.submap(map.observability, name)
    if section ~= nil then visit(name, section) end
  end
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
