-- What makes a stack readable: names, prompts, descriptions.

local include = import "include"
local safe = import "safe"
local stack = import "stack"

--- The name the loader makes from an id: `support_agent` becomes `Support Agent`.
local function generated(id)
  return (id:gsub("_", " "):lower():gsub("(%a)(%w*)", function(first, rest) return first:upper() .. rest end))
end

rule "agent-named" {
  title = "Agents have a name of their own",
  why = "The name is what people see in logs and dashboards; one made from the id tells them nothing new.",
  severity = "info",
  tags = { "R27", "best-practice" },
  expect = "mapping",
  check = function(root, ctx)
    for _, agent in ipairs(stack.agents(root)) do
      local name = safe.get(agent.node, "name")
      local plain = type(name) == "string" and text.trim(name) or nil
      if agent.id and (name == nil or plain == "" or plain == generated(agent.id) or plain == agent.id) then
        ctx:report("Agent '{agent}' has generic or missing name",
          { agent = agent.id, at = name ~= nil and tree.place(agent.node, "name") or agent.id_place })
      end
    end
  end,
  examples = {
    pass = "agents: [{id: classifier, name: Ticket classifier, model: gpt-4o}]",
    { fail = "agents: [{id: support_agent, name: Support Agent, model: gpt-4o}]", at = "/agents/0/name" },
    { fail = "agents: [{id: a, model: gpt-4o}]", at = "/agents/0/id" },
  },
}

--- Where an agent is told what it is, in any dialect.
local prompt_keys = {
  "system_prompt", "behavior", "system_message", "instructions", "instruction", "prompt", "system_prompt_file",
}

rule "agent-has-prompt" {
  title = "Agents are told what they are for",
  why = "Without a system prompt an agent is whatever the last message makes it.",
  severity = "info",
  tags = { "R28", "best-practice" },
  expect = "mapping",
  options = { min = 10 },
  check = function(root, ctx)
    for _, agent in ipairs(stack.agents(root)) do
      local told, place = false, nil
      for _, key in ipairs(prompt_keys) do
        local value = safe.get(agent.node, key)
        if value ~= nil then
          local short = key == "system_prompt" and type(value) == "string" and #text.trim(value) < ctx.options.min
          if short and not safe.dynamic(value) then place = tree.place(agent.node, key) else told = true end
        end
      end
      if not told then
        ctx:report("Agent '{agent}' has minimal or missing system prompt",
          { agent = agent.label, at = place or agent.node })
      end
    end
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o, system_prompt: You answer briefly.}, {id: b, model: x, behavior: coding}]",
    { fail = "agents: [{id: a, model: gpt-4o, system_prompt: Help.}]", at = "/agents/0/system_prompt" },
    { fail = "agents: [{id: a, model: gpt-4o}]", at = "/agents/0" },
  },
}

rule "agent-has-tools" {
  title = "Where there are tools, agents have some",
  why = "Often the list was forgotten; an agent that needs none is fine.",
  severity = "info",
  tags = { "R29", "best-practice" },
  select = "$.agents",
  check = function(_, ctx)
    local agents = stack.agents(ctx.root)
    local bare = {}
    for _, agent in ipairs(agents) do
      if safe.get(agent.node, "tools") == nil or #agent.tools == 0 and safe.list(agent.node.tools) then
        bare[#bare + 1] = agent
      end
    end
    if #bare == 0 then return end
    -- no tools, nothing to have
    if #stack.tools(ctx.root) == 0 and #(include.gather(ctx, stack.tools)) == 0 then return end
    local related = {}
    for i = 1, math.min(#bare, 8) do related[i] = { bare[i].id_place, "has no tools" } end
    ctx:report("{count} of {all} agents have no tools configured", { count = #bare, all = #agents, related = related })
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o, tools: [s]}]\ntools: {s: {type: builtin}}",
    { pass = "agents: [{id: a, model: gpt-4o}]", title = "there are no tools" },
    { fail = "agents: [{id: a, model: gpt-4o, tools: [s]}, {id: b, model: gpt-4o}]\ntools: {s: {type: builtin}}",
      at = "/agents", message = "1 of 2" },
  },
}

rule "workflow-described" {
  title = "Workflows say what they are for",
  why = "The description is what a caller, human or agent, chooses by.",
  severity = "info",
  tags = { "R30", "best-practice" },
  expect = "mapping",
  check = function(root, ctx)
    for _, workflow in ipairs(stack.workflows(root)) do
      if workflow.node ~= nil then
        local value = workflow.node.description
        if value == nil or (type(value) == "string" and text.trim(value) == "") then
          ctx:report("Workflow '{workflow}' has no description",
            { workflow = workflow.label, at = workflow.id_place or workflow.place })
        end
      end
    end
  end,
  examples = {
    pass = 'agents: [{id: a, model: gpt-4o}]\nworkflows: [{id: w, description: One turn, simple_syntax: "a -> user"}]',
    { pass = 'agents: [{id: a, model: gpt-4o}]\nworkflows: ["a -> user"]', title = "a line has no room for one" },
    { fail = 'agents: [{id: a, model: gpt-4o}]\nworkflows: [{id: w, simple_syntax: "a -> user"}]',
      at = "/workflows/0/id" },
  },
}
