-- cli/commands/set.lua: a value at a place.

local editing = require "editing"
local reading = require "reading"

local M = {
  name = "set",
  group = "change",
  summary = "set values in a file, and leave all else as it is written",
  usage = "FILE POINTER VALUE [POINTER VALUE...]",
  text = "VALUE is read as YAML: 3 is a number, true a boolean, \"a: b\" a mapping; in dotenv and properties, and over "
    .. "several lines of plain words, it is text. The entry is replaced, or added to its mapping. A POINTER that begins "
    .. "with $ is a query: every place that it finds is set. Comments, order, quotes and blank lines stay; the file is "
    .. "written only if it changes. FILE may be - : from standard input to standard output.",
  least = 2,
  options = editing.with {
    { "parents", short = "p", help = "add the mappings on the way that are not there" },
    table.unpack(editing.value_options),
  },
  examples = {
    { "cfgrun set deploy.yaml /spec/replicas 3", "a number" },
    { "cfgrun set app.toml /server/host 0.0.0.0 /server/port 8080", "two values, both or none" },
    { "cfgrun set app.yaml /log/format --string 'yes'", "text that YAML would take for something else" },
    { "cfgrun set stack.yaml '$..image.tag' v2 --diff", "all places that a query finds; show, do not write" },
    { "cfgrun set ci.yaml /env/NAME/VALUE x --parents", "mappings on the way too" },
  },
}

--- The deepest node on the way to a pointer, its pointer, and the names that are missing.
local function reach(edit, pointer)
  local node, at, missing = edit.document:root(), "", {}
  for token in pointer:gmatch "/([^/]*)" do
    local _, name = editing.split("/" .. token)
    local child = #missing == 0 and node:get("/" .. token)
    if child then
      node, at = child, at .. "/" .. token
    else
      missing[#missing + 1] = name
    end
  end
  return node, at, missing
end

--- The edit that sets one place.
local function edit_of(edit, pointer, value, options)
  if pointer == "" then
    return { op = "replace", at = "", value = value }
  end
  local node, at, missing = reach(edit, pointer)
  if #missing == 0 then
    return { op = "replace", at = pointer, value = value }
  end
  local kind = node:kind()
  if kind == "sequence" then
    local index = editing.index(missing[1])
    if index == "-" or index == node:size() then
      return { op = "insert", at = at, value = #missing > 1 and options.parents
        and editing.nested(value, table.move(missing, 2, #missing, 1, {})) or value }
    end
    editing.node(edit, pointer)
  end
  local flat = reading.flat[edit.document:format()]
  if #missing > 1 and (flat or not options.parents) then
    local problem = reading.nothing(edit.document, pointer, edit.name)
    if not flat then
      problem.hint = (problem.hint and problem.hint .. " " or "") .. "--parents adds what is missing on the way"
    end
    error(problem, 0)
  end
  if kind ~= "mapping" and kind ~= "null" then
    editing.node(edit, pointer)
  end
  local inside = #missing > 1 and editing.nested(value, table.move(missing, 2, #missing, 1, {})) or value
  return { op = "set", at = at, key = missing[1], value = inside }
end

--- Several pairs may need the same new parents: their edits become one.
local function add(edits, edit, pointer, value, options)
  local made = edit_of(edit, pointer, value, options)
  for _, other in ipairs(edits) do
    if made.op == "set" and other.op == "set" and other.at == made.at and other.key == made.key then
      if not (other.pointer and options.parents) then
        editing.fail(("%s is given twice"):format(pointer))
      end
      -- Into the value that is to be added already.
      local rest = pointer:sub(#other.pointer + 1)
      local inner = { document = other.value, name = "<value>" }
      local deeper = edit_of(inner, rest, value, options)
      local text = require("problem").check(require("core").edit(other.value, { deeper }, {}))
      other.value = editing.value(text, { json = true })
      return
    end
  end
  if made.op == "set" then
    local depth = select(2, made.at:gsub("/", "")) + 1
    local ends = 0
    for _ = 1, depth do
      ends = pointer:find("/[^/]*", ends + 1) and select(2, pointer:find("/[^/]*", ends + 1)) or ends
    end
    made.pointer = pointer:sub(1, ends)
  end
  edits[#edits + 1] = made
end

--- The edits as far as the words tell them. A number is a key of a mapping or an index: as such it must be there.
local function edits_of_words(options, words)
  local edits, pointers = {}, {}
  for i = 2, #words, 2 do
    local pointer = words[i]
    if pointer:sub(1, 1) ~= "/" then
      return nil
    end
    local value = editing.given(options, words[i + 1])
    local parent, key = editing.split(pointer)
    pointers[#pointers + 1] = pointer
    edits[#edits + 1] = editing.index(key) and { op = "replace", at = pointer, value = value }
      or { op = "set", at = parent, key = key, value = value }
  end
  return editing.apart(pointers) and edits or nil
end

---@param options table
---@param words string[]
---@return integer status
function M.run(options, words)
  local from_file = options.value_file ~= nil
  if from_file and #words ~= 2 then
    editing.fail("set: with --value-file it needs FILE POINTER")
  elseif not from_file and (#words < 3 or #words % 2 == 0) then
    editing.fail("set: it needs FILE and then a VALUE for each POINTER",
      "a value that begins with a dash goes behind --: set FILE -- POINTER -1")
  end
  local status = editing.direct(words[1], options, function() return edits_of_words(options, words) end)
  if status then
    return status
  end
  local edit = editing.open(words[1], options)
  local edits = {}
  for i = 2, #words, 2 do
    local value = editing.given(options, words[i + 1], edit.document)
    for _, pointer in ipairs(editing.places(edit, words[i])) do
      add(edits, edit, pointer, value, options)
    end
  end
  return editing.finish(edit, edits)
end

return M
