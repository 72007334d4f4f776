-- Providers and models: what an agent's words mean in terms of the pack's tables.

local safe = import "safe"

local M = {}

--- A word in the form the tables use: lower case, `_` between words.
local function squash(word)
  return (word:lower():gsub("[%s_.-]", ""))
end
M.squash = squash

--- The provider a word stands for, and whether it is written as the format wants it.
---@return string? provider, boolean exact
function M.provider_named(word, data)
  if type(word) ~= "string" then return nil, false end
  word = text.trim(word)
  if data.providers.provider[word] then return word, true end
  local plain = squash(word)
  for name in pairs(data.providers.provider) do
    if squash(name) == plain then return name, false end
  end
  local alias = data.providers.alias[plain]
  if alias then return alias, false end
  return data.providers.agent_type[word:lower()], false
end

--- All provider names, sorted.
function M.provider_names(data)
  local out = {}
  for name in pairs(data.providers.provider) do out[#out + 1] = name end
  table.sort(out)
  return out
end

--- The model an agent names.
---@return string? model, any place
function M.of(agent)
  for _, key in ipairs { "model", "llm_model" } do
    local model = safe.word(agent.node, key)
    if model ~= nil then return model, tree.place(agent.node, key) end
  end
  return nil, nil
end

--- The provider by what a model's name begins with.
function M.provider_of_model(model, data)
  local name = model:lower()
  for _, rule in ipairs(data.providers.prefix) do
    if text.starts(name, rule.starts) then return rule.provider end
  end
  return nil
end

--- The provider an agent uses: the one it names, else the one its model's name tells, else the format's
--- default. nil when what it names is unknown.
function M.provider_of(agent, data)
  for _, key in ipairs { "provider", "agent_type", "llm_provider" } do
    local raw = safe.get(agent.node, key)
    if safe.dynamic(raw) then return nil end
    local word = safe.word(agent.node, key)
    if word ~= nil and word ~= "generic" then return (M.provider_named(word, data)) end
  end
  local model = M.of(agent)
  if model ~= nil then return M.provider_of_model(model, data) or "openai" end
  return "openai"
end

--- Suffixes that name a version of a known model.
local suffixes = {
  "^%-%d%d%d%d%-%d%d%-%d%d$", "^%-%d%d%d%d%d%d%d%d$", "^%-%d%d%d%d$", "^%-%d%d%d$", "^%-latest$", "^%-preview$",
  "^%-preview%-.+$", "^%-exp$", "^%-exp%-.+$", "^@%d+$", "^%-%d%d%-%d%d%d%d$",
}

--- What the tables say about a provider's model, nil when they do not know it.
---@return { context: integer, tier: string }?
function M.facts(provider, model, data)
  local known = data.models.model[provider]
  if known == nil then return nil end
  local name = text.trim(model)
  if known[name] then return known[name] end
  -- the longest known name that the rest merely dates
  for length = #name - 1, 1, -1 do
    local facts = known[name:sub(1, length)]
    if facts then
      local rest = name:sub(length + 1)
      for _, pattern in ipairs(suffixes) do
        if rest:find(pattern) then return facts end
      end
    end
  end
  return nil
end

--- Are the models of this provider anybody's to name?
function M.is_open(provider, data)
  local facts = data.providers.provider[provider]
  return facts == nil or facts.open == true or data.models.model[provider] == nil
end

local function digits(word)
  return (word:gsub("%D+", " "))
end

--- The one known model that a misspelt name can mean. Names that differ in a number are different models,
--- not misspellings.
function M.near(provider, model, data)
  local known = data.models.model[provider]
  if known == nil then return nil end
  local found
  for name in pairs(known) do
    local same = squash(name) == squash(model)
    if same or (digits(name) == digits(model) and text.distance(name, model) <= 2) then
      if found ~= nil then return nil end
      found = name
    end
  end
  return found
end

--- The dated name that an undated one is the beginning of, if there is one only.
function M.dated(provider, model, data)
  local known = data.models.model[provider]
  if known == nil then return nil end
  local found
  for name in pairs(known) do
    if text.starts(name, model .. "-") and name:sub(#model + 1):find "^%-%d%d%d%d%d%d%d%d$" then
      if found ~= nil then return nil end
      found = name
    end
  end
  return found
end

return M
