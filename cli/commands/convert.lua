-- cli/commands/convert.lua: the same value in another format.

local ok = require("problem").check
local reading = require "reading"

local M = {
  name = "convert",
  group = "change",
  summary = "write a file in another format",
  usage = "FILE --to FORMAT",
  text = "Keys stay in the author's order; canonical is JSON as RFC 8785 has it. Several documents become several "
    .. "documents of YAML, or JSON Lines; --slurp makes one list of them. FILE may be - for standard input.",
  least = 1,
  most = 1,
  options = {
    { "to", short = "t", value = "FORMAT", choices = { "yaml", "json", "canonical" }, help = "the format to write" },
    { "output", short = "o", value = "FILE", help = "into a file, which is replaced whole" },
    { "compact", help = "JSON on one line" },
    { "slurp", help = "all documents as one list" },
    { "indent", value = "N", help = "columns a level (default: 2)" },
    reading.options[1],
    reading.options[2],
  },
  examples = {
    { "cfgrun convert stack.yaml --to json", "YAML to JSON" },
    { "cfgrun convert all.yaml --to json --slurp", "a stream as one list" },
  },
}

--- A document as text; an error says which file it is about.
local function text_of(document, how)
  local text, problem = document:root():text(how)
  if not text then
    problem.file = problem.file or document:file()
  end
  return ok(text, problem)
end

--- Documents as one list: their compact JSON joined, read again.
local function slurp(documents, options)
  local core = require "core"
  local parts = {}
  for i, document in ipairs(documents) do
    parts[i] = text_of(document, { format = "json", compact = true })
  end
  return ok(core.read("<slurp>", { format = "json", text = "[" .. table.concat(parts, ",") .. "]",
    limits = options.limits }))
end

---@param options table
---@param words string[]
---@return integer status
function M.run(options, words)
  if not options.to then
    error { message = "convert: --to FORMAT is missing", hint = "formats are yaml, json and canonical", exit = 2 }
  end
  local indent = options.indent and math.tointeger(tonumber(options.indent)) or nil
  if options.indent and not (indent and indent >= 1 and indent <= 16) then
    error { message = ("--indent '%s' is not between 1 and 16"):format(options.indent), exit = 2 }
  end
  local documents = options.document and { reading.one(words[1], options) } or reading.all(words[1], options)
  if options.slurp then
    documents = slurp(documents, options)
  end
  local out = {}
  for i, document in ipairs(documents) do
    local text = text_of(document, { format = options.to, indent = indent,
      comments = true, compact = options.compact or (options.to == "json" and #documents > 1) })
    if options.to == "yaml" and #documents > 1 then
      text = (i > 1 and "---\n" or "") .. text
    end
    out[i] = text:find "\n$" and text or text .. "\n"
  end
  if options.output then
    ok(require("core").files.replace(options.output, table.concat(out)))
  else
    io.stdout:write(table.concat(out))
  end
  return 0
end

return M
