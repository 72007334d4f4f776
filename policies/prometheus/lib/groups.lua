--- The rules of a rule file, or of the PrometheusRule resource of Kubernetes.

local safe = import "safe"

local groups = {}

groups.KINDS = { "prometheus-rules", "prometheus-rule-resource" }

--- The list of groups and the mapping that holds it.
---@param root any
---@return any list
---@return any holder
function groups.list(root)
  local holder = safe.get(root, "groups") ~= nil and root or safe.map(root, "spec")
  return safe.list(holder, "groups"), holder
end

--- Calls visit(group, place) for each group that is a mapping.
---@param root any
---@param visit fun(group: any, place: any)
function groups.each(root, visit)
  local list = groups.list(root)
  for i = 1, list and #list or 0 do
    if safe.kind(list[i]) == "mapping" then visit(list[i], tree.place(list, i)) end
  end
end

--- Calls visit(rule, place, group) for each rule that is a mapping.
---@param root any
---@param visit fun(one: any, place: any, group: any)
function groups.rules(root, visit)
  groups.each(root, function(group)
    local list = safe.list(group, "rules")
    for i = 1, list and #list or 0 do
      if safe.kind(list[i]) == "mapping" then visit(list[i], tree.place(list, i), group) end
    end
  end)
end

--- The text of a scalar, as a program reads it that wants text; nil for anything else.
---@param node any
---@param key string
---@return string|nil
function groups.text(node, key)
  local value = safe.get(node, key)
  local kind = safe.kind(value)
  if kind == "string" then return value end
  if kind == "int" or kind == "float" or kind == "bool" then return tostring(value) end
  return nil
end

--- Calls visit(source, place) for each expression.
---@param root any
---@param visit fun(source: string, place: any, group: any)
function groups.expressions(root, visit)
  groups.rules(root, function(one, _, group)
    local source = groups.text(one, "expr")
    if source and source ~= "" then visit(source, tree.place(one, "expr"), group) end
  end)
end

return groups
