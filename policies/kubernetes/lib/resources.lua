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

-- "config/web.yaml" lies in "config".
local function folder(file)
  return file:match "^(.*)/" or ""
end

-- What makes two descriptions in one folder the same object.
local function identity(resource, file)
  return table.concat({ folder(file), resource.group, resource.kind, resource.namespace, resource.name }, "\0")
end

local function add(map, key, value)
  local list = map[key]
  if list == nil then
    list = {}
    map[key] = list
  end
  list[#list + 1] = value
end

---@class Found : Resource
---@field file string
---@field document integer place of its document in the file, from 1
---@field nth integer its place among the resources of the document

---@class Index
---@field kinds table<string, Found[]>
---@field namespaces table<string, Found[]>
---@field objects table<string, Found[]>

--- `across` of the rules that look things up in all documents of a run.
---@param documents any
---@return Index
function resources.index(documents)
  local index = { kinds = {}, namespaces = {}, objects = {} }
  for _, document in ipairs(documents) do
    local file = document.file
    for nth, resource in ipairs(resources.of(document.root)) do
      resource.file, resource.document, resource.nth = file, document.index, nth
      add(index.kinds, resource.group .. "/" .. resource.kind, resource)
      add(index.namespaces, resource.namespace, resource)
      if resource.name then add(index.objects, identity(resource, file), resource) end
    end
  end
  return index
end

local NONE = {}

--- The resources of a kind in a namespace, those of this file first: what is looked for is mostly near.
---@param ctx any of a rule with `across = resources.index`
---@param kind string
---@param group string
---@param namespace string
---@return Found[]
function resources.all(ctx, kind, group, namespace)
  local file, near, far = ctx.doc.file, {}, {}
  for _, resource in ipairs(ctx.across.kinds[group .. "/" .. kind] or NONE) do
    if resource.namespace == namespace then
      local list = resource.file == file and near or far
      list[#list + 1] = resource
    end
  end
  return table.move(far, 1, #far, #near + 1, near)
end

--- The resources of a namespace.
---@param ctx any of a rule with `across = resources.index`
---@param namespace string
---@return Found[]
function resources.inside(ctx, namespace)
  return ctx.across.namespaces[namespace] or NONE
end

--- Descriptions of the same object in the files of this folder, itself among them.
---@param ctx any of a rule with `across = resources.index`
---@param resource Resource
---@return Found[]
function resources.same(ctx, resource)
  return ctx.across.objects[identity(resource, ctx.doc.file)] or NONE
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
