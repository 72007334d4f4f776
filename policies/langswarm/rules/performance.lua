-- Size and time: stacks too large to run well, and limits that cannot be kept.

local graph = import "graph"
local include = import "include"
local model = import "model"
local safe = import "safe"
local stack = import "stack"

rule "agent-count" {
  title = "A stack has a manageable number of agents",
  why = "Each agent holds a client and its memory, and every router must tell it from all others.",
  severity = "warning",
  tags = { "R20", "performance" },
  select = "$.agents",
  options = { max = 10 },
  check = function(_, ctx)
    local count = #stack.agents(ctx.root)
    if count <= ctx.options.max then return end
    ctx:report("Large number of agents ({count}) may impact performance", { count = count })
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o}, {id: b, model: gpt-4o}]",
    { fail = "agents: [{id: a, model: gpt-4o}, {id: b, model: gpt-4o}]", options = { max = 1 }, at = "/agents" },
  },
}

rule "agent-total-max-tokens" {
  title = "The agents' answers together have a bound",
  why = "One request that goes through them all may cost and take as long as the sum.",
  severity = "warning",
  tags = { "R21", "performance" },
  select = "$.agents",
  options = { max = 100000 },
  check = function(_, ctx)
    local total = 0
    for _, agent in ipairs(stack.agents(ctx.root)) do
      local tokens = safe.number(agent.node, "max_tokens")
      if tokens and tokens > 0 then total = total + tokens end
    end
    if total <= ctx.options.max then return end
    ctx:report("High total max_tokens ({total}) across agents", { total = total })
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o, max_tokens: 4000}]",
    { fail = "agents: [{id: a, model: gpt-4o, max_tokens: 60000}, {id: b, model: gpt-4o, max_tokens: 60000}]",
      at = "/agents", message = "120000" },
  },
}

rule "workflow-step-count" {
  title = "A workflow has a manageable number of steps",
  why = "Each step adds its latency and its chance to fail.",
  severity = "warning",
  tags = { "R22", "performance" },
  expect = "mapping",
  options = { max = 20 },
  check = function(root, ctx)
    for _, workflow in ipairs(stack.workflows(root)) do
      local count = #workflow.steps
      if count == 0 and workflow.line then count = #workflow.line.parsed.names end
      if count > ctx.options.max then
        ctx:report("Workflow '{workflow}' has many steps ({count})",
          { workflow = workflow.label, count = count, at = safe.place(workflow.node, "steps") or workflow.place })
      end
    end
  end,
  examples = {
    pass = 'agents: [{id: a, model: gpt-4o}]\nworkflows: ["a -> user"]',
    { fail = "agents: [{id: a, model: gpt-4o}]\nworkflows: [{id: w, steps: [{agent: a}, {agent: a}, {agent: a}]}]",
      options = { max = 2 }, at = "/workflows/0/steps" },
  },
}

--- Seconds each agent of the stack may take, by id. An agent whose time is known only when the stack runs has none.
local function agent_timeouts(ctx)
  local out = {}
  for _, agent in ipairs((include.gather(ctx, stack.agents))) do
    if agent.id and not safe.dynamic(safe.get(agent.node, "timeout")) then
      out[agent.id] = safe.number(agent.node, "timeout") or ctx.data.schema.agent.timeout.default
    end
  end
  return out
end

rule "workflow-timeout" {
  title = "A workflow has time for its steps",
  why = "When the agents use the time they are given, the workflow is cut off before the last of them answers.",
  severity = "warning",
  tags = { "R59", "performance" },
  expect = "mapping",
  check = function(root, ctx)
    local timeouts
    for _, workflow in ipairs(stack.workflows(root)) do
      local limit = safe.number(workflow.node, "timeout")
      if limit and limit > 0 then
        timeouts = timeouts or agent_timeouts(ctx)
        local needed = graph.longest(graph.of(workflow), function(node)
          local own = node.step and safe.number(node.step.node, "timeout")
          return math.max(0, own or timeouts[node.agent or false] or 0)
        end)
        if needed and limit < needed then
          ctx:report("Workflow '{workflow}' times out after {limit} s, before its steps can ({needed} s)", {
            workflow = workflow.label, limit = limit, needed = needed, at = tree.place(workflow.node, "timeout"),
          })
        end
      end
    end
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o, timeout: 20}, {id: b, model: gpt-4o, timeout: 30}]\n"
      .. 'workflows:\n  - {id: w, timeout: 50, simple_syntax: "a -> b -> user"}\n'
      .. '  - {id: v, timeout: 30, simple_syntax: "a, b -> user"}\n',
    { fail = "agents: [{id: a, model: gpt-4o, timeout: 20}, {id: b, model: gpt-4o}]\n"
        .. 'workflows: [{id: w, timeout: 45, simple_syntax: "a -> b -> user"}]',
      at = "/workflows/0/timeout", message = "50 s" },
  },
}

rule "agent-tokens-fit-context" {
  title = "max_tokens fits into the model's context window",
  why = "The provider refuses the call, or cuts the prompt to make room for the answer.",
  severity = "warning",
  tags = { "R60", "performance" },
  expect = "mapping",
  check = function(root, ctx)
    for _, agent in ipairs(stack.agents(root)) do
      local tokens = safe.number(agent.node, "max_tokens")
      local name = model.of(agent)
      local provider = name and tokens and model.provider_of(agent, ctx.data)
      local facts = provider and model.facts(provider, name, ctx.data)
      if facts and tokens > facts.context then
        ctx:report("max_tokens {tokens} exceeds the context window of '{model}' ({context})", {
          tokens = tokens, model = name, context = facts.context, at = tree.place(agent.node, "max_tokens"),
        })
      end
    end
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o, max_tokens: 4000}, {id: b, provider: ollama, model: x, max_tokens: 99999}]",
    { fail = "agents: [{id: a, model: gpt-4, max_tokens: 16000}]", at = "/agents/0/max_tokens", message = "8192" },
  },
}

rule "agent-streaming-answers" {
  title = "Agents that stream are those the user reads",
  why = "Between steps the whole answer is awaited anyway; streaming it only costs connections.",
  severity = "info",
  tags = { "R61", "performance" },
  expect = "mapping",
  check = function(root, ctx)
    local streaming = {}
    for _, agent in ipairs(stack.agents(root)) do
      if agent.id and safe.bool(agent.node, "streaming", false) then streaming[#streaming + 1] = agent end
    end
    if #streaming == 0 then return end
    local inner, answers = {}, {}
    local workflows, open = include.gather(ctx, stack.workflows)
    if open then return end
    for _, workflow in ipairs(workflows) do
      local way = graph.of(workflow)
      for _, node in ipairs(way.nodes) do
        if node.agent then
          -- it answers when it says so, when only `user` comes after it, or when nobody can tell
          local last = node.user or way.dynamic or #node.next == 0
          for _, to in ipairs(node.next) do
            local after = way.nodes[to]
            if after.user and not after.agent then last = true end
          end
          if last then answers[node.agent] = true else inner[node.agent] = true end
        end
      end
    end
    for _, agent in ipairs(streaming) do
      if inner[agent.id] and not answers[agent.id] then
        ctx:report("Streaming of '{agent}' has no effect between steps",
          { agent = agent.id, at = tree.place(agent.node, "streaming") })
      end
    end
  end,
  examples = {
    pass = 'agents: [{id: a, model: gpt-4o}, {id: b, model: gpt-4o, streaming: true}]\nworkflows: ["a -> b -> user"]',
    { fail = 'agents: [{id: a, model: gpt-4o, streaming: true}, {id: b, model: gpt-4o}]\nworkflows: ["a -> b -> user"]',
      at = "/agents/0/streaming" },
  },
}
