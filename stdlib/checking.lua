-- stdlib/checking.lua: a check set up from a project and a command line; what `check`, `rules` and `init` share.

local core = require "core"
local projects = require "project"
local ok = require("problem").check

local M = {}

---@type Option[]
M.options = {
  { "policy", short = "p", value = "POLICY", many = true, help = "a rule file, a folder, or pack:NAME" },
  { "config", value = "FILE", env = true, help = "the project file, instead of the one found upward" },
  { "isolated", help = "use no project file" },
}

--- Options of the project file under those of the command line.
---@param project Project
---@param options table
---@return table<string, integer>
local function merged_limits(project, options)
  local limits = {}
  for name, value in pairs(project.limits) do
    limits[name] = value
  end
  for name, value in pairs(options.limits or {}) do
    limits[name] = value
  end
  return limits
end

---@param options table
---@return integer
function M.now(options)
  if not options.now then
    return core.now()
  end
  local seconds = core.parse_time(options.now)
  if not seconds then
    error({ message = ("--now '%s' is no time"):format(options.now),
      hint = "write 2026-11-22, 2026-11-22T18:30:00Z, or seconds since 1970", exit = 2 }, 0)
  end
  return seconds
end

--- Adds the place in the project file to an error of the engine.
local function at_node(node, value, problem)
  if value == nil then
    local is_name = problem.message:find "^no rule" and node:key() and node:key() ~= "rule" -- the name is the key
    local span = node:span(is_name and "key" or nil)
    problem.file, problem.line, problem.column = span.file, span.line, span.column
    problem.end_line, problem.end_column = span.end_line, span.end_column
    error(problem, 0)
  end
end

--- Rules may speak of kinds of documents that a pack recognises which is not run itself. Kinds that nobody knows are told:
--- a rule for them looks at nothing.
---@param check userdata
---@param bound? table<string, boolean> kinds that the project file binds to files
function M.learn_kinds(check, bound)
  local known = check:kinds()
  local function unknown()
    for _, rule in ipairs(check:rules()) do
      for _, kind in ipairs(rule.kinds) do
        if not known[kind] and not (bound and bound[kind]) then
          return kind, rule
        end
      end
    end
  end
  if unknown() then
    for _, name in ipairs(core.packs()) do
      ok(check:learn(name))
    end
    known = check:kinds()
  end
  local kind, rule = unknown()
  while kind do
    io.stderr:write(("cfgrun: nothing recognises documents of kind '%s', which rule '%s' looks at (`kinds:` in the project "
      .. "file or in pack.lua does)\n"):format(kind, rule.name))
    known[kind] = true
    kind, rule = unknown()
  end
end

--- A check with packs, levels, waivers; no sources yet.
---@param options table
---@param project? Project
---@param policies? string[] instead of those of options and project
---@return userdata check, Project project
function M.new(options, project, policies)
  project = project or projects.of(options)
  local jobs = options.jobs and math.tointeger(tonumber(options.jobs))
  if options.jobs and not (jobs and jobs >= 1 and jobs <= 1024) then
    error({ message = ("--jobs '%s' is no number of threads"):format(options.jobs), exit = 2 }, 0)
  end
  local limits = merged_limits(project, options)
  local check = ok(core.check { jobs = jobs or 0, now = M.now(options), limits = limits, trace = options.trace })
  local loaded = {}
  for _, list in ipairs { policies or project.policies, not policies and options.policy or {} } do
    for _, spec in ipairs(list) do
      if not loaded[spec] then
        loaded[spec] = true
        ok(check:pack(spec))
      end
    end
  end
  for _, setting in ipairs(project.rules) do
    at_node(setting.node, check:set { rule = setting.rule, level = setting.level, files = setting.files,
      options = setting.options })
  end
  local names = { ["*"] = true, syntax = true }
  for _, rule in ipairs(#project.waivers > 0 and check:rules() or {}) do
    names[rule.name] = true
  end
  for _, waiver in ipairs(project.waivers) do
    if not names[waiver.rule] then
      local node = waiver.node:find "rule"
      local _, problem = check:only(waiver.rule) -- fails, and knows the nearest name
      at_node(node, nil, { message = problem.message, hint = problem.hint, path = node:path(), exit = 2 })
    end
    at_node(waiver.node, check:waive(waiver))
  end
  local bound = {}
  for _, kind in ipairs(project.kinds) do
    bound[kind.kind] = true
    ok(check:kind(kind.kind, kind.files))
  end
  M.learn_kinds(check, bound)
  for _, word in ipairs(options.only or {}) do
    ok(check:only(word))
  end
  for _, word in ipairs(options.skip or {}) do
    ok(check:skip(word))
  end
  if options.no_inline_allow then
    check:inline(false)
  end
  return check, project
end

--- A check with every pack that ships.
---@param options table
---@return userdata
function M.shipped(options)
  local all = {}
  for i, name in ipairs(core.packs()) do
    all[i] = "pack:" .. name
  end
  return (M.new({ limits = options.limits }, projects.none(), all))
end

return M
