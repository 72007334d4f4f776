-- cli/commands/compose.lua: layers into one configuration, printed.

local compositions = require "compositions"
local core = require "core"
local json = require "json"
local loading = require "loading"
local ok = require("problem").check
local projects = require "project"

local M = {
  name = "compose",
  group = "read",
  summary = "merge layers into one configuration",
  usage = "[NAME | FILE...]",
  text = "NAME is a composition of the project file; FILEs are layers, the lowest first. Mappings are merged key by key, all "
    .. "else the higher layer says; `cfgrun explain` tells where a value came from. --origins shows it for every value: as "
    .. "comments, or, with -f json, as a list. --at gives one value, and does not find what is wrong elsewhere.",
  options = {
    compositions.options[1], compositions.options[2], compositions.options[3],
    { "format", short = "f", value = "FORMAT", choices = core.formats(), help = "how to write it (default: yaml)" },
    { "at", value = "POINTER", help = "only the value at this place; files are read, and references resolved, as far as it needs" },
    { "origins", help = "with the file and line that each value came from" },
    compositions.file_options[1], compositions.file_options[2], compositions.file_options[3], compositions.file_options[4],
    loading.option,
    { "config", value = "FILE", env = true, help = "the project file, instead of the one found upward" },
    { "isolated", help = "use no project file" },
  },
  examples = {
    { "cfgrun compose app --when prod", "a composition of the project file" },
    { "cfgrun compose base.yaml prod.yaml --set /server/port=8080", "files, and a value on top" },
    { "cfgrun compose app --at /server/port", "one value; of large files, only what it stands in is read" },
    { "cfgrun compose base.yaml prod.yaml --merge /agents=by:id --origins", "a list merged by name; where values come from" },
  },
}

--- Values that have nothing below them, in order.
local function leaves(node, take)
  local below = node:children()
  if #below == 0 then
    take(node)
  end
  for _, child in ipairs(below) do
    leaves(child, take)
  end
end

local function place(origin)
  return ("%s:%d:%d"):format(origin.file, origin.line, origin.column)
end

local function origins_json(snapshot)
  local list = json.list {}
  leaves(snapshot:document():root(), function(node)
    local origin = snapshot:origin(node)
    list[#list + 1] = { path = node:path(), value = json.raw((ok(node:text { format = "json", compact = true }))),
      layer = origin.layer, file = origin.file, line = origin.line, column = origin.column }
  end)
  return json.encode(list) .. "\n"
end

--- The YAML text with a comment behind each value. It is read again: that tells on which line a value begins and ends.
local function origins_yaml(snapshot, text)
  local root = snapshot:document():root()
  local written = ok(core.read("<snapshot>", { text = text, format = "yaml" }))[1]:root()
  local notes, lines, out, widest = {}, {}, {}, 0
  for line in text:gmatch "([^\n]*)\n" do
    lines[#lines + 1] = line
  end
  leaves(written, function(node)
    local span = node:span()
    local at = lines[span.line]:find "[|>][%d+-]*$" and span.line or span.end_line
    notes[at] = place(snapshot:origin((ok(root:get(node:path())))))
    widest = math.max(widest, #lines[at] <= 60 and #lines[at] or 0)
  end)
  for i, line in ipairs(lines) do
    out[i] = notes[i] and line .. (" "):rep(math.max(widest - #line, 0)) .. "  # " .. notes[i] or line
  end
  return table.concat(out, "\n") .. "\n"
end

--- The text of a node that is at `pointer`; in the document that it was read from it may be elsewhere. What cannot be
--- written is told with the place that it was written at.
local function text_of(snapshot, node, pointer, format)
  local text, problem = node:text { format = format }
  if not text then
    local below = problem.path and node:get(problem.path:sub(#node:path() + 1))
    local origin = below and snapshot:origin(below)
    if origin then
      problem.file, problem.line, problem.column = origin.file, origin.line, origin.column
      problem.path = pointer .. problem.path:sub(#node:path() + 1)
    end
    error(problem, 0)
  end
  return text:find "\n$" and text or text .. "\n"
end

---@param options table
---@param words string[]
---@return integer status
function M.run(options, words)
  if options.at and options.at ~= "" and not options.at:find "^/" then
    error { message = ("compose: --at '%s' is no JSON Pointer"):format(options.at), exit = 2, hint = "write --at /server/port" }
  elseif options.at and options.origins then
    error { message = "compose: --origins tells of all values, --at of one", exit = 2,
      hint = "cfgrun explain tells where one value came from" }
  end
  local made, _, origins = compositions.of_words(words, projects.of(options), options)
  local format = options.format or "yaml"
  if options.at then
    io.stdout:write(text_of(origins, made, options.at, format))
    return 0
  end
  local snapshot = made
  if options.origins and format == "json" then
    io.stdout:write(origins_json(snapshot))
    return 0
  elseif options.origins and format ~= "yaml" then
    error { message = "--origins goes with yaml and json", exit = 2 }
  end
  local text = text_of(snapshot, snapshot:document():root(), "", format)
  io.stdout:write(options.origins and origins_yaml(snapshot, text) or text)
  return 0
end

return M
