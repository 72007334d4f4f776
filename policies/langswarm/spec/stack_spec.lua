-- What examples cannot say: stacks over several files, several rules on one text, and what a message must not hold.

local function count(findings, rule)
  local n = 0
  for _, finding in ipairs(findings) do
    if finding.rule == rule then n = n + 1 end
  end
  return n
end

describe("a stack over several files", function()
  local main = 'version: "2.0"\nincludes: [agents.yaml, parts/tools.yaml]\nworkflows: [{id: w, simple_syntax: "writer -> user"}]\n'
  local agents = "agents: [{id: writer, name: Draft writer, model: gpt-4o, tools: [search]}]\n"
  local tools = "tools: {search: {id: search, type: builtin, allowed_agents: [writer]}}\n"

  it("finds names in any of them", function()
    local run = { file = "main.yaml", others = { ["agents.yaml"] = agents, ["parts/tools.yaml"] = tools } }
    for _, rule in ipairs { "workflow-line-agent-exists", "langswarm-has-agents", "langswarm-version" } do
      run.rule = rule
      assert.equal(0, #check(main, run))
    end
    run = { file = "agents.yaml", others = { ["main.yaml"] = main, ["parts/tools.yaml"] = tools } }
    for _, rule in ipairs { "agent-tool-exists", "agent-used", "langswarm-version" } do
      run.rule = rule
      assert.equal(0, #check(agents, run))
    end
    run = { file = "parts/tools.yaml", others = { ["main.yaml"] = main, ["agents.yaml"] = agents } }
    for _, rule in ipairs { "tool-used", "tool-allowed-agent-exists" } do
      run.rule = rule
      assert.equal(0, #check(tools, run))
    end
  end)

  it("says nothing about what may stand in a file it was not given", function()
    assert.equal(0, #check(main, { file = "main.yaml", rule = "workflow-line-agent-exists" }))
    assert.equal(0, #check(agents, { file = "agents.yaml", rule = "agent-tool-exists" }))
  end)

  it("does not borrow from a file that belongs to another stack", function()
    local alone = 'version: "2.0"\n' .. agents
    local findings = check(alone, { rule = "agent-tool-exists", others = { ["tools.yaml"] = tools } })
    assert.equal(1, #findings)
  end)
end)

describe("both dialects", function()
  local strict = [[
version: "2.0"
agents:
  - {id: a, provider: openai, model: gpt-4o}
  - {id: b, provider: openai, model: gpt-4o}
workflows:
  - id: w
    steps:
      - {id: x, type: agent, agent_id: a}
      - {id: y, type: agent, agent_id: zebra, depends_on: [x]}
]]
  local loose = [[
version: "2.0"
agents:
  - {id: a, model: gpt-4o}
  - {id: b, model: gpt-4o}
workflows:
  w:
    steps:
      - {id: x, agent: a, output: {to: y}}
      - {id: y, agent: zebra}
]]

  it("give the same findings", function()
    for _, stack in ipairs { strict, loose } do
      local findings = check(stack)
      assert.equal(1, count(findings, "step-agent-exists"))
      assert.equal(1, count(findings, "agent-used"))
      assert.equal(1, count(findings, "workflow-reaches-user"))
      assert.equal(0, count(findings, "step-reachable"))
    end
  end)
end)

describe("secrets", function()
  it("are never in a message", function()
    local findings = check("agents: [{id: a, model: gpt-4o, provider_config: {api_key: sk-EXAMPLEa1B2c3D4e5F6g7H8}}]\n",
      { rule = "langswarm-literal-secret" })
    assert.equal(1, #findings)
    assert.falsy(findings[1].message:find("EXAMPLEa1B2", 1, true))
    assert.matches("OPENAI_API_KEY", findings[1].message)
  end)

  it("in an address leave the rest of it alone", function()
    local findings = check("agents: [{id: a, model: gpt-4o}]\n"
      .. 'memory: {backend: redis, config: {url: "redis://app:Tr0ub4dor@cache:6379/0"}}\n',
      { rule = "langswarm-literal-secret" })
    assert.equal(1, #findings)
    assert.equal("/memory/config/url", findings[1].path)
    assert.falsy(findings[1].message:find("Tr0ub4dor", 1, true))
  end)
end)

describe("a long workflow", function()
  local function chain(length, closing)
    local out = { "agents: [{id: a, model: gpt-4o}]\nworkflows:\n  - id: w\n    steps:\n" }
    for i = 1, length do
      local before = i > 1 and i - 1 or closing and length
      local needs = before and (", depends_on: [s%d]"):format(before) or ""
      out[#out + 1] = ("      - {id: s%d, agent: a%s}\n"):format(i, needs)
    end
    return table.concat(out)
  end

  it("is walked without running out of anything", function()
    assert.equal(0, #check(chain(2000), { rule = "workflow-no-cycle" }))
    local findings = check(chain(2000, true), { rule = "workflow-no-cycle" })
    assert.equal(1, #findings)
    assert.equal("/workflows/0/steps/0/id", findings[1].path)
  end)
end)

describe("fixes", function()
  it("rename an agent wherever it is named", function()
    local fixed = fix([[
agents:
  - id: "2nd desk"   # by the door
    model: gpt-4o
tools:
  search: {type: builtin, allowed_agents: ["2nd desk"]}
workflows:
  - id: w
    steps: [{id: s, agent: "2nd desk", output: {to: user}}]
]], { rule = "agent-id-pattern" })
    assert.falsy(fixed:find("2nd desk", 1, true))
    assert.matches("# by the door", fixed)
    assert.equal(0, #check(fixed, { rule = "step-agent-exists" }))
    assert.equal(0, #check(fixed, { rule = "tool-allowed-agent-exists" }))
  end)

  it("leave a key alone that two others may be meant by", function()
    local stack = 'version: "2.0"\nagents: [{id: a, model: gpt-4o}]\nobservability: {trace_outputs_file: x}\n'
    assert.equal(1, #check(stack, { rule = "langswarm-unknown-key" }))
  end)
end)
