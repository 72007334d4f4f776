--- Every pod that a document describes, wherever it stands.
--
-- Kubernetes' own kinds have their template at a known place. Kinds of operators (Argo Rollout, Knative Service, JobSet,
-- RayCluster, …) have it where they like, so there any mapping below the root that holds `spec.containers` is one.
-- A template is met once: the walk does not descend into what it has found.

local safe = import "safe"
local resources = import "resources"

local pods = {}

---@class Pod
---@field spec any the pod spec
---@field metadata any the metadata of the pod or template, if there is any
---@field holder any the mapping in which `spec` stands
---@field resource Resource

-- Group → kind → the keys that lead to the template. {} is the resource itself.
local TEMPLATE = { "spec", "template" }
local PLACES = {
  [""] = { Pod = {}, PodTemplate = { "template" }, ReplicationController = TEMPLATE },
  apps = { Deployment = TEMPLATE, ReplicaSet = TEMPLATE, StatefulSet = TEMPLATE, DaemonSet = TEMPLATE },
  extensions = { Deployment = TEMPLATE, ReplicaSet = TEMPLATE, DaemonSet = TEMPLATE },
  batch = { Job = TEMPLATE, CronJob = { "spec", "jobTemplate", "spec", "template" } },
}

-- Groups without a dot and those under k8s.io are Kubernetes' own; x-k8s.io belongs to its side projects.
local function own_group(group)
  if not group:find(".", 1, true) then return true end
  return text.ends(group, ".k8s.io") and not text.ends(group, ".x-k8s.io")
end

local LISTS = {
  { key = "initContainers", word = "init container" },
  { key = "containers", word = "container" },
  { key = "ephemeralContainers", word = "ephemeral container" },
}

---@param holder any
---@param resource Resource
---@return Pod|nil
local function describe(holder, resource)
  local spec = safe.map(holder, "spec")
  if spec == nil then return nil end
  return { spec = spec, metadata = safe.map(holder, "metadata"), holder = holder, resource = resource }
end

--- Is it for Windows?
---@param pod Pod
---@return boolean
function pods.windows(pod)
  return safe.string(safe.map(pod.spec, "os"), "name") == "windows"
end

--- Has it users of its own, so that root in the pod is nobody on the node?
---@param pod Pod
---@return boolean
function pods.own_users(pod)
  return safe.bool(pod.spec, "hostUsers") == false
end

--- Is it part of a patch? Some container has no image then.
---@param pod Pod
---@return boolean
function pods.is_fragment(pod)
  for _, list in ipairs(LISTS) do
    for _, container in safe.items(pod.spec, list.key) do
      if container.image == nil then return true end
    end
  end
  return false
end

-- Deep enough for any operator's resource; a hostile document must not exhaust the stack.
local DEEPEST = 40

local function search(node, resource, out, depth)
  local kind = node ~= nil and tree.kind(node)
  if depth > DEEPEST or (kind ~= "mapping" and kind ~= "sequence") then return end
  if depth > 0 and kind == "mapping" and safe.list(safe.map(node, "spec"), "containers") then
    out[#out + 1] = describe(node, resource)
    return
  end
  for _, child in (kind == "mapping" and pairs or ipairs)(node) do
    search(child, resource, out, depth + 1)
  end
end

--- The pods of one resource.
---@param resource Resource
---@return Pod[]
function pods.of_resource(resource)
  local out = {}
  local places = PLACES[resource.group]
  local place = places and places[resource.kind]
  if place then
    local holder = safe.map(resource.node, table.unpack(place))
    out[1] = holder and describe(holder, resource)
  elseif not own_group(resource.group) then
    search(resource.node, resource, out, 0)
  end
  return out
end

--- The pods of a document.
---@param root any
---@return Pod[]
function pods.of(root)
  local out = {}
  for _, resource in ipairs(resources.of(root)) do
    for _, pod in ipairs(pods.of_resource(resource)) do out[#out + 1] = pod end
  end
  return out
end

--- Does an operator make pods of a resource that shows no template, such as Prometheus or Kafka? Told by its size or image.
---@param resource Resource
---@return boolean
function pods.made_elsewhere(resource)
  if own_group(resource.group) then return false end
  local spec = safe.map(resource.node, "spec")
  for _, key in ipairs { "replicas", "instances", "size", "nodes", "image", "version" } do
    if safe.get(spec, key) ~= nil then return #pods.of_resource(resource) == 0 end
  end
  return false
end

--- `across` of the rules that choose pods by their labels: by namespace, the pods of the run, and whether an operator makes
--- others that are not to be seen.
---@param documents any
---@return table<string, { pods: Pod[], hidden: boolean }>
function pods.index(documents)
  local out = {}
  for _, document in ipairs(documents) do
    for _, resource in ipairs(resources.of(document.root)) do
      local here = out[resource.namespace] or { pods = {}, hidden = false }
      out[resource.namespace] = here
      for _, one in ipairs(pods.of_resource(resource)) do here.pods[#here.pods + 1] = one end
      here.hidden = here.hidden or pods.made_elsewhere(resource)
    end
  end
  return out
end

--- Has some pod of the run, in this namespace, labels that are chosen? Nil when nobody can tell: there is no pod, or an
--- operator makes pods whose labels are not to be seen.
---@param ctx any of a rule with `across = pods.index`
---@param namespace string
---@param chooses fun(labels: any, pod: Pod): boolean
---@return boolean|nil
function pods.any(ctx, namespace, chooses)
  local here = ctx.across[namespace]
  if here == nil then return nil end
  for _, one in ipairs(here.pods) do
    if chooses(safe.map(one.metadata, "labels"), one) then return true end
  end
  if here.hidden or #here.pods == 0 then return nil end
  return false
end

---@class Container
---@field node any
---@field list string containers, initContainers or ephemeralContainers
---@field label string "container 'web'"
---@field name string|nil
---@field sidecar boolean an init container that keeps running

--- The containers of a pod, in the order in which they start.
---@param pod Pod
---@return Container[]
function pods.containers(pod)
  local out = {}
  for _, list in ipairs(LISTS) do
    for index, node in safe.items(pod.spec, list.key) do
      local name = safe.string(node, "name")
      out[#out + 1] = {
        node = node,
        list = list.key,
        name = name,
        label = name and ("%s '%s'"):format(list.word, name) or ("%s %d"):format(list.word, index),
        sidecar = list.key == "initContainers" and safe.string(node, "restartPolicy") == "Always",
      }
    end
  end
  return out
end

--- Those that serve for as long as the pod lives: containers and sidecars.
---@param pod Pod
---@return Container[]
function pods.serving(pod)
  local out = {}
  for _, container in ipairs(pods.containers(pod)) do
    if container.list == "containers" or container.sidecar then out[#out + 1] = container end
  end
  return out
end

--- Does the pod run until it is stopped, rather than until it is done?
---@param pod Pod
---@return boolean
function pods.long_running(pod)
  local kind, group = pod.resource.kind, pod.resource.group
  if group == "batch" or kind == "PodTemplate" then return false end
  local policy = safe.string(pod.spec, "restartPolicy")
  return policy == nil or policy == "Always"
end

--- Calls visit(container, pod) for each container of each pod of a document.
---@param root any
---@param visit fun(container: Container, pod: Pod)
function pods.each_container(root, visit)
  for _, pod in ipairs(pods.of(root)) do
    for _, container in ipairs(pods.containers(pod)) do visit(container, pod) end
  end
end

--- Calls visit(securityContext, label, pod, container) for the security context of each pod and of each of its containers.
--- Where there is none, nothing is called; container is nil for the pod's own.
---@param root any
---@param visit fun(context: any, label: string, pod: Pod, container: Container|nil)
function pods.each_context(root, visit)
  for _, pod in ipairs(pods.of(root)) do
    local context = safe.map(pod.spec, "securityContext")
    if context then visit(context, "the pod", pod) end
    for _, container in ipairs(pods.containers(pod)) do
      context = safe.map(container.node, "securityContext")
      if context then visit(context, container.label, pod, container) end
    end
  end
end

return pods
