--- What one resource says about another: names that must exist, selectors that must choose.
--
-- A rule here speaks only when the run holds resources of the kind referred to, in that namespace. With one file of many
-- on the command line nothing can be said, and nothing is.

local safe = import "safe"
local pods = import "pods"
local resources = import "resources"
local labels = import "labels"
local example = import "example"

local deployment = example.deployment

local function service(spec)
  return "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: " .. spec .. "\n"
end

-- The Services of this document that choose pods: { resource, selector }.
local function selecting_services(root)
  local out = {}
  for _, resource in ipairs(resources.of(root)) do
    local spec = resources.is(resource, "Service", "") and safe.map(resource.node, "spec")
    local selector = spec and safe.map(spec, "selector")
    if selector and #tree.keys(selector) > 0 and safe.string(spec, "type") ~= "ExternalName" then
      out[#out + 1] = { resource = resource, spec = spec, selector = selector }
    end
  end
  return out
end

rule "service-selects-pods" {
  title = "The selector of a Service chooses pods that are there",
  why = "A Service that chooses nothing has no endpoints: every connection to it is refused.",
  severity = "warning",
  across = pods.index,
  check = function(root, ctx)
    for _, one in ipairs(selecting_services(root)) do
      local meant, most = nil, 0  -- the pod that has most of the labels, if it has any of them
      local found = pods.any(ctx, one.resource.namespace, function(own, candidate)
        local shared = labels.shared(one.selector, own)
        if shared > most then meant, most = candidate, shared end
        return labels.include(one.selector, own)
      end)
      if found == false then
        ctx:report("no pod of this run has the labels {labels}", {
          labels = labels.text(one.selector), at = one.selector,
          related = meant and {
            { safe.map(meant.metadata, "labels"), resources.label(meant.resource) .. " has some of them" },
          },
        })
      end
    end
  end,
  examples = {
    pass = {
      service "{selector: {app: web}}",
      service "{selector: {app: web}}" .. "---\n" .. deployment "ports: []",
      service "{}" .. "---\n" .. deployment "ports: []",
      service "{selector: {app: api}}" .. [[
---
apiVersion: v1
kind: Pod
metadata: {namespace: other}
spec: {containers: []}
]],
    },
    { title = "pods may be made by an operator",
      pass = service "{selector: {app: api}}" .. "---\n" .. deployment "ports: []"
        .. "---\napiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nspec: {replicas: 2}\n" },
    { title = "beside a label without a value", fail = service "{selector: {app: null, tier: web}}", at = "/spec/selector",
      others = { ["pod.yaml"] = "apiVersion: v1\nkind: Pod\nspec: {containers: []}\n" } },
    { title = "in another file", fail = service "{selector: {app: api}}", others = { ["web.yaml"] = deployment "ports: []" },
      at = "/spec/selector", message = "no pod of this run has the labels app=api" },
    skip = example.OTHER,
  },
}

-- The names of the ports of the pods that a Service selects, as a list and as a set; nil when it selects none to be seen.
local function port_names(ctx, service_of_run)
  local names, known, chosen = {}, {}, false
  pods.any(ctx, service_of_run.resource.namespace, function(own, candidate)
    if labels.include(service_of_run.selector, own) and not pods.is_fragment(candidate) then
      chosen = true
      for _, container in ipairs(pods.serving(candidate)) do
        for _, port in safe.items(container.node, "ports") do
          local name = safe.string(port, "name")
          if name and not known[name] then
            known[name] = true
            names[#names + 1] = name
          end
        end
      end
    end
    return false
  end)
  if chosen then return names, known end
  return nil
end

rule "service-ports-named" {
  title = "A Service names target ports that its pods have",
  why = "A pod without a port of that name gets no traffic, and nothing says so.",
  severity = "warning",
  across = pods.index,
  check = function(root, ctx)
    for _, one in ipairs(selecting_services(root)) do
      local names, known
      for _, port in safe.items(one.spec, "ports") do
        local target = safe.string(port, "targetPort")
        if target and not target:find "^%d+$" and not target:find "[${]" then
          if names == nil then names, known = port_names(ctx, one) end
          if names and not known[target] then
            local meant = text.nearest(target, names)
            local at = tree.place(port, "targetPort")
            ctx:report("no pod that it selects has a port named '{target}'{hint}", {
              target = target, at = at, hint = meant and ("; did you mean '%s'?"):format(meant) or "",
              fix = meant and ctx:replace(meant, at), safety = "guarded",
            })
          end
        end
      end
    end
  end,
  examples = {
    pass = {
      service "{selector: {app: web}, ports: [{port: 80, targetPort: http}]}" .. "---\n"
        .. deployment "ports: [{name: http, containerPort: 80}]",
      service "{selector: {app: api}, ports: [{port: 80, targetPort: http}]}" .. "---\n" .. deployment "ports: []",
    },
    { fail = service "{selector: {app: web}, ports: [{port: 80, targetPort: htpp}]}",
      others = { ["web.yaml"] = deployment "ports: [{name: http, containerPort: 80}]" },
      at = "/spec/ports/0/targetPort", message = "did you mean 'http'?",
      fixed = service "{selector: {app: web}, ports: [{port: 80, targetPort: http}]}" },
    skip = example.OTHER,
  },
}

-- Reports resources of a kind whose selector, at these keys of the spec, chooses no pod of the run.
local function report_choosing_none(ctx, root, kind, group, key)
  for _, resource in ipairs(resources.of(root)) do
    local selector = resources.is(resource, kind, group) and safe.map(resource.node, "spec", key)
    -- An empty selector chooses everything.
    if selector and #tree.keys(selector) > 0 then
      local found = pods.any(ctx, resource.namespace, function(own) return labels.chosen(selector, own) end)
      if found == false then
        ctx:report("{what} chooses no pod of this run", { what = resources.label(resource), at = selector })
      end
    end
  end
end

local function budget(selector)
  return "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: a}\nspec: {selector: " .. selector .. "}\n"
end

rule "disruption-budget-selects-pods" {
  title = "A disruption budget chooses pods that are there",
  why = "A budget whose selector chooses nothing protects nothing, and nobody is told.",
  severity = "warning",
  across = pods.index,
  check = function(root, ctx)
    report_choosing_none(ctx, root, "PodDisruptionBudget", "policy", "selector")
  end,
  examples = {
    pass = {
      budget "{matchLabels: {app: web}}" .. "---\n" .. deployment "ports: []",
      budget "{matchLabels: {app: web}}",
      budget "{}" .. "---\n" .. deployment "ports: []",
    },
    { fail = budget "{matchExpressions: [{key: app, operator: In, values: [api]}]}", at = "/spec/selector",
      others = { ["web.yaml"] = deployment "ports: []" } },
    skip = example.OTHER,
  },
}

local function policy(selector)
  return "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\nspec: {podSelector: " .. selector .. "}\n"
end

rule "network-policy-selects-pods" {
  title = "A network policy chooses pods that are there",
  why = "A policy whose selector chooses nothing closes nothing: the pods it was meant for stay open to all.",
  severity = "warning",
  across = pods.index,
  check = function(root, ctx)
    report_choosing_none(ctx, root, "NetworkPolicy", "networking.k8s.io", "podSelector")
  end,
  examples = {
    pass = {
      policy "{matchLabels: {app: web}}" .. "---\n" .. deployment "ports: []",
      policy "{}" .. "---\n" .. deployment "ports: []",
    },
    { fail = policy "{matchLabels: {app: wbe}}", at = "/spec/podSelector",
      others = { ["web.yaml"] = deployment "ports: []" } },
    skip = example.OTHER,
  },
}

rule "service-accounts-exist" {
  title = "Pods run under accounts that are there",
  why = "Without its account no pod of the workload is ever created.",
  severity = "warning",
  across = resources.index,
  check = function(root, ctx)
    for _, one in ipairs(pods.of(root)) do
      local key = safe.string(one.spec, "serviceAccountName") and "serviceAccountName" or "serviceAccount"
      local name = safe.string(one.spec, key)
      if name and name ~= "default" and not name:find "[${]" then
        local names = {}
        local found = false
        for _, other in ipairs(resources.all(ctx, "ServiceAccount", "", one.resource.namespace)) do
          names[#names + 1] = other.name
          found = found or other.name == name
        end
        if #names > 0 and not found then
          local meant = text.nearest(name, names)
          ctx:report("there is no ServiceAccount '{name}' in this run{hint}", {
            name = name, hint = meant and ("; did you mean '%s'?"):format(meant) or "",
            at = tree.place(one.spec, key),
          })
        end
      end
    end
  end,
  examples = {
    pass = {
      example.pod "serviceAccountName: web\ncontainers: []",
      example.pod "serviceAccountName: web\ncontainers: []" .. "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web}\n",
    },
    { fail = example.pod "serviceAccountName: wbe\ncontainers: []", at = "/spec/serviceAccountName",
      others = { ["web.yaml"] = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web}\n" },
      message = "there is no ServiceAccount 'wbe' in this run; did you mean 'web'?" },
    skip = example.OTHER,
  },
}

-- What a rule calls for each reference of an Ingress: visit(backend, its service).
local function each_backend(node, visit)
  local function look(backend)
    local named = safe.map(backend, "service")
    if named then visit(named) end
  end
  look(safe.map(node, "spec", "defaultBackend"))
  for _, one in safe.items(safe.map(node, "spec"), "rules") do
    for _, path in safe.items(safe.map(one, "http"), "paths") do look(safe.map(path, "backend")) end
  end
end

rule "ingress-backends-exist" {
  title = "An Ingress leads to Services and ports that are there",
  why = "Requests for a backend that does not exist are answered with an error by the ingress controller.",
  severity = "warning",
  across = resources.index,
  check = function(root, ctx)
    for _, resource in ipairs(resources.of(root)) do
      local services, names = {}, {}
      local is_ingress = resources.is(resource, "Ingress", "networking.k8s.io")
      for _, other in ipairs(is_ingress and resources.all(ctx, "Service", "", resource.namespace) or {}) do
        if other.name then
          services[other.name] = other.node
          names[#names + 1] = other.name
        end
      end
      if #names > 0 then
        each_backend(resource.node, function(named)
          local name = safe.string(named, "name")
          if name == nil then return end
          local found = services[name]
          if found == nil then
            local meant = text.nearest(name, names)
            local at = tree.place(named, "name")
            ctx:report("there is no Service '{name}' in this run{hint}", {
              name = name, at = at, hint = meant and ("; did you mean '%s'?"):format(meant) or "",
              fix = meant and ctx:replace(meant, at), safety = "guarded",
            })
            return
          end
          local port = safe.map(named, "port")
          local wanted = safe.get(port, "number") or safe.get(port, "name")
          local has = wanted == nil
          for _, one in safe.items(safe.map(found, "spec"), "ports") do
            has = has or one.port == wanted or one.name == wanted
          end
          if not has then
            ctx:report("the Service '{name}' has no port {port}", {
              name = name, port = tostring(wanted), at = tree.place(named, "port", "number"),
              related = { { tree.place(found, "spec", "ports"), "its ports" } },
            })
          end
        end)
      end
    end
  end,
  examples = {
    pass = {
      [[
apiVersion: networking.k8s.io/v1
kind: Ingress
spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}
---
]]
        .. service "{ports: [{port: 80}]}",
      "apiVersion: networking.k8s.io/v1\nkind: Ingress\nspec: {defaultBackend: {service: {name: web}}}\n",
    },
    { fail = [[
apiVersion: networking.k8s.io/v1
kind: Ingress
spec: {rules: [{http: {paths: [{backend: {service: {name: wbe}}}]}}]}
]],
      others = { ["service.yaml"] = service "{ports: [{port: 80}]}" },
      at = "/spec/rules/0/http/paths/0/backend/service/name", message = "did you mean 'web'?" },
    { fail = [[
apiVersion: networking.k8s.io/v1
kind: Ingress
spec: {defaultBackend: {service: {name: web, port: {number: 81}}}}
]],
      others = { ["service.yaml"] = service "{ports: [{port: 80}]}" },
      at = "/spec/defaultBackend/service/port/number" },
    skip = example.OTHER,
  },
}

-- The workload that an autoscaler scales, if it is in the run. Second result: is any workload of its kind and namespace?
local function scaled(ctx, autoscaler)
  local target = safe.map(autoscaler.node, "spec", "scaleTargetRef")
  local kind, name = safe.string(target, "kind"), safe.string(target, "name")
  local found, seen
  if kind and name then
    for _, other in ipairs(resources.inside(ctx, autoscaler.namespace)) do
      if other.kind == kind then
        seen = true
        if other.name == name then found = found or other end
      end
    end
  end
  return found, seen, target
end

local function autoscaler(name)
  return "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\nspec:\n"
    .. "  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: " .. name .. "}\n"
end

rule "autoscaler-target-exists" {
  title = "An autoscaler scales a workload that is there",
  why = "An autoscaler without its workload does nothing, and nobody notices until the load comes.",
  severity = "warning",
  across = resources.index,
  check = function(root, ctx)
    for _, resource in ipairs(resources.of(root)) do
      if resources.is(resource, "HorizontalPodAutoscaler", "autoscaling") then
        local found, seen, target = scaled(ctx, resource)
        if seen and not found then
          ctx:report("there is no {kind} '{name}' in this run",
            { kind = target.kind, name = target.name, at = tree.place(target, "name") })
        end
      end
    end
  end,
  examples = {
    pass = { autoscaler "web", autoscaler "web" .. "---\n" .. deployment "ports: []" },
    { fail = autoscaler "api", others = { ["web.yaml"] = deployment "ports: []" }, at = "/spec/scaleTargetRef/name" },
    skip = example.OTHER,
  },
}

rule "autoscaler-owns-replicas" {
  title = "A workload with an autoscaler does not set replicas",
  why = "Each time the manifest is applied it throws the workload back to that number, whatever the load.",
  severity = "info",
  across = resources.index,
  check = function(root, ctx)
    local own = {}
    for _, resource in ipairs(resources.of(root)) do
      local spec = safe.map(resource.node, "spec")
      if resource.group == "apps" and safe.number(spec, "replicas") then own[#own + 1] = resource end
    end
    if #own == 0 then return end
    for _, resource in ipairs(own) do
      for _, other in ipairs(resources.all(ctx, "HorizontalPodAutoscaler", "autoscaling", resource.namespace)) do
        local target = safe.map(other.node, "spec", "scaleTargetRef")
        if safe.string(target, "kind") == resource.kind and safe.string(target, "name") == resource.name then
          ctx:report("an autoscaler sets the replicas of {what}", {
            what = resources.label(resource), at = tree.place(resource.node, "spec", "replicas"),
            related = { { target, "the autoscaler" } },
          })
        end
      end
    end
  end,
  examples = {
    pass = { deployment "ports: []", [[
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec: {replicas: 2}
---
]] .. autoscaler "web" },
    { fail = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 2}\n",
      others = { ["hpa.yaml"] = autoscaler "web" }, at = "/spec/replicas" },
    skip = example.OTHER,
  },
}

-- Where a variable takes its value from a key: { field of valueFrom, kind, mappings that hold keys }.
local SOURCES = {
  { "configMapKeyRef", "ConfigMap", { "data", "binaryData" } },
  { "secretKeyRef", "Secret", { "data", "stringData" } },
}

rule "config-keys-exist" {
  title = "Environment variables take keys that their ConfigMap or Secret has",
  why = "A container with a key that does not exist is never started.",
  severity = "warning",
  across = resources.index,
  check = function(root, ctx)
    local function look(one, reference, kind, parts)
      local name, key = safe.string(reference, "name"), safe.string(reference, "key")
      if name == nil or key == nil or safe.bool(reference, "optional") then return end
      local found, has = nil, false
      for _, other in ipairs(resources.all(ctx, kind, "", one.resource.namespace)) do
        if other.name == name then
          found = found or other.node
          for _, part in ipairs(parts) do
            local values = safe.map(other.node, part)
            has = has or (values and tree.has(values, key))
          end
        end
      end
      if found and not has then
        ctx:report("the {kind} '{name}' has no key '{key}'", {
          kind = kind, name = name, key = key, at = tree.place(reference, "key"), related = { { found, "the " .. kind } },
        })
      end
    end
    pods.each_container(root, function(container, one)
      for _, variable in safe.items(container.node, "env") do
        for _, source in ipairs(SOURCES) do
          local reference = safe.map(variable, "valueFrom", source[1])
          if reference then look(one, reference, source[2], source[3]) end
        end
      end
    end)
  end,
  examples = {
    pass = {
      example.container "env: [{name: A, valueFrom: {configMapKeyRef: {name: a, key: b}}}]",
      example.container "env: [{name: A, valueFrom: {configMapKeyRef: {name: a, key: b}}}]"
        .. "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {b: c}\n",
    },
    { fail = example.container "env: [{name: A, valueFrom: {configMapKeyRef: {name: a, key: d}}}]",
      others = { ["a.yaml"] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {b: c}\n" },
      at = "/spec/containers/0/env/0/valueFrom/configMapKeyRef/key" },
    skip = example.OTHER,
  },
}

-- Patches and tools' own files describe a resource without being it.
local function is_partial(resource)
  if text.ends(resource.group, "kustomize.config.k8s.io") then return true end
  for _, one in ipairs(pods.of_resource(resource)) do
    if pods.is_fragment(one) then return true end
  end
  return false
end

local function report_twice(ctx, resource, first, message, file)
  if is_partial(resource) or is_partial(first) then return end
  ctx:report(message, {
    what = resources.label(resource), file = file,
    at = tree.place(resource.node, "metadata", "name"),
    related = { { tree.place(first.node, "metadata", "name"), "the other one" } },
  })
end

local WEB = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n"

rule "resource-unique" {
  title = "A file describes each resource once",
  why = "The one applied last wins, silently.",
  severity = "error",
  across = resources.index,
  check = function(root, ctx)
    local file, document = ctx.doc.file, ctx.doc.index
    for nth, resource in ipairs(resources.of(root)) do
      for _, first in ipairs(resource.name and resources.same(ctx, resource) or {}) do
        if first.file == file and (first.document < document or (first.document == document and first.nth < nth)) then
          report_twice(ctx, resource, first, "{what} is described twice in this file")
          break
        end
      end
    end
  end,
  examples = {
    pass = {
      WEB .. "---\napiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: other}\n",
      WEB .. "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n",
    },
    { fail = WEB .. "---\n" .. WEB, at = "/metadata/name", message = "Service 'web' is described twice" },
    { fail = [[
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: Secret, metadata: {name: a}}
  - {apiVersion: v1, kind: Secret, metadata: {name: a}}
]],
      at = "/items/1/metadata/name" },
    skip = example.OTHER,
  },
}

rule "resource-unique-in-folder" {
  title = "The files of a folder describe each resource once",
  why = "Applied together, the last one wins, and which that is depends on the names of the files.",
  severity = "warning",
  across = resources.index,
  check = function(root, ctx)
    local file = ctx.doc.file
    for _, resource in ipairs(resources.of(root)) do
      for _, first in ipairs(resource.name and resources.same(ctx, resource) or {}) do
        if first.file < file then
          report_twice(ctx, resource, first, "{what} is described in {file} too", first.file)
          break
        end
      end
    end
  end,
  examples = {
    pass = { "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n" },
    { title = "the same name in the folder of another environment", file = "prod/web.yaml", pass = WEB,
      others = { ["dev/web.yaml"] = WEB } },
    { fail = WEB, file = "prod/web.yaml", others = { ["prod/all.yaml"] = WEB }, at = "/metadata/name",
      message = "Service 'web' is described in prod/all.yaml too" },
    skip = example.OTHER,
  },
}
