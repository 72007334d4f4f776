-- Rules of the desk's own: what no pack can know.

rule "team-agent-owner" {
  title = "Every agent has an owner",
  why = "At night somebody has to be called, and it should be somebody who knows the agent.",
  severity = "warning",
  select = "$.agents[*]",
  expect = "mapping",
  options = { teams = { "desk", "finance", "platform" } },
  check = function(agent, ctx)
    local owner = tree.get(agent, "metadata.owner")
    if owner == nil then
      ctx:report("Agent '{agent}' has no metadata.owner", { agent = tree.get(agent, "id") or ctx.path })
    elseif not ctx.options.teams:has(owner) then
      ctx:report("'{owner}' is not a team that can be called",
        { owner = tostring(owner), at = tree.place(agent, "metadata", "owner") })
    end
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o, metadata: {owner: desk}}]",
    skip = 'version: "2.0"\nagents: []',
    { fail = "agents: [{id: a, model: gpt-4o}]", at = "/agents/0" },
    { fail = "agents: [{id: a, model: gpt-4o, metadata: {owner: nobody}}]", at = "/agents/0/metadata/owner" },
    { pass = "agents: [{id: a, model: gpt-4o, metadata: {owner: lab}}]", options = { teams = { "lab" } } },
  },
}
