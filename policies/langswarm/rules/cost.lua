-- Money: dear models where cheap ones do.

local include = import "include"
local model = import "model"
local safe = import "safe"
local stack = import "stack"

local routing = { "router", "routing", "classif", "triage", "dispatch", "intent", "selector", "categor" }

local function sounds_like_routing(agent)
  for _, word in ipairs { agent.id or "", safe.word(agent.node, "name") or "" } do
    for _, sign in ipairs(routing) do
      if text.contains(word:lower(), sign) then return true end
    end
  end
  return false
end

--- Agents that stand before a choice in a one-line workflow decide which way it goes.
local function deciders(ctx)
  local out = {}
  for _, workflow in ipairs((include.gather(ctx, stack.workflows))) do
    local parts = workflow.line and workflow.line.parsed.parts or {}
    for i = 2, #parts do
      if parts[i].kind == "any" then
        for _, name in ipairs(parts[i - 1].names) do out[name] = true end
      end
    end
  end
  return out
end

rule "router-model-tier" {
  title = "Agents that only route use a cheap model",
  why = "Telling one of a few classes from the others is what the small models do as well, at a fraction of the price.",
  severity = "info",
  tags = { "R62", "cost" },
  expect = "mapping",
  check = function(root, ctx)
    local decides
    for _, agent in ipairs(stack.agents(root)) do
      local name, place = model.of(agent)
      local provider = name and model.provider_of(agent, ctx.data)
      local facts = provider and model.facts(provider, name, ctx.data)
      local dear = facts ~= nil and facts.tier == "premium"
      if dear then decides = decides or deciders(ctx) end
      if dear and (sounds_like_routing(agent) or decides[agent.id or false]) then
        ctx:report("A cheaper model than '{model}' usually suffices for '{agent}'",
          { model = name, agent = agent.label, at = place })
      end
    end
  end,
  examples = {
    pass = "agents: [{id: classifier, model: gpt-4o-mini}, {id: analyst, model: gpt-4}]",
    { fail = "agents: [{id: classifier, model: gpt-4}]", at = "/agents/0/model" },
    { fail = "agents: [{id: desk, model: claude-3-opus-20240229}, {id: b, model: gpt-4o}, {id: c, model: gpt-4o}]\n"
        .. 'workflows: ["desk -> (b | c) -> user"]',
      at = "/agents/0/model" },
  },
}
