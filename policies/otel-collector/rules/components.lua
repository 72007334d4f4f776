--- Components: what the ones of every distribution need, and what has been retired.

local safe = import "safe"
local collector = import "collector"
local example = import "example"

local AT = "/service/pipelines/traces"

rule "otlp-protocols" {
  title = "The OTLP receiver has a protocol, and only grpc and http",
  why = "The Collector does not start.",
  severity = "error",
  check = function(root, ctx)
    collector.components(root, function(id, value, place)
      if collector.type(id) ~= "otlp" or (type(value) == "string") then return end
      local protocols = safe.map(value, "protocols")
      if value == nil or safe.kind(value) == "mapping" and (not protocols and safe.kind(safe.get(value, "protocols")) == "null"
        or protocols and #tree.keys(protocols) == 0) then
        ctx:report("no protocol: 'protocols' holds grpc, http or both", { at = place })
      end
      for name in safe.entries(protocols) do
        if name ~= "grpc" and name ~= "http" then
          ctx:report("there is no protocol '{name}'; grpc and http there are", { name = name,
            at = tree.place(protocols, name), at_key = true })
        end
      end
    end, "receivers")
  end,
  examples = {
    pass = example.traces(),
    { fail = (example.traces():gsub("{protocols: {grpc: {}}}", "{}")), at = "/receivers/otlp" },
    { fail = (example.traces():gsub("grpc", "gprc")), at = "/receivers/otlp/protocols/gprc" },
  },
}

rule "exporter-endpoint" {
  title = "OTLP exporters have an endpoint",
  why = "The Collector does not start.",
  severity = "error",
  check = function(root, ctx)
    collector.components(root, function(id, value, place)
      local kind = collector.type(id)
      if (kind ~= "otlp" and kind ~= "otlphttp") or type(value) == "string" then return end
      local endpoint = safe.get(value, "endpoint")
      local any = endpoint ~= nil and endpoint ~= ""
      if kind == "otlphttp" then
        for _, key in ipairs { "traces_endpoint", "metrics_endpoint", "logs_endpoint", "profiles_endpoint" } do
          any = any or safe.get(value, key) ~= nil
        end
      end
      if not any then ctx:report("an 'endpoint' is missing", { at = place }) end
    end, "exporters")
  end,
  examples = {
    pass = example.traces():gsub("debug: {}", "debug: {}, otlp: {endpoint: 'a:4317'}"),
    { fail = (example.traces():gsub("debug: {}", "debug: {}, otlp: {}")), at = "/exporters/otlp" },
    { fail = (example.traces():gsub("debug: {}", "debug: {}, otlphttp: {tls: {}}")), at = "/exporters/otlphttp" },
  },
}

rule "memory-limiter-complete" {
  title = "The memory limiter has an interval and a limit",
  why = "The Collector does not start: both have no default.",
  severity = "error",
  check = function(root, ctx)
    collector.components(root, function(id, value, place)
      if collector.type(id) ~= "memory_limiter" or type(value) == "string" then return end
      local interval = safe.get(value, "check_interval")
      if interval == nil or interval == 0 or interval == "0" or interval == "0s" then
        ctx:report("'check_interval' is missing or 0", { at = place })
      end
      local function none(key) return (safe.get(value, key) or 0) == 0 end
      if none "limit_mib" and none "limit_percentage" then
        ctx:report("neither 'limit_mib' nor 'limit_percentage'", { at = place })
      end
      local limit, spike = safe.get(value, "limit_mib"), safe.get(value, "spike_limit_mib")
      if math.type(limit) == "integer" and math.type(spike) == "integer" and limit > 0 and spike >= limit then
        ctx:report("'spike_limit_mib' is not below 'limit_mib'", { at = tree.place(value, "spike_limit_mib") })
      end
    end, "processors")
  end,
  examples = {
    pass = example.traces("processors: {memory_limiter: {check_interval: 1s, limit_mib: 400, spike_limit_mib: 100}}",
      "processors: [memory_limiter]"),
    { fail = example.traces("processors: {memory_limiter: {limit_mib: 400}}"), at = "/processors/memory_limiter",
      message = "check_interval" },
    { fail = example.traces("processors: {memory_limiter: {check_interval: 1s}}"), at = "/processors/memory_limiter",
      message = "limit_mib" },
    { fail = example.traces("processors: {memory_limiter: {check_interval: 1s, limit_mib: 4, spike_limit_mib: 5}}"),
      at = "/processors/memory_limiter/spike_limit_mib" },
  },
}

local LEVELS = { debug = "detailed", info = "normal", warn = "basic", error = "basic" }

rule "logging-exporter-retired" {
  title = "The exporter for looking is called debug",
  why = "The exporter 'logging' is gone since 0.111; the Collector does not start.",
  severity = "warning",
  check = function(root, ctx)
    collector.components(root, function(id, value, place)
      if collector.type(id) ~= "logging" then return end
      local to = "debug" .. id:sub(#"logging" + 1)
      local edits = { ctx:rename(to, place) }
      collector.references(root, function(name, at, key)
        if key == "exporters" and name == id then edits[#edits + 1] = ctx:replace(to, at) end
      end)
      local level = safe.string(value, "loglevel")
      local movable = safe.get(value, "loglevel") == nil and not collector.has(root, "exporters", to)
      ctx:report("the exporter '{id}' is 'debug'{level}", {
        id = id, at = place, at_key = true, fix = movable and edits or nil, safety = "guarded",
        level = LEVELS[level] and ("; 'loglevel: %s' is 'verbosity: %s'"):format(level, LEVELS[level]) or "",
      })
    end, "exporters")
  end,
  examples = {
    pass = example.traces(),
    { fail = (example.traces():gsub("debug", "logging")), at = "/exporters/logging", fixed = example.traces() },
    { fail = (example.traces():gsub("debug", "logging"):gsub("logging: {}", "logging: {loglevel: debug}")), at = "/exporters/logging",
      message = "verbosity: detailed" },
  },
}

-- section/type → what stands in its place
local RETIRED = {
  ["exporters/jaeger"] = "otlp, which Jaeger reads", ["exporters/jaeger_thrift"] = "otlp, which Jaeger reads",
  ["exporters/opencensus"] = "otlp", ["receivers/opencensus"] = "otlp", ["exporters/loki"] = "otlphttp, which Loki reads",
  ["processors/spanmetrics"] = "the connector spanmetrics", ["processors/servicegraph"] = "the connector servicegraph",
  ["extensions/memory_ballast"] = "the memory_limiter and GOMEMLIMIT", ["extensions/ballast"] = "the memory_limiter and GOMEMLIMIT",
}

rule "component-current" {
  title = "Components are not retired",
  why = "They are gone from the distributions, or will be; a Collector without them does not start.",
  severity = "info",
  check = function(root, ctx)
    collector.components(root, function(id, _, place, section)
      local instead = RETIRED[section .. "/" .. collector.type(id)]
      if instead then
        ctx:report("the {kind} '{id}' is retired; instead: {instead}",
          { kind = collector.SECTIONS[section], id = id, instead = instead, at = place, at_key = true })
      end
    end)
  end,
  examples = {
    pass = example.traces(),
    { fail = (example.traces():gsub("debug", "jaeger")), at = "/exporters/jaeger" },
    { fail = example.traces("extensions: {memory_ballast: {size_mib: 5}}"), at = "/extensions/memory_ballast" },
  },
}

rule "telemetry-address-current" {
  title = "The Collector's own metrics are set up by readers",
  why = "'address' is not read any more since 0.123.",
  severity = "info",
  check = function(root, ctx)
    local metrics = safe.map(root, "service", "telemetry", "metrics")
    if safe.get(metrics, "address") ~= nil then
      ctx:report("'address' is a reader of type pull", { at = tree.place(metrics, "address"), at_key = true })
    end
  end,
  examples = {
    pass = example.traces(),
    { fail = (example.traces():gsub("service: {", "service: {telemetry: {metrics: {address: 'a:8888'}}, ")),
      at = "/service/telemetry/metrics/address" },
  },
}

rule "processors-order" {
  title = "The memory limiter comes first, and batches are made after what drops or changes",
  why = "What comes before the limiter is not limited; what is batched and then dropped makes small batches again.",
  severity = "warning",
  tags = { "practice" },
  check = function(root, ctx)
    local LATER = { filter = true, probabilistic_sampler = true, tail_sampling = true }
    collector.pipelines(root, function(_, pipeline)
      local batch
      for i, one in ipairs(safe.strings(pipeline, "processors")) do
        local kind = collector.type(one.value)
        if kind == "memory_limiter" and i > 1 then ctx:report("the memory limiter is not the first processor", { at = one.place }) end
        if kind == "batch" then batch = one end
        if batch and LATER[kind] then
          ctx:report("'{id}' stands behind '{batch}'", { id = one.value, batch = batch.value, at = one.place })
        end
      end
    end)
  end,
  examples = {
    pass = example.traces(nil, "processors: [memory_limiter, filter, batch]"),
    { fail = example.traces(nil, "processors: [batch, memory_limiter]"), at = AT .. "/processors/1" },
    { fail = example.traces(nil, "processors: [batch, filter/a]"), at = AT .. "/processors/1" },
  },
}

local function advised(name, kind, title, why)
  rule(name) {
    title = title, why = why, severity = "info", enabled = false, tags = { "practice" },
    check = function(root, ctx)
      collector.pipelines(root, function(pipeline_name, pipeline, place)
        for _, one in ipairs(safe.strings(pipeline, "processors")) do
          if collector.type(one.value) == kind then return end
        end
        ctx:report("the pipeline '{name}' has no {kind}", { name = pipeline_name, kind = kind, at = place })
      end)
    end,
    examples = {
      pass = example.traces(nil, ("processors: [%s/a]"):format(kind)),
      { fail = example.traces(), at = AT },
    },
  }
end

advised("memory-limiter-used", "memory_limiter", "Pipelines have a memory limiter", "A burst ends the Collector for want of memory.")
advised("batch-used", "batch", "Pipelines send in batches",
  "Each small piece goes out by itself; compression is worse, connections are more.")
