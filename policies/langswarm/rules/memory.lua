-- Memory: what each backend needs to work, and settings that contradict each other.

local profile = import "profile"
local safe = import "safe"

--- The settings of the backend, under either of their names.
local function settings(memory)
  return safe.submap(memory, "config") or safe.submap(memory, "settings")
end

local function has_any(node, keys)
  for _, key in ipairs(keys) do
    local value = safe.get(node, key)
    if value ~= nil and value ~= "" then return true end
  end
  return false
end

local function backend(root)
  local memory = safe.submap(root, "memory")
  if memory == nil or safe.bool(memory, "enabled", true) == false then return nil, nil end
  local word = safe.word(memory, "backend")
  return word and word:lower(), memory
end

rule "memory-redis-url" {
  title = "The redis backend has an address",
  why = "Without one, the stack starts and loses its memory at the first message, or talks to whatever redis is near.",
  severity = "error",
  tags = { "R34", "memory" },
  select = "$.memory",
  expect = "mapping",
  options = { environment = "" },
  check = function(_, ctx)
    local name, memory = backend(ctx.root)
    if name ~= "redis" then return end
    local config = settings(memory)
    if has_any(config, { "url", "redis_url", "host", "connection" }) then return end
    local fix
    -- on a developer's machine the address is known; elsewhere the variable gives it
    if not profile.is_production(ctx) then
      local url = "${REDIS_URL:redis://localhost:6379}"
      if config ~= nil then
        fix = ctx:set(config, "url", url)
      elseif not tree.has(memory, "config") and not tree.has(memory, "settings") then
        fix = ctx:set(memory, "config", tree.map { url = url })
      end
    end
    ctx:report("Redis memory backend requires 'url' configuration",
      { at = tree.place(memory, "backend"), fix = fix, safety = "guarded" })
  end,
  examples = {
    pass = 'agents: [{id: a, model: gpt-4o}]\nmemory: {backend: redis, config: {url: "redis://cache:6379"}}',
    { pass = "agents: [{id: a, model: gpt-4o}]\nmemory: {backend: redis, settings: {host: cache, port: 6379}}" },
    { fail = "agents: [{id: a, model: gpt-4o}]\nmemory:\n  backend: redis\n", at = "/memory/backend",
      fixed = "agents: [{id: a, model: gpt-4o}]\nmemory:\n  backend: redis\n  config:\n"
        .. "    url: ${REDIS_URL:redis://localhost:6379}\n" },
    { fail = "agents: [{id: a, model: gpt-4o}]\nmemory: {backend: redis, config: {key_prefix: x}}",
      at = "/memory/backend" },
  },
}

rule "memory-redis-not-localhost" {
  title = "Redis does not stand on localhost",
  why = "Another machine, or a container, has another localhost.",
  severity = "info",
  tags = { "R18", "memory" },
  select = "$.memory",
  expect = "mapping",
  check = function(_, ctx)
    local name, memory = backend(ctx.root)
    local config = settings(memory)
    if name ~= "redis" or config == nil then return end
    for _, key in ipairs { "url", "redis_url", "host" } do
      local value = safe.word(config, key)
      local host = value and (value:match "^%a+://[^/@]*@([^:/]+)" or value:match "^%a+://([^:/]+)" or value)
      if host and profile.is_loopback(host) then
        ctx:report("Redis backend configured with localhost", { at = tree.place(config, key) })
        return
      end
    end
  end,
  examples = {
    pass = 'agents: [{id: a, model: gpt-4o}]\nmemory: {backend: redis, config: {url: "redis://cache.internal:6379"}}',
    { fail = 'agents: [{id: a, model: gpt-4o}]\nmemory: {backend: redis, config: {url: "redis://localhost:6379/0"}}',
      at = "/memory/config/url" },
    { fail = "agents: [{id: a, model: gpt-4o}]\nmemory: {backend: redis, settings: {host: 127.0.0.1}}",
      at = "/memory/settings/host" },
  },
}

rule "memory-bigquery-project" {
  title = "The BigQuery backend names its project",
  why = "Without it the client takes the project of whoever is logged in.",
  severity = "error",
  tags = { "R35", "memory" },
  select = "$.memory",
  expect = "mapping",
  check = function(_, ctx)
    local name, memory = backend(ctx.root)
    if name ~= "bigquery" or has_any(settings(memory), { "project", "project_id" }) then return end
    ctx:report("Missing required 'project' setting for BigQuery", { at = tree.place(memory, "backend") })
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o}]\nmemory: {backend: bigquery, settings: {project_id: acme}}",
    { fail = "agents: [{id: a, model: gpt-4o}]\nmemory: {backend: bigquery, settings: {dataset_id: x}}",
      at = "/memory/backend" },
  },
}

rule "memory-summary-threshold" {
  title = "Summaries begin before the memory is full",
  why = "Old messages are dropped at max_messages; a threshold above it is never reached, so nothing is summarised.",
  severity = "warning",
  tags = { "R57", "memory" },
  select = "$.memory",
  expect = "mapping",
  check = function(memory, ctx)
    if not safe.bool(memory, "enabled", true) or not safe.bool(memory, "auto_summarize", true) then return end
    local threshold, limit = safe.number(memory, "summary_threshold"), safe.number(memory, "max_messages")
    if not threshold and not limit then return end
    local schema = ctx.data.schema.memory
    local high = threshold or schema.summary_threshold.default
    local low = limit or schema.max_messages.default
    if high <= low then return end
    local key = threshold and "summary_threshold" or "max_messages"
    ctx:report("Summary threshold {threshold} above max_messages {limit} never triggers",
      { threshold = high, limit = low, at = tree.place(memory, key) })
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o}]\nmemory: {max_messages: 40, summary_threshold: 20}",
    { pass = "agents: [{id: a, model: gpt-4o}]\nmemory: {max_messages: 40, auto_summarize: false}" },
    { fail = "agents: [{id: a, model: gpt-4o}]\nmemory: {max_messages: 40, summary_threshold: 80}",
      at = "/memory/summary_threshold" },
    { fail = "agents: [{id: a, model: gpt-4o}]\nmemory: {max_messages: 40}", at = "/memory/max_messages",
      title = "the default threshold is 50" },
  },
}

rule "memory-shared-by-workers" {
  title = "Several workers share one memory",
  why = "in_memory lives in one process and sqlite locks its file: a conversation is there for one worker only.",
  severity = "warning",
  tags = { "R58", "memory" },
  select = "$.server.workers",
  check = function(_, ctx)
    local workers = safe.number(ctx.root.server, "workers")
    local name, memory = backend(ctx.root)
    if not workers or workers <= 1 or (name ~= "in_memory" and name ~= "memory" and name ~= "sqlite") then return end
    ctx:report("Backend '{backend}' is not shared between {workers} workers", {
      backend = name, workers = workers, at = tree.place(memory, "backend"),
      related = { { ctx.place, "the number of workers" } },
    })
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o}]\nmemory: {backend: redis}\nserver: {workers: 4}",
    { pass = "agents: [{id: a, model: gpt-4o}]\nmemory: {backend: sqlite}\nserver: {workers: 1}" },
    { fail = "agents: [{id: a, model: gpt-4o}]\nmemory: {backend: sqlite}\nserver: {workers: 4}",
      at = "/memory/backend" },
  },
}
