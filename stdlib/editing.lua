-- stdlib/editing.lua: what `set`, `unset`, `insert`, `rename` and `move` share: the file, the place, the value, the result.
--
-- A command turns its words into edits (core.edit) of one document; everything else is here. The text is read once, so the
-- edits are made in what was looked at; the file is held meanwhile, and replaced whole or not at all. Where nothing changes,
-- nothing is written.

local core = require "core"
local ok = require("problem").check
local reading = require "reading"
local writing = require "writing"

local M = {}

--- `move` has these alone: its two ends may be shown differently often, so that no one edit at an anchor is meant.
---@type Option[]
M.options = {
  writing.options[1],
  writing.options[2],
  writing.options[3],
  reading.options[1],
  reading.options[2],
}

---@type Option[]
M.value_options = {
  { "string", short = "s", help = "VALUE is text as it stands, not YAML" },
  { "json", help = "VALUE is JSON" },
  { "value-file", value = "FILE", help = "the value is what this file holds (- for standard input)" },
}

---@param first Option[]
---@return Option[]
function M.with(first)
  local list = {}
  for _, options in ipairs { first, { writing.through_alias }, M.options } do
    table.move(options, 1, #options, #list + 1, list)
  end
  return list
end

---@class Editing
---@field file string
---@field text string
---@field document userdata
---@field options table
---@field hold userdata?

--- Raises a problem of a place.
local function fail(message, hint, exit)
  error({ message = message, hint = hint, exit = exit or 2 }, 0)
end
M.fail = fail

--- A text of nothing but comments has no document, and so no place: it gets a null, which entries take the place of.
local function with_document(name, text, options)
  if text:gsub("#[^\n]*", ""):find "%S" then
    return text
  end
  local documents = core.read(name, { text = text, format = options.from, limits = options.limits })
  if not documents or #documents > 0 then
    return text
  end
  return text .. (text:find "[^\n]$" and "\n" or "") .. "null\n"
end

--- The file with its document that is meant.
---@param file string
---@param options table
---@return Editing
function M.open(file, options)
  if file == "-" and options.value_file == "-" then
    fail("standard input cannot be both the file and the value")
  end
  local hold = writing.hold(file, options)
  local text, name = writing.text(file, options)
  local document = reading.of_text(name, with_document(name, text, options), options)
  return { file = file, name = name, text = text, document = document, options = options, hold = hold }
end

local check_pointer = reading.check_pointer

--- The pointers of the places that a word means: itself, or what a query (`$…`) finds.
---@param edit Editing
---@param word string
---@return string[]
function M.places(edit, word)
  if word:sub(1, 1) ~= "$" then
    check_pointer(word)
    return { word }
  end
  local found = ok(edit.document:root():select(word, { limits = edit.options.limits }))
  local pointers, seen = {}, {}
  for _, node in ipairs(found) do
    local pointer = node:path()
    if not seen[pointer] then
      seen[pointer] = true
      pointers[#pointers + 1] = pointer
    end
  end
  if #pointers == 0 then
    error({ file = edit.name, message = ("the query %s finds nothing"):format(word), exit = 1 }, 0)
  end
  return pointers
end

--- The node at a pointer; raises with the nearest key when there is none.
---@param edit Editing
---@param pointer string
---@return userdata
function M.node(edit, pointer)
  check_pointer(pointer)
  return reading.at(edit.document, pointer, edit.name)
end

--- A pointer cut into that of the collection and the last name, unescaped; nil for the root.
---@param pointer string
---@return string? parent, string? key
function M.split(pointer)
  check_pointer(pointer)
  local parent, last = pointer:match "^(.*)/([^/]*)$"
  return parent, last and (last:gsub("~1", "/"):gsub("~0", "~"))
end

--- A name of a pointer as an index: a number, "-" (the end), or nil.
---@param name string
---@return integer|string|nil
function M.index(name)
  if name == "-" then
    return name
  end
  return name:find "^%d+$" and not name:find "^0%d" and math.tointeger(tonumber(name)) or nil
end

-- Fractions as they were given: inside of new parents they keep their digits, too.
local SPELLED = setmetatable({}, { __mode = "k" })

--- A value given in words, as a document.
---@param text string
---@param options table
---@return userdata
function M.value(text, options)
  if options.string then
    return ok(core.read("<value>", { format = "json", text = require("json").encode(text), limits = options.limits }))[1]
  end
  local documents, problem = core.read("<value>", { format = options.json and "json" or "yaml", text = text,
    limits = options.limits })
  if not documents then
    problem.excerpt = problem.excerpt or text:match "^[^\n]*"
    problem.hint = "--string takes it as text"
    problem.exit = 2
    error(problem, 0)
  end
  if #documents > 1 then
    fail("the value is a stream of several documents")
  end
  if documents[1] and (text:find "^%-?[1-9]%d*%.%d+$" or text:find "^%-?0%.%d+$") then
    SPELLED[documents[1]] = text
  end
  return documents[1] or M.value("null", {})
end

--- Text over several lines that YAML would join into one, as it does outside of quotes: a certificate, a script.
local function is_folded(text, value)
  return text:find "%S[^\n]*\n%s*%S" ~= nil and not text:find "^%s*[\"'|>!&]" and value:root():kind() == "string"
end

--- The value of --value-file, or the word. Where the document holds only text it is text, of a file without its last line
--- break; so is text that YAML would fold.
---@param options table
---@param word string?
---@param document userdata?
---@return userdata
function M.given(options, word, document)
  local text = word
  if options.value_file then
    text = options.value_file == "-" and ok(core.files.read_input { limits = options.limits })
      or ok(core.files.read(options.value_file, { limits = options.limits }))
  end
  if document and reading.flat[document:format()] and not options.string and not options.json then
    return M.value(options.value_file and text:gsub("\r?\n$", "") or text, { string = true, limits = options.limits })
  end
  if text == "" and not options.value_file and not options.json then -- "$NAME" of a variable that is empty
    return M.value("", { string = true })
  end
  local value = M.value(text, options)
  if not options.string and not options.json and is_folded(text, value) then
    return M.value(text:gsub("\r?\n$", ""), { string = true, limits = options.limits })
  end
  return value
end

--- A value inside of mappings with these keys, the outermost first.
---@param value userdata
---@param keys string[]
---@return userdata
function M.nested(value, keys)
  local text = SPELLED[value] or ok(value:root():text { format = "json", compact = true }):gsub("\n$", "")
  local json = require "json"
  for i = #keys, 1, -1 do
    text = ("{%s: %s}"):format(json.encode(keys[i]):gsub("\n$", ""), text)
  end
  return ok(core.read("<value>", { format = "json", text = text }))[1]
end

--- Do these pointers name different places, none inside of another?
---@param pointers string[]
---@return boolean
function M.apart(pointers)
  local sorted = table.move(pointers, 1, #pointers, 1, {})
  for i, pointer in ipairs(sorted) do
    sorted[i] = pointer .. "/"
  end
  table.sort(sorted)
  for i = 2, #sorted do
    if sorted[i]:sub(1, #sorted[i - 1]) == sorted[i - 1] then
      return false
    end
  end
  return true
end

--- Edits a large file without reading all of it, where that does what reading it would (core.edit_file). Nil: it must be
--- read. `make` gives the edits, or nil where only the document can tell them; what it raises is raised again in its turn.
---@param file string
---@param options table
---@param make fun(): table[]?
---@return integer? status
function M.direct(file, options, make)
  if core.files.kind(file) ~= "file" or options.output or options.document or options.value_file or options.diff
    or options.dry_run or options.through_alias then
    return nil
  end
  local made, edits = pcall(make)
  if not made or not edits or #edits == 0 then
    return nil
  end
  local done, problem = core.edit_file(file, edits, { format = options.from, limits = options.limits })
  if problem then
    error(problem, 0)
  end
  return done and 0 or nil
end

--- Makes the edits and gives the result to whom it belongs.
---@param edit Editing
---@param edits table[]
---@return integer status
function M.finish(edit, edits)
  local options = edit.options
  local after, problem = core.edit(edit.document, edits, { through_alias = options.through_alias, limits = options.limits })
  if not after then
    problem.file = problem.file or edit.name
    error(edits[1] and edits[1].op == "move" and problem or writing.explained(problem, options), 0)
  end
  writing.finish(edit.file, edit.text, after, options, edit.hold)
  return 0
end

return M
