-- Values of single fields: providers, models, numbers in their range, words of a closed list.

local model = import "model"
local near = import "near"
local safe = import "safe"
local sections = import "sections"
local stack = import "stack"

rule "agent-provider-known" {
  title = "Agents name a provider that exists",
  why = "The loader knows a fixed list of providers and refuses the rest.",
  severity = "error",
  tags = { "R04", "schema" },
  select = "$.agents[*].provider",
  expect = "string",
  check = function(word, ctx)
    local name = text.trim(word)
    if safe.dynamic(word) or name == "" or ctx.data.providers.provider[name] then return end
    local meant = model.provider_named(name, ctx.data) or near.nearest(name, model.provider_names(ctx.data))
    if meant then
      ctx:report("Invalid provider '{provider}' (did you mean '{meant}'?)",
        { provider = name, meant = meant, fix = ctx:replace(meant) })
    else
      ctx:report("Invalid provider '{provider}'", { provider = name })
    end
  end,
  examples = {
    pass = "agents: [{id: a, provider: azure_openai}, {id: b, provider: \"${PROVIDER}\"}]",
    skip = "agents: [{id: a, provider: 4, model: gpt-4o}]",
    { fail = "agents: [{id: a, provider: google, model: gemini-pro}]  # by name", at = "/agents/0/provider",
      fixed = "agents: [{id: a, provider: gemini, model: gemini-pro}]  # by name" },
    { fail = "agents: [{id: a, provider: Anthropc, model: claude-2.1}]", at = "/agents/0/provider",
      fixed = "agents: [{id: a, provider: anthropic, model: claude-2.1}]" },
    { fail = "agents: [{id: a, provider: skynet, model: x}]", at = "/agents/0/provider" },
  },
}

rule "agent-model-known" {
  title = "The model belongs to the provider",
  why = "A model the provider does not have fails at the first call, not when the stack is loaded.",
  severity = "warning",
  tags = { "R07", "schema" },
  expect = "mapping",
  options = { allow = {} },
  check = function(root, ctx)
    for _, agent in ipairs(stack.agents(root)) do
      local name, place = model.of(agent)
      local provider = name and model.provider_of(agent, ctx.data)
      if provider and not model.is_open(provider, ctx.data) and not model.facts(provider, name, ctx.data)
        and not ctx.options.allow:has(name) then
        local meant = model.near(provider, name, ctx.data)
        local dated = not meant and model.dated(provider, name, ctx.data)
        local fix = meant or dated
        if fix then
          ctx:report("Model '{model}' may not be compatible with provider '{provider}' (did you mean '{meant}'?)", {
            model = name, provider = provider, meant = fix, at = place, fix = ctx:replace(fix, place),
            safety = dated and "guarded" or "safe",
          })
        else
          ctx:report("Model '{model}' may not be compatible with provider '{provider}'",
            { model = name, provider = provider, at = place })
        end
      end
    end
  end,
  examples = {
    pass = "agents: [{id: a, provider: openai, model: gpt-4o-2024-08-06}, {id: b, provider: ollama, model: my-own}]",
    { pass = "agents: [{id: a, model: claude-2.1}]", title = "without a provider the model's name tells" },
    { pass = "agents: [{id: a, provider: openai, model: ft-house}]", options = { allow = { "ft-house" } } },
    { fail = "agents: [{id: a, provider: openai, model: gpt-4o-mimi}]", at = "/agents/0/model",
      fixed = "agents: [{id: a, provider: openai, model: gpt-4o-mini}]" },
    { fail = "agents: [{id: a, provider: anthropic, model: gpt-4o}]", at = "/agents/0/model" },
    { fail = "agents: [{id: a, provider: openai, model: gpt-4.3}]", at = "/agents/0/model",
      title = "another number is another model, not a slip" },
  },
}

rule "agent-temperature-range" {
  title = "temperature lies between 0 and 2",
  why = "Providers refuse other values.",
  severity = "error",
  tags = { "R05", "schema" },
  select = "$.agents[*].temperature",
  expect = "number",
  check = function(value, ctx)
    if value >= 0 and value <= 2 then return end
    ctx:report("Temperature {value} out of range [0.0, 2.0]", { value = value })
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o, temperature: 0}, {id: b, model: gpt-4o, temperature: 2.0}]",
    skip = "agents: [{id: a, model: gpt-4o, temperature: warm}]",
    { fail = "agents: [{id: a, model: gpt-4o, temperature: 2.1}]", at = "/agents/0/temperature" },
    { fail = "agents: [{id: a, model: gpt-4o, temperature: -0.5}]", at = "/agents/0/temperature" },
  },
}

rule "agent-max-tokens-positive" {
  title = "max_tokens is positive",
  why = "An answer of no tokens is no answer; providers refuse the call.",
  severity = "error",
  tags = { "R06", "schema" },
  select = "$.agents[*].max_tokens",
  expect = "number",
  check = function(value, ctx)
    if value > 0 then return end
    ctx:report("max_tokens must be positive, got {value}", { value = value })
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o, max_tokens: 1}]",
    skip = "agents: [{id: a, model: gpt-4o, max_tokens: many}]",
    { fail = "agents: [{id: a, model: gpt-4o, max_tokens: 0}]", at = "/agents/0/max_tokens" },
  },
}

rule "langswarm-number-range" {
  title = "Numbers lie in the range of their field",
  why = "Providers and the runtime refuse other values, some of them only when the first request comes.",
  severity = "error",
  tags = { "schema" },
  expect = "mapping",
  check = function(root, ctx)
    sections.each_known(root, ctx.data.schema, function(_, node, key, spec)
      local value = node[key]
      if type(value) ~= "number" then return end
      local at = tree.place(node, key)
      if spec.above and value <= spec.above then
        ctx:report("{key} must be greater than {limit}, got {value}",
          { key = key, limit = spec.above, value = value, at = at })
      elseif spec.min and value < spec.min then
        ctx:report("{key} must be at least {limit}, got {value}",
          { key = key, limit = spec.min, value = value, at = at })
      elseif spec.max and value > spec.max then
        ctx:report("{key} must be at most {limit}, got {value}",
          { key = key, limit = spec.max, value = value, at = at })
      end
    end)
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o, timeout: 30, top_p: 1.0}]\nserver: {workers: 4}",
    { fail = "agents: [{id: a, model: gpt-4o, timeout: 0}]", at = "/agents/0/timeout" },
    { fail = "agents: [{id: a, model: gpt-4o, top_p: 1.5, presence_penalty: -3}]",
      at = { "/agents/0/presence_penalty", "/agents/0/top_p" } },
    { fail = "agents: [{id: a, model: gpt-4o}]\nobservability: {trace_sample_rate: 50}",
      at = "/observability/trace_sample_rate" },
    { fail = "agents: [{id: a, model: gpt-4o}]\nserver: {workers: 0}", at = "/server/workers" },
    { fail = "agents: [{id: a, model: gpt-4o}]\nsecurity: {rate_limiting: {burst_size: -1}}",
      at = "/security/rate_limiting/burst_size" },
  },
}

rule "langswarm-enum-value" {
  title = "Words of a closed list are spelt as the list has them",
  why = "The loader compares them letter by letter and refuses the rest.",
  severity = "error",
  tags = { "schema" },
  expect = "mapping",
  check = function(root, ctx)
    sections.each_known(root, ctx.data.schema, function(_, node, key, spec)
      local word = spec.enum and safe.word(node, key)
      if not word then return end
      for i = 1, #spec.enum do
        if spec.enum[i] == word then return end
      end
      local words = {}
      for i = 1, #spec.enum do words[i] = spec.enum[i] end
      local meant = spec.alias and spec.alias[near.squash(word)] or near.nearest(word, words)
      local at = tree.place(node, key)
      if meant then
        ctx:report("Invalid {key} '{word}' (did you mean '{meant}'?)",
          { key = key, word = word, meant = meant, at = at, fix = ctx:replace(meant, at) })
      else
        ctx:report("Invalid {key} '{word}', expected one of {words}",
          { key = key, word = word, words = table.concat(words, ", "), at = at })
      end
    end)
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o}]\nmemory: {backend: redis}\nobservability: {log_level: INFO}",
    { fail = "agents: [{id: a, model: gpt-4o}]\nobservability: {log_level: warn}  # quiet",
      at = "/observability/log_level",
      fixed = "agents: [{id: a, model: gpt-4o}]\nobservability: {log_level: WARNING}  # quiet" },
    { fail = "agents: [{id: a, model: gpt-4o}]\nmemory: {backend: sqlit}", at = "/memory/backend",
      fixed = "agents: [{id: a, model: gpt-4o}]\nmemory: {backend: sqlite}" },
    { fail = "agents: [{id: a, model: gpt-4o}]\nmemory: {backend: cassandra}", at = "/memory/backend" },
    { fail = "agents: [{id: a, model: gpt-4o}]\nobservability: {logging: {level: info}}",
      at = "/observability/logging/level",
      fixed = "agents: [{id: a, model: gpt-4o}]\nobservability: {logging: {level: INFO}}" },
  },
}

rule "langswarm-padded-value" {
  title = "Names and addresses have no blanks around them",
  why = "The blanks are part of the value: the model, host or reference with a blank does not exist.",
  severity = "error",
  tags = { "schema" },
  select = "$..['id','version','model','provider','backend','type','engine','log_level','host','url','agent_id',"
    .. "'agent','tool']",
  expect = "string",
  check = function(value, ctx)
    local trimmed = text.trim(value)
    if trimmed == value or trimmed == "" then return end
    ctx:report("'{value}' has blanks around it", { value = trimmed, fix = ctx:replace(trimmed) })
  end,
  examples = {
    pass = 'agents: [{id: a, model: "gpt-4o", name: " A "}]',
    skip = "agents: [{id: 1, model: [gpt-4o]}]",
    { fail = 'agents: [{id: a, model: " gpt-4o"}]', at = "/agents/0/model",
      fixed = 'agents: [{id: a, model: "gpt-4o"}]' },
  },
}

rule "langswarm-empty-value" {
  title = "Fields that decide what runs are not left empty",
  why = "An empty field reads as absent, so a default runs that nobody chose.",
  severity = "warning",
  tags = { "schema" },
  expect = "mapping",
  check = function(root, ctx)
    local function empty(node, key)
      if not tree.has(node, key) then return false end
      local value = node[key]
      return value == nil or (type(value) == "string" and text.trim(value) == "")
    end
    for _, agent in ipairs(stack.agents(root)) do
      for _, key in ipairs { "model", "provider" } do
        if empty(agent.node, key) then
          local place = tree.place(agent.node, key)
          local provider = model.provider_of(agent, ctx.data)
          local facts = provider and ctx.data.providers.provider[provider]
          local default = key == "provider" and provider or (facts and facts.model)
          ctx:report("Agent '{agent}' leaves {key} empty", {
            agent = agent.label, key = key, at = place, safety = "guarded",
            fix = default and ctx:replace(default, place),
          })
        end
      end
    end
    local memory = safe.submap(root, "memory")
    if memory ~= nil and empty(memory, "backend") then
      local place = tree.place(memory, "backend")
      ctx:report("memory leaves backend empty",
        { at = place, safety = "guarded", fix = ctx:replace(ctx.data.schema.memory.backend.default, place) })
    end
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o}]\nmemory: {backend: redis}",
    { fail = "agents:\n  - id: a\n    provider: anthropic\n    model:\n", at = "/agents/0/model",
      fixed = "agents:\n  - id: a\n    provider: anthropic\n    model: claude-3-5-sonnet-20241022\n" },
    { fail = "agents: [{id: a, model: gpt-4o}]\nmemory:\n  backend: \"\"  # which?\n", at = "/memory/backend" },
  },
}
