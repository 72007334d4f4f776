-- stdlib/reading.lua: the one document that `get`, `query` and `convert` work on.

local core = require "core"
local ok = require("problem").check

local M = {}

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

--- Of several the one that is meant.
local function choose(documents, file, options)
  local wanted = options.document and math.tointeger(tonumber(options.document))
  if options.document and not (wanted and documents[wanted]) then
    error({ file = file, message = ("there is no document %s: the stream has %d"):format(options.document, #documents),
      exit = wanted and 1 or 2 }, 0)
  end
  if not wanted and #documents ~= 1 then
    error({ file = file, message = #documents == 0 and "the stream has no document"
      or ("the stream has %d documents"):format(#documents), hint = #documents > 1 and "choose one with --document N" or nil,
      exit = 2 }, 0)
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
