-- cli/commands/patch.lua: apply a patch to a file, by edits of its text.

local core = require "core"
local ok = require("problem").check
local reading = require "reading"
local writing = require "writing"

local M = {
  name = "patch",
  group = "change",
  summary = "apply a JSON Patch or a merge patch to a file",
  usage = "FILE PATCH",
  text = "PATCH is a JSON Patch (a list of operations), or a merge patch: a mapping of which each entry replaces one of FILE, and "
    .. "null removes. It may be written in any format. All of it is done or nothing. Only the text that has to change "
    .. "changes: comments, order and layout stay. One of FILE and PATCH may be - for standard input. Exit status: 1 when a "
    .. "`test` does not hold or a place is not there.",
  least = 2,
  most = 2,
  options = {
    { "type", short = "t", value = "TYPE", choices = { "json-patch", "merge-patch" },
      help = "what PATCH is (default: a sequence is a JSON Patch, a mapping a merge patch)" },
    writing.options[1],
    writing.options[2],
    writing.options[3],
    writing.through_alias,
    { "rewrite", help = "where the text cannot be edited, write the file anew, without its comments" },
    reading.options[1],
    reading.options[2],
  },
  examples = {
    { "cfgrun patch deploy.yaml change.json", "a patch that `cfgrun diff -f patch` made" },
    { "echo 'spec: {replicas: 5}' | cfgrun patch deploy.yaml -", "a piece of YAML laid over the file" },
    { "cfgrun patch app.toml change.json --diff", "show what would change" },
  },
}

--- Applies it, or raises with the place of the operation in the patch.
local function apply(document, patch, options)
  local value, problem, number = core.patch(document:root(), patch:root(), { kind = options.type, limits = options.limits })
  if value then
    return value
  end
  if number then
    local operation = patch:root():get("/" .. number - 1)
    local span = operation and operation:span()
    if span then
      problem.file, problem.line, problem.column = span.file, span.line, span.column
    end
  end
  if problem.code == "conflict" then
    problem.exit = 1
  end
  problem.path = nil
  error(problem, 0)
end

---@param options table
---@param words string[]
---@return integer status
function M.run(options, words)
  local file, patch_file = words[1], words[2]
  if file == "-" and patch_file == "-" then
    error({ message = "standard input cannot be both the file and the patch", exit = 2 }, 0)
  end
  local patch = reading.one(patch_file, { limits = options.limits })
  local kind = patch:root():kind()
  if not options.type and kind ~= "mapping" and kind ~= "sequence" then
    error({ file = patch_file == "-" and "<stdin>" or patch_file, message = "this is no patch: it is neither a list of "
      .. "operations nor a mapping", hint = "--type merge-patch puts it in place of the whole document", exit = 2 }, 0)
  end
  local hold = writing.hold(file, options)
  local text, name = writing.text(file, options)
  local document = reading.of_text(name, text, options)
  local value = apply(document, patch, options)
  if options.rewrite and #ok(core.read(name, { text = text, format = document:format() })) ~= 1 then
    error({ file = name, message = "a stream of several documents cannot be written anew", exit = 2 }, 0)
  end
  local after = writing.brought(document, value, options, { rewrite = options.rewrite, like = patch, through = true })
  writing.finish(file, text, after, options, hold)
  return 0
end

return M
