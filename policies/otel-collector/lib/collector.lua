--- The parts of a Collector's configuration: components, and the pipelines that use them.

local safe = import "safe"

local collector = {}

--- The sections of components, and what one of them is called.
collector.SECTIONS = {
  receivers = "receiver", processors = "processor", exporters = "exporter", connectors = "connector", extensions = "extension",
}
collector.ORDER = { "receivers", "processors", "exporters", "connectors", "extensions" }

--- The type of a component: what stands before the slash.
---@param id string
---@return string
function collector.type(id)
  return id:match "^[^/]*"
end

--- What stands before the slash, the slash, and what stands behind it, without blanks.
---@param id string
---@return string, string, string
function collector.parts(id)
  local slash = id:find("/", 1, true)
  return text.trim(id:sub(1, slash and slash - 1 or #id)), slash and "/" or "", slash and text.trim(id:sub(slash + 1)) or ""
end

--- Calls visit(id, value, place, section) for each component that is configured.
---@param root any
---@param visit fun(id: string, value: any, place: any, section: string)
---@param only string|nil  one section
function collector.components(root, visit, only)
  for _, section in ipairs(collector.ORDER) do
    if not only or only == section then
      local list = safe.map(root, section)
      for id, value in safe.entries(list) do visit(id, value, tree.place(list, id), section) end
    end
  end
end

---@param root any
---@param section string
---@param id string
---@return boolean
function collector.has(root, section, id)
  local list = safe.map(root, section)
  return list ~= nil and tree.has(list, id)
end

--- Calls visit(name, pipeline, place) for each pipeline that is a mapping.
---@param root any
---@param visit fun(name: string, pipeline: any, place: any)
function collector.pipelines(root, visit)
  local list = safe.map(root, "service", "pipelines")
  for name, pipeline in safe.entries(list) do
    if safe.kind(pipeline) == "mapping" then visit(name, pipeline, tree.place(list, name)) end
  end
end

--- Calls visit(id, place, key, name) for each component that a pipeline names.
---@param root any
---@param visit fun(id: string, place: any, key: string, name: string)
function collector.references(root, visit)
  collector.pipelines(root, function(name, pipeline)
    for _, key in ipairs { "receivers", "processors", "exporters" } do
      for _, one in ipairs(safe.strings(pipeline, key)) do
        if not one.value:find("${", 1, true) then visit(one.value, one.place, key, name) end
      end
    end
  end)
end

--- Is it the whole configuration? The Collector merges several files, and a part alone says little of what is missing.
---@param root any
---@return boolean
function collector.whole(root)
  return safe.map(root, "receivers") ~= nil and safe.map(root, "exporters") ~= nil or safe.map(root, "connectors") ~= nil
end

--- Calls visit(value, place, key) for each value below a node, to any depth.
---@param node any
---@param visit fun(value: any, place: any, key: any)
function collector.walk(node, visit)
  local kind = safe.kind(node)
  if kind == "mapping" then
    for key, value in tree.entries(node) do
      visit(value, tree.place(node, key), key)
      collector.walk(value, visit)
    end
  elseif kind == "sequence" then
    for i = 1, #node do
      visit(node[i], tree.place(node, i), i)
      collector.walk(node[i], visit)
    end
  end
end

return collector
