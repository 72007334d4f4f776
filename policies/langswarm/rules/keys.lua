-- The keys of each section: known, of the right type, not of an older generation, not empty.

local near = import "near"
local safe = import "safe"
local sections = import "sections"
local shortcut = import "shortcut"
local stack = import "stack"
local types = import "types"

--- Could the value of a misspelt key be the value of this one, which is not there already?
local function could_be(specs, node, misspelt, key)
  local spec = specs[key]
  if spec == nil or tree.has(node, key) then return false end
  local kind, value = tree.kind(node, misspelt), node[misspelt]
  return types.fits(spec.type, kind, value)
    or types.coerce(spec.type, kind, value, tree.place(node, misspelt)) ~= nil
end

--- Keys of a section that a misspelt one may stand for.
local function candidates(specs, node, misspelt)
  local out = {}
  for key in pairs(specs) do
    if could_be(specs, node, misspelt, key) then out[#out + 1] = key end
  end
  table.sort(out)
  return out
end

rule "langswarm-unknown-key" {
  title = "Every key is one the format knows",
  why = "The strict loader refuses unknown keys and the loose one ignores them: a misspelt limit limits nothing.",
  severity = "warning",
  tags = { "R39", "schema" },
  expect = "mapping",
  options = { allow = {} },
  check = function(root, ctx)
    if stack.dialect(root) == "V1" then return end
    local schema, old, synonyms = ctx.data.schema, ctx.data.deprecated, ctx.data.synonyms
    sections.each(root, function(section, node)
      for _, key in ipairs(sections.open[section] and {} or tree.keys(node)) do
        local known = schema[section][key] or (old[section] and old[section][key])
        if not known and not text.starts(key, "x-") and key ~= "<<" and not ctx.options.allow:has(key) then
          local at = tree.place(node, key)
          local words = synonyms[section]
          local other = words and (words[key] or words[near.squash(key)])
          if other and not could_be(schema[section], node, key, other) then other = nil end
          local meant = near.only(key, candidates(schema[section], node, key)) or other
          if meant then
            ctx:report("Unknown key '{key}' in {section} (did you mean '{meant}'?)",
              { key = key, section = sections.title(section), meant = meant, at = at, at_key = true,
                fix = ctx:rename(meant, at) })
          else
            ctx:report("Unknown key '{key}' in {section}",
              { key = key, section = sections.title(section), at = at, at_key = true })
          end
        end
      end
    end)
  end,
  examples = {
    pass = 'version: "2.0"\nagents: [{id: a, provider: openai, metadata: {anything: goes}}]\ncustom_settings: {x: 1}',
    { pass = 'version: "2.0"\nagents: [{id: a, model: gpt-4o, house_style: dry}]',
      options = { allow = { "house_style" } } },
    { fail = 'version: "2.0"\nagents:\n  - id: a\n    model: gpt-4o\n    temprature: 0.2  # calm\n',
      at = "/agents/0/temprature",
      fixed = 'version: "2.0"\nagents:\n  - id: a\n    model: gpt-4o\n    temperature: 0.2  # calm\n' },
    { fail = 'version: "2.0"\nagnets: [{id: a, model: gpt-4o, system_prompt: Be short and kind.}]', at = "/agnets",
      fixed = 'version: "2.0"\nagents: [{id: a, model: gpt-4o, system_prompt: Be short and kind.}]' },
    { fail = '{"version": "2.0", "agents": [{"id": "a", "model": "gpt-4o", "maxTokens": 100}]}', file = "stack.json",
      at = "/agents/0/maxTokens",
      fixed = '{"version": "2.0", "agents": [{"id": "a", "model": "gpt-4o", "max_tokens": 100}]}' },
    { fail = 'version: "2.0"\nagents: [{id: a, model: gpt-4o, prompt: Be short and kind.}]', at = "/agents/0/prompt",
      fixed = 'version: "2.0"\nagents: [{id: a, model: gpt-4o, system_prompt: Be short and kind.}]',
      title = "as other frameworks call it" },
    { fail = 'version: "2.0"\nagents: [{id: a, model: gpt-4o}]\nserver: {zx_mode: true}', at = "/server/zx_mode" },
    { fail = 'version: "2.0"\nagents: [{id: a, model: gpt-4o}]\nobservability: {metrics: {export: {every: 5}}}',
      at = "/observability/metrics/export", title = "near to `port`, but a mapping is no port",
      fixed = 'version: "2.0"\nagents: [{id: a, model: gpt-4o}]\nobservability: {metrics: {export: {every: 5}}}' },
    { fail = 'version: "2.0"\nagents: [{id: a, model: gpt-4o}]\nsecurity: {rate_limiting: {burst: 4}}',
      at = "/security/rate_limiting/burst" },
    { pass = 'version: "1.0"\nagents: [{id: a, agent_type: openai}]\nbrokers: []',
      title = "the old format is the migration's business" },
  },
}

rule "langswarm-type" {
  title = "Every value has the type of its field",
  why = "The loader refuses a text where it wants a number, and takes the word \"no\" for true.",
  severity = "error",
  tags = { "R40", "schema" },
  expect = "mapping",
  check = function(root, ctx)
    if stack.dialect(root) == "V1" then return end
    sections.each_known(root, ctx.data.schema, function(_, node, key, spec)
      local kind, value = tree.kind(node, key), node[key]
      local at = tree.place(node, key)
      if not types.fits(spec.type, kind, value) then
        local better = types.coerce(spec.type, kind, value, at)
        ctx:report("'{path}' must be {type}, got {kind}", {
          path = tree.path(at), type = types.title(spec.type), kind = kind, at = at,
          fix = better ~= nil and ctx:replace(better, at) or nil,
        })
      elseif spec.of and kind == "mapping" then
        for _, name in ipairs(tree.keys(value)) do
          local place, item = tree.place(value, name), tree.kind(value, name)
          if not types.fits(spec.of, item, value[name]) then
            local better = types.coerce(spec.of, item, value[name], place)
            ctx:report("'{path}' must be {type}, got {kind}", {
              path = tree.path(place), type = types.title(spec.of), kind = item, at = place,
              fix = better ~= nil and ctx:replace(better, place) or nil,
            })
          end
        end
      elseif spec.type == "strings" and kind == "sequence" then
        for i = 1, #value do
          local item = tree.kind(value, i)
          if item ~= "string" and item ~= "other" then
            local place = tree.place(value, i)
            local better = types.coerce("string", item, value[i], place)
            ctx:report("'{path}' must be text, got {kind}",
              { path = tree.path(place), kind = item, at = place, fix = better and ctx:replace(better, place) })
          end
        end
      end
    end)
  end,
  examples = {
    pass = 'agents: [{id: a, model: gpt-4o, max_tokens: 10, streaming: true, timeout: "${TIMEOUT}"}]',
    { pass = 'agents: [{id: a, model: gpt-4o}]\nworkflows:\n  - "a -> user"\n  - {id: w, steps: [{agent: a}]}' },
    { fail = 'agents: [{id: a, model: gpt-4o, timeout: "30"}]  # seconds', at = "/agents/0/timeout",
      fixed = "agents: [{id: a, model: gpt-4o, timeout: 30}]  # seconds" },
    { fail = 'agents: [{id: a, model: gpt-4o, streaming: "yes"}]', at = "/agents/0/streaming",
      fixed = "agents: [{id: a, model: gpt-4o, streaming: true}]" },
    { fail = "agents: [{id: a, model: gpt-4o, tags: fast}]", at = "/agents/0/tags",
      fixed = "agents: [{id: a, model: gpt-4o, tags: [fast]}]" },
    { fail = '{"agents": [{"id": "a", "model": "gpt-4o"}], "server": {"port": 8000.0}}', file = "stack.json",
      at = "/server/port", fixed = '{"agents": [{"id": "a", "model": "gpt-4o"}], "server": {"port": 8000}}' },
    { fail = "agents: [{id: a, model: gpt-4o}]\nexperimental_features: {tool_chaining: \"on\", other: true}",
      at = "/experimental_features/tool_chaining",
      fixed = "agents: [{id: a, model: gpt-4o}]\nexperimental_features: {tool_chaining: true, other: true}" },
    { fail = "agents: [{id: a, model: gpt-4o}]\ntools: {files: {type: mcp, config: {allowed_paths: ./docs, rows: 3}}}",
      at = "/tools/files/config/allowed_paths",
      fixed = "agents: [{id: a, model: gpt-4o}]\ntools: {files: {type: mcp, config: {allowed_paths: [./docs], rows: 3}}}" },
    { fail = "agents: [{id: a, model: gpt-4o, max_tokens: lots}]", at = "/agents/0/max_tokens" },
    { fail = "agents: [{id: a, model: gpt-4o, tools: [1]}]", at = "/agents/0/tools/0",
      fixed = "agents: [{id: a, model: gpt-4o, tools: [\"1\"]}]" },
    { fail = "agents: [{id: a, provider: openai}]\nversion: \"2.0\"\nmemory: production", at = "/memory" },
  },
}

--- Are there comments between the first and the last line of a node?
local function has_comment(ctx, node)
  local span = tree.span(node)
  local lines = text.lines(ctx.doc.text)
  for i = span.line, math.min(span.end_line, #lines) do
    if text.contains(lines[i], "#") then return true end
  end
  return false
end

rule "langswarm-tools-map" {
  title = "tools is a map keyed by id",
  why = "The typed loader looks tools up by key; a list of them is refused.",
  severity = "error",
  tags = { "R41", "schema" },
  select = "$.tools",
  expect = "sequence",
  check = function(tools, ctx)
    -- in the old format a list is what it has to be
    if stack.dialect(ctx.root) == "V1" then return end
    local fix
    local out, good, named = {}, #tools > 0, false
    for _, tool in ipairs(stack.tools(ctx.root)) do
      good = good and tool.id ~= nil and tool.id ~= "" and out[tool.id] == nil
      if good and tool.form == "name" then
        named = true
        out[tool.id] = shortcut.entry(ctx, tool.id, stack.users(ctx.root, tool.id)) or tree.map { id = tool.id, type = "mcp" }
      elseif good then
        out[tool.id] = tool.node
      end
    end
    -- the new map is written afresh: not over somebody's comments
    if good and #stack.tools(ctx.root) == #tools and not has_comment(ctx, tools) then
      fix = ctx:replace(tree.map(out))
    end
    -- what a bare name stood for is written out, and that narrower than before
    ctx:report("tools must be a map keyed by id", { fix = fix, safety = named and "guarded" or "safe" })
  end,
  examples = {
    skip = "agents: [{id: a, model: gpt-4o}]\ntools: {search: {type: builtin}}",
    { pass = 'version: "1.0"\nagents: [{id: a, agent_type: openai}]\ntools: [{id: search, type: mcp}]' },
    { fail = "version: \"2.0\"\nagents: [{id: a, model: gpt-4o}]\ntools:\n  - id: search\n"
        .. "    type: builtin # the web\n",
      at = "/tools", title = "not rewritten over a comment" },
    { fail = "version: \"2.0\"\nagents: [{id: a, model: gpt-4o}]\ntools:\n  - id: search\n    type: builtin\n", at = "/tools",
      fixed = "version: \"2.0\"\nagents: [{id: a, model: gpt-4o}]\ntools:\n  search:\n    id: search\n    type: builtin\n" },
    { fail = '{"version": "2.0", "agents": [{"id": "a", "model": "gpt-4o"}], "tools": [{"id": "t", "type": "mcp"}]}',
      file = "stack.json", at = "/tools",
      fixed = '{"version": "2.0", "agents": [{"id": "a", "model": "gpt-4o"}],'
        .. ' "tools": {"t": {"id": "t", "type": "mcp"}}}' },
  },
}

rule "langswarm-deprecated-key" {
  title = "Keys are those of the current format",
  why = "Old keys are translated by the migration only; the loader of version 2 ignores or refuses them.",
  severity = "warning",
  tags = { "R64", "schema" },
  expect = "mapping",
  check = function(root, ctx)
    local legacy = stack.dialect(root) == "V1"
    -- in a file of the old format the old loader may still read the key
    local safety = legacy and "guarded" or "safe"
    sections.each(root, function(section, node)
      local old = ctx.data.deprecated[section]
      for _, key in ipairs(tree.keys(node)) do
        local spec = old and old[key]
        local at = tree.place(node, key)
        if section == "agent" and key == "memory" and tree.kind(node, key) ~= "bool" then spec = nil end
        if spec and spec.new then
          local edits = not tree.has(node, spec.new) and { ctx:rename(spec.new, at) } or nil
          local value = node[key]
          if edits and spec.new == "includes" and type(value) == "string" then
            edits[2] = ctx:replace(tree.list { value }, at)
          elseif edits and spec.map then
            local mapped = type(value) == "string" and ctx.data.providers[spec.map][text.trim(value)] or nil
            if not mapped then
              edits = nil
            elseif mapped ~= value then
              edits[2] = ctx:replace(mapped, at)
            end
          end
          ctx:report("'{old}' is deprecated, use '{new}'",
            { old = key, new = spec.new, at = at, at_key = true, fix = edits, safety = safety })
        elseif spec then
          ctx:report("'{old}' is deprecated, use {new}", { old = key, new = spec.say, at = at, at_key = true })
        end
      end
    end)
    local memory = tree.kind(root, "memory")
    if legacy and (memory == "bool" or memory == "string") then
      ctx:report("A memory tier is deprecated, use memory.backend", { at = tree.place(root, "memory") })
    end
  end,
  examples = {
    pass = 'version: "2.0"\nname: Desk\nagents: [{id: a, provider: openai, model: gpt-4o}]',
    { fail = 'version: "2.0"\nproject_name: Desk  # ours\nagents: [{id: a, model: gpt-4o}]', at = "/project_name",
      fixed = 'version: "2.0"\nname: Desk  # ours\nagents: [{id: a, model: gpt-4o}]' },
    { fail = 'version: "2.0"\nagents: [{id: a, agent_type: langchain-anthropic, model: claude-2.1}]',
      at = "/agents/0/agent_type",
      fixed = 'version: "2.0"\nagents: [{id: a, provider: anthropic, model: claude-2.1}]' },
    { fail = 'version: "2.0"\nagents: [{id: a, model: gpt-4o}]\nworkflows: [{id: w, simple: "a -> user"}]',
      at = "/workflows/0/simple",
      fixed = 'version: "2.0"\nagents: [{id: a, model: gpt-4o}]\nworkflows: [{id: w, simple_syntax: "a -> user"}]' },
    { fail = 'version: "1.0"\nmemory: production\nagents: [{id: a, model: gpt-4o}]\nbrokers: []',
      at = { "/brokers", "/memory" } },
    { fail = 'version: "2.0"\nagents: [{id: a, model: gpt-4o, api_key_env: MY_KEY}]', at = "/agents/0/api_key_env" },
  },
}

rule "langswarm-empty-section" {
  title = "Sections are not left empty",
  why = "A key with nothing under it is null, which some loaders take for a section and then fail on.",
  severity = "info",
  tags = { "schema" },
  expect = "mapping",
  check = function(root, ctx)
    for _, key in ipairs(tree.keys(root)) do
      local spec = ctx.data.schema.top[key]
      if spec and key ~= "agents" and key ~= "version" and spec.type ~= "string" and tree.kind(root, key) == "null" then
        local at = tree.place(root, key)
        ctx:report("Section '{key}' is empty", { key = key, at = at, at_key = true, fix = ctx:remove(at) })
      end
    end
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o}]\ncustom_settings: {}",
    { fail = "agents: [{id: a, model: gpt-4o}]\ncustom_settings:\nserver: {port: 8000}\n", at = "/custom_settings",
      fixed = "agents: [{id: a, model: gpt-4o}]\nserver: {port: 8000}\n" },
  },
}

rule "langswarm-duplicate-item" {
  title = "Lists that are sets name each thing once",
  why = "The second mention does nothing, and hides that another was meant.",
  severity = "warning",
  tags = { "schema" },
  expect = "mapping",
  check = function(root, ctx)
    sections.each_known(root, ctx.data.schema, function(_, node, key, spec)
      if spec.type ~= "strings" or safe.list(node[key]) == nil then return end
      local seen = {}
      for _, item in ipairs(safe.strings(node, key)) do
        if seen[item.name] then
          ctx:report("'{item}' stands twice in {key}", {
            item = item.name, key = key, at = item.place, fix = ctx:remove(item.place),
            related = { { seen[item.name], "first here" } },
          })
        else
          seen[item.name] = item.place
        end
      end
    end)
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o, tags: [fast, cheap]}]",
    { fail = "agents: [{id: a, model: gpt-4o, tags: [fast, cheap, fast]}]  # both", at = "/agents/0/tags/2",
      fixed = "agents: [{id: a, model: gpt-4o, tags: [fast, cheap]}]  # both" },
  },
}
