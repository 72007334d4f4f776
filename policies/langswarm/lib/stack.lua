-- One view over the forms a stack is written in.
--
-- Agents stand in a list (or, long ago, by name); tools by name, or in a list of entries or of bare names;
-- workflows in a list of mappings or of one-line strings, or by name; steps say `agent_id` or `agent`, and
-- point at each other by `depends_on` or by `output.to`. The rules speak of agents, tools, workflows and
-- steps, and this file alone knows how each is spelt. Every entry keeps the place it came from.
--
-- The views are plain tables made afresh for each call: a rule is a function of what it reads.

local safe = import "safe"
local syntax = import "syntax"

local M = {}

--- Names that mean the caller, not an agent.
M.reserved = { user = true, system = true }

-- ---------------------------------------------------------------------------------------------- dialects

local legacy_top = {
  "project_name", "brokers", "queues", "registries", "retrievers", "plugins", "langswarm", "memory_adapters",
}
local legacy_agent = { "agent_type", "llm_provider", "llm_model", "identifier", "is_conversational", "register_as" }

local function has_any(node, keys)
  for _, key in ipairs(keys) do
    if tree.has(node, key) then return true end
  end
  return false
end

--- The elements of a list or the values of a mapping, with the mapping's key.
---@return { node: any, place: any, key: string?, index: integer }[]
local function entries(parent, key)
  local out = {}
  local value = safe.get(parent, key)
  local list = safe.list(value)
  if list ~= nil then
    for i = 1, #list do
      out[i] = { node = list[i], place = tree.place(list, i), index = i }
    end
  elseif safe.map(value) ~= nil then
    for _, name in ipairs(tree.keys(value)) do
      out[#out + 1] = { node = value[name], place = tree.place(value, name), key = name, index = #out + 1 }
    end
  end
  return out
end

--- Which of the format's generations a document is of: "S" strict, "L" loose, "D" the old guide's, "V1".
---@return string
function M.dialect(root)
  local map = safe.map(root)
  if map == nil then return "S" end
  local version = map.version
  local has_version = type(version) == "string" or type(version) == "number"
  if has_version and tostring(version):find "^%s*v?1%f[%D]" then return "V1" end
  local memory = safe.kind(map.memory)
  if not has_version then
    if has_any(map, legacy_top) or memory == "bool" or memory == "string" then return "V1" end
    for _, agent in ipairs(entries(map, "agents")) do
      if agent.key or (safe.map(agent.node) and has_any(agent.node, legacy_agent)) then return "V1" end
    end
  end
  local provider = false
  for _, agent in ipairs(entries(map, "agents")) do
    local node = safe.map(agent.node)
    if node ~= nil then
      if tree.has(node, "api_key_env") then return "D" end
      provider = provider or tree.has(node, "provider")
    end
  end
  if safe.submap(map, "memory") and tree.has(map.memory, "default_backend") then return "D" end
  if provider then return "S" end
  if #entries(map, "agents") > 0 then return "L" end
  return "S"
end

--- Is the document a stack of its own, not a piece for others to include?
function M.is_main(root)
  local map = safe.map(root)
  return map ~= nil and (tree.has(map, "version") or #entries(map, "agents") > 0)
end

-- ------------------------------------------------------------------------------------------------ agents

---@class Agent
---@field id string?
---@field id_place any where the id stands, or the agent when it has none
---@field node any the mapping
---@field tools { name: string, place: any }[]

---@return Agent[]
function M.agents(root)
  local out = {}
  for _, entry in ipairs(entries(safe.map(root), "agents")) do
    local node = safe.map(entry.node)
    if node ~= nil then
      local id = safe.id(node, "id") or safe.id(node, "identifier") or entry.key
      out[#out + 1] = {
        id = id, node = node, key = entry.key, index = entry.index,
        id_place = safe.place(node, "id"),
        label = id or ("agent " .. entry.index),
        tools = safe.strings(node, "tools"),
      }
    end
  end
  return out
end

--- Ids of the agents that use a tool.
function M.users(root, name)
  local out = {}
  for _, agent in ipairs(M.agents(root)) do
    for _, ref in ipairs(agent.tools) do
      if ref.name == name and agent.id and out[#out] ~= agent.id then out[#out + 1] = agent.id end
    end
  end
  return out
end

--- A set of the ids of a list of entries.
function M.ids(list)
  local set = {}
  for _, entry in ipairs(list) do
    if entry.id then set[entry.id] = true end
  end
  return set
end

--- The ids of a list of entries, each once, in order.
function M.names(list)
  local out, seen = {}, {}
  for _, entry in ipairs(list) do
    if entry.id and not seen[entry.id] then
      seen[entry.id] = true
      out[#out + 1] = entry.id
    end
  end
  return out
end

-- ------------------------------------------------------------------------------------------------- tools

---@class Tool
---@field id string?
---@field node any the mapping, nil for a bare name
---@field form "map"|"list"|"name"

---@return Tool[]
function M.tools(root)
  local out = {}
  for _, entry in ipairs(entries(safe.map(root), "tools")) do
    local node = safe.map(entry.node)
    if entry.key then
      out[#out + 1] = { id = entry.key, key = entry.key, node = node, place = entry.place, form = "map" }
    elseif node ~= nil then
      local id = safe.id(node, "id") or safe.id(node, "identifier")
      out[#out + 1] = { id = id, node = node, place = entry.place, form = "list" }
    elseif type(entry.node) == "string" then
      out[#out + 1] = { id = text.trim(entry.node), place = entry.place, form = "name" }
    end
  end
  return out
end

--- A setting of a tool: under config, settings, or beside them.
---@return any value, any place
function M.tool_setting(tool, key)
  for _, section in ipairs { "config", "settings" } do
    local node = safe.submap(tool.node, section)
    if node ~= nil and tree.has(node, key) then return node[key], tree.place(node, key), node end
  end
  if safe.map(tool.node) ~= nil and tree.has(tool.node, key) then
    return tool.node[key], tree.place(tool.node, key), tool.node
  end
  return nil, nil, nil
end

-- ------------------------------------------------------------------------------------------------- steps

--- Collects what an `output.to` or a branch names. Forms that only the running stack can resolve (a
--- condition, a subflow, generated steps) make the step `dynamic`.
local function targets(step, node, key, what)
  local value = safe.get(node, key)
  local function one(parent, index, item)
    if type(item) == "string" then
      local name = text.trim(item)
      if name == "user" then
        step.to_user = true
      elseif safe.dynamic(item) then
        step.dynamic = true
      else
        step.to[#step.to + 1] = { name = name, place = tree.place(parent, index), what = what }
      end
    elseif safe.string(item, "step") ~= nil and not safe.dynamic(item.step) then
      step.to[#step.to + 1] = { name = text.trim(item.step), place = tree.place(item, "step"), what = what }
    elseif item ~= nil then
      step.dynamic = true
    end
  end
  local list = safe.list(value)
  if list ~= nil then
    for i = 1, #list do one(list, i, list[i]) end
  elseif value ~= nil then
    one(node, key, value)
  end
end

local function agent_of(node)
  for _, key in ipairs { "agent_id", "agent" } do
    local name = safe.word(node, key)
    if name ~= nil then return { name = name, place = tree.place(node, key) } end
  end
  return nil
end

---@class Step
---@field id string
---@field named boolean was the id written, or made from the position
---@field agent { name: string, place: any }?
---@field tools { name: string, place: any }[]
---@field needs { name: string, place: any }[] steps that must run before
---@field to { name: string, place: any }[] steps that are told to run after
---@field to_user boolean does it answer the caller
---@field routed boolean does it say where its output goes
---@field dynamic boolean are some targets known only when it runs

---@return Step
local function make_step(node, place, index)
  local id = safe.id(node, "id")
  local step = {
    id = id or ("step_" .. index), named = id ~= nil, index = index, node = node, place = place,
    id_place = safe.place(node, "id"), agent = agent_of(node), tools = safe.strings(node, "tools"),
    needs = {}, to = {}, to_user = false, dynamic = false,
  }
  local tool = safe.word(node, "tool")
  if tool ~= nil then step.tools[#step.tools + 1] = { name = tool, place = tree.place(node, "tool") } end
  for _, key in ipairs { "depends_on", "dependencies" } do
    for _, ref in ipairs(safe.strings(node, key)) do
      step.needs[#step.needs + 1] = ref
    end
  end
  targets(step, safe.submap(node, "output"), "to", "output.to")
  step.routed = step.to_user or step.dynamic or #step.to > 0
  for _, key in ipairs { "true_step", "if_true", "false_step", "if_false" } do
    targets(step, node, key, key)
  end
  if safe.word(node, "type") == "output" then
    local target = safe.word(node, "target")
    step.output = true
    step.to_user = step.to_user or target == nil or target == "user"
    if safe.dynamic(safe.get(node, "target")) then step.dynamic = true end
  end
  if tree.has(node, "navigation") or tree.has(node, "invoke_workflow") then step.dynamic = true end
  return step
end

-- --------------------------------------------------------------------------------------------- workflows

local syntax_keys = { "simple_syntax", "simple", "workflow" }

---@class Workflow
---@field id string?
---@field node any the mapping; nil for a one-line string
---@field steps Step[]
---@field line { text: string, place: any, parsed: Syntax }? the one-line form

local function make_line(value, place)
  if type(value) ~= "string" or safe.dynamic(value) then return nil end
  return { text = value, place = place, parsed = syntax.parse(value) }
end

local function make_workflow(value, place, key, index)
  local node = safe.map(value)
  local out = { node = node, place = place, key = key, index = index, steps = {} }
  if node == nil then
    out.id = key
    out.line = make_line(value, place)
    out.label = key or ("workflow_" .. index)
    return out
  end
  out.id = safe.id(node, "id") or safe.id(node, "identifier") or key
  out.label = out.id or ("workflow_" .. index)
  out.id_place = safe.place(node, "id")
  for _, name in ipairs(syntax_keys) do
    if out.line == nil and tree.kind(node, name) == "string" then
      out.line = make_line(node[name], tree.place(node, name))
    end
  end
  local steps = safe.sublist(node, "steps")
  for i = 1, steps and #steps or 0 do
    if safe.map(steps[i]) ~= nil then
      out.steps[#out.steps + 1] = make_step(steps[i], tree.place(steps, i), i)
    elseif type(steps[i]) == "string" then
      -- a bare name is an agent step
      local name = text.trim(steps[i])
      out.steps[#out.steps + 1] = {
        id = "step_" .. i, named = false, index = i, place = tree.place(steps, i), tools = {}, needs = {}, to = {},
        to_user = name == "user", routed = false, dynamic = false, id_place = tree.place(steps, i),
        agent = not M.reserved[name] and { name = name, place = tree.place(steps, i) } or nil,
      }
    end
  end
  return out
end

---@return Workflow[]
function M.workflows(root)
  local out = {}
  for _, entry in ipairs(entries(safe.map(root), "workflows")) do
    local list = entry.key and safe.list(entry.node)
    if list then
      -- first generation: a name over a list of workflows
      for i = 1, #list do
        if safe.map(list[i]) ~= nil or type(list[i]) == "string" then
          out[#out + 1] = make_workflow(list[i], tree.place(list, i), nil, #out + 1)
        end
      end
    elseif safe.map(entry.node) ~= nil or type(entry.node) == "string" then
      out[#out + 1] = make_workflow(entry.node, entry.place, entry.key, entry.index)
    end
  end
  return out
end

--- Every mention of an agent in a workflow: { name, place, step? }. Of the one-line form each name once.
function M.mentions(workflow)
  local out = {}
  for _, step in ipairs(workflow.steps) do
    if step.agent then
      out[#out + 1] = { name = step.agent.name, place = step.agent.place, step = step }
    end
  end
  if #workflow.steps == 0 and workflow.line then
    local seen = {}
    for _, name in ipairs(workflow.line.parsed.names) do
      if not seen[name] and not M.reserved[name] then
        seen[name] = true
        out[#out + 1] = { name = name, place = workflow.line.place }
      end
    end
  end
  if #workflow.steps == 0 and not workflow.line and workflow.node then
    local agent = agent_of(workflow.node)
    if agent then out[#out + 1] = agent end
  end
  return out
end

M.entries = entries

return M
