-- Names that must lead somewhere: agents to tools, steps to agents, tools to the agents they allow.
--
-- A stack may be spread over files. A name is missing only when no document of the stack has it, and when all
-- of the stack is here to be looked at (see lib/include.lua).

local include = import "include"
local near = import "near"
local safe = import "safe"
local shortcut = import "shortcut"
local stack = import "stack"
local syntax = import "syntax"

--- What the names of `mentions` lead to nothing of `view`: calls `tell(mention, names)` for each.
local function dangling(ctx, mentions, view, tell)
  local here = stack.ids(view(ctx.root))
  local missing = {}
  for _, mention in ipairs(mentions) do
    if mention.name ~= "" and not here[mention.name] then missing[#missing + 1] = mention end
  end
  if #missing == 0 then return end
  local all, open = include.gather(ctx, view)
  if open then return end
  local known, names = stack.ids(all), stack.names(all)
  for _, mention in ipairs(missing) do
    if not known[mention.name] then tell(mention, near.nearest(mention.name, names)) end
  end
end

--- The edit that defines a well-known tool for the agents that use it.
local function define_tool(ctx, name)
  local entry = shortcut.entry(ctx, name, stack.users(ctx.root, name))
  local tools = safe.submap(ctx.root, "tools")
  if entry == nil then return nil end
  if tools ~= nil then return ctx:set(tools, name, entry) end
  if tree.has(ctx.root, "tools") then return nil end
  return ctx:set(ctx.root, "tools", tree.map { [name] = entry })
end

rule "agent-tool-exists" {
  title = "Agents use tools that are defined",
  why = "The agent starts without the tool, or the whole stack does not start.",
  severity = "error",
  tags = { "R12", "reference" },
  expect = "mapping",
  check = function(root, ctx)
    local mentions = {}
    for _, agent in ipairs(stack.agents(root)) do
      for _, ref in ipairs(agent.tools) do
        mentions[#mentions + 1] = { name = ref.name, place = ref.place, agent = agent.label }
      end
    end
    dangling(ctx, mentions, stack.tools, function(mention, meant)
      local define = not meant and define_tool(ctx, mention.name)
      local message = "Agent '{agent}' references unknown tool '{tool}'"
      if meant then message = "Agent '{agent}' references unknown tool '{tool}' (did you mean '{meant}'?)" end
      ctx:report(message, {
        agent = mention.agent, tool = mention.name, meant = meant, at = mention.place,
        fix = meant and ctx:replace(meant, mention.place) or define or nil,
        safety = define and "guarded" or "safe",
      })
    end)
  end,
  examples = {
    pass = 'version: "2.0"\nagents: [{id: a, model: gpt-4o, tools: [search]}]\ntools: {search: {type: builtin}}',
    { pass = 'version: "2.0"\nagents: [{id: a, model: gpt-4o, tools: [search]}]\ntools: [search]' },
    { fail = 'version: "2.0"\nagents:\n  - {id: a, model: gpt-4o, tools: [serach]}  # public\n'
        .. "tools:\n  search: {type: builtin}\n",
      at = "/agents/0/tools/0",
      fixed = 'version: "2.0"\nagents:\n  - {id: a, model: gpt-4o, tools: [search]}  # public\n'
        .. "tools:\n  search: {type: builtin}\n" },
    { fail = 'version: "2.0"\nagents: [{id: a, model: gpt-4o, tools: [legacy_crm]}]', at = "/agents/0/tools/0" },
    { fail = 'version: "2.0"\nagents:\n  - {id: a, model: gpt-4o, tools: [code_executor]}\ntools:\n  x: {type: mcp}\n',
      at = "/agents/0/tools/0", title = "a well-known tool is defined by its name",
      fixed = 'version: "2.0"\nagents:\n  - {id: a, model: gpt-4o, tools: [code_executor]}\ntools:\n  x: {type: mcp}\n'
        .. "  code_executor:\n    allowed_agents:\n      - a\n    config:\n      languages:\n        - python\n"
        .. "        - javascript\n        - bash\n    id: code_executor\n    type: mcp\n" },
    { pass = 'version: "2.0"\nincludes: [tools.yaml]\nagents: [{id: a, model: gpt-4o, tools: [search]}]',
      others = { ["tools.yaml"] = "tools: {search: {type: builtin, allowed_agents: [a]}}" } },
    { pass = 'version: "2.0"\nincludes: [tools.yaml]\nagents: [{id: a, model: gpt-4o, tools: [search]}]',
      title = "an include that was not given may define it" },
  },
}

rule "step-agent-exists" {
  title = "Steps name agents that are defined",
  why = "The workflow cannot be built.",
  severity = "error",
  tags = { "R13", "reference" },
  expect = "mapping",
  check = function(root, ctx)
    local mentions = {}
    for _, workflow in ipairs(stack.workflows(root)) do
      if #workflow.steps > 0 or not workflow.line then
        for _, mention in ipairs(stack.mentions(workflow)) do
          mention.workflow = workflow.label
          mentions[#mentions + 1] = mention
        end
      end
    end
    dangling(ctx, mentions, stack.agents, function(mention, meant)
      local message = "Workflow '{workflow}' step '{step}' references unknown agent '{agent}'"
      if meant then message = message .. " (did you mean '{meant}'?)" end
      ctx:report(message, {
        workflow = mention.workflow, step = mention.step and mention.step.id or "1", agent = mention.name,
        meant = meant, at = mention.place, fix = meant and ctx:replace(meant, mention.place),
      })
    end)
  end,
  examples = {
    pass = "agents: [{id: writer, model: gpt-4o}]\n"
      .. "workflows: [{id: w, steps: [{id: s, type: agent, agent_id: writer}, {id: t, agent: writer}]}]",
    { fail = "agents: [{id: writer, model: gpt-4o}]\n"
        .. "workflows: [{id: w, steps: [{id: s, type: agent, agent_id: writr}]}]",
      at = "/workflows/0/steps/0/agent_id",
      fixed = "agents: [{id: writer, model: gpt-4o}]\n"
        .. "workflows: [{id: w, steps: [{id: s, type: agent, agent_id: writer}]}]" },
    { fail = "agents: [{id: writer, model: gpt-4o}]\nworkflows: {w: {steps: [{id: s, agent: zebra9}]}}",
      at = "/workflows/w/steps/0/agent" },
  },
}

rule "workflow-line-agent-exists" {
  title = "The one-line form names agents that are defined",
  why = "The workflow cannot be built.",
  severity = "error",
  tags = { "R31", "reference" },
  expect = "mapping",
  check = function(root, ctx)
    local mentions = {}
    for _, workflow in ipairs(stack.workflows(root)) do
      if #workflow.steps == 0 and workflow.line then
        for _, mention in ipairs(stack.mentions(workflow)) do
          mention.text = workflow.line.text
          mentions[#mentions + 1] = mention
        end
      end
    end
    dangling(ctx, mentions, stack.agents, function(mention, meant)
      local message = "Reference to undefined agent in workflow: '{agent}'"
      if meant then message = message .. " (did you mean '{meant}'?)" end
      ctx:report(message, {
        agent = mention.name, meant = meant, at = mention.place,
        fix = meant and ctx:replace(syntax.rename(mention.text, mention.name, meant), mention.place),
      })
    end)
  end,
  examples = {
    pass = 'agents: [{id: a, model: gpt-4o}, {id: b, model: gpt-4o}]\nworkflows: ["a -> b -> user"]',
    { fail = 'agents: [{id: sorter, model: gpt-4o}]\nworkflows: [{id: w, simple_syntax: "sortr -> user"}]',
      at = "/workflows/0/simple_syntax",
      fixed = 'agents: [{id: sorter, model: gpt-4o}]\nworkflows: [{id: w, simple_syntax: "sorter -> user"}]' },
    { fail = 'agents: [{id: sorter, model: gpt-4o}]\nworkflows: ["sorter -> (zebra | sorter) -> user"]',
      at = "/workflows/0" },
  },
}

rule "tool-allowed-agent-exists" {
  title = "A tool allows agents that are defined",
  why = "The permission goes to nobody; the agent it was meant for is refused.",
  severity = "warning",
  tags = { "R14", "reference" },
  expect = "mapping",
  check = function(root, ctx)
    local mentions = {}
    for _, tool in ipairs(stack.tools(root)) do
      for _, ref in ipairs(safe.strings(tool.node, "allowed_agents")) do
        if ref.name ~= "*" then
          mentions[#mentions + 1] = { name = ref.name, place = ref.place, tool = tool.id or "?" }
        end
      end
    end
    dangling(ctx, mentions, stack.agents, function(mention, meant)
      local message = "Tool '{tool}' allows unknown agent '{agent}'"
      if meant then message = message .. " (did you mean '{meant}'?)" end
      ctx:report(message, {
        tool = mention.tool, agent = mention.name, meant = meant, at = mention.place,
        fix = meant and ctx:replace(meant, mention.place),
      })
    end)
  end,
  examples = {
    pass = "agents: [{id: coder, model: gpt-4o}]\ntools: {run: {type: custom, allowed_agents: [coder]}}",
    { fail = "agents: [{id: coder, model: gpt-4o}]\ntools: {run: {type: custom, allowed_agents: [codre]}}",
      at = "/tools/run/allowed_agents/0",
      fixed = "agents: [{id: coder, model: gpt-4o}]\ntools: {run: {type: custom, allowed_agents: [coder]}}" },
  },
}

--- Reports each entry whose id an earlier one has.
local function unique(ctx, list, message)
  local first = {}
  for _, entry in ipairs(list) do
    local id = entry.id
    if id and first[id] then
      ctx:report(message, { id = id,
        at = entry.id_place or entry.place, related = { { first[id], "first defined here" } } })
    elseif id then
      first[id] = entry.id_place or entry.place
    end
  end
end

rule "agent-id-unique" {
  title = "No two agents have the same id",
  why = "Only one of them can be meant by the workflows; which one is an accident.",
  severity = "error",
  tags = { "R15", "reference" },
  expect = "mapping",
  check = function(root, ctx)
    unique(ctx, stack.agents(root), "Duplicate agent ID: '{id}'")
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o}, {id: b, model: gpt-4o}]",
    { fail = "agents: [{id: a, model: gpt-4o}, {id: b, model: gpt-4o}, {id: a, model: gpt-4}]", at = "/agents/2/id" },
  },
}

rule "workflow-id-unique" {
  title = "No two workflows have the same id",
  why = "A caller asks for a workflow by its id and gets one of the two.",
  severity = "error",
  tags = { "R16", "reference" },
  expect = "mapping",
  check = function(root, ctx)
    unique(ctx, stack.workflows(root), "Duplicate workflow ID: '{id}'")
  end,
  examples = {
    pass = 'agents: [{id: a, model: gpt-4o}]\n'
        .. 'workflows: ["a -> user", "a -> user", {id: w, simple_syntax: "a -> user"}]',
    { fail = "agents: [{id: a, model: gpt-4o}]\n"
        .. 'workflows: [{id: w, simple_syntax: "a -> user"}, {id: w, simple_syntax: "user -> a"}]',
      at = "/workflows/1/id" },
  },
}

rule "tool-id-matches-key" {
  title = "A tool's id is its key",
  why = "Agents refer to the key, the runtime registers the id: with two names the tool is found by neither.",
  severity = "error",
  tags = { "R08", "schema" },
  expect = "mapping",
  check = function(root, ctx)
    local used = {}
    for _, agent in ipairs(stack.agents(root)) do
      for _, ref in ipairs(agent.tools) do used[ref.name] = true end
    end
    local keys = stack.ids(stack.tools(root))
    for _, tool in ipairs(stack.tools(root)) do
      local id = tool.key and safe.word(tool.node, "id")
      if id and id ~= tool.key then
        local place = tree.place(tool.node, "id")
        -- the name that the agents use is the right one
        local fix = ctx:replace(tool.key, place)
        if used[id] and not used[tool.key] and not keys[id] then fix = ctx:rename(id, tool.place) end
        ctx:report("Tool ID '{id}' doesn't match key '{key}'", { id = id, key = tool.key, at = place, fix = fix })
      end
    end
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o}]\ntools: {search: {id: search, type: builtin}, other: {type: mcp}}",
    { fail = "agents: [{id: a, model: gpt-4o}]\ntools: {search: {id: find, type: builtin}}  # web",
      at = "/tools/search/id",
      fixed = "agents: [{id: a, model: gpt-4o}]\ntools: {search: {id: search, type: builtin}}  # web" },
    { fail = "agents: [{id: a, model: gpt-4o, tools: [find]}]\ntools:\n  fnid:\n    id: find\n    type: builtin\n",
      at = "/tools/fnid/id", title = "when the agents use the id, the key is the slip",
      fixed = "agents: [{id: a, model: gpt-4o, tools: [find]}]\ntools:\n  find:\n    id: find\n    type: builtin\n" },
  },
}

rule "tool-type-known" {
  title = "A tool's type is one the format knows",
  why = "The runtime has no factory for another type and leaves the tool out.",
  severity = "warning",
  tags = { "R09", "schema" },
  expect = "mapping",
  check = function(root, ctx)
    local types = {}
    for i = 1, #ctx.data.tools.type do types[i] = ctx.data.tools.type[i] end
    local known = {}
    for _, name in ipairs(types) do known[name] = true end
    for i = 1, #ctx.data.tools.legacy_type do known[ctx.data.tools.legacy_type[i]] = true end
    for _, tool in ipairs(stack.tools(root)) do
      local name = safe.word(tool.node, "type")
      if name and not known[name] and not text.starts(name, "mcp") then
        local place = tree.place(tool.node, "type")
        local meant = near.nearest(name, types)
        local message = "Unknown tool type '{type}'"
        if meant then message = message .. " (did you mean '{meant}'?)" end
        ctx:report(message, { type = name, meant = meant, at = place, fix = meant and ctx:replace(meant, place) })
      end
    end
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o}]\ntools: {s: {type: builtin}, f: {type: mcpfilesystem}}",
    { fail = "agents: [{id: a, model: gpt-4o}]\ntools: {s: {type: Builtn}}", at = "/tools/s/type",
      fixed = "agents: [{id: a, model: gpt-4o}]\ntools: {s: {type: builtin}}" },
    { fail = "agents: [{id: a, model: gpt-4o}]\ntools: {s: {type: telepathy}}", at = "/tools/s/type" },
  },
}

rule "langswarm-include-cycle" {
  title = "Files do not include each other in a circle",
  why = "The loader follows the circle until it gives up. A file that two others include is no circle.",
  severity = "error",
  tags = { "R38", "reference" },
  expect = "mapping",
  check = function(_, ctx)
    local files, by_path = include.including(ctx), {}
    if #files == 0 then return end
    for _, file in ipairs(files) do by_path[file.path] = by_path[file.path] or file end
    local start = files[1]
    for _, ref in ipairs(start.includes) do
      -- the shortest way from what is included here back to here
      local came, queue, at = {}, {}, 1
      local first = ref.fixed and by_path[ref.path]
      if first then
        came[first] = start
        queue[1] = first
      end
      while queue[at] and not (came[start]) do
        local file = queue[at]
        at = at + 1
        if file == start then came[start] = start end
        for _, next_ref in ipairs(file.includes) do
          local target = next_ref.fixed and by_path[next_ref.path]
          if target and not came[target] then
            came[target] = file
            queue[#queue + 1] = target
          end
        end
      end
      if came[start] then
        local way, file = { start.file }, came[start]
        while file and file ~= start do
          table.insert(way, 2, file.file)
          file = came[file]
        end
        way[#way + 1] = start.file
        ctx:report("Circular include detected: {way}", { way = table.concat(way, " -> "), at = ref.place })
      end
    end
  end,
  examples = {
    { pass = 'version: "2.0"\nincludes: [a.yaml, b.yaml]', file = "main.yaml",
      others = { ["a.yaml"] = 'version: "2.0"\nincludes: [c.yaml]', ["b.yaml"] = 'version: "2.0"\nincludes: [c.yaml]',
        ["c.yaml"] = "agents: [{id: a, model: gpt-4o}]" },
      title = "a diamond is no circle" },
    { fail = 'version: "2.0"\nincludes: [parts/a.yaml]', file = "main.yaml", at = "/includes/0",
      others = { ["parts/a.yaml"] = 'version: "2.0"\nincludes: ["../main.yaml"]' },
      message = "main.yaml -> parts/a.yaml -> main.yaml" },
    { fail = 'version: "2.0"\nincludes: [./main.yaml]', file = "main.yaml", at = "/includes/0" },
  },
}

rule "langswarm-include-exists" {
  title = "An include names a file of the project",
  why = "The loader stops at the first file it cannot find.",
  severity = "warning",
  tags = { "R38", "reference" },
  expect = "mapping",
  check = function(_, ctx)
    local files, here = include.including(ctx), {}
    if #files == 0 then return end
    for _, file in ipairs(files) do here[file.path] = true end
    for _, ref in ipairs(files[1].includes) do
      if ref.fixed and not here[ref.path] then
        -- a rule does not see the disk; but a neighbour of almost this name is no accident
        local folder, base = ref.path:match "^(.-)([^/]*)$"
        local stem = base:match "^(.*)%.[^.]*$" or base
        local found, several
        for _, file in ipairs(files) do
          local other_folder, other = file.path:match "^(.-)([^/]*)$"
          local other_stem = other:match "^(.*)%.[^.]*$" or other
          if file ~= files[1] and other_folder == folder
            and (other_stem == stem or (#stem > 3 and text.distance(base, other) <= 2)) then
            several = several or (found ~= nil and found ~= other)
            found = found or other
          end
        end
        if found and not several then
          local name = ref.name:match "^(.-)[^/]*$" .. found
          ctx:report("Included file '{file}' is not among the files checked, but '{near}' is",
            { file = ref.name, near = name, at = ref.place, fix = ctx:replace(name, ref.place), safety = "guarded" })
        end
      end
    end
  end,
  examples = {
    { pass = 'version: "2.0"\nincludes: [parts/a.yaml, elsewhere.yaml]', file = "main.yaml",
      others = { ["parts/a.yaml"] = "agents: [{id: a, model: gpt-4o}]" } },
    { fail = 'version: "2.0"\nincludes: [parts/shared.yml]', file = "main.yaml", at = "/includes/0",
      fixed = 'version: "2.0"\nincludes: [parts/shared.yaml]',
      others = { ["parts/shared.yaml"] = "agents: [{id: a, model: gpt-4o}]" } },
  },
}
