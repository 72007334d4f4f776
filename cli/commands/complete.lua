-- cli/commands/complete.lua: the words a shell may offer; what the scripts of `cfgrun completion` ask while somebody types.
--
-- Called as `cfgrun complete KIND -- COMMAND WORD... LAST`, where LAST is what is being typed. Writes a candidate a line,
-- with a tabulator and a few words about it where there are any. Whatever goes wrong gives no candidates and no message:
-- a completion must not write over somebody's line.

local args = require "args"
local core = require "core"

local M = {
  name = "complete",
  summary = "words for a shell to offer",
  usage = "KIND [WORD...]",
  text = "Shells call this by the scripts that `cfgrun completion` prints. KIND is command, topic, rule, policy, pack, "
    .. "pointer or limit.",
  hidden = true,
  least = 1,
  options = {},
  examples = { { "cfgrun complete rule -- check --only ''", "what may follow --only" } },
}

--- What was typed before the last word, as far as it is understood.
local function typed(words, program)
  local known = false
  for _, name in ipairs(program.names) do
    known = known or name == words[1]
  end
  if not known then
    return {}, {}
  end
  local description = setmetatable({ least = 0, most = math.maxinteger }, { __index = program.command(words[1]) })
  for last = #words - 1, #words do -- without the last word, unless it is the value of an option
    local understood, options, rest = pcall(args.parse, description, table.move(words, 2, last, 1, {}), 1)
    if understood then
      return options, rest
    end
  end
  return {}, {}
end

local KINDS = {}

function KINDS.command(_, _, program)
  local out = {}
  for _, name in ipairs(program.names) do
    local description = program.command(name)
    if not description.hidden then
      out[#out + 1] = { name, description.summary }
    end
  end
  return out
end

function KINDS.topic()
  local out = {}
  for i, topic in ipairs(require("help").topics) do
    out[i] = { topic.name, topic.summary }
  end
  return out
end

function KINDS.limit()
  local out = {}
  for i, limit in ipairs(core.limits()) do
    out[i] = { limit.name .. "=", limit.text }
  end
  return out
end

function KINDS.pack()
  local out = {}
  for i, name in ipairs(core.packs()) do
    out[i] = { name }
  end
  return out
end

function KINDS.policy()
  local out = {}
  for i, name in ipairs(core.packs()) do
    out[i] = { "pack:" .. name, "ships with cfgrun" }
  end
  return out
end

--- Rules of the policies on the line and of the project; of all packs that ship when there are none.
function KINDS.rule(options)
  local checking, projects = require "checking", require "project"
  local project = projects.of(options)
  local check
  if #project.policies > 0 or options.policy then
    check = checking.new({ policy = options.policy, limits = options.limits }, project)
  else
    check = checking.shipped(options)
  end
  local out, words = {}, {}
  for _, rule in ipairs(check:rules()) do
    out[#out + 1] = { rule.name, rule.title }
    words["pack:" .. rule.pack] = true
    for _, tag in ipairs(rule.tags) do
      words["tag:" .. tag] = true
    end
  end
  local names = {}
  for word in pairs(words) do
    names[#names + 1] = word
  end
  table.sort(names)
  for _, word in ipairs(names) do
    out[#out + 1] = { word }
  end
  return out
end

--- What stands below the last complete step of a pointer: "/spec/re" gives what /spec has. A collection is offered with
--- a slash, too, so that one can go on into it.
function KINDS.pointer(options, rest, _, last)
  local file = rest[1]
  if not file or file == "-" then
    return {}
  end
  local node = require("reading").one(file, options):root():get(last:match "^(.*)/" or "")
  local out = {}
  for _, child in ipairs(node and node:children() or {}) do
    local kind, path = child:kind(), child:path()
    out[#out + 1] = { path }
    if kind == "mapping" or kind == "sequence" then
      out[#out + 1] = { path .. "/" }
    end
  end
  return out
end

---@param _ table
---@param words string[]
---@param program { names: string[], command: fun(name: string): table }
---@return integer status
function M.run(_, words, program)
  local kind = KINDS[words[1]]
  if not kind then
    return 1
  end
  local line = table.move(words, 2, #words, 1, {})
  local last = line[#line] or ""
  local fine, list = pcall(function()
    local options, rest = typed(line, program)
    return kind(options, rest, program, last)
  end)
  if not fine then
    return 1
  end
  for _, candidate in ipairs(list) do
    if candidate[1]:sub(1, #last) == last and not candidate[1]:find "[%c]" then
      io.stdout:write(candidate[1], candidate[2] and "\t" .. candidate[2]:gsub("%c", " ") or "", "\n")
    end
  end
  return 0
end

return M
