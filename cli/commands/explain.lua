-- cli/commands/explain.lua: where a value of a composition came from.

local compositions = require "compositions"
local excerpt = require "excerpt"
local json = require "json"
local loading = require "loading"
local ok = require("problem").check
local projects = require "project"
local terminal = require "terminal"

local M = {
  name = "explain",
  group = "read",
  summary = "tell where a composed value came from",
  usage = "FILE... POINTER",
  text = "The value at a place, the layer, file and line that it is written in, the references in it, and what it took the "
    .. "place of in lower layers. A single word before POINTER may be the NAME of a composition. What is wrong elsewhere is not "
    .. "found: of large files only the part is read that POINTER leads to.",
  least = 1,
  options = {
    compositions.options[1], compositions.options[2], compositions.options[3],
    { "format", short = "f", value = "FORMAT", choices = { "text", "json" }, help = "text or json" },
    compositions.file_options[1], compositions.file_options[2], compositions.file_options[3], compositions.file_options[4],
    loading.option,
    { "config", value = "FILE", env = true, help = "the project file, instead of the one found upward" },
    { "isolated", help = "use no project file" },
  },
  examples = {
    { "cfgrun explain app /server/port --when prod", "in a composition of the project file" },
    { "cfgrun explain base.yaml prod.yaml /server/port", "in layers" },
  },
}

local SOURCES = { env = "variable %s", int = "variable %s, as an integer", float = "variable %s, as a float",
  bool = "variable %s, as a boolean", json = "variable %s, as JSON", ref = "value of %s", file = "text of %s" }

local COLLECTIONS = { mapping = true, sequence = true }

local function value_of(node)
  local kind, size = node:kind(), node:size()
  if kind == "mapping" then
    return ("a mapping of %d key%s"):format(size, size == 1 and "" or "s")
  elseif kind == "sequence" then
    return ("a list of %d element%s"):format(size, size == 1 and "" or "s")
  end
  return (ok(node:text { format = "json", compact = true }))
end

local function place(origin)
  return ("%s:%d:%d"):format(origin.file, origin.line, origin.column)
end

local function as_text(node, origin, pointer)
  local paint, out = terminal.painter(1), {}
  local function add(text)
    out[#out + 1] = text
  end
  local is_collection = COLLECTIONS[node:kind()]
  add(("%s = %s\n"):format(paint(terminal.clean(pointer == "" and '""' or pointer), "bold"), terminal.clean(value_of(node))))
  add(("  %s  layer %s\n"):format(terminal.clean(place(origin)), terminal.clean(origin.layer)))
  if not is_collection then
    add(excerpt.show(origin.document:line(origin.line), origin, paint, "cyan"))
  end
  for _, ref in ipairs(origin.references) do
    add(("  %s is the %s%s\n"):format(terminal.clean(ref.text), (SOURCES[ref.source]):format(terminal.clean(ref.name)),
      ref.fallback and ", which is not set: its default" or ""))
  end
  for _, below in ipairs(origin.shadowed) do
    add(("  %s %s  %s  layer %s\n"):format(is_collection and "with" or "over", terminal.clean(place(below)),
      terminal.clean(value_of(below.node)), terminal.clean(below.layer)))
  end
  return table.concat(out)
end

local function as_json(node, origin, pointer)
  local function of(o)
    return { layer = o.layer, file = o.file, line = o.line, column = o.column,
      value = json.raw((ok(o.node:text { format = "json", compact = true }))) }
  end
  local made = of(origin)
  made.path = pointer
  made.written, made.value = made.value, json.raw((ok(node:text { format = "json", compact = true })))
  made.shadowed, made.references = json.list {}, json.list {}
  for i, below in ipairs(origin.shadowed) do
    made.shadowed[i] = of(below)
  end
  for i, ref in ipairs(origin.references) do
    made.references[i] = { text = ref.text, source = ref.source, name = ref.name, fallback = ref.fallback }
  end
  return json.encode(made) .. "\n"
end

--- Of a large file, collections of other layers are known by their entries alone; JSON shows all of them.
local function needs_all(origin)
  local all = COLLECTIONS[origin.node:kind()]
  for _, below in ipairs(origin.shadowed) do
    all = all or COLLECTIONS[below.node:kind()]
  end
  return all
end

---@param options table
---@param words string[]
---@return integer status
function M.run(options, words)
  local pointer = words[#words]
  if pointer ~= "" and not pointer:find "^/" then
    error { message = ("explain: '%s' is no JSON Pointer"):format(pointer), exit = 2,
      hint = "the last word is the place: explain base.yaml prod.yaml /server/port" }
  end
  local layers, project = table.move(words, 1, #words - 1, 1, {}), projects.of(options)
  options.at = pointer
  local node, _, snapshot = compositions.of_words(layers, project, options)
  local origin = snapshot:origin(node)
  if options.format == "json" and needs_all(origin) then
    options.at = nil
    snapshot = compositions.of_words(layers, project, options)
    node = ok(snapshot:document():root():get(pointer))
    origin = snapshot:origin(node)
  end
  io.stdout:write((options.format == "json" and as_json or as_text)(node, origin, pointer))
  return 0
end

return M
