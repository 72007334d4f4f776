-- The server: ports, TLS, and who may come in.

local profile = import "profile"
local safe = import "safe"

rule "server-port-range" {
  title = "Ports are whole numbers from 1 to 65535",
  why = "The server does not start on another.",
  severity = "error",
  tags = { "R49", "server" },
  select = "$['server','observability']['port','metrics_port','health_check_port']",
  expect = "number",
  check = function(port, ctx)
    if port >= 1 and port <= 65535 and port == math.floor(port) then return end
    ctx:report("Invalid port {port}", { port = port })
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o}]\nserver: {port: 8000}\nobservability: {metrics_port: 65535}",
    skip = 'agents: [{id: a, model: gpt-4o}]\nserver: {port: "${PORT}"}',
    { fail = "agents: [{id: a, model: gpt-4o}]\nserver: {port: 80000}", at = "/server/port" },
    { fail = "agents: [{id: a, model: gpt-4o}]\nobservability: {metrics_port: 0, health_check_port: -1}",
      at = { "/observability/health_check_port", "/observability/metrics_port" } },
  },
}

rule "server-port-clash" {
  title = "Server, metrics and health check have ports of their own",
  why = "The second to start fails to bind, and with it what watches the first.",
  severity = "error",
  tags = { "R50", "server" },
  expect = "mapping",
  check = function(root, ctx)
    local server, watch = safe.submap(root, "server"), safe.submap(root, "observability")
    local schema = ctx.data.schema
    local used = {}
    local function take(node, key, name, on, default)
      local port = safe.number(node, key)
      local place = port and tree.place(node, key)
      if not on or (not port and not default) then return end
      port = port or default
      local other = used[port]
      if other and (place or other.place) then
        ctx:report("Port {port} used by {first} and {second}", {
          port = port, first = other.name, second = name, at = place or other.place,
          related = place and other.place and { { other.place, "also here" } } or nil,
        })
      else
        used[port] = other or { name = name, place = place }
      end
    end
    take(server, "port", "server.port", true, server and schema.server.port.default)
    -- an explicit port counts unless its feature is switched off; a default one only where it is on
    take(watch, "metrics_port", "observability.metrics_port", safe.bool(watch, "metrics_enabled", true),
      safe.bool(watch, "metrics_enabled", false) and schema.observability.metrics_port.default)
    take(watch, "health_check_port", "observability.health_check_port", safe.bool(watch, "health_check_enabled", true),
      safe.bool(watch, "health_check_enabled", false) and schema.observability.health_check_port.default)
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o}]\nserver: {port: 8000}\n"
        .. "observability: {metrics_port: 9090, health_check_port: 8081}",
    { pass = "agents: [{id: a, model: gpt-4o}]\nserver: {port: 9090}\n"
        .. "observability: {metrics_enabled: false, metrics_port: 9090}" },
    { fail = "agents: [{id: a, model: gpt-4o}]\nserver: {port: 9090}\nobservability: {metrics_port: 9090}",
      at = "/observability/metrics_port" },
    { fail = "agents: [{id: a, model: gpt-4o}]\nserver: {port: 8080}\nobservability: {metrics_enabled: true}",
      at = "/server/port", title = "metrics listen on 8080 when nothing else is said" },
  },
}

rule "server-tls-files" {
  title = "TLS has a certificate and a key",
  why = "The server does not start, or starts without TLS.",
  severity = "error",
  tags = { "R36", "server" },
  select = "$.server",
  expect = "mapping",
  check = function(server, ctx)
    if not safe.bool(server, "ssl_enabled", false) then return end
    for _, key in ipairs { "ssl_cert_file", "ssl_key_file" } do
      local value = safe.get(server, key)
      if value == nil or value == "" then
        ctx:report("SSL enabled but ssl_cert_file or ssl_key_file not specified",
          { at = tree.place(server, "ssl_enabled") })
        return
      end
    end
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o}]\n"
        .. "server: {ssl_enabled: true, ssl_cert_file: /tls/crt, ssl_key_file: /tls/key}",
    { fail = "agents: [{id: a, model: gpt-4o}]\nserver: {ssl_enabled: true, ssl_cert_file: /tls/crt}",
      at = "/server/ssl_enabled" },
  },
}

rule "server-tls" {
  title = "A server that others reach speaks TLS",
  why = "Prompts, answers and tokens cross the network in the clear.",
  severity = "warning",
  tags = { "R25", "security", "server" },
  select = "$.server",
  expect = "mapping",
  check = function(server, ctx)
    local host, place = profile.public_host(ctx.root)
    if host == nil or safe.dynamic(server.ssl_enabled) or safe.bool(server, "ssl_enabled", false) then return end
    ctx:report("SSL not enabled for non-localhost server '{host}'", { host = host, at = place })
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o}]\nserver: {host: 127.0.0.1, port: 8000}",
    { pass = "agents: [{id: a, model: gpt-4o}]\nserver: {host: 0.0.0.0, ssl_enabled: true}" },
    { fail = "agents: [{id: a, model: gpt-4o}]\nserver: {host: 0.0.0.0, port: 8000}", at = "/server/host" },
  },
}

rule "server-auth" {
  title = "A server that others reach asks who they are",
  why = "Anybody who finds the port can use the agents, their tools and the account that pays for them.",
  severity = "warning",
  tags = { "R45", "security", "server" },
  select = "$.server",
  expect = "mapping",
  check = function(_, ctx)
    local host, place = profile.public_host(ctx.root)
    local security = safe.submap(ctx.root, "security")
    local asked = safe.get(security, "require_auth")
    if host == nil or safe.dynamic(asked) or safe.tobool(asked) then return end
    local related
    if asked ~= nil then
      related = { { place, "reachable under this name" } }
      place = tree.place(security, "require_auth")
    end
    ctx:report("Server '{host}' reachable without authentication", { host = host, at = place, related = related })
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o}]\nserver: {host: 0.0.0.0}\nsecurity: {require_auth: true}",
    { pass = "agents: [{id: a, model: gpt-4o}]\nserver: {host: localhost}" },
    { fail = "agents: [{id: a, model: gpt-4o}]\nserver: {host: 0.0.0.0}", at = "/server/host" },
    { fail = "agents: [{id: a, model: gpt-4o}]\nserver: {host: api.acme.org}\nsecurity: {require_auth: false}",
      at = "/security/require_auth" },
  },
}

rule "server-cors-wildcard" {
  title = "CORS names the origins it allows",
  why = "With `*` any web page may call the server with its visitor's browser.",
  severity = "warning",
  tags = { "R24", "security", "server" },
  select = "$.server",
  expect = "mapping",
  check = function(server, ctx)
    if not safe.bool(server, "cors_enabled", true) then return end
    for _, origin in ipairs(safe.strings(server, "cors_origins")) do
      if origin.name == "*" then
        ctx:report("CORS wildcard (*) allows all origins", { at = origin.place })
        return
      end
    end
  end,
  examples = {
    pass = 'agents: [{id: a, model: gpt-4o}]\nserver: {cors_origins: ["https://app.acme.org"]}',
    { pass = 'agents: [{id: a, model: gpt-4o}]\nserver: {cors_enabled: false, cors_origins: ["*"]}' },
    { fail = 'agents: [{id: a, model: gpt-4o}]\nserver: {cors_origins: ["https://app.acme.org", "*"]}',
      at = "/server/cors_origins/1" },
  },
}

rule "server-no-reload-in-production" {
  title = "A production server does not reload on changes",
  why = "A file written half is picked up at once, and the watcher costs memory in each worker.",
  severity = "warning",
  tags = { "R46", "server" },
  select = "$.server.reload",
  options = { environment = "" },
  check = function(value, ctx)
    if not safe.tobool(value) or not profile.is_production(ctx) then return end
    ctx:report("Auto-reload enabled in production", { fix = ctx:replace(false) })
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o}]\nserver: {reload: true}",
    { fail = "agents: [{id: a, model: gpt-4o}]\nserver: {reload: true}  # handy\n"
        .. "custom_settings: {environment: production}",
      at = "/server/reload",
      fixed = "agents: [{id: a, model: gpt-4o}]\nserver: {reload: false}  # handy\n"
          .. "custom_settings: {environment: production}" },
    { fail = "agents: [{id: a, model: gpt-4o}]\nserver: {reload: true}", at = "/server/reload",
      options = { environment = "production" } },
  },
}
