--- What services name must be there.

local safe = import "safe"
local words = import "words"
local compose = import "compose"

rule "depends-on-known" {
  title = "Services depend on services that are there",
  why = "Compose refuses the file.",
  severity = "error",
  check = function(root, ctx)
    if compose.open(root) or compose.overlay(ctx) then return end
    local services = safe.map(root, "services")
    if not services then return end
    local names = tree.keys(services)
    compose.services(root, function(own, service)
      for _, key in ipairs { "depends_on", "links", "volumes_from" } do
        for _, one in ipairs(compose.names(service, key)) do
          local name = one.key and one.value or one.value:match "^[^:]*"
          if key ~= "depends_on" and name == "container" or compose.dynamic(name) then
            name = nil
          end
          if name and name == own then
            ctx:report("service '{name}' depends on itself", { name = name, at = one.place, at_key = one.key })
          elseif name and not tree.has(services, name) then
            local meant = words.meant(name, names)
            local fix
            if meant and meant ~= own and name == one.value then
              fix = one.key and ctx:rename(meant, one.place) or ctx:replace(meant, one.place)
            end
            ctx:report("there is no service '{name}'{hint}", {
              name = name, hint = words.hint(name, names), at = one.place, at_key = one.key, fix = fix, safety = "guarded",
            })
          end
        end
      end
    end)
  end,
  examples = {
    pass = "services: {web: {image: a, depends_on: [db]}, db: {image: b}}\n",
    { fail = "services: {web: {image: a, depends_on: [dbs]}, db: {image: b}}\n", at = "/services/web/depends_on/0",
      message = "no service 'dbs'" },
    { fail = "services: {web: {image: a, depends_on: {cahce: {condition: service_started}}}, cache: {image: b}}\n",
      at = "/services/web/depends_on/cahce", message = "did you mean 'cache'?",
      fixed = "services: {web: {image: a, depends_on: {cache: {condition: service_started}}}, cache: {image: b}}\n" },
  },
}

local CONDITIONS = words.of "service_started service_healthy service_completed_successfully"

rule "depends-on-conditions-met" {
  title = "Conditions of depends_on are there and can come true",
  why = "Compose knows three conditions; a service without a health check never becomes healthy.",
  severity = "error",
  check = function(root, ctx)
    compose.services(root, function(_, service, services)
      local deps = safe.map(service, "depends_on")
      for name, dep in safe.entries(deps) do
        compose.check_keys(ctx, dep, words.of "condition required restart", "a dependency")
        local condition = safe.string(dep, "condition")
        if condition and not CONDITIONS.set[condition] and not compose.dynamic(condition) then
          ctx:report("there is no condition '{name}'{hint}", {
            name = condition, hint = words.hint(condition, CONDITIONS.list), at = tree.place(dep, "condition"),
          })
        elseif condition == "service_healthy" then
          local check = safe.map(services, name, "healthcheck")
          if check and (check.disable == true or safe.list(check, "test") and check.test[1] == "NONE") then
            ctx:report("service '{name}' has switched its health check off", { name = name, at = tree.place(dep, "condition") })
          end
        end
      end
    end)
  end,
  examples = {
    pass = "services: {web: {image: a, depends_on: {db: {condition: service_healthy}}}, db: {image: b}}\n",
    { fail = "services: {web: {image: a, depends_on: {db: {condition: healthy}}}, db: {image: b}}\n",
      at = "/services/web/depends_on/db/condition" },
    { fail = "services: {web: {image: a, depends_on: {db: {condition: service_healthy}}}, db: {image: b, healthcheck: {disable: true}}}\n",
      at = "/services/web/depends_on/db/condition" },
  },
}

rule "depends-on-acyclic" {
  title = "Services do not depend on each other in a circle",
  why = "None of them could start; Compose refuses the file.",
  severity = "error",
  check = function(root, ctx)
    local services = safe.map(root, "services")
    local state, path = {}, {}
    local function visit(name)
      state[name] = "open"
      path[#path + 1] = name
      for _, one in ipairs(compose.names(services[name], "depends_on")) do
        local to = one.value
        if to ~= name and safe.map(services, to) then
          if state[to] == "open" then
            local from = 1
            while path[from] ~= to do from = from + 1 end
            ctx:report("these services wait for each other: {circle}",
              { circle = table.concat(path, " -> ", from) .. " -> " .. to, at = one.place, at_key = one.key })
          elseif not state[to] and #path < 150 then
            visit(to)
          end
        end
      end
      path[#path] = nil
      state[name] = "done"
    end
    compose.services(root, function(name)
      if not state[name] then visit(name) end
    end)
  end,
  examples = {
    pass = "services: {a: {image: a, depends_on: [b]}, b: {image: b}}\n",
    { fail = "services: {a: {image: a, depends_on: [b]}, b: {image: b, depends_on: [a]}}\n",
      at = "/services/b/depends_on/0", message = "a -> b -> a" },
  },
}

-- The name of the volume that a short entry mounts, nil for paths of the host and volumes without a name.
local function volume_name(entry)
  local source = entry:match "^([^:]+):"
  if not source or source:find "^[./~\\]" or compose.dynamic(source) or source:find "^%a$" then return nil end
  return source
end

-- Calls visit(what, name, place) for each network, volume, secret and config that services name.
local function each_use(root, visit)
  compose.services(root, function(_, service)
    for _, what in ipairs { "networks", "secrets", "configs" } do
      for _, one in ipairs(compose.names(service, what)) do visit(what, one.value, one.place, one.key) end
    end
    for _, what in ipairs { "secrets", "configs" } do
      local list = safe.list(service, what)
      for i = 1, list and #list or 0 do
        local source = safe.string(list[i], "source")
        if source then visit(what, source, tree.place(list[i], "source"), false) end
      end
    end
    for _, one in ipairs(safe.strings(safe.map(service, "build"), "secrets")) do visit("secrets", one.value, one.place, false) end
    local volumes = safe.list(service, "volumes")
    for i = 1, volumes and #volumes or 0 do
      local entry = volumes[i]
      if safe.kind(entry) == "string" then
        local name = volume_name(entry)
        if name then visit("volumes", name, tree.place(volumes, i), false) end
      elseif safe.string(entry, "type") == "volume" and safe.string(entry, "source") then
        visit("volumes", entry.source, tree.place(entry, "source"), false)
      end
    end
  end)
end

rule "shared-declared" {
  title = "Networks, volumes, secrets and configs that services name are declared",
  why = "Compose refuses the file.",
  severity = "error",
  check = function(root, ctx)
    if compose.open(root) or compose.overlay(ctx) then return end
    each_use(root, function(what, name, place, key)
      if (what == "networks" and name == "default") or compose.dynamic(name) then return end
      local declared = safe.map(root, what)
      if declared and tree.has(declared, name) then return end
      if tree.has(root, what) and not declared and safe.get(root, what) ~= nil then return end
      local names = declared and tree.keys(declared) or {}
      ctx:report("'{name}' is not among the {what} of the file{hint}",
        { name = name, what = what, hint = words.hint(name, names), at = place, at_key = key })
    end)
  end,
  examples = {
    pass = "services: {web: {image: a, networks: [n], volumes: ['db:/x', ./y:/y], secrets: [s]}}\n"
      .. "networks: {n: null}\nvolumes: {db: {}}\nsecrets: {s: {file: f}}\n",
    { fail = "services: {web: {image: a, networks: [front]}}\n", at = "/services/web/networks/0" },
    { fail = "services: {web: {image: a, volumes: ['db:/x']}}\n", at = "/services/web/volumes/0" },
    { fail = "services: {web: {image: a, secrets: [{source: passwd}]}}\nsecrets: {password: {file: f}}\n",
      at = "/services/web/secrets/0/source" },
  },
}

rule "shared-used" {
  title = "Networks, volumes, secrets and configs that are declared are used",
  why = "What no service names is made for nothing, or a service was to name it.",
  severity = "info",
  check = function(root, ctx)
    if compose.open(root) or compose.overlay(ctx) then return end
    local used = { networks = { default = true }, volumes = {}, secrets = {}, configs = {} }
    local dynamic, elsewhere = false, false
    each_use(root, function(what, name) used[what][name] = true end)
    compose.services(root, function(_, service)
      elsewhere = elsewhere or tree.has(service, "extends")
      for _, one in ipairs(compose.names(service, "volumes")) do dynamic = dynamic or compose.dynamic(one.value:match "^[^:]*") end
    end)
    if dynamic or elsewhere then return end
    for what, names in pairs(used) do
      local declared = safe.map(root, what)
      for name in safe.entries(declared) do
        if not names[name] and name:sub(1, 2) ~= "x-" then
          ctx:report("no service uses '{name}' of the {what}",
            { name = name, what = what, at = tree.place(declared, name), at_key = true })
        end
      end
    end
  end,
  examples = {
    pass = "services: {web: {image: a, volumes: ['db:/x']}}\nvolumes: {db: {}}\n",
    { fail = "services: {web: {image: a}}\nvolumes: {db: {}}\n", at = "/volumes/db" },
  },
}

rule "service-container-names-unique" {
  title = "Services have container names of their own, and none when there are several",
  why = "Two containers cannot have one name: the second one does not start.",
  severity = "error",
  check = function(root, ctx)
    local first = {}
    compose.services(root, function(_, service)
      local name = safe.string(service, "container_name")
      if not name then return end
      local at = tree.place(service, "container_name")
      if first[name] and not compose.dynamic(name) then
        ctx:report("the container name '{name}' is taken", { name = name, at = at, related = { { first[name], "the other service" } } })
      end
      first[name] = first[name] or at
      local count = safe.get(service, "scale") or safe.get(safe.map(service, "deploy"), "replicas")
      if math.type(count) and count > 1 then
        ctx:report("{count} containers cannot all be called '{name}'", { count = count, name = name, at = at })
      end
    end)
  end,
  examples = {
    pass = "services: {a: {image: a, container_name: a}, b: {image: b, container_name: b}}\n",
    { fail = "services: {a: {image: a, container_name: x}, b: {image: b, container_name: x}}\n", at = "/services/b/container_name" },
    { fail = "services: {a: {image: a, container_name: x, deploy: {replicas: 2}}}\n", at = "/services/a/container_name" },
  },
}

rule "network-mode-alone" {
  title = "A service has a network mode or networks, not both",
  why = "Compose refuses the file.",
  severity = "error",
  check = function(root, ctx)
    compose.services(root, function(_, service)
      if tree.has(service, "network_mode") and safe.get(service, "networks") ~= nil then
        ctx:report("'network_mode' and 'networks' cannot stand together", { at = tree.place(service, "network_mode"), at_key = true })
      end
    end)
  end,
  examples = {
    pass = "services: {a: {image: a, network_mode: host}}\n",
    { fail = "services: {a: {image: a, network_mode: host, networks: [default]}}\n", at = "/services/a/network_mode" },
  },
}
