--- How Kubernetes learns that a container works.

local safe = import "safe"
local pods = import "pods"
local example = import "example"

local container = example.container

-- Calls visit for the containers that ought to answer probes.
local function each_serving(root, visit)
  for _, its_pod in ipairs(pods.of(root)) do
    if pods.long_running(its_pod) then
      for _, one in ipairs(pods.serving(its_pod)) do
        -- A container without an image is a patch; the rest of it is elsewhere.
        if one.node.image ~= nil then visit(one) end
      end
    end
  end
end

rule "readiness-probe-set" {
  title = "Containers say when they are ready to serve",
  why = "Without a readiness probe a pod gets requests from its first instant, and a rollout goes on over broken ones.",
  severity = "warning",
  tags = { "probes" },
  check = function(root, ctx)
    each_serving(root, function(one)
      if one.list == "containers" and safe.map(one.node, "readinessProbe") == nil then
        ctx:report("{who} has no readiness probe", { who = one.label, at = one.node })
      end
    end)
  end,
  examples = {
    pass = {
      container "readinessProbe: {tcpSocket: {port: 80}}",
      "apiVersion: batch/v1\nkind: Job\nspec: {template: {spec: {containers: [{name: a, image: a:1}]}}}\n",
    },
    { fail = container "livenessProbe: {tcpSocket: {port: 80}}", at = "/spec/containers/0" },
    skip = example.OTHER,
  },
}

rule "liveness-probe-set" {
  title = "Containers say whether they still work",
  why = "A process that hangs is not restarted: Kubernetes sees only that it has not ended.",
  severity = "info",
  tags = { "probes" },
  check = function(root, ctx)
    each_serving(root, function(one)
      if safe.map(one.node, "livenessProbe") == nil then
        ctx:report("{who} has no liveness probe", { who = one.label, at = one.node })
      end
    end)
  end,
  examples = {
    pass = container "livenessProbe: {tcpSocket: {port: 80}}",
    { fail = container "readinessProbe: {tcpSocket: {port: 80}}", at = "/spec/containers/0" },
    skip = example.OTHER,
  },
}

rule "probes-differ" {
  title = "Liveness and readiness are different questions",
  why = "A pod that is merely busy should get no requests; with one probe for both it is killed instead.",
  severity = "info",
  tags = { "probes" },
  check = function(root, ctx)
    each_serving(root, function(one)
      local live, ready = safe.map(one.node, "livenessProbe"), safe.map(one.node, "readinessProbe")
      if live and ready and tree.equal(live, ready) then
        ctx:report("{who} has the same probe for liveness as for readiness",
          { who = one.label, at = live, related = { { ready, "the readiness probe" } } })
      end
    end)
  end,
  examples = {
    pass = container "livenessProbe: {tcpSocket: {port: 80}, failureThreshold: 9}\nreadinessProbe: {tcpSocket: {port: 80}}",
    { fail = container "livenessProbe: {tcpSocket: {port: 80}}\nreadinessProbe: {tcpSocket: {port: 80}}",
      at = "/spec/containers/0/livenessProbe" },
    skip = example.OTHER,
  },
}

rule "probe-port-defined" {
  title = "Probes name ports that their container has",
  why = "A probe of an unknown port name fails always, and the pod never becomes ready or is restarted for ever.",
  severity = "error",
  tags = { "probes" },
  check = function(root, ctx)
    pods.each_container(root, function(one)
      if one.node.image == nil then return end
      local names = {}
      for _, port in safe.items(one.node, "ports") do names[#names + 1] = safe.string(port, "name") end
      for _, key in ipairs { "livenessProbe", "readinessProbe", "startupProbe" } do
        for _, action in ipairs { "httpGet", "tcpSocket" } do
          local request = safe.map(one.node, key, action)
          local port = safe.string(request, "port")
          local known = port == nil or port:find "[${]" or port:find "^%d+$"
          for _, name in ipairs(names) do known = known or name == port end
          if not known then
            local meant = text.nearest(port, names)
            local at = tree.place(request, "port")
            ctx:report("{who} has no port named '{port}'{hint}", {
              who = one.label, port = port, hint = meant and ("; did you mean '%s'?"):format(meant) or "",
              at = at, fix = meant and ctx:replace(meant, at), safety = "guarded",
            })
          end
        end
      end
    end)
  end,
  examples = {
    pass = {
      container "ports: [{name: http, containerPort: 80}]\nlivenessProbe: {httpGet: {port: http}}",
      container "livenessProbe: {httpGet: {port: 80}}",
    },
    { fail = container "ports: [{name: http, containerPort: 80}]\nlivenessProbe: {httpGet: {port: htpp}}",
      at = "/spec/containers/0/livenessProbe/httpGet/port", message = "did you mean 'http'?",
      fixed = container "ports: [{name: http, containerPort: 80}]\nlivenessProbe: {httpGet: {port: http}}" },
    { fail = container "readinessProbe: {tcpSocket: {port: db}}", at = "/spec/containers/0/readinessProbe/tcpSocket/port" },
    skip = example.OTHER,
  },
}
