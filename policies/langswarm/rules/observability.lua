-- Logs, metrics and health: enough in production to see, and not so much that secrets are seen.

local profile = import "profile"
local safe = import "safe"

rule "observability-no-debug-logging" {
  title = "Logs are not at debug level",
  why = "At that level prompts, answers and headers are written out, keys among them.",
  severity = "warning",
  tags = { "R23", "security", "observability" },
  select = "$.observability",
  expect = "mapping",
  options = { environment = "" },
  check = function(watch, ctx)
    local function look(node, key)
      local level = safe.word(node, key)
      level = level and level:upper()
      if level ~= "DEBUG" and level ~= "TRACE" then return end
      local at = tree.place(node, key)
      ctx:report("{level} logging enabled may expose sensitive information",
        { level = level, at = at, fix = profile.is_production(ctx) and ctx:replace("INFO", at) or nil })
    end
    look(watch, "log_level")
    look(safe.submap(watch, "logging"), "level")
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o}]\nobservability: {log_level: INFO, logging: {level: WARNING}}",
    { fail = "agents: [{id: a, model: gpt-4o}]\nobservability: {log_level: DEBUG}", at = "/observability/log_level" },
    { fail = "agents: [{id: a, model: gpt-4o}]\nobservability: {log_level: TRACE}  # why?\n"
        .. "custom_settings: {environment: production}",
      at = "/observability/log_level",
      fixed = "agents: [{id: a, model: gpt-4o}]\nobservability: {log_level: INFO}  # why?\n"
        .. "custom_settings: {environment: production}" },
    { fail = "agents: [{id: a, model: gpt-4o}]\nobservability: {logging: {level: DEBUG}}",
      at = "/observability/logging/level" },
  },
}

rule "observability-no-sensitive-data" {
  title = "Sensitive data is not logged",
  why = "Logs are kept longer, copied further and read by more people than the data they repeat.",
  severity = "warning",
  tags = { "R44", "security", "observability" },
  select = "$.security.log_sensitive_data",
  options = { environment = "" },
  check = function(value, ctx)
    if not safe.tobool(value) then return end
    ctx:report("Sensitive data is logged", { fix = profile.is_production(ctx) and ctx:replace(false) or nil })
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o}]\nsecurity: {log_sensitive_data: false}",
    { fail = "agents: [{id: a, model: gpt-4o}]\nsecurity: {log_sensitive_data: true}",
      at = "/security/log_sensitive_data" },
    { fail = "agents: [{id: a, model: gpt-4o}]\nsecurity: {log_sensitive_data: true}\n"
        .. "custom_settings: {environment: prod}",
      at = "/security/log_sensitive_data",
      fixed = "agents: [{id: a, model: gpt-4o}]\nsecurity: {log_sensitive_data: false}\n"
          .. "custom_settings: {environment: prod}" },
  },
}

rule "observability-in-production" {
  title = "A production stack has metrics and a health check",
  why = "Without them the first to notice that it is down are its users.",
  severity = "warning",
  tags = { "R63", "observability" },
  expect = "mapping",
  options = { environment = "" },
  check = function(root, ctx)
    if not tree.has(root, "agents") or not profile.is_production(ctx) then return end
    local watch = safe.submap(root, "observability")
    local metrics = safe.submap(watch, "metrics")
    local metrics_on = safe.bool(watch, "metrics_enabled", safe.bool(metrics, "enabled", false))
    local health_on = safe.bool(watch, "health_check_enabled", true)
    if metrics_on and health_on then return end
    local missing = metrics_on and "health check" or health_on and "metrics" or "metrics, no health check"
    local fix
    if watch ~= nil then
      fix = {}
      if not metrics_on then
        fix[#fix + 1] = metrics and ctx:set(metrics, "enabled", true) or ctx:set(watch, "metrics_enabled", true)
      end
      if not health_on then fix[#fix + 1] = ctx:set(watch, "health_check_enabled", true) end
    elseif not tree.has(root, "observability") then
      fix = ctx:set(root, "observability", tree.map { metrics_enabled = true, health_check_enabled = true })
    end
    local key = metrics_on and "health_check_enabled" or "metrics_enabled"
    -- a port that opens is a change somebody should know of
    ctx:report("No {missing} in production",
      { missing = missing, at = watch and safe.place(watch, key) or root, fix = fix, safety = "guarded" })
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o}]\nobservability: {metrics_enabled: true}\n"
        .. "custom_settings: {environment: production}",
    { pass = "agents: [{id: a, model: gpt-4o}]", title = "elsewhere it may be blind" },
    { fail = "agents: [{id: a, model: gpt-4o}]\nobservability: {metrics_enabled: false}\n"
        .. "custom_settings: {environment: production}",
      at = "/observability/metrics_enabled",
      fixed = "agents: [{id: a, model: gpt-4o}]\nobservability: {metrics_enabled: true}\n"
        .. "custom_settings: {environment: production}" },
    { fail = "agents: [{id: a, model: gpt-4o}]\nobservability: {metrics_enabled: true, health_check_enabled: false}",
      at = "/observability/health_check_enabled", file = "langswarm.production.yaml" },
    { fail = "agents: [{id: a, model: gpt-4o}]\ncustom_settings: {environment: production}", at = "" },
  },
}
