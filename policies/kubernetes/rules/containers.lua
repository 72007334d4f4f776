--- Containers: names, environment, ports, mounts, and what the API server would refuse.

local safe = import "safe"
local pods = import "pods"
local resources = import "resources"
local example = import "example"

local container = example.container
local pod = example.pod

rule "container-names-unique" {
  title = "The containers of a pod have names of their own",
  why = "The API server refuses the pod otherwise.",
  severity = "error",
  check = function(root, ctx)
    for _, one in ipairs(pods.of(root)) do
      local first = {}
      for _, its in ipairs(pods.containers(one)) do
        if its.name and first[its.name] then
          ctx:report("another container is named '{name}'", {
            name = its.name, at = tree.place(its.node, "name"),
            related = { { tree.place(first[its.name], "name"), "the other one" } },
          })
        elseif its.name then
          first[its.name] = its.node
        end
      end
    end
  end,
  examples = {
    pass = pod "containers: [{name: a}, {name: b}]",
    { fail = pod "initContainers: [{name: a}]\ncontainers: [{name: a}]", at = "/spec/containers/0/name" },
    skip = example.OTHER,
  },
}

rule "env-names-unique" {
  title = "A container sets each environment variable once",
  why = "The last one wins and the others are there to mislead; a later patch may take the wrong one away.",
  severity = "warning",
  check = function(root, ctx)
    pods.each_container(root, function(one)
      local first = {}
      for index, variable in safe.items(one.node, "env") do
        local name = safe.string(variable, "name")
        if name and first[name] then
          ctx:report("{who} sets {name} twice", {
            who = one.label, name = name, at = tree.place(variable, "name"),
            related = { { tree.place(one.node, "env", first[name], "name"), "the one that has no effect" } },
            fix = ctx:remove(tree.place(one.node, "env", first[name])), safety = "guarded",
          })
        end
        if name then first[name] = index end
      end
    end)
  end,
  examples = {
    pass = container "env: [{name: A, value: x}, {name: B, value: x}]",
    { fail = container "env:\n  - {name: A, value: x}\n  - {name: B, value: x}\n  - {name: A, value: y}",
      at = "/spec/containers/0/env/2/name",
      fixed = container "env:\n  - {name: B, value: x}\n  - {name: A, value: y}" },
    skip = example.OTHER,
  },
}

rule "container-ports-unique" {
  title = "The containers of a pod listen on different ports",
  why = "They share one network address: the second to open a port fails to start.",
  severity = "warning",
  check = function(root, ctx)
    for _, one in ipairs(pods.of(root)) do
      local first = {}
      for _, its in ipairs(pods.serving(one)) do
        for _, port in safe.items(its.node, "ports") do
          local number = safe.number(port, "containerPort")
          local key = number and ("%s/%s"):format(number, safe.string(port, "protocol") or "TCP")
          if key and first[key] then
            ctx:report("port {port} is declared twice", {
              port = key, at = tree.place(port, "containerPort"),
              related = { { tree.place(first[key], "containerPort"), "the first time" } },
            })
          elseif key then
            first[key] = port
          end
        end
      end
    end
  end,
  examples = {
    pass = container "ports: [{containerPort: 53, protocol: TCP}, {containerPort: 53, protocol: UDP}]",
    { fail = pod [[
containers:
  - {name: a, ports: [{containerPort: 80}]}
  - {name: b, ports: [{containerPort: 80, protocol: TCP}]}]],
      at = "/spec/containers/1/ports/0/containerPort", message = "port 80/TCP" },
    skip = example.OTHER,
  },
}

-- The names that a mount may use, or nil when they are not all to be seen here.
local function volume_names(one)
  if pods.is_fragment(one) then return nil end
  local names = {}
  for _, volume in safe.items(one.spec, "volumes") do names[#names + 1] = safe.string(volume, "name") end
  for _, claim in safe.items(safe.map(one.resource.node, "spec"), "volumeClaimTemplates") do
    names[#names + 1] = safe.string(safe.map(claim, "metadata"), "name")
  end
  return names
end

local NATIVE = { [""] = true, apps = true, batch = true, extensions = true }

rule "volume-mounts-defined" {
  title = "Containers mount volumes that the pod has",
  why = "The API server refuses the pod otherwise.",
  severity = "error",
  check = function(root, ctx)
    for _, one in ipairs(pods.of(root)) do
      -- An operator may add volumes of its own to the templates it owns.
      local names = NATIVE[one.resource.group] and volume_names(one)
      for _, its in ipairs(names and pods.containers(one) or {}) do
        for _, key in ipairs { "volumeMounts", "volumeDevices" } do
          for _, mount in safe.items(its.node, key) do
            local name = safe.string(mount, "name")
            local found = name == nil or name:find "[${]"
            for _, known in ipairs(names) do found = found or known == name end
            if not found then
              local meant = text.nearest(name, names)
              local at = tree.place(mount, "name")
              ctx:report("the pod has no volume '{name}'{hint}", {
                name = name, at = at, hint = meant and ("; did you mean '%s'?"):format(meant) or "",
                fix = meant and ctx:replace(meant, at), safety = "guarded",
              })
            end
          end
        end
      end
    end
  end,
  examples = {
    pass = {
      pod "containers: [{name: a, image: a:1, volumeMounts: [{name: tmp, mountPath: /tmp}]}]\nvolumes: [{name: tmp}]",
      [[
apiVersion: apps/v1
kind: StatefulSet
spec:
  template: {spec: {containers: [{name: a, image: a:1, volumeMounts: [{name: data, mountPath: /d}]}]}}
  volumeClaimTemplates: [{metadata: {name: data}}]
]],
    },
    { fail = pod "containers: [{name: a, image: a:1, volumeMounts: [{name: tpm, mountPath: /tmp}]}]\nvolumes: [{name: tmp}]",
      at = "/spec/containers/0/volumeMounts/0/name", message = "did you mean 'tmp'?",
      fixed = pod "containers: [{name: a, image: a:1, volumeMounts: [{name: tmp, mountPath: /tmp}]}]\nvolumes: [{name: tmp}]" },
    skip = example.OTHER,
  },
}

rule "root-filesystem-read-only" {
  title = "Containers cannot write to their own image",
  why = "What an intruder cannot write he cannot run, and what the program writes there is lost at the next restart.",
  severity = "info",
  check = function(root, ctx)
    pods.each_container(root, function(one)
      if one.node.image == nil or one.list == "ephemeralContainers" then return end
      local context = safe.map(one.node, "securityContext")
      if safe.bool(context, "readOnlyRootFilesystem") ~= true then
        ctx:report("{who} may write to its root file system",
          { who = one.label, at = tree.place(one.node, "securityContext", "readOnlyRootFilesystem") })
      end
    end)
  end,
  examples = {
    pass = container "securityContext: {readOnlyRootFilesystem: true}",
    { fail = container "securityContext: {readOnlyRootFilesystem: false}",
      at = "/spec/containers/0/securityContext/readOnlyRootFilesystem" },
    { fail = container "ports: []", at = "/spec/containers/0" },
    skip = example.OTHER,
  },
}

rule "service-account-name-current" {
  title = "Pods name their account in serviceAccountName",
  why = "serviceAccount is the old name of the field, kept for old manifests only.",
  severity = "info",
  check = function(root, ctx)
    for _, one in ipairs(pods.of(root)) do
      if safe.string(one.spec, "serviceAccount") then
        local at = tree.place(one.spec, "serviceAccount")
        local both = tree.has(one.spec, "serviceAccountName")
        ctx:report("serviceAccount is the old name of serviceAccountName",
          { at = at, at_key = true, fix = not both and ctx:rename("serviceAccountName", at) or nil })
      end
    end
  end,
  examples = {
    pass = pod "serviceAccountName: web\ncontainers: []",
    { fail = pod "serviceAccount: web  # see iam\ncontainers: []", at = "/spec/serviceAccount",
      fixed = pod "serviceAccountName: web  # see iam\ncontainers: []" },
    skip = example.OTHER,
  },
}

-- The field that was meant by a key which is none.
local function misspelt(key, fields)
  for _, field in ipairs(fields) do
    if field == key then return nil end
  end
  for _, field in ipairs(fields) do
    if field:lower() == key:lower() then return field end
  end
  return #key > 3 and text.nearest(key, fields) or nil
end

rule "pod-fields-spelt" {
  title = "Fields of pods, containers and security contexts are spelt as Kubernetes spells them",
  why = "A misspelt field is refused or, by older servers and many tools, silently dropped: the setting is not there.",
  severity = "error",
  check = function(root, ctx)
    local function look(node, fields)
      for key in pairs(node or {}) do
        local meant = misspelt(key, fields)
        if meant then
          local at = tree.place(node, key)
          ctx:report("there is no field '{key}'; did you mean '{meant}'?", {
            key = key, meant = meant, at = at, at_key = true,
            fix = not tree.has(node, meant) and ctx:rename(meant, at) or nil, safety = "guarded",
          })
        end
      end
    end
    for _, one in ipairs(pods.of(root)) do
      -- Other kinds may have fields of their own in what looks like a pod spec.
      if NATIVE[one.resource.group] then
        look(one.spec, ctx.data.fields.pod)
        look(safe.map(one.spec, "securityContext"), ctx.data.fields.security)
        for _, its in ipairs(pods.containers(one)) do
          look(its.node, ctx.data.fields.container)
          look(safe.map(its.node, "securityContext"), ctx.data.fields.security)
        end
      end
    end
  end,
  examples = {
    pass = container "livenessProbe: {}\nx-note: a",
    { fail = container "livenessprobe: {tcpSocket: {port: 80}}", at = "/spec/containers/0/livenessprobe",
      fixed = container "livenessProbe: {tcpSocket: {port: 80}}" },
    { fail = container "securityContext: {runAsNonroot: true}", at = "/spec/containers/0/securityContext/runAsNonroot" },
    { fail = pod "container: [{name: a}]", at = "/spec/container", message = "did you mean 'containers'?" },
    skip = example.OTHER,
  },
}

-- Kubernetes reads YAML 1.1, in which these plain words are numbers too.
local function number_word(word)
  return word:find "^[-+]?%d[%d_]*$" or word:find "^[-+]?0b[01_]+$" or word:find "^0o[0-7_]+$"
end

-- What is wrong with a value where Kubernetes takes text only, or nil.
local function not_text(node, key, value)
  local kind = tree.kind(node, key)
  if kind == "bool" or kind == "int" or kind == "float" then return kind == "bool" and "a boolean" or "a number" end
  if kind ~= "string" or tree.style(node, key) ~= "plain" then return nil end
  if safe.boolean_word(value) then return "a boolean" end
  if number_word(value) then return "a number" end
  return nil
end

rule "text-values-quoted" {
  title = "Labels, annotations, environment variables, arguments and ConfigMap values are text",
  why = "Kubernetes takes nothing but text here. An unquoted number or boolean is refused: `value: 8080`, `debug: yes`.",
  severity = "error",
  check = function(root, ctx)
    local function look(node, key, value)
      local what = not_text(node, key, value)
      if what == nil then return end
      local at = tree.place(node, key)
      -- The value itself stays out of the message: it may be a password of digits.
      ctx:report("the value is {what} here, not text: quote it",
        { what = what, at = at, fix = ctx:replace(tree.raw(at) or tostring(value), at) })
    end
    local function all(mapping)
      for key, value in pairs(mapping or {}) do look(mapping, key, value) end
    end
    local function metadata(node)
      all(safe.map(node, "labels"))
      all(safe.map(node, "annotations"))
    end
    for _, resource in ipairs(resources.of(root)) do
      local node = resource.node
      metadata(safe.map(node, "metadata"))
      all(safe.map(node, "spec", "selector", "matchLabels"))
      if resource.group == "" then
        if resource.kind == "ConfigMap" then all(safe.map(node, "data")) end
        if resource.kind == "Secret" then all(safe.map(node, "stringData")) end
        if resource.kind == "Service" then all(safe.map(node, "spec", "selector")) end
      end
      for _, one in ipairs(pods.of_resource(resource)) do
        if one.holder ~= node then metadata(one.metadata) end
        all(safe.map(one.spec, "nodeSelector"))
        for _, its in ipairs(pods.containers(one)) do
          for _, variable in safe.items(its.node, "env") do look(variable, "value", variable.value) end
          for _, key in ipairs { "command", "args" } do
            local words = safe.list(its.node, key)
            for index, word in safe.each(its.node, key) do look(words, index, word) end
          end
        end
      end
    end
  end,
  examples = {
    pass = {
      container "env: [{name: PORT, value: '8080'}, {name: EMPTY, value: null}]\nargs: [--port, '8080']",
      "apiVersion: v1\nkind: ConfigMap\ndata: {debug: 'yes', level: info}\n",
    },
    { fail = container "env:\n  - {name: PORT, value: 8080}", at = "/spec/containers/0/env/0/value",
      fixed = container "env:\n  - {name: PORT, value: \"8080\"}" },
    { fail = [[
apiVersion: v1
kind: ConfigMap
data:
  debug: yes
  ratio: 1.50
]], at = { "/data/debug", "/data/ratio" },
      fixed = "apiVersion: v1\nkind: ConfigMap\ndata:\n  debug: \"yes\"\n  ratio: \"1.50\"\n" },
    { fail = container "args: [--port, 8080]", at = "/spec/containers/0/args/1" },
    { fail = "apiVersion: v1\nkind: Service\nmetadata: {labels: {version: 1.0}}\n", at = "/metadata/labels/version" },
    skip = example.OTHER,
  },
}
