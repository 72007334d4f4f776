--- Keys and kinds that the Compose Specification knows.

local safe = import "safe"
local words = import "words"
local compose = import "compose"

local TOP = words.of "version name include services networks volumes secrets configs models"
local SERVICE = words.of("annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command configs container_name "
  .. "cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset credential_spec depends_on "
  .. "deploy develop device_cgroup_rules devices dns dns_opt dns_search domainname entrypoint env_file environment expose extends "
  .. "external_links extra_hosts gpus group_add healthcheck hostname image init ipc isolation labels label_file links logging "
  .. "mac_address mem_limit mem_reservation mem_swappiness memswap_limit models network_mode networks oom_kill_disable "
  .. "oom_score_adj pid pids_limit platform ports post_start pre_stop privileged profiles provider pull_policy "
  .. "pull_refresh_after read_only restart runtime scale secrets security_opt shm_size stdin_open stop_grace_period stop_signal "
  .. "storage_opt sysctls tmpfs tty ulimits use_api_socket user userns_mode uts volumes volumes_from working_dir")
local INNER = {
  build = words.of("context dockerfile dockerfile_inline entitlements args ssh labels cache_from cache_to no_cache additional_contexts "
    .. "network pull target shm_size extra_hosts isolation privileged secrets tags ulimits platforms provenance sbom "
    .. "no_cache_filter"),
  healthcheck = words.of "disable interval retries test timeout start_period start_interval",
  deploy = words.of "mode endpoint_mode replicas labels rollback_config update_config resources restart_policy placement",
  logging = words.of "driver options",
  extends = words.of "service file",
}
local SHARED = {
  networks = words.of "name driver driver_opts ipam external internal enable_ipv4 enable_ipv6 attachable labels",
  volumes = words.of "name driver driver_opts external labels",
  secrets = words.of "name environment file external labels driver driver_opts template_driver",
  configs = words.of "name content environment file external labels template_driver",
}

rule "compose-keys-known" {
  title = "The file, its services and what they share have keys that Compose knows",
  why = "Compose refuses the whole file because of one key it does not know. Keys of one's own begin with x-.",
  severity = "error",
  check = function(root, ctx)
    compose.check_keys(ctx, root, TOP, "a Compose file")
    compose.services(root, function(_, service)
      compose.check_keys(ctx, service, SERVICE, "a service")
      for key, known in pairs(INNER) do
        compose.check_keys(ctx, safe.get(service, key), known, ("'%s'"):format(key))
      end
    end)
    for key, known in pairs(SHARED) do
      for _, one in safe.entries(safe.get(root, key)) do
        compose.check_keys(ctx, one, known, ("an entry of '%s'"):format(key))
      end
    end
  end,
  examples = {
    pass = "x-a: 1\nservices: {web: {image: a, x-b: 2}}\n",
    { fail = "services: {web: {image: a, port: ['80']}}\n", at = "/services/web/port", message = "did you mean 'ports'?",
      fixed = "services: {web: {image: a, ports: ['80']}}\n" },
    { fail = "service: {}\nservices: {web: {image: a}}\n", at = "/service" },
    { fail = "services: {web: {image: a, healthcheck: {tset: b}}}\n", at = "/services/web/healthcheck/tset" },
    { fail = "services: {web: {image: a}}\nvolumes: {db: {drivr: local}}\n", at = "/volumes/db/drivr" },
  },
}

local LIST, MAP, TEXT, BOOL = { "sequence" }, { "mapping" }, { "string" }, { "bool" }
local LIST_OR_MAP, LIST_OR_TEXT = { "sequence", "mapping" }, { "sequence", "string" }
local TEXT_OR_MAP = { "string", "mapping" }
local KINDS = {
  build = TEXT_OR_MAP, cap_add = LIST, cap_drop = LIST, configs = LIST, container_name = TEXT, depends_on = LIST_OR_MAP,
  deploy = MAP, devices = LIST, dns = LIST_OR_TEXT, dns_opt = LIST, dns_search = LIST_OR_TEXT, environment = LIST_OR_MAP,
  expose = LIST, extends = TEXT_OR_MAP, external_links = LIST, extra_hosts = LIST_OR_MAP, group_add = LIST, healthcheck = MAP,
  hostname = TEXT, image = TEXT, init = BOOL, ipc = TEXT, labels = LIST_OR_MAP, links = LIST, logging = MAP, network_mode = TEXT,
  networks = LIST_OR_MAP, ports = LIST, privileged = BOOL, profiles = LIST, read_only = BOOL, restart = TEXT,
  secrets = LIST, security_opt = LIST, stdin_open = BOOL, sysctls = LIST_OR_MAP, tmpfs = LIST_OR_TEXT, tty = BOOL,
  ulimits = MAP, volumes = LIST, volumes_from = LIST, working_dir = TEXT, env_file = LIST_OR_TEXT, command = LIST_OR_TEXT,
  entrypoint = LIST_OR_TEXT,
}

rule "compose-kinds-right" {
  title = "Settings of services are of the kind that Compose expects",
  why = "Compose refuses the file.",
  severity = "error",
  check = function(root, ctx)
    local function wrong(place, key, kind, wanted)
      ctx:report("'{key}' is {kind}, it must be {wanted}", { key = key, kind = kind, wanted = table.concat(wanted, " or "), at = place })
    end
    for _, key in ipairs { "networks", "volumes", "secrets", "configs", "services" } do
      local kind = tree.kind(root, key)
      if kind and kind ~= "mapping" and kind ~= "null" then wrong(tree.place(root, key), key, kind, MAP) end
    end
    local services = safe.map(root, "services")
    for name in safe.entries(services) do
      local kind = tree.kind(services, name)
      if kind ~= "mapping" and not compose.overlay(ctx) then wrong(tree.place(services, name), name, kind, MAP) end
    end
    compose.services(root, function(_, service)
      for key, value in tree.entries(service) do
        local kind, wanted = tree.kind(service, key), KINDS[key]
        local fits = not wanted or kind == "null" or kind == "other"
          or (wanted == BOOL and kind == "string" and (compose.dynamic(value) or value == "true" or value == "false"))
        for _, one in ipairs(wanted or {}) do fits = fits or one == kind end
        if not fits then wrong(tree.place(service, key), key, kind, wanted) end
      end
    end)
  end,
  examples = {
    pass = "services: {web: {image: a, ports: ['80'], command: null, tty: '${TTY}'}}\n",
    { fail = "services: {web: {image: a, ports: '80'}}\n", at = "/services/web/ports", message = "it must be sequence" },
    { fail = "services: {web: {image: a}, db: b}\n", at = "/services/db" },
    { fail = "services: {web: {image: a}}\nvolumes: [db]\n", at = "/volumes" },
  },
}

rule "service-has-image" {
  title = "A service says from which image it is made, or how to build one",
  why = "Compose refuses the file.",
  severity = "error",
  check = function(root, ctx)
    if compose.overlay(ctx) then return end
    compose.services(root, function(name, service, services)
      for _, key in ipairs { "image", "build", "extends", "provider" } do
        if tree.has(service, key) then return end
      end
      ctx:report("service '{name}' has neither 'image' nor 'build'", { name = name, at = tree.place(services, name), at_key = true })
    end)
  end,
  examples = {
    pass = { "services: {web: {build: .}}\n", "services: {web: {extends: {service: a, file: b.yaml}}}\n" },
    { pass = "services: {web: {ports: ['80']}}\n", file = "compose.override.yaml" },
    { fail = "services: {web: {ports: ['80']}}\n", at = "/services/web" },
  },
}

rule "version-dropped" {
  title = "A Compose file has no version",
  why = "Compose ignores it, and warns each time.",
  severity = "info",
  check = function(root, ctx)
    if tree.has(root, "version") then
      local at = tree.place(root, "version")
      ctx:report("'version' is obsolete", { at = at, at_key = true, fix = ctx:remove(at) })
    end
  end,
  examples = {
    pass = "services: {web: {image: a}}\n",
    { fail = "version: '3'\nservices: {web: {image: a}}\n", at = "/version", fixed = "services: {web: {image: a}}\n" },
  },
}

local RESTART = words.of "no always on-failure unless-stopped"

rule "restart-valid" {
  title = "Services restart in a way that Compose knows",
  why = "Compose refuses the service when it is to start. A plain no is false to programs that read YAML 1.1.",
  severity = "error",
  check = function(root, ctx)
    compose.services(root, function(_, service)
      local value = safe.string(service, "restart")
      if not value or compose.dynamic(value) or RESTART.set[value] or value:find "^on%-failure:%d+$" then return end
      local meant = words.meant(value, RESTART.list)
      local at = tree.place(service, "restart")
      ctx:report("a service restarts no, always, on-failure[:times] or unless-stopped, not '{value}'{hint}", {
        value = value, hint = words.hint(value, RESTART.list), at = at, fix = meant and ctx:replace(meant, at), safety = "guarded",
      })
    end)
  end,
  examples = {
    pass = "services: {web: {image: a, restart: 'on-failure:3'}, db: {image: b, restart: 'no'}}\n",
    { fail = "services: {web: {image: a, restart: allways}}\n", at = "/services/web/restart",
      fixed = "services: {web: {image: a, restart: always}}\n" },
  },
}

rule "durations-valid" {
  title = "Durations have a number and a unit",
  why = "Compose refuses the file.",
  severity = "error",
  check = function(root, ctx)
    compose.services(root, function(_, service)
      local function look(node, key)
        local value = safe.get(node, key)
        if value ~= nil and not compose.is_duration(value) and value ~= 0 then
          ctx:report("'{value}' is no duration such as 1m30s", { value = tostring(tree.raw(node, key)), at = tree.place(node, key) })
        end
      end
      look(service, "stop_grace_period")
      for _, key in ipairs { "interval", "timeout", "start_period", "start_interval" } do
        look(safe.map(service, "healthcheck"), key)
      end
      for _, key in ipairs { "update_config", "rollback_config", "restart_policy" } do
        local node = safe.map(service, "deploy", key)
        look(node, "delay")
        look(node, key == "restart_policy" and "window" or "monitor")
      end
    end)
  end,
  examples = {
    pass = "services: {web: {image: a, stop_grace_period: 1m30s, healthcheck: {interval: 1.5h, timeout: 500ms}}}\n",
    { fail = "services: {web: {image: a, healthcheck: {interval: 30}}}\n", at = "/services/web/healthcheck/interval" },
    { fail = "services: {web: {image: a, stop_grace_period: 3 secs}}\n", at = "/services/web/stop_grace_period" },
  },
}

rule "sizes-valid" {
  title = "Amounts of memory are bytes with a unit, shares of processors are numbers",
  why = "Compose refuses the file.",
  severity = "error",
  check = function(root, ctx)
    compose.services(root, function(_, service)
      local function bytes(node, key)
        local value = safe.get(node, key)
        if value ~= nil and not compose.is_bytes(value) then
          ctx:report("'{value}' is no amount of bytes such as 512m", { value = tostring(tree.raw(node, key)), at = tree.place(node, key) })
        end
      end
      for _, key in ipairs { "mem_limit", "mem_reservation", "memswap_limit", "shm_size" } do bytes(service, key) end
      local resources = safe.map(service, "deploy", "resources")
      compose.check_keys(ctx, resources, words.of "limits reservations", "'resources'")
      for _, part in ipairs { "limits", "reservations" } do
        local node = safe.map(resources, part)
        compose.check_keys(ctx, node, words.of(part == "limits" and "cpus memory pids" or "cpus memory generic_resources devices"),
          ("'%s'"):format(part))
        bytes(node, "memory")
        local cpus = safe.get(node, "cpus")
        if cpus ~= nil and not compose.dynamic(cpus) and not tonumber(cpus) then
          ctx:report("'{value}' is no number of processors", { value = tostring(tree.raw(node, "cpus")), at = tree.place(node, "cpus") })
        end
      end
    end)
  end,
  examples = {
    pass = "services: {web: {image: a, mem_limit: 512m, deploy: {resources: {limits: {cpus: '0.5', memory: 1GB}}}}}\n",
    { fail = "services: {web: {image: a, mem_limit: lots}}\n", at = "/services/web/mem_limit" },
    { fail = "services: {web: {image: a, deploy: {resources: {limits: {cpus: half}}}}}\n",
      at = "/services/web/deploy/resources/limits/cpus" },
    { fail = "services: {web: {image: a, deploy: {resources: {limit: {}}}}}\n", at = "/services/web/deploy/resources/limit" },
  },
}

rule "healthcheck-valid" {
  title = "A health check is a command, and says how it is run",
  why = "Compose refuses a list that begins with anything but NONE, CMD or CMD-SHELL.",
  severity = "error",
  check = function(root, ctx)
    compose.services(root, function(_, service)
      local check = safe.map(service, "healthcheck")
      local test = safe.list(check, "test")
      if not test then return end
      local first = test[1]
      if first ~= "NONE" and first ~= "CMD" and first ~= "CMD-SHELL" and not compose.dynamic(first) then
        ctx:report("the test must begin with NONE, CMD or CMD-SHELL", { at = tree.place(check, "test") })
      elseif #test == 1 and first ~= "NONE" and not compose.dynamic(first) then
        ctx:report("the test has no command", { at = tree.place(check, "test") })
      end
    end)
  end,
  examples = {
    pass = "services: {web: {image: a, healthcheck: {test: [CMD, curl, x]}}, b: {image: a, healthcheck: {test: curl x}}}\n",
    { fail = "services: {web: {image: a, healthcheck: {test: [curl, x]}}}\n", at = "/services/web/healthcheck/test" },
  },
}

rule "environment-valid" {
  title = "Environment variables have text or numbers for values",
  why = "Compose refuses lists, mappings and plain booleans there, and entries of a list that are no NAME=value.",
  severity = "error",
  check = function(root, ctx)
    compose.services(root, function(_, service)
      local env = safe.get(service, "environment")
      local is_list = safe.kind(env) == "sequence"
      if not is_list and safe.kind(env) ~= "mapping" then return end
      for key in tree.entries(env) do
        local kind = tree.kind(env, key)
        if is_list and kind ~= "string" then
          ctx:report("an entry is NAME=value, not {kind}", { kind = kind, at = tree.place(env, key) })
        elseif not is_list and (kind == "sequence" or kind == "mapping") then
          ctx:report("the value of '{name}' is {kind}, it must be text", { name = key, kind = kind, at = tree.place(env, key) })
        elseif kind == "bool" and not is_list then
          local at = tree.place(env, key)
          ctx:report("the value of '{name}' is a boolean; quote it",
            { name = key, at = at, fix = ctx:replace(tree.raw(env, key), at) })
        end
      end
    end)
  end,
  examples = {
    pass = "services: {web: {image: a, environment: {A: b, C: 1, D: null}}, b: {image: a, environment: [A=b, C]}}\n",
    { fail = "services: {web: {image: a, environment: [{A: b}]}}\n", at = "/services/web/environment/0" },
    { fail = "services: {web: {image: a, environment: {A: [b]}}}\n", at = "/services/web/environment/A" },
    { fail = "services:\n  web:\n    image: a\n    environment:\n      A: true\n", at = "/services/web/environment/A" },
  },
}
