-- stdlib/examples.lua: the examples of a rule, from the form authors write them in to a list of cases.
--
-- Authors write `pass`, `skip`, `fail` as a text, a list of texts, or tables with more to say, and further tables beside
-- them (docs/rules.md). Here each becomes one case: { kind, text, at, fixed, message, options, env, file, others, title }.

local M = {}

local KINDS = { "pass", "skip", "fail" }
local PLAIN = { "fixed", "message", "file", "title" }

--- Values of a node that may be one or a list.
local function each(node)
  return node:kind() == "sequence" and node:children() or { node }
end

local function strings(node)
  local out = {}
  for i, child in ipairs(each(node)) do
    out[i] = child:value()
  end
  return out
end

---@param kind string
---@param text string
---@param node? userdata the table that says more
local function case(kind, text, node)
  local out = { kind = kind, text = text }
  if not node then
    return out
  end
  for _, field in ipairs(PLAIN) do
    local child = node:find(field)
    out[field] = child and child:value()
  end
  local at, options, env, others = node:find "at", node:find "options", node:find "env", node:find "others"
  out.at = at and strings(at)
  out.options = options
  out.env = env and env:totable()
  out.others = others and others:totable()
  return out
end

--- A table such as { fail = "…", at = "…" }, or a bare text of a kind.
local function add(out, kind, node)
  if node:kind() == "string" then
    out[#out + 1] = case(kind, node:value())
    return
  end
  local found = false
  for _, name in ipairs(KINDS) do
    local text = node:find(name)
    if text then
      found = true
      for _, one in ipairs(each(text)) do
        out[#out + 1] = case(name, one:value(), node)
      end
    end
  end
  local text = not found and (node:find "text" or node:find "1")
  if text then
    out[#out + 1] = case(kind, text:value(), node)
  end
end

---@param node userdata the rule's `examples`
---@return table[]
function M.of(node)
  local out = {}
  if node:kind() == "sequence" then
    for _, child in ipairs(node:children()) do
      add(out, "fail", child)
    end
    return out
  end
  for _, kind in ipairs(KINDS) do
    local child = node:find(kind)
    for _, one in ipairs(child and each(child) or {}) do
      add(out, kind, one)
    end
  end
  for i = 1, node:size() do -- what stands beside the names: keys "1", "2", …
    local child = node:find(tostring(i))
    if child then
      add(out, "fail", child)
    end
  end
  return out
end

return M
