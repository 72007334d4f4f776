-- stdlib/composed.lua: checking what the compositions of the project file come to.
--
-- A file that is a layer is half a truth: what rules must see is the whole. So where a run meets a file that a composition
-- reads, the composition is checked in its place, once for each word its layers wait for, and each finding is brought back
-- to the file and line that wrote the value: there a person must edit, and there `# cfgrun: allow` is looked for. Fixes are
-- not applied through a composition: which of several layers should change is not for a program to say.

local checking = require "checking"
local compositions = require "compositions"
local core = require "core"
local inputs = require "inputs"
local ok = require("problem").check

local M = {}

---@class Composed
---@field name string how its source is called in the run
---@field snapshot userdata
---@field text string
---@field root userdata of the snapshot
---@field written userdata root of the text, read again: its places are those of findings

local function real(path)
  return core.files.real(path) or path
end

--- What a composition comes to, with its text; or nil and why not.
---@return Composed? made, table? problem
local function compose(composition, root, options, when)
  local good, made = pcall(function()
    local snapshot = compositions.compose(composition, root, { env = options.env, limits = options.limits }, when)
    local name = composition.name .. (#when > 0 and (" (%s)"):format(table.concat(when, ", ")) or "")
    local text = ok(snapshot:document():root():text { format = "yaml" })
    return { name = name, snapshot = snapshot, text = text, root = snapshot:document():root(), first = snapshot:files()[1],
      written = ok(core.read(name, { text = text, format = "yaml", limits = options.limits }))[1]:root() }
  end)
  if not good then
    if type(made) ~= "table" then
      error(made, 0)
    end
    return nil, made
  end
  return made
end

--- Does one of the declared layers belong to the run?
local function declares(composition, root, wanted)
  for _, layer in ipairs(composition.layers or {}) do
    if wanted[real(compositions.beside(root, layer.file))] then
      return true
    end
  end
  return false
end

--- The words to compose with: those given, or each that a layer waits for, or none.
local function choices(composition, options)
  local known = compositions.words(composition)
  if options.when then
    return { options.when }
  end
  local list = {}
  for i, word in ipairs(known) do
    list[i] = { word }
  end
  return #list > 0 and list or { {} }
end

--- Compositions that files of the run have part in.
---@param files { path: string, name: string }[]
---@return Composed[] list, table<string, boolean> taken real paths that need no check of their own, table[] troubles
function M.gather(files, project, options)
  local wanted, taken, list, troubles = {}, {}, {}, {}
  for _, file in ipairs(files) do
    wanted[real(file.path)] = true
  end
  for _, composition in ipairs(project.compositions) do
    for _, when in ipairs(choices(composition, options)) do
      local made, problem = compose(composition, project.root, options, when)
      if made then
        local has_part, read = false, {}
        for i, file in ipairs(made.snapshot:files()) do
          read[i] = real(file)
          has_part = has_part or wanted[read[i]] ~= nil
        end
        for _, path in ipairs(has_part and read or {}) do
          taken[path] = true
        end
        list[#list + 1] = has_part and made or nil
      elseif declares(composition, project.root, wanted) then
        troubles[#troubles + 1] = problem
      end
    end
  end
  return list, taken, troubles
end

--- The reason of an allowance of a rule in a line, behind what stands before `after`.
local function reason_in(line, rule, after)
  local names, reason = line:sub(after):match "#%s*cfgrun:%s*allow%s+(.-)%s+%-%-%s+(.+)$"
  for name in (names or ""):gmatch "[^%s,]+" do
    if name == rule then
      return reason
    end
  end
end

local function allowed(finding, origin)
  local document = origin.document
  local before = origin.line > 1 and document:line(origin.line - 1) or ""
  local own = document:line(origin.line)
  return reason_in(own, finding.rule, origin.end_line == origin.line and (utf8.offset(own, origin.end_column) or 1) or #own + 1)
    or before:find "^%s*#" and reason_in(before, finding.rule, 1)
end

local function copy_place(to, from)
  for _, field in ipairs { "line", "column", "end_line", "end_column", "first", "last" } do
    to[field] = from[field]
  end
end

--- Brings a place in a composed text to where it was written. Returns the origin, nil when there is none.
local function bring_back(place, composed)
  local node, written = composed.root:get(place.path), composed.written:get(place.path)
  if not node or not written then
    return nil
  end
  local origin = composed.snapshot:origin(node)
  local key = written:key() and written:span "key"
  local at_key = key and key.first == place.first and key.last == place.last
  copy_place(place, at_key and origin.node:key() and origin.node:span "key" or origin)
  place.file = origin.file
  return origin
end

local function settle(finding, composed, options)
  local origin = bring_back(finding, composed)
  finding.document, finding.fix = nil, nil
  if not origin then
    return
  end
  finding.excerpt = origin.document:line(finding.line)
  if finding.secret and origin.node:kind() == "string" then
    finding.secret[#finding.secret + 1] = origin.node:value()
  end
  local reason = finding.standing == "open" and not options.no_inline_allow and allowed(finding, origin)
  if reason then
    finding.standing, finding.reason = "allowed", reason
  end
end

--- The findings of compositions, brought back; one that several have stands once.
local function findings_of(outcome, by_name, options)
  local seen, list = {}, {}
  for _, finding in ipairs(outcome.findings) do
    local composed = by_name[finding.file]
    if composed then
      settle(finding, composed, options)
      for _, related in ipairs(finding.related) do
        if by_name[related.file] then
          bring_back(related, by_name[related.file])
        end
      end
    end
    local file = composed and real(finding.file) or finding.file
    local key = table.concat({ finding.rule, file, finding.line, finding.column, finding.message }, "\0")
    if not seen[key] then
      seen[key] = true
      list[#list + 1] = finding
    end
  end
  return list
end

local function before(a, b)
  for _, field in ipairs { "file", "line", "column", "rule", "message" } do
    if a[field] ~= b[field] then
      return a[field] < b[field]
    end
  end
  return false
end

--- Checks compositions and adds what is found to an outcome.
---@param list Composed[]
---@param outcome table as check:outcome() gives it; changed
---@param project Project
---@param options table
function M.add(list, outcome, project, options)
  if #list == 0 then
    return
  end
  local check, name_of, by_name = checking.new(options, project), inputs.namer(project), {}
  for _, composed in ipairs(list) do
    by_name[composed.name] = composed
    ok(check:text(composed.text, composed.first and name_of(composed.first) or composed.name,
      { format = "yaml", file = composed.name }))
  end
  ok(check:run())
  local found = check:outcome {}
  for field, count in pairs(found.counts) do
    if not ({ error = 1, warning = 1, info = 1, allowed = 1, waived = 1, rules = 1 })[field] then
      outcome.counts[field] = outcome.counts[field] + count
    end
  end
  outcome.counts.rules = math.max(outcome.counts.rules, found.counts.rules)
  for _, finding in ipairs(findings_of(found, by_name, options)) do
    outcome.findings[#outcome.findings + 1] = finding
    local field = finding.standing == "open" and finding.severity or finding.standing
    outcome.counts[field] = (outcome.counts[field] or 0) + 1
  end
  table.sort(outcome.findings, before)
  table.move(found.failures, 1, #found.failures, #outcome.failures + 1, outcome.failures)
  table.move(found.sources, 1, #found.sources, #outcome.sources + 1, outcome.sources)
end

return M
