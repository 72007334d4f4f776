--- API versions that are gone, or going.

local safe = import "safe"
local resources = import "resources"
local example = import "example"

-- The entry of the table for a resource, if there is one.
local function entry_for(list, resource)
  for _, entry in ipairs(list) do
    if entry.from == resource.api then
      for _, kind in ipairs(entry.kinds) do
        if kind == resource.kind then return entry end
      end
    end
  end
  return nil
end

local function report(ctx, resource, entry, message)
  local at = tree.place(resource.node, "apiVersion")
  ctx:report(message, {
    what = resource.kind, api = resource.api, minor = entry.removed and ("1.%d"):format(entry.removed) or "",
    hint = entry.to and ("; it is in " .. entry.to .. " now") or "; nothing took its place",
    at = at, fix = entry.same and safe.string(resource.node, "apiVersion") and ctx:replace(entry.to, at), safety = "guarded",
  })
end

-- Has the cluster that the manifests are for reached this minor version?
local function reached(ctx, minor)
  local target = tonumber(ctx.options.target:match "^v?1%.(%d+)$")
  return target == nil or target >= minor
end

rule "api-version-served" {
  title = "Resources are of an API version that Kubernetes serves",
  why = "The API server knows it no more: the manifest cannot be applied.",
  severity = "error",
  options = { target = "latest" },  -- or the minor version of the cluster, such as "1.24"
  check = function(root, ctx)
    for _, resource in ipairs(resources.of(root)) do
      local entry = entry_for(ctx.data.api_versions, resource)
      if entry and entry.removed and reached(ctx, entry.removed) then
        report(ctx, resource, entry, "Kubernetes {minor} and later have no {what} in {api}{hint}")
      end
    end
  end,
  examples = {
    pass = {
      "apiVersion: batch/v1\nkind: CronJob\n",
      "apiVersion: example.com/v1beta1\nkind: Ingress\n",
    },
    { pass = "apiVersion: batch/v1beta1\nkind: CronJob\n", options = { target = "1.24" } },
    { fail = "apiVersion: batch/v1beta1  # old\nkind: CronJob\n", at = "/apiVersion",
      message = "Kubernetes 1.25 and later have no CronJob in batch/v1beta1; it is in batch/v1 now",
      fixed = "apiVersion: batch/v1  # old\nkind: CronJob\n" },
    { title = "no fix where the fields have changed too", fail = "apiVersion: extensions/v1beta1\nkind: Ingress\n",
      at = "/apiVersion", fixed = "apiVersion: extensions/v1beta1\nkind: Ingress\n" },
    skip = example.OTHER,
  },
}

rule "api-version-current" {
  title = "Resources are of an API version that will stay",
  why = "What is deprecated today cannot be applied after an upgrade of the cluster.",
  severity = "warning",
  options = { target = "latest" },
  check = function(root, ctx)
    for _, resource in ipairs(resources.of(root)) do
      local entry = entry_for(ctx.data.api_versions, resource)
      if entry and not (entry.removed and reached(ctx, entry.removed)) then
        report(ctx, resource, entry, "{what} in {api} is deprecated{hint}")
      end
    end
  end,
  examples = {
    pass = { "apiVersion: v1\nkind: Service\n", "apiVersion: batch/v1beta1\nkind: CronJob\n" },
    { fail = "apiVersion: v1\nkind: Endpoints\n", at = "/apiVersion" },
    { fail = "apiVersion: batch/v1beta1\nkind: CronJob\n", options = { target = "1.24" }, at = "/apiVersion" },
    skip = example.OTHER,
  },
}
