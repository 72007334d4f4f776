--- Relabelling: actions, and what each needs and refuses.

local safe = import "safe"
local schema = import "schema"
local words = import "words"
local re2 = import "re2"

local function job(body) return "scrape_configs: [{job_name: a, relabel_configs: [{" .. body .. "}]}]\n" end
local AT = "/scrape_configs/0/relabel_configs/0"

local ACTIONS = words.of "replace keep drop keepequal dropequal hashmod labelmap labeldrop labelkeep lowercase uppercase"

local function action_of(one)
  local word = safe.get(one, "action")
  if word == nil then return "replace" end
  return safe.kind(word) == "string" and word:lower() or nil
end

rule "relabel-action-known" {
  title = "Actions of relabelling are known",
  why = "Prometheus refuses the whole file.",
  severity = "error",
  tags = { "relabel" },
  check = function(root, ctx)
    schema.each(root, "relabel", function(one)
      local action = action_of(one)
      if action and not ACTIONS.set[action] then
        local meant = words.meant(action, ACTIONS.list)
        local at = tree.place(one, "action")
        ctx:report("there is no action '{action}'{hint}", { action = one.action, at = at, hint = words.hint(action, ACTIONS.list),
          fix = meant and ctx:replace(meant, at) or nil, safety = "guarded" })
      end
    end)
  end,
  examples = {
    pass = job "action: Drop, source_labels: [a]",
    { fail = job "action: dorp, source_labels: [a]", at = AT .. "/action", message = "did you mean 'drop'?",
      fixed = job "action: drop, source_labels: [a]" },
    { fail = job "action: ''", at = AT .. "/action" },
  },
}

rule "relabel-regex-valid" {
  title = "Regular expressions of relabelling compile",
  why = "Prometheus refuses the whole file. Its expressions are RE2's: without lookahead and references back.",
  severity = "error",
  tags = { "relabel" },
  check = function(root, ctx)
    schema.each(root, "relabel", function(one)
      local pattern = safe.string(one, "regex")
      local problem = pattern and re2.problem(pattern)
      if problem then ctx:report("the regular expression: {problem}", { problem = problem, at = tree.place(one, "regex") }) end
    end)
  end,
  examples = {
    pass = { job "regex: '(.*)some-[regex]\\.(?P<x>a|b)[[:word:]]{2,5}?', target_label: x", job "regex: 1, target_label: x" },
    { fail = job "regex: '(a', target_label: x", at = AT .. "/regex" },
    { fail = job "regex: 'a(?!b)', target_label: x", at = AT .. "/regex" },
    { fail = job "regex: '(a)\\1', target_label: x", at = AT .. "/regex" },
    { fail = job "regex: 'a**', target_label: x", at = AT .. "/regex" },
  },
}

local TARGET = { replace = true, hashmod = true, lowercase = true, uppercase = true, keepequal = true, dropequal = true }
local LABEL = "^[%a_][%w_]*$"

--- Is it a name of a label that may hold references such as ${1}?
local function is_template(word)
  return re.test(word, [[^(?:(?:[a-zA-Z_]|\$(?:\{\w+\}|\w+))+\w*)+$]])
end

rule "relabel-fields" {
  title = "Each action of relabelling has the fields that it needs",
  why = "Prometheus refuses the whole file.",
  severity = "error",
  tags = { "relabel" },
  check = function(root, ctx)
    schema.each(root, "relabel", function(one, place)
      local action = action_of(one)
      local target = safe.get(one, "target_label")
      local replacement = safe.get(one, "replacement")
      if action == "hashmod" and (safe.get(one, "modulus") or 0) == 0 then ctx:report("'hashmod' needs a 'modulus' above 0",
        { at = place }) end
      if TARGET[action] and (target == nil or target == "") then
        ctx:report("'{action}' needs a 'target_label'", { action = action, at = place })
      elseif TARGET[action] and safe.kind(target) == "string" then
        local fine = target:find(LABEL) ~= nil
        if action == "replace" then fine = #target > 200 or is_template(target) end
        if not fine then ctx:report("'{target}' is no name of a label", { target = target, at = tree.place(one, "target_label") }) end
      end
      if action == "labelmap" and safe.kind(replacement) == "string" and #replacement <= 200 and not is_template(replacement) then
        ctx:report("'{text}' makes no name of a label", { text = replacement, at = tree.place(one, "replacement") })
      end
      for _, label in ipairs(safe.kind(safe.get(one, "source_labels")) == "sequence" and safe.strings(one, "source_labels") or {}) do
        if not label.value:find(LABEL) then ctx:report("'{label}' is no name of a label", { label = label.value, at = label.place }) end
      end
    end)
  end,
  examples = {
    pass = { job "source_labels: [a], target_label: 'x_${1}'", job "action: hashmod, modulus: 8, target_label: h, source_labels: [a]",
      job "action: labelmap, regex: 'a_(.+)'" },
    { fail = job "source_labels: [a], replacement: b", at = AT },
    { fail = job "action: hashmod, target_label: h, source_labels: [a]", at = AT },
    { fail = job "source_labels: [a-b], target_label: c", at = AT .. "/source_labels/0" },
    { fail = job "source_labels: [a], target_label: b-c", at = AT .. "/target_label" },
    { fail = job "action: labelmap, replacement: 'a-$1'", at = AT .. "/replacement" },
    { fail = job "action: lowercase, source_labels: [a], target_label: '${3}'", at = AT .. "/target_label" },
  },
}

local REFUSES = {
  labeldrop = { "source_labels", "target_label", "modulus", "separator", "replacement" },
  labelkeep = { "source_labels", "target_label", "modulus", "separator", "replacement" },
  keepequal = { "regex", "modulus", "separator", "replacement" },
  dropequal = { "regex", "modulus", "separator", "replacement" },
  lowercase = { "replacement" },
  uppercase = { "replacement" },
}
local DEFAULTS = { separator = ";", replacement = "$1", regex = "(.*)", modulus = 0, target_label = "" }

rule "relabel-fields-fitting" {
  title = "Actions of relabelling have no fields that they do not use",
  why = "Prometheus refuses the whole file.",
  severity = "error",
  tags = { "relabel" },
  check = function(root, ctx)
    schema.each(root, "relabel", function(one)
      local action = action_of(one)
      for _, key in ipairs(REFUSES[action] or {}) do
        local value = safe.get(one, key)
        if value ~= nil and value ~= DEFAULTS[key] then
          local at = tree.place(one, key)
          ctx:report("'{action}' does not use '{key}'", { action = action, key = key, at = at, at_key = true,
            fix = ctx:remove(at), safety = "guarded" })
        end
      end
    end)
  end,
  examples = {
    pass = job "action: labeldrop, regex: a",
    { fail = job "action: labeldrop, source_labels: [a], regex: a", at = AT .. "/source_labels",
      fixed = job "action: labeldrop, regex: a" },
    { fail = job "action: keepequal, source_labels: [a], target_label: b, regex: c", at = AT .. "/regex" },
    { fail = job "action: uppercase, source_labels: [a], target_label: b, replacement: c", at = AT .. "/replacement" },
  },
}
