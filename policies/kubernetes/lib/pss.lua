--- What the Pod Security Standards' checks have in common.
--
-- The standards change with Kubernetes' minor versions. Each rule takes the option `version`: "latest", or the minor
-- version to which the cluster's namespaces are pinned, such as "1.31". Those whose check has always been the same take it
-- too, so that a project file can set it for all of them by their tag.

local safe = import "safe"

local pss = {}

pss.VERSION = "latest"

--- Does the version asked for include what Kubernetes 1.<minor> brought?
---@param ctx any
---@param minor integer
---@return boolean
function pss.since(ctx, minor)
  local asked = tonumber(ctx.options.version:match "^v?1%.(%d+)$")
  return asked == nil or asked >= minor
end

--- The entries of a data list { { name =, since = } } that hold for the version asked for, as a set.
---@param ctx any
---@param list any
---@return table<string, boolean>
function pss.allowed(ctx, list)
  local set = {}
  for _, entry in ipairs(list) do
    if pss.since(ctx, entry.since) then set[entry.name] = true end
  end
  return set
end

--- The type of a profile (`seccompProfile`, `appArmorProfile`) in a security context.
--- First result: is there a profile at all? Second: is it one that the standards accept?
---@param context any
---@param key string
---@return boolean, boolean, string|nil
function pss.profile(context, key)
  local profile = safe.get(context, key)
  if profile == nil then return false, false end
  local kind = safe.string(profile, "type")
  return true, kind == "RuntimeDefault" or kind == "Localhost", kind
end

--- Reports a procMount that is not Default. Baseline knows an exception, restricted none.
---@param ctx any
---@param container Container
function pss.proc_mount(ctx, container)
  local context = safe.map(container.node, "securityContext")
  local mount = safe.string(context, "procMount")
  if mount and mount ~= "Default" then
    local at = tree.place(context, "procMount")
    ctx:report("{who} mounts /proc {mount}",
      { who = container.label, mount = mount, at = at, fix = ctx:replace("Default", at), safety = "guarded" })
  end
end

--- Quotes and joins names: 'a', 'b'.
---@param names string[]
---@return string
function pss.quoted(names)
  return "'" .. table.concat(names, "', '") .. "'"
end

return pss
