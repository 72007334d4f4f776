--- Keys, kinds and values of prometheus.yml.

local safe = import "safe"
local schema = import "schema"
local words = import "words"
local duration = import "duration"

local function job(body) return "scrape_configs: [{job_name: a" .. (body and ", " .. body or "") .. "}]\n" end
local AT = "/scrape_configs/0"

rule "config-keys-known" {
  title = "The file has keys that Prometheus knows",
  why = "Prometheus refuses the whole file because of one key it does not know.",
  severity = "error",
  check = function(root, ctx)
    schema.walk(root, function(kind, value, _, key)
      if type(kind) ~= "table" or not kind.keys or safe.kind(value) ~= "mapping" then return end
      for name in tree.entries(value) do
        if not kind.keys[name] then
          local meant = words.meant(name, schema.names(kind))
          local at = tree.place(value, name)
          ctx:report("{where} has no key '{name}'{hint}", {
            where = key and ("'%s'"):format(key) or "the file", name = name, at = at, at_key = true,
            hint = meant and ("; did you mean '%s'?"):format(meant) or "",
            fix = meant and not tree.has(value, meant) and ctx:rename(meant, at) or nil, safety = "guarded",
          })
        end
      end
    end)
  end,
  examples = {
    pass = "global: {scrape_interval: 15s}\n" .. job "consul_sd_configs: [{server: a}]",
    { fail = job "static_config: [{targets: [a]}]", at = AT .. "/static_config", message = "did you mean 'static_configs'?",
      fixed = job "static_configs: [{targets: [a]}]" },
    { fail = "globl: {}\n" .. job(), at = "/globl" },
    { fail = "global: {scrape-interval: 5s}\n" .. job(), at = "/global/scrape-interval" },
  },
}

local ACCEPTS = {
  string = { string = true, int = true, float = true, bool = true, other = true },
  duration = { string = true, int = true, float = true, bool = true, other = true },
  bool = { bool = true },
  int = { int = true },
  float = { int = true, float = true },
}
local MEANS = { string = "a text", duration = "a duration", bool = "true or false", int = "a whole number", float = "a number" }
local YAML_1_1 = { yes = true, no = true, on = true, off = true, y = true, n = true }

rule "config-kinds" {
  title = "Keys hold the kind of value that Prometheus reads",
  why = "Prometheus refuses the whole file.",
  severity = "error",
  check = function(root, ctx)
    schema.walk(root, function(kind, value, place, key)
      local found = safe.kind(value)
      local wanted
      if found == "null" then return end
      if type(kind) == "table" then
        wanted = kind.list and "sequence" or "mapping"
        if found == wanted then return end
        wanted = wanted == "sequence" and "a list" or "a mapping"
      else
        if kind == "any" or ACCEPTS[kind][found] then return end
        if kind == "bool" and found == "string" and YAML_1_1[value:lower()] and tree.style(place) == "plain" then return end
        wanted = MEANS[kind]
      end
      ctx:report("'{key}' holds {wanted}, not a {found}", { key = key or "the file", wanted = wanted, found = found, at = place })
    end)
  end,
  examples = {
    pass = job "honor_labels: yes, sample_limit: 5, metrics_path: 5",
    { fail = job "honor_labels: maybe", at = AT .. "/honor_labels" },
    { fail = job "sample_limit: '5'", at = AT .. "/sample_limit" },
    { fail = job "static_configs: {targets: [a]}", at = AT .. "/static_configs" },
    { fail = job "static_configs: [{targets: a}]", at = AT .. "/static_configs/0/targets" },
  },
}

rule "config-entries-filled" {
  title = "Lists hold no empty entries",
  why = "Prometheus refuses the whole file: an entry is null.",
  severity = "error",
  check = function(root, ctx)
    schema.walk(root, function(kind, value)
      if type(kind) ~= "table" or type(kind.list) ~= "table" or safe.kind(value) ~= "sequence" then return end
      for i = 1, #value do
        if value[i] == nil then ctx:report("an empty entry", { at = tree.place(value, i) }) end
      end
    end)
  end,
  examples = {
    pass = job "static_configs: []",
    { fail = job "static_configs: [null]", at = AT .. "/static_configs/0" },
    { fail = "scrape_configs:\n  -\n", at = "/scrape_configs/0" },
  },
}

rule "config-duration-valid" {
  title = "Durations are written as 30s or 1h30m",
  why = "Prometheus refuses the whole file.",
  severity = "error",
  check = function(root, ctx)
    schema.walk(root, function(kind, value, place)
      if kind ~= "duration" or value == nil or not ACCEPTS.duration[safe.kind(value)] then return end
      local _, problem = duration.parse(tostring(value))
      if problem then ctx:report("{problem}", { problem = problem, at = place }) end
    end)
  end,
  examples = {
    pass = job "scrape_interval: 1m30s",
    { fail = job "scrape_interval: 15", at = AT .. "/scrape_interval", message = "has no unit" },
    { fail = job "scrape_interval: 30s1m", at = AT .. "/scrape_interval" },
    { fail = job "scrape_interval: 1.5m", at = AT .. "/scrape_interval" },
  },
}

local function milliseconds(node, key)
  local word = safe.string(node, key)
  local length = word and duration.parse(word)
  return length and length > 0 and length or nil
end

rule "config-timeout-within-interval" {
  title = "A scrape times out before the next begins",
  why = "Prometheus refuses the whole file.",
  severity = "error",
  check = function(root, ctx)
    local global = safe.map(root, "global")
    local usual = milliseconds(global, "scrape_interval") or 60000
    local timeout = milliseconds(global, "scrape_timeout")
    if timeout and timeout > usual then
      ctx:report("the timeout is longer than the interval of scrapes", { at = tree.place(global, "scrape_timeout") })
    end
    schema.each(root, "scrape", function(one)
      local own = milliseconds(one, "scrape_timeout")
      if own and own > (milliseconds(one, "scrape_interval") or usual) then
        ctx:report("the timeout is longer than the interval of scrapes", { at = tree.place(one, "scrape_timeout") })
      end
    end)
  end,
  examples = {
    pass = "global: {scrape_interval: 5s}\n" .. job "scrape_timeout: 5s",
    { fail = "global: {scrape_interval: 5s}\n" .. job "scrape_timeout: 6s", at = AT .. "/scrape_timeout" },
    { fail = "global: {scrape_interval: 5s, scrape_timeout: 10s}\n" .. job(), at = "/global/scrape_timeout" },
  },
}

rule "config-names-unique" {
  title = "Jobs have names, each its own; so have remotes that are named",
  why = "Prometheus refuses the whole file.",
  severity = "error",
  check = function(root, ctx)
    local function look(list, key, what)
      local seen = {}
      for i = 1, list and #list or 0 do
        local name = safe.get(list[i], key)
        if name ~= nil and name ~= "" and safe.kind(name) ~= "mapping" and safe.kind(name) ~= "sequence" then
          name = tostring(name)
          local at = tree.place(list[i], key)
          if seen[name] then
            ctx:report("{what} '{name}' is here twice", { what = what, name = name,
              at = at, related = { { seen[name], "the first one" } } })
          else
            seen[name] = at
          end
        elseif key == "job_name" and safe.kind(list[i]) == "mapping" and (name == nil or name == "") then
          ctx:report("a job needs a 'job_name'", { at = tree.place(list, i) })
        end
      end
    end
    look(safe.list(root, "scrape_configs"), "job_name", "the job")
    look(safe.list(root, "remote_write"), "name", "the remote")
    look(safe.list(root, "remote_read"), "name", "the remote")
  end,
  examples = {
    pass = "scrape_configs: [{job_name: a}, {job_name: b}]\n",
    { fail = "scrape_configs: [{job_name: a}, {job_name: a}]\n", at = "/scrape_configs/1/job_name" },
    { fail = "scrape_configs: [{honor_labels: true}]\n", at = "/scrape_configs/0" },
    { fail = "remote_write: [{url: 'http://a', name: x}, {url: 'http://b', name: x}]\n", at = "/remote_write/1/name" },
  },
}

rule "config-labels-valid" {
  title = "Names of labels are letters, digits and _",
  why = "Prometheus refuses the whole file.",
  severity = "error",
  check = function(root, ctx)
    schema.walk(root, function(kind, value, _, key)
      if type(kind) ~= "table" or kind.name ~= "labels"
        or (key ~= "labels" and key ~= "external_labels" and key ~= "required_matchers") then
        return
      end
      for name in safe.entries(value) do
        if not name:find "^[%a_][%w_]*$" then
          ctx:report("'{name}' is no name of a label", { name = name, at = tree.place(value, name), at_key = true })
        end
      end
    end)
  end,
  examples = {
    pass = "global: {external_labels: {a_1: b}}\n" .. job(),
    { fail = "global: {external_labels: {a-b: c}}\n" .. job(), at = "/global/external_labels/a-b" },
    { fail = job "static_configs: [{targets: [a], labels: {a.b: c}}]", at = AT .. "/static_configs/0/labels/a.b" },
  },
}
