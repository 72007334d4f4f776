-- Secrets, logging of what should not be logged, and tools that can do harm.

local model = import "model"
local safe = import "safe"
local stack = import "stack"

-- ---------------------------------------------------------------------------------------------- secrets

--- Keys whose provider can be told by how they begin.
local known_keys = {
  "\\bsk-[A-Za-z0-9_-]{16,}", "\\bAKIA[A-Z0-9]{12,}", "\\bgh[pousr]_[A-Za-z0-9]{20,}",
  "\\bgithub_pat_[A-Za-z0-9_]{20,}",
  "\\bxox[abposr]-[A-Za-z0-9-]{10,}", "-----BEGIN [A-Z ]*PRIVATE KEY-----", "\\bAIza[A-Za-z0-9_-]{30,}",
  "\\bhf_[A-Za-z0-9]{20,}", "\\bglpat-[A-Za-z0-9_-]{16,}",
}

local function has_known_key(value)
  for _, pattern in ipairs(known_keys) do
    if re.test(value, pattern) then return true end
  end
  return false
end

--- Texts that stand where a secret will stand.
local function is_placeholder(value)
  local word = value:lower()
  if word:find "^[x*.%-_]+$" or word:find "^<.*>$" or word:find "^%[.*%]$" then return true end
  for _, sign in ipairs { "your", "changeme", "change_me", "change-me", "placeholder", "redacted", "todo", "dummy" } do
    if text.contains(word, sign) then return true end
  end
  return word == "secret" or word == "password" or word == "none" or word == "null" or word == "test"
end

--- The password inside an address, `redis://user:password@host` or `host=db password=...`.
local function password_of(value)
  local password = value:match "^[%a][%w+.-]*://[^/@:%s]*:([^/@%s]+)@" or value:match "[Pp]assword=([^%s;]+)"
    or value:match "[Pp]wd=([^%s;]+)"
  if password == nil or is_placeholder(password) then return nil end
  return password
end

--- What a key says its value is: a credential, an address that may hold one, or something called a key.
local function use_of(key)
  if type(key) ~= "string" then return nil end
  local word = key:lower():gsub("%-", "_")
  for _, sign in ipairs { "api_key", "apikey", "token", "secret", "secret_key", "access_key", "private_key", "password",
    "passwd", "passphrase", "authorization" } do
    if word == sign or text.ends(word, "_" .. sign) then return "credential" end
  end
  for _, sign in ipairs { "dsn", "url", "uri", "connection_string" } do
    if word == sign or text.ends(word, "_" .. sign) then return "address" end
  end
  if word == "key" or text.ends(word, "_key") then return "key" end
  return nil
end

--- A word of a language is not a credential, a mixture of characters is.
local function looks_random(value)
  return #value >= 8 and value:find "%d" ~= nil and value:find "%a" ~= nil and not value:find "%s"
    and text.entropy(value) >= 3.0
end

--- The name a secret gets outside: of the provider's key, or of the place it stood in.
local function variable(ctx, key)
  local parent = ctx:parent()
  local place = tree.path(parent)
  local index = place:match "^/agents/(%d+)"
  local words
  if index then
    local agents = safe.sublist(ctx.root, "agents")
    local node = agents and safe.map(agents[tonumber(index) + 1])
    local provider = node and key:lower():find "key" and model.provider_of({ node = node }, ctx.data)
    local facts = provider and ctx.data.providers.provider[provider]
    if facts and facts.key then return facts.key end
    words = { node and safe.id(node, "id") or "agent", key }
  else
    words = { place:match "^/tools/([^/]+)" or place:match "^/([^/]+)" or "stack", key }
  end
  local name = table.concat(words, "_"):upper():gsub("[^%w]+", "_"):gsub("^_+", "")
  if name:find "^%d" then name = "N_" .. name end
  return name
end

rule "langswarm-literal-secret" {
  title = "Credentials come from the environment, not from the file",
  why = "Whoever can read the repository, its backups or a log of the loader has the key; a new key means a commit.",
  severity = "error",
  tags = { "R42", "security", "secret" },
  select = "$..*",
  expect = "string",
  check = function(value, ctx)
    local use = use_of(ctx.key)
    if use == nil or safe.dynamic(value) or is_placeholder(text.trim(value)) then return end
    local secret = use == "address" and password_of(value) or nil
    if secret == nil and has_known_key(value) then secret = value end
    local bare = use == "credential" or (use == "address" and not value:find "[:/=]")
    if secret == nil and bare then
      local token = value:match "^[Bb]earer%s+(%S+)$" or value
      if looks_random(token) then secret = token end
    end
    if secret == nil then return end
    local name = variable(ctx, use == "address" and "password" or ctx.key)
    local new = "${" .. name .. "}"
    if secret ~= value then
      local from, to = value:find(secret, 1, true)
      new = value:sub(1, from - 1) .. new .. value:sub(to + 1)
    end
    ctx:report("Literal secret at '{path}' ({masked}), give it as {reference}", {
      path = ctx.path, masked = text.mask(secret), reference = "${" .. name .. "}", fix = ctx:replace(new),
      safety = "guarded",
    })
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o}]\n"
      .. 'tools: {crm: {type: integration, config: {token: "${CRM_TOKEN}", url: "https://crm.acme.org/api"}}}',
    { pass = "agents: [{id: a, model: gpt-4o}]\ntools: {crm: {type: integration, config: {password: changeme123}}}",
      title = "a placeholder is no secret" },
    { pass = "agents: [{id: a, model: gpt-4o, metadata: {public_key: ops-team, page_token: next}}]" },
    { fail = "agents:\n  - id: a\n    model: gpt-4o\n    provider_config:\n      api_key: sk-EXAMPLEa1B2c3D4e5F6g7H8\n",
      at = "/agents/0/provider_config/api_key",
      fixed = "agents:\n  - id: a\n    model: gpt-4o\n    provider_config:\n      api_key: ${OPENAI_API_KEY}\n" },
    { fail = 'agents: [{id: a, model: gpt-4o}]\n'
        .. 'memory: {backend: redis, config: {url: "redis://app:Tr0ub4dor@cache:6379"}}',
      at = "/memory/config/url",
      fixed = 'agents: [{id: a, model: gpt-4o}]\n'
        .. 'memory: {backend: redis, config: {url: "redis://app:${MEMORY_PASSWORD}@cache:6379"}}' },
    { fail = '{"agents": [{"id": "a", "model": "gpt-4o"}],'
        .. ' "tools": {"crm": {"type": "integration", "config": {"password": "c0rrect-H0rse-9"}}}}',
      file = "stack.json", at = "/tools/crm/config/password",
      fixed = '{"agents": [{"id": "a", "model": "gpt-4o"}],'
        .. ' "tools": {"crm": {"type": "integration", "config": {"password": "${CRM_PASSWORD}"}}}}' },
  },
}

local key_variables = "$..['openai_api_key_env','anthropic_api_key_env','gemini_api_key_env','cohere_api_key_env',"
  .. "'azure_openai_api_key_env','mistral_api_key_env','huggingface_api_key_env','litellm_api_key_env','api_key_env']"

--- The variable a reference names, `${NAME}` or `$NAME`.
local function referred(value)
  return value:match "^%s*%${([%a_][%w_]*)}%s*$" or value:match "^%s*%$([%a_][%w_]*)%s*$"
end

rule "security-key-variable" {
  title = "`*_api_key_env` holds the name of a variable, not a key",
  why = "The loader looks the value up in the environment: a key written here is not found there, and is in the file.",
  severity = "warning",
  tags = { "R43", "security", "secret" },
  select = key_variables,
  expect = "string",
  check = function(value, ctx)
    local name = text.trim(value)
    local key_like = has_known_key(name) or (#name >= 20 and name:find "%l" and name:find "%d" and not name:find "_")
    if referred(value) or safe.dynamic(value) or (name:find "^[%a_][%w_]*$" and not key_like) then return end
    local provider = tostring(ctx.key):match "^(.-)_api_key_env$"
    local facts = provider and ctx.data.providers.provider[provider]
    ctx:report("'{path}' must hold a variable name, not a key ({masked})", {
      path = ctx.path, masked = text.mask(value), safety = "guarded",
      fix = facts and facts.key and ctx:replace(facts.key),
    })
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o}]\nsecurity: {openai_api_key_env: MY_OPENAI_KEY}",
    { fail = "agents: [{id: a, model: gpt-4o}]\nsecurity: {openai_api_key_env: sk-EXAMPLEa1B2c3D4e5F6g7H8}",
      at = "/security/openai_api_key_env",
      fixed = "agents: [{id: a, model: gpt-4o}]\nsecurity: {openai_api_key_env: OPENAI_API_KEY}" },
  },
}

rule "security-key-variable-name" {
  title = "`*_api_key_env` holds the bare name of a variable",
  why = "A reference is replaced by the key itself, which is then looked up as if it were a variable's name.",
  severity = "warning",
  tags = { "R43", "security" },
  select = key_variables,
  expect = "string",
  check = function(value, ctx)
    local name = referred(value)
    if name == nil then return end
    ctx:report("'{path}' must hold a variable name, not a reference to it", { path = ctx.path, fix = ctx:replace(name) })
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o}]\nsecurity: {openai_api_key_env: MY_OPENAI_KEY}",
    { fail = 'agents: [{id: a, model: gpt-4o}]\nsecurity: {openai_api_key_env: "${OPENAI_API_KEY}"}',
      at = "/security/openai_api_key_env",
      fixed = 'agents: [{id: a, model: gpt-4o}]\nsecurity: {openai_api_key_env: "OPENAI_API_KEY"}' },
  },
}

-- ------------------------------------------------------------------------------------------------ memory

rule "memory-encrypted" {
  title = "Memory that outlives the process is encrypted",
  why = "Conversations hold what people told the agents; on disk or in a shared store they are read by others.",
  severity = "info",
  tags = { "R26", "security", "memory" },
  select = "$.memory.backend",
  expect = "string",
  check = function(value, ctx)
    local name = text.trim(value):lower()
    if safe.dynamic(value) or name == "in_memory" or name == "memory" or name == "auto" or name == "" then return end
    if not safe.bool(ctx.root.memory, "enabled", true) then return end
    local asked = safe.get(safe.submap(ctx.root, "security"), "encrypt_memory")
    if safe.dynamic(asked) or safe.tobool(asked) then return end
    ctx:report("Memory encryption disabled for persistent backend '{backend}'", { backend = name })
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o}]\nmemory: {backend: redis}\nsecurity: {encrypt_memory: true}",
    { pass = "agents: [{id: a, model: gpt-4o}]\nmemory: {backend: in_memory}" },
    skip = "agents: [{id: a, model: gpt-4o}]",
    { fail = "agents: [{id: a, model: gpt-4o}]\nmemory: {backend: sqlite}", at = "/memory/backend" },
  },
}

-- ------------------------------------------------------------------------------------------------- tools

--- Does a tool's id or type, less the prefix of its server, say one of the words?
local function is_a(tool, words)
  for _, name in ipairs { tool.id or "", safe.word(tool.node, "type") or "" } do
    local plain = name:lower():gsub("%-", "_"):gsub("^mcp_?", ""):gsub("_?tool$", "")
    for i = 1, #words do
      if plain == words[i] or text.ends(plain, "_" .. words[i]) then return true end
    end
  end
  return false
end

local function wide(path)
  return path == "/" or path == "~" or path == "~/" or path == "/*" or path == "*" or path == "/**"
end

rule "tool-filesystem-confined" {
  title = "Tools that touch files are read-only, or kept to their area",
  why = "A model that is talked into it writes wherever the tool lets it.",
  severity = "warning",
  tags = { "R47", "security", "tool" },
  expect = "mapping",
  check = function(root, ctx)
    for _, tool in ipairs(stack.tools(root)) do
      local on = tool.node ~= nil and safe.bool(tool.node, "enabled", true)
      local read_only, ro_place = stack.tool_setting(tool, "read_only")
      local _, _, holder = stack.tool_setting(tool, "allowed_paths")
      local open
      for _, path in ipairs(safe.strings(holder, "allowed_paths")) do
        if wide(path.name) then open = open or path end
      end
      if on and open then
        ctx:report("Filesystem tool '{tool}' may reach outside its area: allowed_paths has '{path}'",
          { tool = tool.id, path = open.name, at = open.place })
      elseif on and is_a(tool, ctx.data.tools.filesystem) and not safe.dynamic(read_only)
        and not safe.tobool(read_only) and safe.get(tool.node, "permissions") == nil then
        ctx:report("Filesystem tool '{tool}' may write: it is not read_only",
          { tool = tool.id, at = ro_place or tool.place, at_key = ro_place == nil and tool.key ~= nil })
      end
    end
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o}]\n"
      .. "tools: {filesystem: {type: mcp, settings: {allowed_paths: [./docs], read_only: true}}}",
    { pass = "agents: [{id: a, model: gpt-4o}]\n"
        .. "tools: {store: {type: builtin, config: {allowed_paths: [./sources], read_only: false}}}",
      title = "a tool of another name may write where it is told to" },
    { fail = "agents: [{id: a, model: gpt-4o}]\n"
        .. "tools: {filesystem: {type: mcp, settings: {allowed_paths: [.], read_only: false}}}",
      at = "/tools/filesystem/settings/read_only" },
    { fail = "agents: [{id: a, model: gpt-4o}]\ntools: {store: {type: builtin, config: {allowed_paths: [./x, /]}}}",
      at = "/tools/store/config/allowed_paths/1" },
    { fail = "agents: [{id: a, model: gpt-4o}]\ntools: {files: {type: mcpfilesystem}}", at = "/tools/files" },
  },
}

rule "tool-code-restricted" {
  title = "Tools that run code say which agents may use them",
  why = "Whoever can talk to any agent can then run code; one agent with the tool is enough to guard.",
  severity = "warning",
  tags = { "R48", "security", "tool" },
  expect = "mapping",
  check = function(root, ctx)
    for _, tool in ipairs(stack.tools(root)) do
      local on = tool.node == nil or safe.bool(tool.node, "enabled", true)
      if on and is_a(tool, ctx.data.tools.code) then
        local allowed = safe.get(tool.node, "allowed_agents")
        local star = false
        for _, ref in ipairs(safe.strings(tool.node, "allowed_agents")) do star = star or ref.name == "*" end
        if allowed == nil or star then
          ctx:report("Code execution tool '{tool}' open to every agent",
            { tool = tool.id, at = tool.place, at_key = tool.key ~= nil })
        end
      end
    end
  end,
  examples = {
    pass = "agents: [{id: a, model: gpt-4o}]\ntools: {code_executor: {type: mcp, allowed_agents: [a]}}",
    { pass = "agents: [{id: a, model: gpt-4o}]\ntools: {search: {type: builtin}}" },
    { fail = "agents: [{id: a, model: gpt-4o}]\ntools: {code_executor: {type: mcp}}", at = "/tools/code_executor" },
    { fail = "agents: [{id: a, model: gpt-4o}]\ntools: {sandbox: {type: custom_shell}}", at = "/tools/sandbox" },
  },
}
