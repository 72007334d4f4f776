--- Workloads: what a Deployment, Job and their kin say about their pods.

local safe = import "safe"
local pods = import "pods"
local resources = import "resources"
local example = import "example"

local deployment = example.deployment

-- A workload, one line a field of its spec.
local function workload(kind, spec)
  local group = (kind == "Job" or kind == "CronJob") and "batch/v1" or "apps/v1"
  return ([[
apiVersion: %s
kind: %s
metadata: {name: web}
spec:
%s
]]):format(group, kind, (spec:gsub("[^\n]+", "  %0")))
end

local SELECTING = { Deployment = true, ReplicaSet = true, StatefulSet = true, DaemonSet = true }

rule "selector-matches-template" {
  title = "Workloads select the pods they make",
  why = "The API server refuses a workload whose selector does not choose its own template.",
  severity = "error",
  check = function(root, ctx)
    for _, one in ipairs(pods.of(root)) do
      local resource = one.resource
      local selector = safe.map(resource.node, "spec", "selector")
      if SELECTING[resource.kind] and selector and not pods.is_fragment(one) then
        local own = safe.map(one.metadata, "labels")
        local wanted = safe.map(selector, "matchLabels")
        for key, value in pairs(wanted or {}) do
          if tree.kind(value) == "string" and safe.get(own, key) ~= value then
            ctx:report("the template has not the label {key}={value} that its selector asks for", {
              key = key, value = value, at = tree.place(one.holder, "metadata", "labels", key),
              related = { { tree.place(wanted, key), "the selector" } },
              fix = own and ctx:set(own, key, value), safety = "guarded",
            })
          end
        end
      end
    end
  end,
  examples = {
    pass = deployment "ports: []",
    { fail = workload("Deployment", [[
selector:
  matchLabels: {app: web}
template:
  metadata:
    labels: {app: wbe}
  spec: {containers: []}]]),
      at = "/spec/template/metadata/labels/app",
      fixed = workload("Deployment", [[
selector:
  matchLabels: {app: web}
template:
  metadata:
    labels: {app: web}
  spec: {containers: []}]]) },
    { fail = workload("DaemonSet", "selector: {matchLabels: {app: web}}\ntemplate: {spec: {containers: []}}"),
      at = "/spec/template" },
    skip = example.OTHER,
  },
}

rule "restart-policy-valid" {
  title = "Jobs do not restart for ever, and servers do",
  why = "The API server takes OnFailure or Never for a Job and nothing but Always for a Deployment and its kin.",
  severity = "error",
  check = function(root, ctx)
    for _, one in ipairs(pods.of(root)) do
      local group, kind = one.resource.group, one.resource.kind
      local policy = safe.string(one.spec, "restartPolicy")
      local at = tree.place(one.spec, "restartPolicy")
      if group == "batch" and policy ~= "OnFailure" and policy ~= "Never" and not pods.is_fragment(one) then
        ctx:report("a {kind} needs the restart policy OnFailure or Never, here it is {policy}", {
          kind = kind, policy = policy or "Always by default", at = at,
          fix = ctx:set(one.spec, "restartPolicy", "OnFailure"), safety = "guarded",
        })
      elseif (group == "apps" or group == "extensions") and policy and policy ~= "Always" then
        ctx:report("a {kind} takes no restart policy but Always",
          { kind = kind, at = at, fix = ctx:replace("Always", at), safety = "guarded" })
      end
    end
  end,
  examples = {
    pass = {
      workload("Job", "template: {spec: {restartPolicy: Never, containers: []}}"),
      workload("Deployment", "template: {spec: {containers: []}}"),
    },
    { fail = workload("Job", "template: {spec: {containers: []}}"), at = "/spec/template/spec" },
    { fail = workload("Deployment", "template:\n  spec:\n    restartPolicy: Never"),
      at = "/spec/template/spec/restartPolicy",
      fixed = workload("Deployment", "template:\n  spec:\n    restartPolicy: Always") },
    skip = example.OTHER,
  },
}

rule "replicas-several" {
  title = "Deployments run more than one replica",
  why = "With one, each restart, eviction and move to another node is an outage.",
  severity = "info",
  enabled = false,
  check = function(root, ctx)
    for _, resource in ipairs(resources.of(root)) do
      if resource.kind == "Deployment" then
        local spec = safe.map(resource.node, "spec")
        local replicas = safe.number(spec, "replicas")
        if spec and (replicas == 1 or not tree.has(spec, "replicas")) then
          ctx:report("{what} runs one replica", { what = resources.label(resource), at = tree.place(spec, "replicas") })
        end
      end
    end
  end,
  examples = {
    pass = workload("Deployment", "replicas: 2"),
    { fail = workload("Deployment", "replicas: 1"), at = "/spec/replicas" },
    { fail = workload("Deployment", "paused: false"), at = "/spec" },
    skip = example.OTHER,
  },
}

rule "replicas-spread" {
  title = "Replicas are kept on different nodes",
  why = "Two replicas on one node are both gone when the node is.",
  severity = "info",
  enabled = false,
  check = function(root, ctx)
    for _, one in ipairs(pods.of(root)) do
      local replicas = safe.number(safe.map(one.resource.node, "spec"), "replicas")
      local spread = safe.map(one.spec, "affinity", "podAntiAffinity") or safe.list(one.spec, "topologySpreadConstraints")
      if replicas and replicas > 1 and not spread and not pods.is_fragment(one) then
        ctx:report("nothing keeps the {count} replicas of {what} apart",
          { count = replicas, what = resources.label(one.resource), at = tree.place(one.spec, "affinity") })
      end
    end
  end,
  examples = {
    pass = {
      workload("Deployment", "replicas: 1\ntemplate: {spec: {containers: []}}"),
      workload("Deployment", "replicas: 2\ntemplate: {spec: {containers: [], topologySpreadConstraints: [{}]}}"),
    },
    { fail = workload("Deployment", "replicas: 2\ntemplate: {spec: {containers: []}}"), at = "/spec/template/spec" },
    skip = example.OTHER,
  },
}

rule "namespace-not-default" {
  title = "Nothing is put into the namespace default by name",
  why = "Everything that names no namespace lands there too, and quotas, policies and rights hold for a whole namespace.",
  severity = "info",
  check = function(root, ctx)
    for _, resource in ipairs(resources.of(root)) do
      local metadata = safe.map(resource.node, "metadata")
      if safe.string(metadata, "namespace") == "default" then
        ctx:report("{what} is put into the namespace default",
          { what = resources.label(resource), at = tree.place(metadata, "namespace") })
      end
    end
  end,
  examples = {
    pass = { [[
apiVersion: v1
kind: Service
metadata: {name: a, namespace: shop}
]], "apiVersion: v1\nkind: Service\n" },
    { fail = "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: default}\n", at = "/metadata/namespace" },
    skip = example.OTHER,
  },
}

local LABELLED = {
  Deployment = "apps", StatefulSet = "apps", DaemonSet = "apps", CronJob = "batch", Service = "",
}

rule "labels-recommended" {
  title = "Workloads and Services carry the recommended labels",
  why = "Dashboards, cost reports and people find what belongs together by labels that everybody uses.",
  severity = "info",
  options = {
    labels = { "app.kubernetes.io/name" },
    instead_of_name = { "app", "k8s-app" },  -- older labels that say as much
  },
  check = function(root, ctx)
    for _, resource in ipairs(resources.of(root)) do
      if LABELLED[resource.kind] == resource.group then
        local own = safe.map(resource.node, "metadata", "labels")
        local missing = {}
        for _, name in ipairs(ctx.options.labels) do
          local there = safe.get(own, name) ~= nil
          if name == "app.kubernetes.io/name" then
            for _, older in ipairs(ctx.options.instead_of_name) do there = there or safe.get(own, older) ~= nil end
          end
          if not there then missing[#missing + 1] = name end
        end
        if #missing > 0 then
          ctx:report("{what} has no label {labels}", {
            what = resources.label(resource), labels = table.concat(missing, ", "),
            at = tree.place(resource.node, "metadata", "labels"),
          })
        end
      end
    end
  end,
  examples = {
    pass = {
      "apiVersion: v1\nkind: Service\nmetadata: {name: a, labels: {app.kubernetes.io/name: a}}\n",
      "apiVersion: v1\nkind: Service\nmetadata: {name: a, labels: {app: a}}\n",
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
    },
    { fail = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n", at = "/metadata" },
    { fail = "apiVersion: v1\nkind: Service\nmetadata: {name: a, labels: {app: a}}\n", at = "/metadata/labels",
      options = { labels = { "app.kubernetes.io/name", "app.kubernetes.io/part-of" } },
      message = "Service 'a' has no label app.kubernetes.io/part-of" },
    skip = example.OTHER,
  },
}

rule "label-values-valid" {
  title = "Label values are short and plain",
  why = "The API server refuses labels longer than 63 characters or with others than letters, digits, `-`, `_` and `.`.",
  severity = "error",
  check = function(root, ctx)
    local function look(own)
      for key, value in pairs(own or {}) do
        if tree.kind(value) == "string" and not value:find "[${]"
          and (#value > 63 or (value ~= "" and not re.test(value, "^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$"))) then
          ctx:report("the value of the label {key} is not allowed", { key = key, at = tree.place(own, key) })
        end
      end
    end
    for _, resource in ipairs(resources.of(root)) do
      look(safe.map(resource.node, "metadata", "labels"))
      for _, one in ipairs(pods.of_resource(resource)) do
        if one.holder ~= resource.node then look(safe.map(one.metadata, "labels")) end
      end
    end
  end,
  examples = {
    pass = "apiVersion: v1\nkind: Service\nmetadata: {labels: {a: '', b: v1.2_rc-3}}\n",
    { fail = [[
apiVersion: v1
kind: Service
metadata: {labels: {owner: 'team a'}}
]], at = "/metadata/labels/owner" },
    skip = example.OTHER,
  },
}

-- One field of a schedule: minute, hour, day, month, weekday.
local CRON = {
  { 0, 59 }, { 0, 23 }, { 1, 31 },
  { 1, 12, names = { jan = true, feb = true, mar = true, apr = true, may = true, jun = true, jul = true, aug = true,
    sep = true, oct = true, nov = true, dec = true } },
  { 0, 6, names = { sun = true, mon = true, tue = true, wed = true, thu = true, fri = true, sat = true } },
}

local function cron_number(word, field)
  if field.names and field.names[word:lower()] then return true end
  local number = word:match "^%d+$" and tonumber(word)
  return number and number >= field[1] and number <= field[2]
end

local function cron_field(word, field)
  for _, part in ipairs(text.split(word, ",")) do
    local range, step = part:match "^([^/]+)/(%d+)$"
    range = range or part
    if step and tonumber(step) == 0 then return false end
    local from, to = range:match "^([^-]+)-([^-]+)$"
    local right = range == "*" or range == "?"
      or (from and cron_number(from, field) and cron_number(to, field))
      or (not from and cron_number(range, field))
    if not right then return false end
  end
  return true
end

local NICKNAMES = {
  ["@yearly"] = true, ["@annually"] = true, ["@monthly"] = true, ["@weekly"] = true, ["@daily"] = true,
  ["@midnight"] = true, ["@hourly"] = true,
}

--- What is wrong with a schedule, or nil.
local function schedule_error(schedule)
  local words = {}
  for word in schedule:gmatch "%S+" do words[#words + 1] = word end
  if words[1] and (text.starts(words[1], "TZ=") or text.starts(words[1], "CRON_TZ=")) then
    return "it names a time zone, which belongs into spec.timeZone"
  end
  if NICKNAMES[schedule] or words[1] == "@every" then return nil end
  if #words ~= 5 then return ("it has %d fields, not 5"):format(#words) end
  for index, word in ipairs(words) do
    if not cron_field(word, CRON[index]) then return ("field %d is '%s'"):format(index, word) end
  end
  return nil
end

rule "cron-schedule-valid" {
  title = "Schedules of CronJobs can be read",
  why = "The API server refuses the CronJob otherwise.",
  severity = "error",
  check = function(root, ctx)
    for _, resource in ipairs(resources.of(root)) do
      local spec = safe.map(resource.node, "spec")
      local schedule = resources.is(resource, "CronJob", "batch") and safe.string(spec, "schedule")
      local wrong = schedule and not schedule:find "[${]" and schedule_error(schedule)
      if wrong then
        ctx:report("'{schedule}' is no schedule: {wrong}",
          { schedule = schedule, wrong = wrong, at = tree.place(spec, "schedule") })
      end
    end
  end,
  examples = {
    pass = {
      workload("CronJob", "schedule: '*/15 0-6,22 1 JAN-MAR mon'"),
      workload("CronJob", "schedule: '@daily'"),
    },
    { fail = workload("CronJob", "schedule: '0 24 * * *'"), at = "/spec/schedule", message = "field 2 is '24'" },
    { fail = workload("CronJob", "schedule: '0 0 * * * *'"), message = "it has 6 fields" },
    skip = example.OTHER,
  },
}

rule "disruption-budget-allows-disruption" {
  title = "A disruption budget lets at least one pod go",
  why = "With none to spare a node can never be drained: upgrades of the cluster stop here.",
  severity = "warning",
  check = function(root, ctx)
    for _, resource in ipairs(resources.of(root)) do
      if resources.is(resource, "PodDisruptionBudget", "policy") then
        local spec = safe.map(resource.node, "spec")
        for key, never in pairs { maxUnavailable = { [0] = true, ["0"] = true, ["0%"] = true }, minAvailable = { ["100%"] = true } } do
          local value = safe.get(spec, key)
          if value ~= nil and never[value] then
            ctx:report("{key}: {value} lets no pod go", { key = key, value = tostring(value), at = tree.place(spec, key) })
          end
        end
      end
    end
  end,
  examples = {
    pass = "apiVersion: policy/v1\nkind: PodDisruptionBudget\nspec: {maxUnavailable: 1}\n",
    { fail = [[
apiVersion: policy/v1
kind: PodDisruptionBudget
spec: {maxUnavailable: 0}
]], at = "/spec/maxUnavailable" },
    { fail = [[
apiVersion: policy/v1
kind: PodDisruptionBudget
spec: {minAvailable: 100%}
]], at = "/spec/minAvailable" },
    skip = example.OTHER,
  },
}
