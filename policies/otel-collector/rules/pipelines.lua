--- Pipelines: what they are called, what they hold, and that it is defined.

local safe = import "safe"
local words = import "words"
local collector = import "collector"
local example = import "example"

local AT = "/service/pipelines/traces"
local HEAD = "receivers: {otlp: {protocols: {grpc: {}}}}\nexporters: {debug: {}}\n"

local TOP = words.of "receivers processors exporters connectors extensions service"
local SERVICE = words.of "extensions telemetry pipelines"
local PIPELINE = words.of "receivers processors exporters"

rule "collector-keys-known" {
  title = "The file, its service and its pipelines have keys that the Collector knows",
  why = "The Collector does not start because of one key it does not know.",
  severity = "error",
  check = function(root, ctx)
    words.check_keys(ctx, root, TOP, "the file")
    local service = safe.map(root, "service")
    words.check_keys(ctx, service, SERVICE, "'service'")
    words.check_keys(ctx, safe.get(service, "telemetry"), words.of "logs metrics traces resource", "'telemetry'")
    collector.pipelines(root, function(_, pipeline) words.check_keys(ctx, pipeline, PIPELINE, "a pipeline") end)
  end,
  examples = {
    pass = example.traces("processors: {}\nextensions: {}"),
    { fail = example.traces("processor: {batch: {}}"), at = "/processor", message = "did you mean 'processors'?",
      fixed = example.traces("processors: {batch: {}}") },
    { fail = example.traces(nil, "processor: []"), at = AT .. "/processor" },
    { fail = HEAD .. "service: {telemetri: {}, pipelines: {}}\n", at = "/service/telemetri" },
  },
}

rule "collector-kinds" {
  title = "Sections are mappings, and pipelines hold lists of names",
  why = "The Collector does not start.",
  severity = "error",
  check = function(root, ctx)
    local function want(node, key, kind, what)
      local found = safe.kind(safe.get(node, key))
      if found == "null" or found == kind or (found == "string" and node[key]:find("${", 1, true)) then return end
      ctx:report("'{key}' is {what}, not a {found}", { key = key, what = what, found = found, at = tree.place(node, key) })
    end
    for _, section in ipairs(collector.ORDER) do want(root, section, "mapping", "a mapping of components") end
    local service = safe.map(root, "service")
    want(service, "extensions", "sequence", "a list of names")
    want(service, "pipelines", "mapping", "a mapping of pipelines")
    local pipelines = safe.map(service, "pipelines")
    for name in safe.entries(pipelines) do want(pipelines, name, "mapping", "a pipeline") end
    collector.pipelines(root, function(_, pipeline)
      for _, key in ipairs(PIPELINE.list) do
        if safe.kind(safe.get(pipeline, key)) ~= "string" then want(pipeline, key, "sequence", "a list of names") end
      end
    end)
  end,
  examples = {
    pass = example.traces(),
    { fail = HEAD .. "service: {pipelines: {traces: [otlp]}}\n", at = AT },
    { fail = example.traces(nil, "processors: {batch: {}}"), at = AT .. "/processors" },
    { fail = "extensions: [a]\n" .. example.traces(), at = "/extensions" },
  },
}

local SIGNALS = words.of "traces metrics logs profiles"

rule "pipeline-name-valid" {
  title = "Pipelines are called by what they carry: traces, metrics, logs or profiles, and a name behind a slash",
  why = "The Collector does not start.",
  severity = "error",
  check = function(root, ctx)
    local list = safe.map(root, "service", "pipelines")
    for name in safe.entries(list) do
      local signal, slash, rest = collector.parts(name)
      if not SIGNALS.set[signal] or (slash == "/" and rest == "") then
        local meant = slash == "" and words.meant(signal, SIGNALS.list)
        local at = tree.place(list, name)
        ctx:report("'{name}' is no name of a pipeline, such as traces or metrics/host{hint}", {
          name = name, hint = slash == "" and words.hint(signal, SIGNALS.list) or "", at = at, at_key = true,
          fix = meant and not tree.has(list, meant) and ctx:rename(meant, at) or nil, safety = "guarded",
        })
      end
    end
  end,
  examples = {
    pass = { example.traces(), (example.traces():gsub("traces", "logs/a_b")) },
    { fail = (example.traces():gsub("traces", "trace")), at = "/service/pipelines/trace", fixed = example.traces() },
    { fail = (example.traces():gsub("traces", "'traces/'")), at = "/service/pipelines/traces~1" },
    { fail = (example.traces():gsub("traces", "spans/a")), at = "/service/pipelines/spans~1a" },
  },
}

rule "component-id-valid" {
  title = "Components are called type, or type/name",
  why = "The Collector does not start.",
  severity = "error",
  check = function(root, ctx)
    collector.components(root, function(id, _, place)
      local kind, slash, name = collector.parts(id)
      if not kind:find "^%a[%w_]*$" or #kind > 63 or (slash == "/" and name == "") then
        ctx:report("'{id}' is no name of a component (type or type/name)", { id = id, at = place, at_key = true })
      end
    end)
  end,
  examples = {
    pass = example.traces("extensions: {health_check/a-b/c: {}}"),
    { fail = example.traces("extensions: {'/a': {}}"), at = "/extensions/~1a" },
    { fail = example.traces("extensions: {health-check: {}}"), at = "/extensions/health-check" },
    { fail = example.traces("extensions: {'zpages/': {}}"), at = "/extensions/zpages~1" },
  },
}

rule "reference-defined" {
  title = "What pipelines and the service name is configured",
  why = "The Collector does not start.",
  severity = "error",
  check = function(root, ctx)
    if not collector.whole(root) then return end
    local lists = {}
    local function names(section)
      if not lists[section] then
        lists[section] = {}
        collector.components(root, function(id) table.insert(lists[section], id) end, section)
        if section ~= "processors" and section ~= "extensions" then
          collector.components(root, function(id) table.insert(lists[section], id) end, "connectors")
        end
      end
      return lists[section]
    end
    local function look(id, place, section)
      if collector.has(root, section, id) then return end
      if section ~= "processors" and section ~= "extensions" and collector.has(root, "connectors", id) then return end
      local meant = text.nearest(id, names(section))
      ctx:report("there is no {kind} '{id}'{hint}", {
        kind = collector.SECTIONS[section], id = id, at = place, hint = meant and ("; did you mean '%s'?"):format(meant) or "",
        fix = meant and ctx:replace(meant, place) or nil, safety = "guarded",
      })
    end
    collector.references(root, look)
    for _, one in ipairs(safe.strings(safe.map(root, "service"), "extensions")) do
      if not one.value:find("${", 1, true) then look(one.value, one.place, "extensions") end
    end
  end,
  examples = {
    pass = example.traces(),
    { fail = example.traces(nil, "processors: [batch]"), at = AT .. "/processors/0" },
    { fail = (example.traces():gsub("%[otlp%]", "[otpl]")), at = AT .. "/receivers/0", message = "did you mean 'otlp'?",
      fixed = example.traces() },
    { fail = HEAD .. "service: {extensions: [zpages], pipelines: {traces: {receivers: [otlp], exporters: [debug]}}}\n",
      at = "/service/extensions/0" },
  },
}

rule "component-used" {
  title = "Components that are configured are used",
  why = "The Collector leaves out what no pipeline names, without a word.",
  severity = "warning",
  check = function(root, ctx)
    local used = {}
    collector.references(root, function(id, _, key) used[key .. "\0" .. id] = true end)
    for _, one in ipairs(safe.strings(safe.map(root, "service"), "extensions")) do used["extensions\0" .. one.value] = true end
    -- Extensions such as authenticators and storage are named by other components too, but must be listed in the service.
    collector.components(root, function(id, _, place, section)
      local found = used[section .. "\0" .. id]
      if section == "connectors" then found = used["receivers\0" .. id] or used["exporters\0" .. id] end
      if not found then
        ctx:report("the {kind} '{id}' is not used", { kind = collector.SECTIONS[section], id = id, at = place, at_key = true })
      end
    end)
  end,
  examples = {
    pass = example.traces(),
    { fail = example.traces("processors: {batch: {}}"), at = "/processors/batch" },
    { fail = example.traces("extensions: {zpages: {}}"), at = "/extensions/zpages" },
  },
}

rule "pipeline-complete" {
  title = "A pipeline has a receiver and an exporter",
  why = "The Collector does not start.",
  severity = "error",
  check = function(root, ctx)
    local list = safe.map(root, "service", "pipelines")
    if list and #tree.keys(list) == 0 then ctx:report("there is no pipeline", { at = list }) end
    if not collector.whole(root) then return end
    collector.pipelines(root, function(name, pipeline, place)
      for _, key in ipairs { "receivers", "exporters" } do
        local value = safe.get(pipeline, key)
        if value == nil or (safe.kind(value) == "sequence" and #value == 0) then
          ctx:report("the pipeline '{name}' has no {key}", { name = name, key = key, at = place })
        end
      end
    end)
  end,
  examples = {
    pass = example.traces(),
    { fail = HEAD .. "service: {pipelines: {traces: {receivers: [otlp]}}}\n", at = AT },
    { fail = HEAD .. "service: {pipelines: {traces: {receivers: [], exporters: [debug]}}}\n", at = AT },
    { fail = HEAD .. "service: {pipelines: {}}\n", at = "/service/pipelines" },
  },
}

rule "reference-once" {
  title = "A pipeline names a component once",
  why = "The Collector refuses a processor that a pipeline names twice.",
  severity = "error",
  check = function(root, ctx)
    collector.pipelines(root, function(_, pipeline)
      local seen = {}
      for _, one in ipairs(safe.strings(pipeline, "processors")) do
        if seen[one.value] then ctx:report("'{id}' stands here twice", { id = one.value, at = one.place,
          fix = ctx:remove(one.place), safety = "guarded" }) end
        seen[one.value] = true
      end
    end)
  end,
  examples = {
    pass = example.traces("processors: {batch: {}}", "processors: [batch]"),
    { fail = example.traces("processors: {batch: {}}", "processors: [batch, batch]"), at = AT .. "/processors/1",
      fixed = example.traces("processors: {batch: {}}", "processors: [batch]") },
  },
}

local CONNECTED = HEAD .. "connectors: {forward: {}}\nservice: {pipelines: {traces/a: {receivers: [otlp], exporters: [forward]}, "
  .. "traces/b: {receivers: [%s], exporters: [%s]}}}\n"

rule "connector-both-sides" {
  title = "A connector is the exporter of one pipeline and the receiver of another",
  why = "The Collector does not start.",
  severity = "error",
  check = function(root, ctx)
    if not safe.map(root, "connectors") then return end
    local sides, places = {}, {}
    collector.references(root, function(id, place, key)
      if not collector.has(root, "connectors", id) or key == "processors" or collector.has(root, key, id) then return end
      sides[id] = sides[id] or {}
      sides[id][key] = true
      places[id] = places[id] or place
    end)
    collector.components(root, function(id)
      local side = sides[id]
      if side and not (side.receivers and side.exporters) then
        ctx:report("the connector '{id}' is {one} only", {
          id = id, one = side.receivers and "a receiver" or "an exporter", at = places[id],
        })
      end
    end, "connectors")
  end,
  examples = {
    pass = CONNECTED:format("forward", "debug"),
    { fail = CONNECTED:format("otlp", "debug"), at = "/service/pipelines/traces~1a/exporters/0" },
  },
}

rule "connector-cycle-free" {
  title = "Connectors do not lead back to where they came from",
  why = "The Collector does not start: data would go round for ever.",
  severity = "error",
  check = function(root, ctx)
    local readers, writes = {}, {}  -- connector → pipelines that receive from it; pipeline → connectors that it exports to
    collector.references(root, function(id, place, key, name)
      if key == "processors" or not collector.has(root, "connectors", id) then return end
      if key == "receivers" then
        readers[id] = readers[id] or {}
        table.insert(readers[id], name)
      else
        writes[name] = writes[name] or {}
        table.insert(writes[name], { id = id, place = place })
      end
    end)
    -- Depth first over connectors and pipelines, each once, with a stack of its own: chains may be long.
    local state, said = {}, {}
    local function visit(start)
      local stack = { { name = start, edge = 1, reader = 1 } }
      state[start] = "open"
      while #stack > 0 do
        local top = stack[#stack]
        local edge = (writes[top.name] or {})[top.edge]
        if not edge then
          state[top.name] = "done"
          stack[#stack] = nil
        else
          local next_one = (readers[edge.id] or {})[top.reader]
          if not next_one then
            top.edge, top.reader = top.edge + 1, 1
          else
            top.reader = top.reader + 1
            if state[next_one] == "open" and not said[edge.id] then
              said[edge.id] = true
              ctx:report("the connector '{id}' closes a circle: back to the pipeline '{name}'", { id = edge.id, name = next_one,
                at = edge.place })
            elseif not state[next_one] then
              state[next_one] = "open"
              stack[#stack + 1] = { name = next_one, edge = 1, reader = 1 }
            end
          end
        end
      end
    end
    collector.pipelines(root, function(name)
      if not state[name] then visit(name) end
    end)
  end,
  examples = {
    pass = CONNECTED:format("forward", "debug"),
    { fail = CONNECTED:format("forward", "forward"), at = "/service/pipelines/traces~1b/exporters/0" },
  },
}
