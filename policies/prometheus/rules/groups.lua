--- Groups and rules of a rule file: their keys, names, and what goes with what.

local safe = import "safe"
local groups = import "groups"
local words = import "words"
local duration = import "duration"
local template = import "template"

local KINDS = { kind = groups.KINDS }
local AT = "/groups/0/rules/0"
local function example(body) return "groups: [{name: g, rules: [{" .. body .. "}]}]\n" end

local FILE = words.of "groups namespace"
local GROUP = words.of "name interval query_offset evaluation_delay limit labels rules partial_response_strategy source_tenants "
local RULE = words.of "record alert expr for keep_firing_for labels annotations"

rule "rule-keys-known" {
  title = "Files, groups and rules have keys that Prometheus knows",
  why = "Prometheus refuses the whole file because of one key it does not know.",
  severity = "error",
  match = KINDS,
  check = function(root, ctx)
    local _, holder = groups.list(root)
    if tree.path(holder) == "" then words.check_keys(ctx, holder, FILE, "a file of rules") end
    groups.each(root, function(group) words.check_keys(ctx, group, GROUP, "a group") end)
    groups.rules(root, function(one) words.check_keys(ctx, one, RULE, "a rule") end)
  end,
  examples = {
    pass = example "alert: A, expr: up, for: 5m, labels: {a: b}, annotations: {c: d}",
    { fail = example "alert: A, expr: up, anotations: {c: d}", at = AT .. "/anotations", message = "did you mean 'annotations'?",
      fixed = example "alert: A, expr: up, annotations: {c: d}" },
    { fail = "groups: [{name: g, intervall: 5m, rules: [{record: r, expr: up}]}]\n", at = "/groups/0/intervall" },
    { fail = "group: 1\ngroups: [{name: g, rules: [{record: r, expr: up}]}]\n", at = "/group" },
  },
}

rule "rule-kinds" {
  title = "Keys of groups and rules hold the kind of value that Prometheus reads",
  why = "Prometheus refuses the whole file.",
  severity = "error",
  match = KINDS,
  check = function(root, ctx)
    local function want(node, key, kinds, what)
      local kind = safe.kind(safe.get(node, key))
      if kind ~= "null" and not kinds[kind] then
        ctx:report("'{key}' is {what}, not a {kind}", { key = key, what = what, kind = kind, at = tree.place(node, key) })
      end
    end
    local SCALAR = { string = true, int = true, float = true, bool = true, other = true }
    groups.each(root, function(group)
      want(group, "rules", { sequence = true }, "a list of rules")
      want(group, "limit", { int = true }, "a whole number")
      want(group, "name", SCALAR, "a text")
    end)
    groups.rules(root, function(one)
      for _, key in ipairs { "record", "alert", "expr" } do want(one, key, SCALAR, "a text") end
      for _, key in ipairs { "labels", "annotations" } do
        want(one, key, { mapping = true }, "a mapping of names to texts")
        local inner = safe.map(one, key)
        for name in safe.entries(inner) do want(inner, name, SCALAR, "a text") end
      end
    end)
  end,
  examples = {
    pass = example "alert: A, expr: 1, labels: {a: 1}",
    { fail = example "alert: A, expr: up, labels: [a]", at = AT .. "/labels" },
    { fail = example "alert: A, expr: up, labels: {a: [b]}", at = AT .. "/labels/a" },
    { fail = "groups: [{name: g, limit: many, rules: [{record: r, expr: up}]}]\n", at = "/groups/0/limit" },
  },
}

rule "rule-duration-valid" {
  title = "Durations of groups and rules are written as 30s or 1h30m",
  why = "Prometheus refuses the whole file.",
  severity = "error",
  match = KINDS,
  check = function(root, ctx)
    local function look(node, key)
      local word = groups.text(node, key)
      local _, problem = duration.parse(word or "0")
      if problem then ctx:report("{problem}", { problem = problem, at = tree.place(node, key) }) end
    end
    groups.each(root, function(group)
      look(group, "interval")
      look(group, "query_offset")
    end)
    groups.rules(root, function(one)
      look(one, "for")
      look(one, "keep_firing_for")
    end)
  end,
  examples = {
    pass = example "alert: A, expr: up, for: 1h30m, keep_firing_for: 0",
    { fail = example "alert: A, expr: up, for: 5 minutes", at = AT .. "/for" },
    { fail = example "alert: A, expr: up, for: 5m1h", at = AT .. "/for", message = "out of order" },
    { fail = example "alert: A, expr: up, for: 30", at = AT .. "/for", message = "has no unit" },
  },
}

rule "rule-alert-or-record" {
  title = "A rule has an expression, and either records or alerts",
  why = "Prometheus refuses the whole file.",
  severity = "error",
  match = KINDS,
  check = function(root, ctx)
    groups.rules(root, function(one, place)
      local record, alert = groups.text(one, "record") or "", groups.text(one, "alert") or ""
      if record ~= "" and alert ~= "" then
        ctx:report("'record' and 'alert' in one rule", { at = tree.place(one, "alert") })
      elseif record == "" and alert == "" and safe.kind(safe.get(one, "record")) ~= "mapping" then
        ctx:report("neither 'record' nor 'alert'", { at = place })
      end
      local expr = safe.get(one, "expr")
      if expr == nil or expr == "" then ctx:report("a rule needs an 'expr'", { at = place }) end
      if record ~= "" then
        for _, key in ipairs { "for", "keep_firing_for", "annotations" } do
          local value = safe.get(one, key)
          local empty = value == nil or value == 0 or value == "0"
            or safe.kind(value) == "string" and duration.parse(value) == 0
            or safe.kind(value) == "mapping" and next(tree.keys(value)) == nil
          if not empty and alert == "" then
            local at = tree.place(one, key)
            ctx:report("'{key}' belongs to alerts, not to recorded series",
              { key = key, at = at, at_key = true, fix = ctx:remove(at), safety = "guarded" })
          end
        end
      end
    end)
  end,
  examples = {
    pass = { example "record: r, expr: up, labels: {a: b}", example "alert: A, expr: up" },
    { fail = example "record: r, alert: A, expr: up", at = AT .. "/alert" },
    { fail = "groups: [{name: g, rules: [{expr: up}, {record: r, expr: up}]}]\n", at = AT },
    { fail = example "alert: A", at = AT },
    { fail = example "record: r, expr: up, for: 5m", at = AT .. "/for", fixed = example "record: r, expr: up" },
  },
}

rule "rule-names-valid" {
  title = "Names of recorded series, labels and annotations are names",
  why = "Prometheus refuses the whole file.",
  severity = "error",
  match = KINDS,
  check = function(root, ctx)
    groups.rules(root, function(one)
      local record = groups.text(one, "record")
      if record and record ~= "" and not record:find "^[%a_:][%w_:]*$" then
        ctx:report("'{name}' is no name of a series (letters, digits, _ and :)", { name = record, at = tree.place(one, "record") })
      end
      for _, key in ipairs { "labels", "annotations" } do
        local inner = safe.map(one, key)
        for name in safe.entries(inner) do
          if not name:find "^[%a_][%w_]*$" or (key == "labels" and name == "__name__") then
            ctx:report("'{name}' is no name for one of the {key}", { name = name, key = key, at = tree.place(inner, name), at_key = true })
          end
        end
      end
    end)
  end,
  examples = {
    pass = example "record: 'job:x:rate5m', expr: up, labels: {a_b: c}",
    { fail = example "record: a-b, expr: up", at = AT .. "/record" },
    { fail = example "alert: A, expr: up, labels: {a-b: c}", at = AT .. "/labels/a-b" },
    { fail = example "alert: A, expr: up, annotations: {a-b: c}", at = AT .. "/annotations/a-b" },
  },
}

rule "rule-templates-valid" {
  title = "Templates in labels and annotations are well-formed",
  why = "Prometheus refuses the whole file.",
  severity = "error",
  match = KINDS,
  check = function(root, ctx)
    groups.rules(root, function(one)
      if (groups.text(one, "alert") or "") == "" then return end
      for _, key in ipairs { "labels", "annotations" } do
        local inner = safe.map(one, key)
        for name, value in safe.entries(inner) do
          local problem = safe.kind(value) == "string" and template.problem(value)
          if problem then ctx:report("{problem}", { problem = problem, at = tree.place(inner, name) }) end
        end
      end
    end)
  end,
  examples = {
    pass = example [[alert: A, expr: up, annotations: {a: '{{ $labels.job }} {{ printf "%.2f}}" $value }}
      {{ with $x := query "up" }}{{ $x | first | value }}{{ end }}'}]],
    { fail = example "alert: A, expr: up, annotations: {a: '{{ $labels.job }'}", at = AT .. "/annotations/a" },
    { fail = example "alert: A, expr: up, annotations: {a: '{{ $label.job }}'}", at = AT .. "/annotations/a" },
    { fail = example "alert: A, expr: up, annotations: {a: '{{ if $value }}'}", at = AT .. "/annotations/a" },
    { fail = example "alert: A, expr: up, annotations: {a: '{{ humanise $value }}'}", at = AT .. "/annotations/a" },
  },
}

rule "rule-groups-unique" {
  title = "Groups of a file have names, each its own",
  why = "Prometheus refuses the whole file.",
  severity = "error",
  match = KINDS,
  check = function(root, ctx)
    local seen = {}
    groups.each(root, function(group, place)
      local name = groups.text(group, "name") or ""
      if name == "" then
        ctx:report("a group needs a name", { at = place })
      elseif seen[name] then
        ctx:report("the group '{name}' is here twice",
          { name = name, at = tree.place(group, "name"), related = { { seen[name], "the first one" } } })
      else
        seen[name] = tree.place(group, "name")
      end
    end)
  end,
  examples = {
    pass = "groups: [{name: a, rules: [{record: r, expr: up}]}, {name: b, rules: []}]\n",
    { fail = "groups: [{name: a, rules: [{record: r, expr: up}]}, {name: a, rules: []}]\n", at = "/groups/1/name" },
    { fail = "groups: [{rules: [{record: r, expr: up}]}]\n", at = "/groups/0" },
  },
}

rule "rule-unique" {
  title = "A series or alert with the same labels is defined once",
  why = "Two rules write the same series; samples are dropped, and which one wins is chance.",
  severity = "warning",
  match = KINDS,
  check = function(root, ctx)
    local seen = {}
    groups.rules(root, function(one, place)
      local name = groups.text(one, "record") or groups.text(one, "alert") or ""
      if name == "" then return end
      local parts = { name }
      local labels = safe.map(one, "labels")
      for key, value in pairs(labels or {}) do parts[#parts + 1] = ("%q=%q"):format(key, groups.text(labels, key) or safe.kind(value)) end
      local id = table.concat(parts, "\0")
      if seen[id] then
        ctx:report("'{name}' with these labels is defined twice", { name = name, at = place, related = { { seen[id], "the first one" } } })
      else
        seen[id] = place
      end
    end)
  end,
  examples = {
    pass = "groups: [{name: g, rules: [{alert: A, expr: up, labels: {a: b}}, {alert: A, expr: up, labels: {a: c}}]}]\n",
    { fail = "groups: [{name: g, rules: [{alert: A, expr: up, labels: {a: b}}, {alert: A, expr: x, labels: {a: b}}]}]\n",
      at = "/groups/0/rules/1" },
  },
}

local function practice(name, title, why, severity, enabled, missing)
  rule(name) {
    title = title, why = why, severity = severity, enabled = enabled, match = KINDS, tags = { "practice" },
    check = function(root, ctx)
      groups.rules(root, function(one)
        local alert = groups.text(one, "alert") or ""
        local message = alert ~= "" and missing(one)
        if message then ctx:report("the alert '{alert}' has no {message}", { alert = alert, message = message,
          at = tree.place(one, "alert") }) end
      end)
    end,
    examples = {
      pass = example "alert: A, expr: up, for: 5m, labels: {severity: page}, annotations: {summary: a}",
      { fail = example "alert: A, expr: up", at = AT .. "/alert" },
    },
  }
end

practice("alert-for-set", "Alerts wait before they fire", "One odd sample wakes somebody.", "info", true,
  function(one) return safe.get(one, "for") == nil and "'for'" end)
practice("alert-severity-set", "Alerts carry a severity", "Routes of the Alertmanager choose by it.", "warning", false,
  function(one) return safe.get(safe.get(one, "labels"), "severity") == nil and "label 'severity'" end)
practice("alert-summary-set", "Alerts say in a summary what happened", "Who is woken reads this first.", "info", false,
  function(one) return safe.get(safe.get(one, "annotations"), "summary") == nil and "annotation 'summary'" end)
