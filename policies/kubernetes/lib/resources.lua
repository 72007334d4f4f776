--- The resources of a document: the document itself, or what a `kind: List` (PodList, DeploymentList, …) carries.

local safe = import "safe"

local resources = {}

---@class Resource
---@field node any
---@field kind string
---@field api string the apiVersion as written
---@field group string "" for the core group
---@field name string|nil
---@field namespace string "default" when none is given: the name under which it would be found

---@param node any
---@param kind string
---@param api string
---@return Resource
local function describe(node, kind, api)
  local metadata = safe.map(node, "metadata")
  return {
    node = node,
    kind = kind,
    api = api,
    group = api:match "^(.*)/" or "",
    name = safe.string(metadata, "name"),
    namespace = safe.string(metadata, "namespace") or "default",
  }
end

-- Lists in lists are legal but pointless; a limit keeps a hostile document from exhausting the stack.
local DEEPEST = 16

local function collect(node, out, list_kind, list_api, depth)
  if safe.map(node) == nil then return end
  local kind = safe.string(node, "kind") or list_kind
  local api = safe.string(node, "apiVersion") or list_api
  if kind == nil or api == nil then return end
  if text.ends(kind, "List") and safe.list(node, "items") then
    if depth == DEEPEST then return end
    -- The items of a PodList need not say that they are Pods.
    local item_kind = kind ~= "List" and kind:sub(1, -5) or nil
    for _, item in safe.items(node, "items") do
      collect(item, out, item_kind, api, depth + 1)
    end
  else
    out[#out + 1] = describe(node, kind, api)
  end
end

---@param root any
---@return Resource[]
function resources.of(root)
  local out = {}
  collect(root, out, nil, nil, 0)
  return out
end

--- Calls visit(resource, file) for every resource of the run until it returns true, and says whether it did. This document's
--- come first, then those of its file, then the rest: what is looked for is mostly near.
---@param ctx any
---@param visit fun(resource: Resource, file: string): any
---@return boolean
function resources.visit(ctx, visit)
  local file = ctx.doc.file
  local function each(root, from)
    for _, resource in ipairs(resources.of(root)) do
      if visit(resource, from) then return true end
    end
    return false
  end
  if each(ctx.root, file) then return true end
  for _, near in ipairs { true, false } do
    for _, other in ipairs(ctx.others) do
      if (other.file == file) == near and each(other.root, other.file) then return true end
    end
  end
  return false
end

--- The resources of a kind, in this run.
---@param ctx any
---@param kind string
---@param group string
---@return Resource[]
function resources.all(ctx, kind, group)
  local out = {}
  resources.visit(ctx, function(resource)
    if resource.kind == kind and resource.group == group then out[#out + 1] = resource end
  end)
  return out
end

--- "Deployment 'web'", for messages.
---@param resource Resource
---@return string
function resources.label(resource)
  if resource.name then return ("%s '%s'"):format(resource.kind, resource.name) end
  return resource.kind
end

--- Is it of this kind, in one of these API groups?
---@param resource Resource
---@param kind string
---@param ... string
---@return boolean
function resources.is(resource, kind, ...)
  if resource.kind ~= kind then return false end
  for i = 1, select("#", ...) do
    if resource.group == (select(i, ...)) then return true end
  end
  return false
end

return resources
