-- The shape of a stack: its version, that it has agents, and that things are called what the format allows.

local include = import "include"
local rename = import "rename"
local safe = import "safe"
local stack = import "stack"

local ID = "^%a[%w_-]*$"

rule "langswarm-version" {
  title = "A stack says that it is written in version 2 of the format",
  why = "Without a version, or with another one, the loader takes the file for the old format or refuses it. "
    .. "A number is not a version: 2.10 would be read as 2.1.",
  severity = "error",
  tags = { "R01", "schema" },
  expect = "mapping",
  check = function(root, ctx)
    local kind = tree.kind(root, "version")
    local place = safe.place(root, "version")
    if kind == nil or kind == "null" then
      if not stack.is_main(root) then return end
      for _, other in ipairs(include.stack(ctx).roots) do
        if safe.string(other, "version") then return end
      end
      if stack.dialect(root) == "V1" then
        ctx:report("No version: this is a stack of the old format, which needs migrating to '2.x'", { at = place })
        return
      end
      local fix = kind == nil and ctx:set(root, "version", "2.0") or ctx:replace("2.0", place)
      ctx:report("Missing version, expected '2.x'", { at = place, fix = fix })
    elseif kind == "string" then
      local version = text.trim(root.version)
      if safe.dynamic(version) or version:find "^2%." then return end
      local meant = version == "" or version:find "^[vV]?%s*2$" or version:find "^[vV]%s*2%."
      local clean = version:match "2%.[%d.]*$" or "2.0"
      ctx:report("Invalid version '{version}', expected '2.x'",
        { version = version, at = place, fix = meant and ctx:replace(clean, place) })
    elseif kind == "int" or kind == "float" then
      local raw = tree.raw(place)
      local meant = root.version >= 2 and root.version < 3
      local clean = type(raw) == "string" and raw:match "^2%.%d+$" or "2.0"
      ctx:report("Invalid version {version}: it must be text in quotes, '2.x'",
        { version = raw or root.version, at = place, fix = meant and ctx:replace(clean, place) })
    else
      ctx:report("Invalid version: expected '2.x', got a {kind}", { kind = kind, at = place })
    end
  end,
  examples = {
    pass = 'version: "2.0"\nagents: [{id: a, model: gpt-4o}]',
    { fail = "version: 2.0  # as in the guide\nagents: [{id: a, model: gpt-4o}]", at = "/version",
      fixed = 'version: "2.0"  # as in the guide\nagents: [{id: a, model: gpt-4o}]' },
    { fail = "version: v2\nagents: [{id: a, model: gpt-4o}]", at = "/version", message = "Invalid version 'v2'",
      fixed = "version: \"2.0\"\nagents: [{id: a, model: gpt-4o}]" },
    { fail = "agents:\n  - id: a\n    model: gpt-4o\n", at = "", message = "Missing version",
      fixed = "agents:\n  - id: a\n    model: gpt-4o\nversion: \"2.0\"\n" },
    { fail = '{"version": 2, "agents": [{"id": "a", "model": "gpt-4o"}]}', file = "stack.json", at = "/version",
      fixed = '{"version": "2.0", "agents": [{"id": "a", "model": "gpt-4o"}]}' },
    { fail = 'version: "1.0"\nagents: [{id: a, agent_type: openai}]', at = "/version",
      title = "the old format is not made new by its version alone" },
    { pass = "agents: [{id: a, model: gpt-4o}]", others = { ["main.yaml"] = 'version: "2.0"\nincludes: [agents.yaml]' },
      file = "agents.yaml", title = "an included piece needs no version" },
  },
}

rule "langswarm-has-agents" {
  title = "A stack has at least one agent",
  why = "Without agents nothing can answer; often the section stands in a file that is not included.",
  severity = "warning",
  tags = { "R02", "schema" },
  expect = "mapping",
  check = function(root, ctx)
    if not tree.has(root, "version") and not tree.has(root, "agents") then return end
    if #stack.agents(root) > 0 or safe.dynamic(root.agents) then return end
    local around = include.stack(ctx)
    if around.open or #(include.gather(ctx, stack.agents)) > 0 then return end
    ctx:report("No agents configured", { at = safe.place(root, "agents") })
  end,
  examples = {
    pass = 'version: "2.0"\nagents: [{id: a, model: gpt-4o}]',
    { fail = 'version: "2.0"\nagents: []\nmemory: {backend: redis}', at = "/agents" },
    { fail = 'version: "2.0"\nmemory: {backend: redis}', at = "" },
    { pass = 'version: "2.0"\nincludes: [agents.yaml]', title = "they may stand in a file that was not given" },
    { pass = 'version: "2.0"\nincludes: [agents.yaml]',
      others = { ["agents.yaml"] = "agents: [{id: a, model: gpt-4o}]" } },
  },
}

rule "agent-id-pattern" {
  title = "Agent ids are a letter, then letters, digits, `_` or `-`",
  why = "Workflows name agents in one line of text; other characters cannot be told from its arrows and commas.",
  severity = "error",
  tags = { "R03", "schema" },
  expect = "mapping",
  check = function(root, ctx)
    local agents = stack.agents(root)
    local taken = stack.ids(agents)
    for _, agent in ipairs(agents) do
      local id = agent.id
      if id ~= nil and not id:find(ID) then
        local new = rename.clean(id, "agent")
        local fix
        if not taken[new] and agent.key == nil and tree.kind(agent.node, "id") == "string" then
          local around = include.stack(ctx)
          if #around.roots == 1 and not around.open then fix = rename.agent(ctx, agent, new) end
        end
        ctx:report("Invalid agent ID '{id}': letter first, then letters, digits, _ or -",
          { id = id, at = agent.id_place, fix = fix })
      end
    end
  end,
  examples = {
    pass = "agents: [{id: support-agent_2, model: gpt-4o}]",
    { fail = "agents:\n  - id: support agent  # the desk\n    model: gpt-4o\n"
        .. 'workflows:\n  - {id: w, simple_syntax: "support agent -> user"}\n',
      at = "/agents/0/id",
      fixed = "agents:\n  - id: support_agent  # the desk\n    model: gpt-4o\n"
        .. 'workflows:\n  - {id: w, simple_syntax: "support_agent -> user"}\n' },
    { fail = "agents: [{id: 1st, model: gpt-4o}]", at = "/agents/0/id",
      fixed = "agents: [{id: agent_1st, model: gpt-4o}]" },
  },
}

rule "workflow-id-pattern" {
  title = "Workflow ids are a letter, then letters, digits, `_` or `-`",
  why = "The id is part of addresses and metric names.",
  severity = "error",
  tags = { "R10", "schema" },
  expect = "mapping",
  check = function(root, ctx)
    local workflows = stack.workflows(root)
    local taken = stack.ids(workflows)
    for _, workflow in ipairs(workflows) do
      local id = workflow.id
      if id ~= nil and workflow.node ~= nil and not id:find(ID) then
        local new = rename.clean(id, "workflow")
        local fix
        if not taken[new] and tree.kind(workflow.node, "id") == "string" then
          fix = ctx:replace(new, workflow.id_place)
        end
        ctx:report("Invalid workflow ID '{id}': letter first, then letters, digits, _ or -",
          { id = id, at = workflow.id_place, fix = fix })
      end
    end
  end,
  examples = {
    pass = 'agents: [{id: a, model: gpt-4o}]\nworkflows: [{id: main-flow, simple_syntax: "a -> user"}]',
    { fail = 'agents: [{id: a, model: gpt-4o}]\nworkflows: [{id: "main.flow", simple_syntax: "a -> user"}]',
      at = "/workflows/0/id",
      fixed = 'agents: [{id: a, model: gpt-4o}]\nworkflows: [{id: "main_flow", simple_syntax: "a -> user"}]' },
  },
}

rule "langswarm-required-key" {
  title = "Agents and workflows have an id, tools a type",
  why = "The loader refuses the entry, or names it by its position, which changes when the list does.",
  severity = "error",
  tags = { "schema" },
  expect = "mapping",
  check = function(root, ctx)
    local dialect = stack.dialect(root)
    for _, agent in ipairs(stack.agents(root)) do
      if agent.id == nil and agent.key == nil and not tree.has(agent.node, "id") and dialect ~= "L" then
        ctx:report("Agent {number} has no id", { number = agent.index, at = agent.node })
      end
    end
    for _, tool in ipairs(stack.tools(root)) do
      if tool.form == "list" and tool.id == nil then
        ctx:report("A tool has no id", { at = tool.place })
      elseif tool.node ~= nil and dialect == "S" and not tree.has(tool.node, "type")
        and not tree.has(tool.node, "tool_type") then
        ctx:report("Tool '{tool}' has no type", { tool = tool.id, at = tool.place, at_key = tool.key ~= nil })
      end
    end
    for _, workflow in ipairs(stack.workflows(root)) do
      if workflow.node ~= nil and workflow.id == nil and dialect == "S" and not tree.has(workflow.node, "id") then
        ctx:report("Workflow {number} has no id", { number = workflow.index, at = workflow.place })
      end
    end
  end,
  examples = {
    pass = "agents: [{id: a, provider: openai}]\ntools: {t: {id: t, type: builtin}}",
    { pass = "agents: [{model: gpt-4o}]\ntools: {filesystem: {}}", title = "the loose dialect fills them in" },
    { fail = "agents: [{name: A, provider: openai}]", at = "/agents/0" },
    { fail = "agents: [{id: a, provider: openai}]\ntools: {t: {id: t, enabled: true}}", at = "/tools/t" },
    { fail = 'agents: [{id: a, provider: openai}]\nworkflows: [{simple_syntax: "a -> user"}]', at = "/workflows/0" },
  },
}

rule "agent-has-model" {
  title = "Each agent names a model or a provider",
  why = "With neither, which company's model answers, and at what price, is the loader's guess.",
  severity = "error",
  tags = { "R37", "schema" },
  expect = "mapping",
  check = function(root, ctx)
    for _, agent in ipairs(stack.agents(root)) do
      local named = false
      for _, key in ipairs { "model", "provider", "agent_type", "llm_model", "llm_provider" } do
        named = named or tree.has(agent.node, key)
      end
      if not named then
        ctx:report("Agent '{agent}' must have either 'model' or 'provider' defined", {
          agent = agent.label, at = agent.node, safety = "guarded",
          fix = ctx:set(agent.node, "model", ctx.data.providers.provider.openai.model),
        })
      end
    end
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o}, {id: b, provider: anthropic}]",
    { fail = "agents:\n  - id: a\n    system_prompt: You are short.\n", at = "/agents/0",
      fixed = "agents:\n  - id: a\n    system_prompt: You are short.\n    model: gpt-4o\n" },
    { fail = "agents:\n  - id: a\n    model: gpt-4o\n  - id: b\n    system_prompt: You are short.\n",
      at = "/agents/1" },
  },
}

rule "langswarm-dialect" {
  title = "The dialect a stack is written in",
  why = "Four generations of the format are in use; it helps to know which one a file belongs to.",
  severity = "info",
  enabled = false,
  tags = { "schema" },
  expect = "mapping",
  check = function(root, ctx)
    local title = {
      S = "S (strict version 2)", L = "L (loose version 2)", D = "D (the form of the old guide)", V1 = "V1 (legacy)",
    }
    ctx:report("Written in dialect {dialect}", { dialect = title[stack.dialect(root)] })
  end,
  examples = {
    { fail = 'version: "2.0"\nagents: [{id: a, provider: openai}]', message = "dialect S" },
    { fail = 'version: "2.0"\nagents: [{id: a, model: gpt-4o}]', message = "dialect L" },
    { fail = 'version: "1.0"\nagents: [{id: a, agent_type: openai}]', message = "dialect V1" },
    { fail = "agents: [{id: a, model: gpt-4o}]\nmemory: production", message = "dialect V1" },
    { fail = 'version: "2.0"\nagents: [{id: a, provider: openai, api_key_env: K}]', message = "dialect D" },
  },
}
