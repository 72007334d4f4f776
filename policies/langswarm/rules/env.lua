-- References to the environment: set, and written in the syntax that the loader substitutes.

local model = import "model"
local safe = import "safe"
local stack = import "stack"

rule "provider-key-set" {
  title = "The key of every provider in use is in the environment",
  why = "The stack loads, and the first request fails.",
  severity = "warning",
  enabled = false,
  tags = { "R17", "env" },
  expect = "mapping",
  env = {
    "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "COHERE_API_KEY", "AZURE_OPENAI_API_KEY",
    "MISTRAL_API_KEY", "HUGGINGFACE_API_KEY",
  },
  check = function(root, ctx)
    local security, told = safe.submap(root, "security"), {}
    for _, agent in ipairs(stack.agents(root)) do
      local provider = model.provider_of(agent, ctx.data)
      local facts = provider and ctx.data.providers.provider[provider]
      local name = facts and facts.key
      if name and not told[provider] then
        told[provider] = true
        -- a variable of the stack's own choosing is one this rule may not read
        local own = safe.word(security, provider .. "_api_key_env") or safe.word(agent.node, "api_key_env")
        local value = ctx.env[name]
        if (own == nil or own == name) and (value == nil or value == "") then
          ctx:report("Environment variable '{variable}' not set for provider '{provider}'",
            { variable = name, provider = provider, at = safe.place(agent.node, "provider") })
        end
      end
    end
  end,
  examples = {
    { pass = "agents: [{id: a, provider: openai}]", env = { OPENAI_API_KEY = "x" } },
    { pass = "agents: [{id: a, provider: ollama}, {id: b, provider: mock}]" },
    { pass = "agents: [{id: a, provider: openai}]\nsecurity: {openai_api_key_env: HOUSE_KEY}" },
    { fail = "agents: [{id: a, provider: openai}, {id: b, provider: anthropic}]", env = { OPENAI_API_KEY = "x" },
      at = "/agents/1/provider" },
  },
}

--- A whole value that means a variable in another program's words.
local foreign = {
  "^%$%(([%u][%u%d_]*)%)$", -- make, Kubernetes: $(NAME)
  "^%%([%u][%u%d_]*)%%$", -- Windows: %NAME%
  "^{{%s*([%u][%u%d_]*)%s*}}$", -- templates: {{NAME}}
  "^%$([%u][%u%d_]*)}$", -- a brace lost: $NAME}
  "^%${([%u][%u%d_]*)$", -- a brace lost: ${NAME
  "^env:([%u][%u%d_]*)$", -- the old format: env:NAME
}

rule "env-reference-syntax" {
  title = "References to the environment are written `${NAME}`",
  why = "Any other form is passed on as it stands: the key that is sent is the text '$(NAME)'.",
  severity = "error",
  tags = { "env", "R64" },
  select = "$..*",
  expect = "string",
  check = function(value, ctx)
    local first = value:sub(1, 1)
    if first ~= "$" and first ~= "%" and first ~= "{" and first ~= "e" then return end
    for _, pattern in ipairs(foreign) do
      local name = value:match(pattern)
      if name then
        local old = first == "e" and stack.dialect(ctx.root) == "V1"
        ctx:report("'{value}' is not substituted, write '{meant}'", {
          value = value, meant = "${" .. name .. "}", fix = ctx:replace("${" .. name .. "}"),
          safety = old and "guarded" or "safe",
        })
        return
      end
    end
  end,
  examples = {
    pass = 'agents: [{id: a, model: gpt-4o, system_prompt: "{{topic}} costs $5"}]\n'
      .. 'tools: {t: {type: mcp, config: {token: "${T_TOKEN}"}}}',
    { fail = 'agents: [{id: a, model: gpt-4o}]\ntools: {t: {type: mcp, config: {token: "$(T_TOKEN)"}}}',
      at = "/tools/t/config/token",
      fixed = 'agents: [{id: a, model: gpt-4o}]\ntools: {t: {type: mcp, config: {token: "${T_TOKEN}"}}}' },
    { fail = 'agents: [{id: a, model: gpt-4o}]\ntools: {t: {type: mcp, config: {token: "${T_TOKEN"}}}',
      at = "/tools/t/config/token",
      fixed = 'agents: [{id: a, model: gpt-4o}]\ntools: {t: {type: mcp, config: {token: "${T_TOKEN}"}}}' },
  },
}

rule "env-empty-default" {
  title = "A reference's default is not empty",
  why = "`${NAME:}` counts as having no default at all: an unset variable stops the loader.",
  severity = "warning",
  tags = { "env" },
  select = "$..*",
  expect = "string",
  check = function(value, ctx)
    local name = value:match "%${([%u_][%u%d_]*):%-?}"
    if name == nil then return end
    ctx:report("The default of '{name}' is empty, which counts as none", { name = name })
  end,
  examples = {
    pass = 'agents: [{id: a, model: "${MODEL:gpt-4o}"}]',
    { fail = 'agents: [{id: a, model: "${MODEL:}"}]', at = "/agents/0/model" },
  },
}
