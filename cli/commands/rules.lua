-- cli/commands/rules.lua: which rules there are, what one of them says, and a new one to begin with.

local checking = require "checking"
local core = require "core"
local json = require "json"
local ok = require("problem").check
local projects = require "project"
local terminal = require "terminal"

local M = {
  name = "rules",
  group = "project",
  summary = "list rules, explain one, begin a new one",
  usage = "[NAME | new NAME]",
  text = "Lists the rules of the project's policies and of -p; without any, those of all packs that ship with cfgrun. "
    .. "With NAME, explains one. `new NAME` writes a rule file with an example, ready for `cfgrun test`.",
  most = 2,
  words = { NAME = "rule" },
  options = {
    checking.options[1],
    { "packs", help = "list the packs that ship with cfgrun" },
    { "json", help = "as JSON" },
    { "annotations", help = "print what the Lua language server needs to know, for cfgrun.d.lua" },
    { "output", short = "o", value = "FILE", help = "where `new` writes (default: policies/NAME.lua)" },
    checking.options[2],
    checking.options[3],
  },
  examples = {
    { "cfgrun rules -p pack:kubernetes", "the rules of a pack" },
    { "cfgrun rules pss-baseline-privileged", "why, options, examples" },
    { "cfgrun rules new ports-are-free", "policies/ports-are-free.lua" },
  },
}

local SKELETON = [==[
-- %s: what this rule is about, in a sentence.

rule "%s" {
  title    = "Servers listen on a port above 1023",
  why      = "Lower ports need privileges that a server should not have.",
  severity = "warning",               -- error | warning | info
  select   = "$..port",               -- JSONPath: which places
  expect   = "int",                   -- values of another kind are skipped
  options  = { lowest = 1024 },       -- the project file may change it
  check = function(port, ctx)
    if port < ctx.options.lowest then
      ctx:report("port {port} is below {lowest}",
                 { port = port, lowest = ctx.options.lowest, fix = ctx:replace(8080), safety = "guarded" })
    end
  end,
  examples = {
    pass = "server: {port: 8080}",
    skip = "server: {port: http}",
    { fail = "server: {port: 80}  # mine", at = "/server/port", fixed = "server: {port: 8080}  # mine" },
  },
}
]==]

local function new(name, options)
  if not name:find "^%l[%l%d]*$" and not name:find "^%l[%l%d]*%-[%l%d%-]*[%l%d]$" then
    error { message = ("'%s' is no rule name"):format(name), hint = "lower-case words joined by '-', like ports-are-free",
      exit = 2 }
  end
  local file = options.output or ("policies/%s.lua"):format(name)
  if core.files.kind(file) then
    error { file = file, message = "this file is there already", exit = 2 }
  end
  if not options.output then
    ok(core.files.make_folder "policies")
  end
  ok(core.files.replace(file, SKELETON:format(name, name)))
  io.stdout:write(file, "\n")
  io.stderr:write(("Next: edit it, then `cfgrun test %s` and `cfgrun check -p %s`\n"):format(file, file))
  return 0
end

--- One line of plain text about a list, or nil.
local function listed(label, list)
  return #list > 0 and ("%-10s %s"):format(label, table.concat(list, ", ")) or nil
end

--- The examples of a rule as text to read.
local function show_examples(rule, write)
  if not rule.examples then
    return
  end
  local examples = require("examples").of(rule.examples)
  for _, example in ipairs(examples) do
    write(("\n%s%s\n"):format(example.kind, example.title and ": " .. example.title or ""))
    for line in example.text:gmatch "[^\n]+" do
      write(("    %s\n"):format(line))
    end
    if example.fixed then
      write "  becomes\n"
      for line in example.fixed:gmatch "[^\n]+" do
        write(("    %s\n"):format(line))
      end
    end
  end
end

local function explain(rule)
  local paint = terminal.painter(1)
  local out = { ("%s  %s"):format(paint(rule.name, "bold"), paint(rule.severity, "yellow")), rule.title, "", rule.why, "" }
  for _, line in ipairs { ("%-10s %s"):format("pack", rule.pack), listed("documents", rule.kinds) or "",
    listed("files", rule.files) or "", listed("tags", rule.tags) or "", listed("controls", rule.controls) or "",
    listed("expects", rule.expect) or "", rule.select and ("%-10s %s"):format("selects", rule.select) or "",
    listed("reads env", rule.env) or "",
    rule.fixable and ("%-10s %s"):format("fix", "yes: --fix, or --fix=guarded where it may change behaviour") or "",
    rule.enabled and "" or ("%-10s %s"):format("enabled", "no: give it a level in the project file, or --only"),
    ("%-10s %s:%d"):format("declared", rule.file, rule.line) } do
    if line ~= "" then
      out[#out + 1] = line
    end
  end
  if rule.options then
    out[#out + 1] = "\noptions"
    out[#out + 1] = (ok(rule.options:text { format = "yaml" }):gsub("([^\n]+)", "    %1"))
  end
  io.stdout:write(table.concat(out, "\n"), "\n")
  show_examples(rule, function(text)
    io.stdout:write(text)
  end)
  io.stdout:write(("\nAllow one finding:  # cfgrun: allow %s -- reason\n"):format(rule.name))
  return 0
end

local function as_data(rule)
  return { name = rule.name, pack = rule.pack, title = rule.title, why = rule.why, severity = rule.severity,
    enabled = rule.enabled, fixable = rule.fixable, select = rule.select, kinds = json.list(rule.kinds),
    files = json.list(rule.files), tags = json.list(rule.tags), controls = json.list(rule.controls),
    file = rule.file, line = rule.line }
end

local function list(rules, options)
  if options.json then
    local out = json.list {}
    for i, rule in ipairs(rules) do
      out[i] = as_data(rule)
    end
    io.stdout:write(json.encode { schema_version = 1, rules = out }, "\n")
    return 0
  end
  local paint, width = terminal.painter(1), 10
  for _, rule in ipairs(rules) do
    width = math.max(width, #rule.name)
  end
  local pack
  for _, rule in ipairs(rules) do
    if rule.pack ~= pack then
      io.stdout:write(pack and "\n" or "", paint(rule.pack, "bold"), "\n")
      pack = rule.pack
    end
    io.stdout:write(("  %s  %-7s  %s  %s\n"):format(rule.name .. (" "):rep(width - #rule.name),
      rule.enabled and rule.severity or "off", rule.fixable and "fix" or "   ", rule.title))
  end
  return 0
end

local function find(check, name)
  for _, rule in ipairs(check:rules()) do
    if rule.name == name then
      return rule
    end
  end
end

---@param options table
---@param words string[]
---@return integer status
function M.run(options, words)
  if words[1] == "new" then
    if not words[2] then
      error { message = "rules new: the name is missing", exit = 2 }
    end
    return new(words[2], options)
  end
  if words[2] then
    error { message = ("'%s' is one word too many"):format(words[2]), exit = 2 }
  end
  if options.annotations then
    io.stdout:write((ok(core.annotations())))
    return 0
  end
  if options.packs then
    io.stdout:write(table.concat(core.packs(), "\n"), "\n")
    return 0
  end
  local project = projects.of(options)
  local check
  if #project.policies > 0 or options.policy then
    check = checking.new(options, project)
  end
  local rule, own = check and words[1] and find(check, words[1]), check
  if not check or (words[1] and not rule) then
    check = checking.shipped(options)
    rule = words[1] and find(check, words[1])
  end
  if not words[1] then
    return list(check:rules(), options)
  elseif rule and options.json then
    io.stdout:write(json.encode(as_data(rule)), "\n")
    return 0
  elseif rule then
    return explain(rule)
  end
  local problem = select(2, check:only(words[1]))
  local nearer = select(2, (own or check):only(words[1])) -- a name misspelt may be one of the project's own
  error(nearer.hint:find("did you mean", 1, true) and nearer or problem, 0)
end

return M
