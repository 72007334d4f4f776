-- stdlib/project.lua: the project file, cfgrun.yaml.
--
-- Found upward from the working folder, not past the root of the version control and not in a folder of another owner:
-- who can edit it can switch rules off. Every key is described in one table below; what is not described there is
-- refused with the place and the nearest name.

local check = require("problem").check
local core = require "core"

local M = {}

M.name = "cfgrun.yaml"

---@class Project
---@field file? string the project file, or nil
---@field root string folder that names are relative to
---@field policies string[]
---@field rules table[] settings in order: {rule, level?, options?, files?}
---@field waivers table[]
---@field exclude string[]
---@field kinds table[] {kind, files}
---@field limits table<string, integer>
---@field fail_on? string
---@field fmt table the style of `cfgrun fmt`
---@field compositions Composition[]

--- Raises a problem at a node of the project file, or at its key.
local function refuse(node, message, hint, part)
  local span = node:span(part)
  error({ file = span.file, line = span.line, column = span.column, end_line = span.end_line,
    end_column = span.end_column, path = node:path(), message = message, hint = hint, exit = 2 }, 0)
end

local function need(node, kind)
  if node:kind() ~= kind then
    refuse(node, ("this must be a %s, not a %s"):format(kind, node:kind()))
  end
  return node
end

local function text(node)
  return need(node, "string"):value()
end

local function list_of(read)
  return function(node)
    local out = {}
    if node:kind() ~= "sequence" then -- one instead of a list of one
      return { read(node) }
    end
    for i, child in ipairs(node:children()) do
      out[i] = read(child)
    end
    return out
  end
end

--- Reads a mapping by a table of readers; unknown keys are refused.
local function fields(node, readers, required)
  local out = {}
  for _, child in ipairs(need(node, "mapping"):children()) do
    local key = child:key()
    local reader = readers[key]
    if not reader then
      local best, least, names = nil, nil, {}
      for name in pairs(readers) do
        names[#names + 1] = name
        local distance = core.distance(name, key)
        if not least or distance < least then
          best, least = name, distance
        end
      end
      table.sort(names)
      refuse(child, ("'%s' is no key here"):format(key),
        least and least <= 2 and ("did you mean '%s'?"):format(best) or "known are " .. table.concat(names, ", "), "key")
    end
    out[key] = reader(child)
  end
  for _, name in ipairs(required or {}) do
    if out[name] == nil then
      refuse(node, ("'%s' is missing"):format(name))
    end
  end
  return out
end

local LEVELS = { off = true, info = true, warning = true, error = true }

local function level(node)
  local word = node:value()
  if node:kind() == "bool" and word == false then -- `off` of a YAML 1.1 editor
    return "off"
  end
  if not LEVELS[word] then
    refuse(node, ("'%s' is no level"):format(tostring(word)), "levels are off, info, warning and error")
  end
  return word
end

--- rules: NAME: level, or NAME: {level, options, files}, or a list of such.
local function rules(node)
  local out = {}
  local function add(name, value)
    if value:kind() == "mapping" then
      local setting = fields(value, {
        level = level,
        options = function(options)
          return need(options, "mapping")
        end,
        files = list_of(text),
      })
      for _, glob in ipairs(setting.files or { "" }) do
        out[#out + 1] = { rule = name, level = setting.level, options = setting.options, files = glob, node = value }
      end
    else
      out[#out + 1] = { rule = name, level = level(value), files = "", node = value }
    end
  end
  for _, child in ipairs(need(node, "mapping"):children()) do
    if child:kind() == "sequence" then
      for _, item in ipairs(child:children()) do
        add(child:key(), item)
      end
    else
      add(child:key(), child)
    end
  end
  return out
end

local function date(node)
  local value = node:value()
  if type(value) ~= "string" or core.expired(value, 0) == nil then
    refuse(node, "this is no date", "write it as YYYY-MM-DD; it ends at 00:00 UTC of that day")
  end
  return value
end

local function pointer(node)
  local value = text(node)
  if value ~= "" and not value:find "^/" then
    refuse(node, ("'%s' is no JSON Pointer"):format(value), "a pointer begins with a slash: /server/password")
  end
  return value
end

local function waiver(node)
  local out = fields(node, { rule = text, file = text, path = pointer, reason = text, owner = text, expires = date },
    { "rule", "reason", "owner", "expires" })
  local span = node:span()
  out.from_file, out.line, out.column = span.file, span.line, span.column
  out.end_line, out.end_column, out.node = span.end_line, span.end_column, node
  return out
end

local function kinds(node)
  local out = {}
  for _, child in ipairs(need(node, "mapping"):children()) do
    for _, glob in ipairs(list_of(text)(child)) do
      out[#out + 1] = { kind = child:key(), files = glob }
    end
  end
  return out
end

local function limits(node)
  local known, out = {}, {}
  for _, limit in ipairs(core.limits()) do
    known[limit.name] = limit
  end
  for _, child in ipairs(need(node, "mapping"):children()) do
    local limit = known[child:key()]
    local value = child:value()
    if not limit then
      refuse(child, ("no ceiling is called '%s'"):format(child:key()), "`cfgrun help limits` lists them", "key")
    end
    if child:kind() ~= "int" or value < 0 or value > limit.max then
      refuse(child, ("this must be a whole number of %s, at most %d"):format(limit.unit, limit.max))
    end
    out[child:key()] = value
  end
  return out
end

--- A whole number of a range.
local function number(least, most)
  return function(node)
    local value = node:value()
    if node:kind() ~= "int" or value < least or value > most then
      refuse(node, ("this must be a whole number from %d to %d"):format(least, most))
    end
    return value
  end
end

local SEQUENCES = { keep = true, majority = true, indent = true, flush = true }

--- fmt: the style of `cfgrun fmt`; as the fields of core.fmt.
local function fmt(node)
  local said = fields(node, {
    indent = number(1, 16),
    sequences = function(child)
      if not SEQUENCES[text(child)] then
        refuse(child, ("'%s' is no way to indent sequences"):format(child:value()),
          "known are keep, majority, indent and flush")
      end
      return child:value()
    end,
    ["blank-lines"] = number(0, 100),
    width = number(20, 1000),
  })
  return { indent = said.indent, sequences = said.sequences, blank_lines = said["blank-lines"], width = said.width }
end

local function flag(node)
  return need(node, "bool"):value()
end

local KEYS = {
  fmt = fmt,
  compositions = require("compositions").reader { need = need, refuse = refuse, fields = fields, text = text, flag = flag,
    list_of = list_of, pointer = pointer },
  version = function(node)
    if node:value() ~= 1 then
      refuse(node, "this cfgrun reads project files of version 1")
    end
    return 1
  end,
  policies = list_of(text),
  rules = rules,
  waivers = function(node)
    local out = {}
    for i, child in ipairs(need(node, "sequence"):children()) do
      out[i] = waiver(child)
    end
    return out
  end,
  exclude = list_of(text),
  kinds = kinds,
  limits = limits,
  ["fail-on"] = function(node)
    local word = node:value()
    if not ({ error = 1, warning = 1, info = 1, never = 1 })[word] then
      refuse(node, "this must be error, warning, info or never")
    end
    return word
  end,
}

--- "./policies" of a project file in `root` as seen from the working folder.
local function beside(root, spec)
  if spec:find "^pack:" or spec:find "^/" or root == "." then
    return spec
  end
  return (root == "/" and "" or root) .. "/" .. spec:gsub("^%./", "")
end

---@param file string
---@param root string
---@return Project
function M.read(file, root)
  local documents = check(core.read(file, { format = "yaml" }))
  if #documents ~= 1 then
    error({ file = file, message = "a project file is one YAML document", exit = 2 }, 0)
  end
  local node = documents[1]:root()
  local found = node:kind() == "null" and {} or fields(node, KEYS)
  local policies = {}
  for i, spec in ipairs(found.policies or {}) do
    policies[i] = beside(root, spec)
  end
  return { file = file, root = root, policies = policies, rules = found.rules or {}, waivers = found.waivers or {},
    exclude = found.exclude or {}, kinds = found.kinds or {}, limits = found.limits or {}, fail_on = found["fail-on"],
    fmt = found.fmt or {}, compositions = found.compositions or {} }
end

---@return Project
function M.none()
  return { root = ".", policies = {}, rules = {}, waivers = {}, exclude = {}, kinds = {}, limits = {}, fmt = {},
    compositions = {} }
end

--- Does it belong to this user or to root? In /tmp, say, anybody can lay a file into a folder of root.
local function is_trusted(path)
  local owner, me = core.files.owner(path)
  return owner == nil or owner == me or owner == 0
end

--- The project file above the working folder: its path and its folder, or nil.
---@return string? file, string? root
function M.find()
  local root = "."
  for _ = 1, 64 do
    local file = root == "." and M.name or root .. "/" .. M.name
    if not is_trusted(root) then
      return nil
    end
    if core.files.kind(file) == "file" then
      return is_trusted(file) and file or nil, root
    end
    if core.files.kind(root .. "/.git") or core.files.real(root) == "/" then
      return nil
    end
    root = root == "." and ".." or root .. "/.."
  end
end

--- The project that a command line means.
---@param options table
---@return Project
function M.of(options)
  if options.isolated then
    return M.none()
  end
  if options.config then
    local folder = options.config:match "^(.*)/[^/]*$"
    return M.read(options.config, folder == "" and "/" or folder or ".")
  end
  local file, root = M.find()
  if file then
    return M.read(file, root)
  end
  return M.none()
end

return M
