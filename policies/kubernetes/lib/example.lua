--- Documents for examples. A rule's example then shows only what it is about.

local example = {}

local function indent(lines, by)
  return (lines:gsub("[^\n]+", (" "):rep(by) .. "%0"))
end

--- A pod with these lines in its spec.
---@param spec string
---@return string
function example.pod(spec)
  return "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n" .. indent(spec, 2) .. "\n"
end

--- A pod of one container, with these lines in the container.
---@param lines string
---@return string
function example.container(lines)
  return example.pod("containers:\n  - name: app\n    image: app:1.2.3\n" .. indent(lines, 4))
end

--- A deployment of one container, with these lines in the container.
---@param lines string
---@return string
function example.deployment(lines)
  return "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n"
    .. "  selector:\n    matchLabels: {app: web}\n"
    .. "  template:\n    metadata:\n      labels: {app: web}\n    spec:\n      containers:\n"
    .. "        - name: app\n          image: app:1.2.3\n" .. indent(lines, 10) .. "\n"
end

--- What no rule of this pack looks at.
example.OTHER = "name: not a manifest\n"

return example
