-- cli/commands/convert.lua: the same value in another format, or a list of what that format cannot hold.

local core = require "core"
local loading = require "loading"
local ok = require("problem").check
local problem = require "problem"
local reading = require "reading"

local TARGETS = table.move(core.formats(), 1, #core.formats(), 1, {})
TARGETS[#TARGETS + 1] = "canonical"

local M = {
  name = "convert",
  group = "read",
  summary = "write a file in another format",
  usage = "FILE --to FORMAT",
  text = "Keys stay in the author's order, and comments go along where the format has them; canonical is JSON as RFC 8785 has "
    .. "it. What the format cannot hold (a null in TOML, a number in dotenv) is listed and nothing is written, unless --lossy "
    .. "accepts the nearest thing. Several documents become several documents of YAML, or JSON Lines; --slurp makes one list of "
    .. "them. FILE may be - for standard input.",
  least = 1,
  most = 1,
  options = {
    { "to", short = "t", value = "FORMAT", choices = TARGETS, help = "the format to write; else the ending of --output tells" },
    { "output", short = "o", value = "FILE", help = "into a file, which is replaced whole" },
    { "lossy", help = "write the nearest thing for what the format cannot hold, and tell on standard error" },
    { "flatten", value = "SEPARATOR", optional = true,
      help = "dotenv, properties: join the keys of nested mappings (default: _ and .)" },
    { "no-comments", help = "leave comments out" },
    { "compact", help = "JSON on one line" },
    { "slurp", help = "all documents as one list" },
    { "indent", value = "N", help = "columns a level (default: 2)" },
    reading.options[1],
    reading.options[2],
    loading.option,
  },
  examples = {
    { "cfgrun convert stack.yaml --to json", "YAML to JSON" },
    { "cfgrun convert pyproject.toml -o pyproject.yaml", "TOML to YAML, comments included" },
    { "cfgrun convert app.yaml --to properties --flatten", "server.port=8080" },
    { "cfgrun convert all.yaml --to json --slurp", "a stream as one list" },
  },
}

local SEPARATORS = { dotenv = "_", properties = "." }
local SHOWN = 20 -- losses told one by one

--- Documents as one list: their compact JSON joined, read again.
local function slurp(documents, options)
  local parts = {}
  for i, document in ipairs(documents) do
    local text, trouble = document:root():text { format = "json", compact = true }
    if not text then
      trouble.file = trouble.file or document:file()
    end
    parts[i] = ok(text, trouble)
  end
  return ok(core.read("<slurp>", { format = "json", text = "[" .. table.concat(parts, ",") .. "]",
    limits = options.limits }))
end

--- Tells what a format could not hold; a problem that stops, unless that is accepted.
local function tell_losses(losses, options)
  for i, loss in ipairs(losses) do
    if i > SHOWN then
      io.stderr:write(("cfgrun: and %d more\n"):format(#losses - SHOWN))
      break
    end
    local span = loss.node:span() or {}
    local told = { message = loss.what .. (options.lossy and ": " .. loss.instead or ""), path = loss.node:path(),
      file = span.file, line = span.line, column = span.column, end_line = span.end_line, end_column = span.end_column }
    io.stderr:write(problem.text(told))
  end
  if #losses > 0 and not options.lossy then
    error { message = ("%s cannot hold %s: nothing was written"):format(options.to,
      #losses == 1 and "a value" or #losses .. " values"), exit = 2,
      hint = "--lossy writes the nearest thing" .. (SEPARATORS[options.to] and not options.flatten
        and ", --flatten joins the keys of what is nested" or "") }
  end
end

--- The target format, by --to or by the ending of --output.
local function target_of(options)
  local to = options.to or options.output and core.format_of_name(options.output)
  if not to then
    error { message = "convert: --to FORMAT is missing", hint = "formats are " .. table.concat(TARGETS, ", "), exit = 2 }
  end
  return to
end

---@param options table
---@param words string[]
---@return integer status
function M.run(options, words)
  options.to = target_of(options)
  local indent = options.indent and math.tointeger(tonumber(options.indent)) or nil
  if options.indent and not (indent and indent >= 1 and indent <= 16) then
    error { message = ("--indent '%s' is not between 1 and 16"):format(options.indent), exit = 2 }
  end
  local documents = options.document and { reading.one(words[1], options) } or reading.all(words[1], options)
  if options.slurp then
    documents = slurp(documents, options)
  end
  local several = #documents ~= 1
  if several and not ({ yaml = 1, json = 1, jsonl = 1, canonical = 1 })[options.to] then
    error { file = words[1], message = ("the stream has %d documents; %s holds one"):format(#documents, options.to),
      hint = #documents > 0 and "choose one with --document N" or "write {} for an empty mapping", exit = 2 }
  end
  local out, losses = {}, {}
  for i, document in ipairs(documents) do
    local text, lost = document:root():text { format = options.to, indent = indent, comments = not options.no_comments,
      compact = options.compact or (options.to == "json" and several), losses = options.to ~= "canonical",
      flatten = options.flatten == true and SEPARATORS[options.to] or options.flatten or nil }
    if not text then
      lost.file = lost.file or document:file()
    end
    ok(text, lost)
    table.move(lost or {}, 1, #(lost or {}), #losses + 1, losses)
    if options.to == "yaml" and several then
      text = (i > 1 and "---\n" or "") .. text
    end
    out[i] = text:find "\n$" and text or text .. "\n"
  end
  tell_losses(losses, options)
  if options.output then
    ok(core.files.replace(options.output, table.concat(out)))
  else
    io.stdout:write(table.concat(out))
  end
  return 0
end

return M
