-- Workflows as graphs: circles, dead ends, steps nobody comes to, and what is defined but never used.

local graph = import "graph"
local include = import "include"
local near = import "near"
local safe = import "safe"
local stack = import "stack"

rule "workflow-no-cycle" {
  title = "Steps do not wait for each other in a circle",
  why = "None of them can begin, or they go round for ever.",
  severity = "error",
  tags = { "R51", "graph" },
  expect = "mapping",
  check = function(root, ctx)
    for _, workflow in ipairs(stack.workflows(root)) do
      local steps = graph.of_steps(workflow, true)
      local cycle = graph.cycle(steps)
      if cycle then
        local names, related = {}, {}
        for i, index in ipairs(cycle) do
          names[i] = steps.nodes[index].id
          if i > 1 and i < #cycle and i <= 8 then
            related[#related + 1] = { steps.nodes[index].step.id_place, "part of the circle" }
          end
        end
        ctx:report("Circular dependency: {cycle}", {
          cycle = table.concat(names, " -> "), at = steps.nodes[cycle[1]].step.id_place, related = related,
        })
      end
    end
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o}]\nworkflows:\n  - id: w\n    steps:\n"
      .. "      - {id: x, agent: a}\n      - {id: y, agent: a, depends_on: [x]}\n"
      .. "      - {id: z, agent: a, depends_on: [x, y], output: {to: user}}\n",
    { fail = "agents: [{id: a, model: gpt-4o}]\nworkflows:\n  - id: w\n    steps:\n"
        .. "      - {id: x, agent: a, depends_on: [z]}\n      - {id: y, agent: a, depends_on: x}\n"
        .. "      - {id: z, agent: a, depends_on: [y]}\n",
      at = "/workflows/0/steps/0/id", message = "x -> y -> z -> x" },
    { fail = "agents: [{id: a, model: gpt-4o}]\nworkflows:\n  - id: w\n    steps:\n"
        .. "      - {id: x, agent: a, output: {to: y}}\n      - {id: y, agent: a, output: {to: [user, x]}}\n",
      at = "/workflows/0/steps/0/id", message = "x -> y -> x" },
  },
}

rule "step-reference-exists" {
  title = "Steps refer to steps of their workflow",
  why = "The output goes nowhere, or the step waits for something that never runs.",
  severity = "error",
  tags = { "R52", "graph" },
  expect = "mapping",
  check = function(root, ctx)
    for _, workflow in ipairs(stack.workflows(root)) do
      local names, known, positions = stack.names(workflow.steps), stack.ids(workflow.steps), false
      for _, step in ipairs(workflow.steps) do positions = positions or not step.named end
      local function look(step, refs)
        for _, ref in ipairs(refs) do
          local counted = positions and ref.name:find "^step_%d+$"
          if ref.name ~= "" and not known[ref.name] and not counted then
            local others = {}
            for _, name in ipairs(names) do
              if name ~= step.id then others[#others + 1] = name end
            end
            local meant = near.nearest(ref.name, others)
            local message = "Step '{step}' refers to unknown step '{target}'"
            if meant then message = message .. " (did you mean '{meant}'?)" end
            ctx:report(message, {
              step = step.id, target = ref.name, meant = meant, at = ref.place,
              fix = meant and ctx:replace(meant, ref.place),
            })
          end
        end
      end
      for _, step in ipairs(workflow.steps) do
        look(step, step.needs)
        look(step, step.to)
        local back = safe.word(step.node, "rollback_to")
        if back then look(step, { { name = back, place = tree.place(step.node, "rollback_to") } }) end
      end
    end
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o}]\nworkflows:\n  - id: w\n    steps:\n"
      .. "      - {id: x, agent: a, output: {to: [y, {step: y}]}}\n      - {id: y, agent: a, output: {to: user}}\n",
    { fail = "agents: [{id: a, model: gpt-4o}]\nworkflows:\n  - id: w\n    steps:\n"
        .. "      - {id: gather, agent: a}\n      - {id: write, agent: a, depends_on: [gathr]}\n",
      at = "/workflows/0/steps/1/depends_on/0",
      fixed = "agents: [{id: a, model: gpt-4o}]\nworkflows:\n  - id: w\n    steps:\n"
        .. "      - {id: gather, agent: a}\n      - {id: write, agent: a, depends_on: [gather]}\n" },
    { fail = "agents: [{id: a, model: gpt-4o}]\nworkflows:\n  - id: w\n    steps:\n"
        .. "      - {id: x, agent: a, output: {to: analysis_result}}\n",
      at = "/workflows/0/steps/0/output/to" },
  },
}

rule "step-reachable" {
  title = "Every step can run",
  why = "A step no other leads to is dead text; often its predecessor sends its output elsewhere by mistake.",
  severity = "warning",
  tags = { "R53", "graph" },
  expect = "mapping",
  check = function(root, ctx)
    for _, workflow in ipairs(stack.workflows(root)) do
      local steps = graph.of_steps(workflow)
      if not steps.dynamic and #steps.nodes > 1 and not graph.cycle(steps) then
        local reached = graph.reached(steps)
        for i, node in ipairs(steps.nodes) do
          if not reached[i] then
            ctx:report("Step '{step}' can never run", { step = node.id, at = node.step.id_place or node.step.place })
          end
        end
      end
    end
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o}]\nworkflows:\n  - id: w\n    steps:\n"
      .. "      - {id: x, agent: a}\n      - {id: y, agent: a, output: {to: user}}\n",
    { fail = "agents: [{id: a, model: gpt-4o}]\nworkflows:\n  - id: w\n    steps:\n"
        .. "      - {id: x, agent: a, output: {to: z}}\n      - {id: y, agent: a, output: {to: z}}\n"
        .. "      - {id: z, agent: a, output: {to: user}}\n",
      at = "/workflows/0/steps/1/id" },
  },
}

rule "step-id-unique" {
  title = "No two steps of a workflow have the same id",
  why = "The output of one overwrites that of the other.",
  severity = "error",
  tags = { "R55", "graph" },
  expect = "mapping",
  check = function(root, ctx)
    for _, workflow in ipairs(stack.workflows(root)) do
      local first = {}
      for _, step in ipairs(workflow.steps) do
        if step.named and first[step.id] then
          ctx:report("Duplicate step ID '{step}'",
            { step = step.id, at = step.id_place, related = { { first[step.id], "first defined here" } } })
        elseif step.named then
          first[step.id] = step.id_place
        end
      end
    end
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o}]\nworkflows:\n  - {id: v, steps: [{id: x, agent: a}]}\n"
      .. "  - {id: w, steps: [{id: x, agent: a}, {agent: a}]}\n",
    { fail = "agents: [{id: a, model: gpt-4o}]\nworkflows: [{id: w, steps: [{id: x, agent: a}, {id: x, agent: a}]}]",
      at = "/workflows/0/steps/1/id" },
  },
}

rule "workflow-reaches-user" {
  title = "A workflow ends at the user",
  why = "Without a step that answers, the work is done and thrown away.",
  severity = "warning",
  tags = { "R56", "graph" },
  expect = "mapping",
  check = function(root, ctx)
    for _, workflow in ipairs(stack.workflows(root)) do
      local way = graph.of(workflow)
      if not way.dynamic and #way.nodes > 0 and not graph.cycle(way) then
        local reached, answers = graph.reached(way), false
        for i, node in ipairs(way.nodes) do answers = answers or (node.user and reached[i]) end
        if not answers then
          local place = workflow.line and #workflow.steps == 0 and workflow.line.place or workflow.id_place
          ctx:report("Workflow '{workflow}' produces no output",
            { workflow = workflow.label, at = place or workflow.place })
        end
      end
    end
  end,
  examples = {
    pass = 'agents: [{id: a, model: gpt-4o}]\nworkflows:\n  - "a -> user"\n'
      .. "  - {id: w, steps: [{id: x, agent: a, output: {to: user}}]}\n"
      .. "  - {id: v, steps: [{id: x, agent: a}, {id: o, type: output, target: user, depends_on: [x]}]}\n",
    { fail = 'agents: [{id: a, model: gpt-4o}, {id: b, model: gpt-4o}]\nworkflows: [{id: w, simple_syntax: "a -> b"}]',
      at = "/workflows/0/simple_syntax" },
    { fail = "agents: [{id: a, model: gpt-4o}]\nworkflows: [{id: w, steps: [{id: x, agent: a}]}]",
      at = "/workflows/0/id" },
  },
}

rule "agent-used" {
  title = "Every agent has work to do",
  why = "An agent that no workflow names is read, checked and paid for in attention, and never runs.",
  severity = "info",
  tags = { "R54", "graph" },
  expect = "mapping",
  check = function(root, ctx)
    local function uses(list)
      local used = {}
      for _, workflow in ipairs(list) do
        for _, mention in ipairs(stack.mentions(workflow)) do used[mention.name] = true end
        if workflow.line then
          for _, name in ipairs(workflow.line.parsed.names) do used[name] = true end
        end
      end
      return used
    end
    local here, idle = uses(stack.workflows(root)), {}
    for _, agent in ipairs(stack.agents(root)) do
      if agent.id and not here[agent.id] then idle[#idle + 1] = agent end
    end
    if #idle == 0 then return end
    local workflows, open = include.gather(ctx, stack.workflows)
    -- a stack without workflows leaves the choice to its caller
    if open or #workflows == 0 then return end
    local used = uses(workflows)
    for _, agent in ipairs(idle) do
      if not used[agent.id] then
        ctx:report("Agent '{agent}' is defined but not used", { agent = agent.id, at = agent.id_place })
      end
    end
  end,
  examples = {
    pass = 'agents: [{id: a, model: gpt-4o}]\nworkflows: ["a -> user"]',
    { pass = "agents: [{id: a, model: gpt-4o}]", title = "without workflows the caller chooses" },
    { fail = 'agents: [{id: a, model: gpt-4o}, {id: b, model: gpt-4o}]\nworkflows: ["a -> user"]',
      at = "/agents/1/id" },
  },
}

rule "tool-used" {
  title = "Every tool is somebody's",
  why = "A tool that no agent has is started, holds its credentials, and is never called.",
  severity = "info",
  tags = { "R54", "graph" },
  expect = "mapping",
  check = function(root, ctx)
    local function mentions(node)
      local out = {}
      for _, agent in ipairs(stack.agents(node)) do
        out[#out + 1] = { id = "", tools = agent.tools }
      end
      for _, workflow in ipairs(stack.workflows(node)) do
        for _, step in ipairs(workflow.steps) do out[#out + 1] = { id = "", tools = step.tools } end
        out[#out + 1] = { id = "", tools = safe.strings(workflow.node, "tool_ids") }
      end
      return out
    end
    local function uses(list)
      local used = {}
      for _, entry in ipairs(list) do
        for _, ref in ipairs(entry.tools) do used[ref.name] = true end
      end
      return used
    end
    local here, idle = uses(mentions(root)), {}
    for _, tool in ipairs(stack.tools(root)) do
      local on = tool.node == nil or safe.bool(tool.node, "enabled", true)
      if tool.id and on and not here[tool.id] then idle[#idle + 1] = tool end
    end
    if #idle == 0 then return end
    local agents, open = include.gather(ctx, stack.agents)
    if open or #agents == 0 then return end
    local used = uses((include.gather(ctx, mentions)))
    for _, tool in ipairs(idle) do
      if not used[tool.id] then
        ctx:report("Tool '{tool}' is defined but not used",
          { tool = tool.id, at = tool.place, at_key = tool.key ~= nil })
      end
    end
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o, tools: [search]}]\n"
        .. "tools: {search: {type: builtin}, old: {type: mcp, enabled: false}}",
    { pass = "agents: [{id: a, model: gpt-4o}]\ntools: {search: {type: builtin}}\n"
        .. "workflows: [{id: w, steps: [{id: s, tool: search}]}]" },
    { fail = "agents: [{id: a, model: gpt-4o, tools: [search]}]\ntools: {search: {type: builtin}, rows: {type: mcp}}",
      at = "/tools/rows" },
  },
}
