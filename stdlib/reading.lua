-- stdlib/reading.lua: the one document that `get`, `query` and `convert` work on.

local core = require "core"
local ok = require("problem").check

local M = {}

-- Formats of one mapping of text, of which the keys often have dots.
M.flat = { dotenv = true, properties = true }

---@type Option[]
M.options = {
  { "from", value = "FORMAT", choices = core.formats(), help = "the format, when the name does not tell it" },
  { "document", value = "N", help = "which document of a stream, from 1" },
}

--- All documents of a file, or of standard input for "-".
---@param file string
---@param options table
---@return userdata[]
function M.all(file, options)
  local how = { format = options.from, limits = options.limits }
  if file == "-" then
    how.text = ok(core.files.read_input { limits = options.limits })
  end
  local documents, problem, language = core.read(file == "-" and "<stdin>" or file, how)
  if not documents and language then
    problem.hint = ("it looks like a %s template: give what it makes instead"):format(language)
  end
  return ok(documents, problem)
end

--- Raises for what is no pointer, with what it would be as one.
---@param pointer string
---@param query? string the command that takes queries, where this one does not
function M.check_pointer(pointer, query)
  if pointer == "" or pointer:sub(1, 1) == "/" then
    return
  elseif pointer:sub(1, 1) == "$" and query then
    error({ message = ("'%s' is a query, not a JSON Pointer"):format(pointer), hint = query, exit = 2 }, 0)
  end
  error({ message = ("'%s' is no JSON Pointer: one begins with a slash"):format(pointer), exit = 2,
    hint = ("did you mean '/%s'?"):format((pointer:gsub("^%$?%.", ""):gsub("%[(%d+)%]", ".%1"):gsub("%.", "/"))) }, 0)
end

--- Why there is nothing at a pointer: with the line of the nearest collection that is there.
---@param document userdata
---@param pointer string
---@param name string of the file
---@return table problem
function M.nothing(document, pointer, name)
  local root = document:root()
  local _, problem = root:get(pointer)
  problem.file = problem.file or name
  local flat = pointer:sub(2):gsub("/", ".")
  local node = not problem.line and problem.path and problem.path ~= "" and root:get(problem.path)
  local span = node and node:span "key"
  if span then
    problem.line, problem.column, problem.end_line, problem.end_column = span.line, span.column, span.end_line, span.end_column
  end
  if pointer == "/" then
    problem.hint = 'all of it is at "", the empty pointer'
  end
  if M.flat[document:format()] and flat:find("%.") and root:get("/" .. flat) then
    problem.hint = ("did you mean '/%s'?"):format(flat)
  end
  return problem
end

--- The node at a pointer; raises when there is none.
---@param document userdata
---@param pointer string
---@param name string of the file
---@return userdata
function M.at(document, pointer, name)
  local node = document:root():get(pointer)
  return node or error(M.nothing(document, pointer, name), 0)
end

local SHOWN = 6

--- What a document calls itself: of Kubernetes `Service web`, else its name or id.
local function title(document)
  local root, words = document:root(), {}
  for _, pointer in ipairs { "/kind", "/metadata/name", "/name", "/id" } do
    local node = #words < 2 and root:get(pointer)
    if node and node:kind() == "string" and #node:value() <= 60 then
      words[#words + 1] = node:value()
    end
  end
  return table.concat(words, " ")
end

--- The documents of a stream by their numbers, where they have names.
local function titles(documents)
  local list = {}
  for i = 1, math.min(#documents, SHOWN) do
    list[i] = ("%d %s"):format(i, title(documents[i]))
    if list[i]:find " $" then
      return ""
    end
  end
  return ": " .. table.concat(list, ", ") .. (#documents > SHOWN and ", …" or "")
end

--- Of several the one that is meant.
local function choose(documents, file, options)
  local wanted = options.document and math.tointeger(tonumber(options.document))
  if options.document and not wanted then
    error({ message = ("--document cannot be '%s'"):format(options.document), hint = "it is a number, from 1", exit = 2 }, 0)
  end
  if options.document and not (wanted and documents[wanted]) then
    error({ file = file, message = ("there is no document %s: the stream has %d"):format(options.document, #documents),
      exit = 1 }, 0)
  end
  if not wanted and #documents ~= 1 then
    error({ file = file, message = #documents == 0 and "the stream has no document"
      or ("the stream has %d documents"):format(#documents), exit = 2,
      hint = #documents > 1 and "choose one with --document N" .. titles(documents) or nil }, 0)
  end
  return documents[wanted or 1]
end

--- The one that is meant.
---@param file string
---@param options table
---@return userdata
function M.one(file, options)
  return choose(M.all(file, options), file, options)
end

--- The same of a text that has been read.
---@param name string
---@param text string
---@param options table
---@return userdata
function M.of_text(name, text, options)
  local documents, problem, language = core.read(name, { text = text, format = options.from, limits = options.limits })
  if not documents and language then
    problem.hint = ("it looks like a %s template: edit what makes it, by hand"):format(language)
  end
  return choose(ok(documents, problem), name, options)
end

return M
