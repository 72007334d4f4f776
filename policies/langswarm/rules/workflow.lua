-- Workflows: that they say something, and that their one-line form is written as the parser reads it.

local safe = import "safe"
local stack = import "stack"

rule "workflow-has-steps" {
  title = "A workflow has steps or a one-line syntax",
  why = "An empty workflow answers nothing, without an error.",
  severity = "warning",
  tags = { "R11", "workflow" },
  expect = "mapping",
  check = function(root, ctx)
    for _, workflow in ipairs(stack.workflows(root)) do
      local node = workflow.node
      if node ~= nil and #workflow.steps == 0 and not workflow.line and not safe.word(node, "agent_id")
        and not safe.dynamic(safe.get(node, "simple_syntax")) and not tree.has(node, "entrypoint") then
        ctx:report("Workflow '{workflow}' has no steps or simple syntax",
          { workflow = workflow.label, at = safe.place(node, "steps") })
      end
    end
  end,
  examples = {
    pass = 'agents: [{id: a, model: gpt-4o}]\n'
        .. 'workflows: [{id: w, steps: [{agent: a}]}, {id: v, simple_syntax: "a -> user"}]',
    { fail = "agents: [{id: a, model: gpt-4o}]\nworkflows: [{id: w, description: later}]", at = "/workflows/0" },
    { fail = "agents: [{id: a, model: gpt-4o}]\nworkflows: {w: {steps: []}}", at = "/workflows/w/steps" },
  },
}

rule "workflow-line-not-empty" {
  title = "The one-line form of a workflow says something",
  why = "An empty line is refused by the parser.",
  severity = "error",
  tags = { "R32", "workflow" },
  expect = "mapping",
  check = function(root, ctx)
    for _, workflow in ipairs(stack.workflows(root)) do
      if workflow.line and workflow.line.parsed.empty then
        ctx:report("Empty workflow syntax", { at = workflow.line.place })
      end
    end
  end,
  examples = {
    pass = 'agents: [{id: a, model: gpt-4o}]\nworkflows: ["a -> user"]',
    { fail = 'agents: [{id: a, model: gpt-4o}]\nworkflows: [{id: w, simple_syntax: " "}]',
      at = "/workflows/0/simple_syntax" },
    { fail = 'agents: [{id: a, model: gpt-4o}]\nworkflows: [""]', at = "/workflows/0" },
  },
}

rule "workflow-line-operators" {
  title = "The one-line form joins names by `->`, `,` or `|`",
  why = "With another arrow, or none, the whole line is one name that no agent has.",
  severity = "error",
  tags = { "R33", "workflow" },
  expect = "mapping",
  check = function(root, ctx)
    for _, workflow in ipairs(stack.workflows(root)) do
      local line = workflow.line
      if line and not line.parsed.empty then
        if line.parsed.arrows then
          ctx:report("Workflow arrow must be '->'",
            { at = line.place, fix = ctx:replace(line.parsed.normal, line.place) })
        elseif not line.parsed.operators then
          local agents = stack.ids(stack.agents(root))
          local name = line.parsed.names[1]
          ctx:report("Missing workflow operators (use ->, comma, or |)", {
            at = line.place, safety = "guarded",
            fix = name and agents[name] and ctx:replace(name .. " -> user", line.place),
          })
        end
      end
    end
  end,
  examples = {
    pass = 'agents: [{id: a, model: gpt-4o}, {id: b, model: gpt-4o}]\n'
        .. 'workflows: ["a -> (b | a) -> user", "a, b -> user"]',
    { fail = 'agents: [{id: a, model: gpt-4o}]\nworkflows: [{id: w, simple_syntax: "a => user"}]  # one',
      at = "/workflows/0/simple_syntax",
      fixed = 'agents: [{id: a, model: gpt-4o}]\nworkflows: [{id: w, simple_syntax: "a -> user"}]  # one' },
    { fail = 'agents: [{id: a-b, model: gpt-4o}]\nworkflows: ["a-b --> user"]', at = "/workflows/0",
      fixed = 'agents: [{id: a-b, model: gpt-4o}]\nworkflows: ["a-b -> user"]' },
    { fail = 'agents: [{id: a, model: gpt-4o}]\nworkflows: ["a \u{2192} user"]', at = "/workflows/0",
      fixed = 'agents: [{id: a, model: gpt-4o}]\nworkflows: ["a -> user"]' },
    { fail = 'agents: [{id: a, model: gpt-4o}]\nworkflows: ["a > user"]', at = "/workflows/0",
      fixed = 'agents: [{id: a, model: gpt-4o}]\nworkflows: ["a -> user"]' },
    { fail = 'agents: [{id: a, model: gpt-4o}]\nworkflows: ["a"]', at = "/workflows/0",
      fixed = 'agents: [{id: a, model: gpt-4o}]\nworkflows: ["a -> user"]' },
  },
}

--- References as the first generation of the format wrote them.
local function modern(value)
  local out = value
  for name in re.each(value, "\\$\\{context\\.(?:step_outputs|variables)\\.([A-Za-z_][A-Za-z0-9_.-]*)\\}") do
    for _, scope in ipairs { "step_outputs", "variables" } do
      local old = "${context." .. scope .. "." .. name .. "}"
      local from, to = out:find(old, 1, true)
      while from do
        out = out:sub(1, from - 1) .. "${" .. name .. "}" .. out:sub(to + 1)
        from, to = out:find(old, from, true)
      end
    end
  end
  for _, name in ipairs { "user_input", "user_query", "context.user_input", "context.user_query" } do
    local old = "${" .. name .. "}"
    local from, to = out:find(old, 1, true)
    while from do
      out = out:sub(1, from - 1) .. "${input}" .. out:sub(to + 1)
      from, to = out:find(old, from, true)
    end
  end
  return out
end

rule "workflow-deprecated-reference" {
  title = "Steps refer to each other as `${step}`, to the request as `${input}`",
  why = "The longer forms are of the old format; the engine of version 2 leaves them in the prompt as they stand.",
  severity = "warning",
  tags = { "R64", "workflow" },
  select = "$.workflows..*",
  expect = "string",
  check = function(value, ctx)
    if not text.contains(value, "${") then return end
    local new = modern(value)
    if new == value then return end
    local safety = stack.dialect(ctx.root) == "V1" and "guarded" or "safe"
    ctx:report("A reference of the old format is deprecated, use {step} or {input}",
      { step = "${step}", input = "${input}", fix = ctx:replace(new), safety = safety })
  end,
  examples = {
    pass = 'version: "2.0"\nagents: [{id: a, model: gpt-4o}]\n'
      .. 'workflows: [{id: w, steps: [{id: s, agent: a, input: "${input} ${s.output}"}]}]',
    skip = 'version: "2.0"\nagents: [{id: a, model: gpt-4o}]',
    { fail = 'version: "2.0"\nagents: [{id: a, model: gpt-4o}]\n'
        .. 'workflows: [{id: w, steps: [{id: s, agent: a, input: "Q: ${user_input} ${context.step_outputs.r}"}]}]',
      at = "/workflows/0/steps/0/input",
      fixed = 'version: "2.0"\nagents: [{id: a, model: gpt-4o}]\n'
        .. 'workflows: [{id: w, steps: [{id: s, agent: a, input: "Q: ${input} ${r}"}]}]' },
  },
}
