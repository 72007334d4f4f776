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

--- The resources of the other documents of the run, each with `file` and `index`.
---@param ctx any
---@return Resource[]
function resources.others(ctx)
  local out = {}
  for _, other in ipairs(ctx.others) do
    local first = #out + 1
    collect(other.root, out, nil, nil, 0)
    for i = first, #out do
      out[i].file, out[i].index = other.file, other.index
    end
  end
  return out
end

--- All resources of the run, this document's first.
---@param ctx any
---@return Resource[]
function resources.all(ctx)
  local out = resources.of(ctx.root)
  for _, other in ipairs(resources.others(ctx)) do out[#out + 1] = other end
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
