--- What a container may use of a node: requests, limits, and how they are written.

local safe = import "safe"
local pods = import "pods"
local quantity = import "quantity"
local example = import "example"

local container = example.container

-- Resources stand in the container or, for all its containers, in the pod.
local function given(one, its_pod, part, name)
  local own = safe.map(one.node, "resources", part)
  if safe.get(own, name) ~= nil then return true end
  return safe.get(safe.map(its_pod.spec, "resources", part), name) ~= nil
end

-- Reports what each serving container lacks, once for each container.
local function report_missing(root, ctx, message, has)
  for _, its_pod in ipairs(pods.of(root)) do
    for _, one in ipairs(pods.serving(its_pod)) do
      local missing = {}
      for _, name in ipairs(ctx.options.resources) do
        if not has(one, its_pod, name) then missing[#missing + 1] = name end
      end
      -- A container without an image is a patch; the rest of it is elsewhere.
      if #missing > 0 and one.node.image ~= nil then
        ctx:report(message, {
          who = one.label, what = table.concat(missing, " and "), at = tree.place(one.node, "resources"),
        })
      end
    end
  end
end

rule "resource-requests-set" {
  title = "Containers request the CPU and memory they need",
  why = "The scheduler places pods by their requests. A pod without is placed anywhere and is the first to be evicted.",
  severity = "warning",
  tags = { "resources" },
  options = { resources = { "cpu", "memory" } },
  check = function(root, ctx)
    report_missing(root, ctx, "{who} does not request {what}", function(one, its_pod, name)
      -- A limit without a request is taken for the request.
      return given(one, its_pod, "requests", name) or given(one, its_pod, "limits", name)
    end)
  end,
  examples = {
    pass = {
      container "resources: {requests: {cpu: 100m, memory: 64Mi}}",
      container "resources: {limits: {cpu: 100m, memory: 64Mi}}",
      example.pod "resources: {requests: {cpu: 1, memory: 1Gi}}\ncontainers: [{name: a, image: a:1}]",
    },
    { fail = container "ports: []", at = "/spec/containers/0",
      message = "container 'app' does not request cpu and memory" },
    { fail = container "resources: {requests: {cpu: 100m}}", at = "/spec/containers/0/resources",
      message = "does not request memory" },
    skip = example.OTHER,
  },
}

rule "resource-limits-set" {
  title = "Containers limit the memory they may take",
  why = "A leak in a container without a limit takes the memory of its neighbours until the node kills one of them.",
  severity = "warning",
  tags = { "resources" },
  -- No CPU: a limit throttles a container while the node is idle, and a request is enough to share fairly.
  options = { resources = { "memory" } },
  check = function(root, ctx)
    report_missing(root, ctx, "{who} has no limit for {what}", function(one, its_pod, name)
      return given(one, its_pod, "limits", name)
    end)
  end,
  examples = {
    pass = container "resources: {limits: {memory: 64Mi}}",
    { fail = container "resources: {requests: {memory: 64Mi}}", at = "/spec/containers/0/resources" },
    { fail = container "resources: {limits: {memory: 64Mi}}", options = { resources = { "cpu", "memory" } },
      at = "/spec/containers/0/resources", message = "no limit for cpu" },
    skip = example.OTHER,
  },
}

-- Calls visit(mapping, name, value, part) for each quantity of requests and limits.
local function each_quantity(root, visit)
  pods.each_container(root, function(one)
    for _, part in ipairs { "requests", "limits" } do
      local amounts = safe.map(one.node, "resources", part)
      for name, value in pairs(amounts or {}) do
        visit(amounts, name, value, part, one)
      end
    end
  end)
end

rule "resource-quantities-valid" {
  title = "Quantities are well formed, and no request exceeds its limit",
  why = "The API server refuses the manifest otherwise.",
  severity = "error",
  tags = { "resources" },
  check = function(root, ctx)
    each_quantity(root, function(amounts, name, value, part, one)
      local kind = tree.kind(value)
      if kind ~= "string" and kind ~= "int" and kind ~= "float" then return end
      if kind == "string" and value:find "[${]" then return end
      local number = quantity.parse(value)
      if number == nil or number < 0 then
        local unit = kind == "string" and value:match "^%d+%.?%d*%s*([kKmMgGtT])[iI]?[bB]?$"
        ctx:report("'{value}' is no quantity{hint}", {
          value = tostring(value), at = tree.place(amounts, name),
          hint = unit and ("; units are written as in 500M or 500Mi, without B and space") or "",
        })
      elseif part == "requests" then
        local limit = safe.get(safe.map(one.node, "resources", "limits"), name)
        local most = quantity.parse(limit)
        if most and number > most * (1 + 1e-9) then
          ctx:report("{who} requests {value} of {name}, above its limit of {limit}", {
            who = one.label, value = tostring(value), name = name, limit = tostring(limit), at = tree.place(amounts, name),
            related = { { tree.place(one.node, "resources", "limits", name), "the limit" } },
          })
        end
      end
    end)
  end,
  examples = {
    pass = {
      container "resources: {requests: {cpu: 0.5, memory: 1e9}, limits: {cpu: 500m, memory: 1Gi}}",
      container "resources: {limits: {nvidia.com/gpu: 1}}",
    },
    { fail = container "resources: {limits: {memory: 512MB}}", at = "/spec/containers/0/resources/limits/memory",
      message = "'512MB' is no quantity; units are written as in 500M" },
    { fail = container "resources: {requests: {memory: 1Gi}, limits: {memory: 512Mi}}",
      at = "/spec/containers/0/resources/requests/memory" },
    skip = example.OTHER,
  },
}

rule "memory-in-bytes" {
  title = "Memory is counted in whole bytes",
  why = "In a quantity `m` means a thousandth: memory of 512m is half a byte, and the container never starts.",
  severity = "error",
  tags = { "resources" },
  check = function(root, ctx)
    each_quantity(root, function(amounts, name, value)
      if name ~= "memory" and name ~= "ephemeral-storage" then return end
      local _, suffix = quantity.parse(value)
      if suffix == "m" then
        local at = tree.place(amounts, name)
        ctx:report("{value} of {name} is a number of thousandths of a byte", {
          value = value, name = name, at = at, fix = ctx:replace((value:gsub("m$", "Mi")), at), safety = "guarded",
        })
      end
    end)
  end,
  examples = {
    pass = container "resources: {requests: {cpu: 100m, memory: 100M}}",
    { fail = container "resources: {limits: {memory: 512m}}", at = "/spec/containers/0/resources/limits/memory",
      fixed = container "resources: {limits: {memory: 512Mi}}" },
    skip = example.OTHER,
  },
}
