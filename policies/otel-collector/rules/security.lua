--- Who can reach the Collector, and how it reaches others; where its values come from.

local safe = import "safe"
local collector = import "collector"
local example = import "example"

local function receiver(endpoint) return (example.traces():gsub("grpc: {}", "grpc: {endpoint: '" .. endpoint .. "'}")) end
local AT = "/receivers/otlp/protocols/grpc/endpoint"

rule "endpoint-all-interfaces" {
  title = "Receivers and extensions listen where they are needed, not on every interface",
  why = "Whoever reaches the machine reaches the Collector. In a container it may be needed: give the pod's address, or allow it.",
  severity = "warning",
  tags = { "security" },
  check = function(root, ctx)
    for _, section in ipairs { "receivers", "extensions" } do
      collector.components(root, function(_, value)
        collector.walk(value, function(inner, place, key)
          if key == "endpoint" and safe.kind(inner) == "string" and
            (inner:find "^0%.0%.0%.0:" or inner:find "^%[::%]:" or inner:find "^:%d") then
            ctx:report("'{endpoint}' listens on every interface", { endpoint = inner, at = place })
          end
        end)
      end, section)
    end
  end,
  examples = {
    pass = { receiver "localhost:4317", receiver "${env:MY_POD_IP}:4317" },
    { fail = receiver "0.0.0.0:4317", at = AT },
    { fail = receiver "[::]:4317", at = AT },
  },
}

rule "tls-verified" {
  title = "Exporters speak TLS, and look whom they speak to",
  why = "Data goes over the wire in clear, or to whoever answers.",
  severity = "info",
  tags = { "security" },
  check = function(root, ctx)
    collector.components(root, function(_, value)
      local tls = safe.map(value, "tls")
      for _, key in ipairs { "insecure", "insecure_skip_verify" } do
        if safe.get(tls, key) == true then
          ctx:report("'{key}: true'", { key = key, at = tree.place(tls, key) })
        end
      end
    end, "exporters")
  end,
  examples = {
    pass = example.traces():gsub("debug: {}", "otlp: {endpoint: 'a:1', tls: {insecure: false}}"),
    { fail = (example.traces():gsub("debug: {}", "otlp: {endpoint: 'a:1', tls: {insecure: true}}")), at = "/exporters/otlp/tls/insecure" },
  },
}

rule "environment-current" {
  title = "Values of the environment are written ${env:NAME}",
  why = "$NAME is not replaced any more since 0.104, and the Collector does not start, or takes the text itself.",
  severity = "warning",
  check = function(root, ctx)
    collector.walk(root, function(value, place)
      if safe.kind(value) ~= "string" or not value:find("$", 1, true) then return end
      local plain = value:gsub("%$%$", "\0\0")
      local first, stop, name = plain:find "%$([%u_][%u%d_]*)"
      if not first then return end
      ctx:report("'${name}' is written '{written}'", {
        name = name, written = "${env:" .. name .. "}", at = place, safety = "guarded",
        fix = ctx:replace(value:sub(1, first - 1) .. "${env:" .. name .. "}" .. value:sub(stop + 1), place),
      })
    end)
  end,
  examples = {
    pass = { receiver "${env:HOST}:4317", receiver "$$HOST:1", receiver "${HOST}:1" },
    { fail = receiver "$HOST:4317", at = AT, fixed = receiver "${env:HOST}:4317" },
  },
}

rule "receiver-ports-unique" {
  title = "Receivers and extensions listen on ports of their own",
  why = "The second one does not start: the port is taken.",
  severity = "error",
  check = function(root, ctx)
    local function taken_by(value)
      if safe.kind(value) ~= "string" or value:find("$", 1, true) then return nil end
      local host, port = value:match "^(.*):(%d+)$"
      if not port or host:find "/" or port == "0" then return nil end
      if host == "0.0.0.0" or host == "[::]" or host == "127.0.0.1" or host == "" then host = "localhost" end
      return host .. ":" .. port
    end
    -- What listens: the endpoint of a component whose settings are the server's own, by its type.
    local SERVERS = { otlp = true, zipkin = true, jaeger = true, opencensus = true, health_check = true, zpages = true, pprof = true,
      fluentforward = true, statsd = true, signalfx = true, skywalking = true }
    local STREAM = { statsd = "udp" }
    local seen = {}
    for _, section in ipairs { "receivers", "extensions" } do
      collector.components(root, function(id, value)
        local kind = collector.type(id)
        if not SERVERS[kind] then return end
        local inside = section == "extensions"
        local listed = inside and safe.strings(safe.map(root, "service"), "extensions")
        local used = not inside
        for _, one in ipairs(listed or {}) do used = used or one.value == id end
        if not used then return end
        local function look(node, transport)
          local port = taken_by(safe.get(node, "endpoint"))
          if not port then return end
          port = transport .. " " .. port
          local at = tree.place(node, "endpoint")
          if seen[port] then
            ctx:report("{port} is taken", { port = port, at = at, related = { { seen[port], "by this one" } } })
          else
            seen[port] = at
          end
        end
        look(value, STREAM[kind] or "tcp")
        local protocols = safe.map(value, "protocols")
        for name, inner in safe.entries(protocols) do
          look(inner, name:find "^thrift_[cb]" and "udp" or "tcp")
        end
      end, section)
    end
  end,
  examples = {
    pass = example.traces("x: 1"):gsub("grpc: {}", "grpc: {endpoint: 'localhost:1'}, http: {endpoint: 'localhost:2'}"),
    { fail = (example.traces():gsub("grpc: {}", "grpc: {endpoint: 'localhost:1'}, http: {endpoint: '0.0.0.0:1'}")),
      at = "/receivers/otlp/protocols/http/endpoint" },
  },
}
