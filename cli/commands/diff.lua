-- cli/commands/diff.lua: what two files do not have in common, as values.

local comparison = require "comparison"
local core = require "core"
local loading = require "loading"
local ok = require("problem").check

local M = {
  name = "diff",
  group = "compare",
  summary = "compare two files as values",
  usage = "A B",
  text = "Formats, order of keys, comments and layout do not count; the two files may be of different formats. Lists of "
    .. "named things are matched by their name. Exit status: 0 equal, 1 different, 2 trouble. A or B may be - for standard "
    .. "input.",
  least = 2,
  most = 2,
  options = {
    { "format", short = "f", value = "FORMAT", choices = { "text", "patch", "merge-patch", "json", "html" },
      help = "text (default), patch (JSON Patch, RFC 6902), merge-patch (RFC 7396), json, html (side by side)" },
    { "output", short = "o", value = "FILE", help = "into a file, which is replaced whole" },
    { "quiet", short = "q", help = "the exit status alone" },
    loading.option,
    table.unpack(comparison.options),
  },
  examples = {
    { "cfgrun diff deploy.yaml deploy.prod.yaml", "what differs, and where" },
    { "cfgrun diff old.yaml new.json -f patch -o change.json", "as a JSON Patch, for `cfgrun patch`" },
    { "cfgrun diff a.yaml b.yaml --key '/pipelines/*/steps=step'", "match these lists by their entry `step`" },
    { "kubectl get deploy web -o yaml | cfgrun diff deploy.yaml -", "a file against what runs" },
  },
}

--- The one pair of documents of a patch.
local function single(list)
  if #list ~= 1 or not list[1].diff then
    error({ message = ("a patch speaks of one document, and here are %d"):format(#list),
      hint = "choose one with --document N", exit = 2 }, 0)
  end
  return list[1]
end

local function as_json(node)
  return ok(node:text { format = "json" })
end

local RENDER = {
  text = function(list, files)
    return require("comparison/text").render(list, files)
  end,
  json = function(list, files)
    return require("comparison/json").render(list, files)
  end,
  html = function(list, files)
    return require("comparison/html").render(list, files)
  end,
  patch = function(list, _, options)
    return as_json(ok(single(list).diff:json_patch { limits = options.limits }))
  end,
  ["merge-patch"] = function(list, files, options)
    local pair = single(list)
    local node, problem = core.merge_patch(pair.before:root(), pair.after:root(), { limits = options.limits })
    if not node then
      problem.file = problem.file or files[2]
      problem.hint = problem.hint == "use a JSON Patch" and "--format patch can" or problem.hint
    end
    return as_json(ok(node, problem))
  end,
}

---@param options table
---@param words string[]
---@return integer status
function M.run(options, words)
  local format = options.format or "text"
  local list = format == "text" and comparison.changed(words[1], words[2], options)
  if not list then
    local a, b = comparison.read_two(words[1], words[2], options)
    list = comparison.pairs(a, b, options, words)
  end
  local equal = comparison.compare(list, options)
  if not options.quiet and not (equal and format == "text") then
    local text = RENDER[format](list, { words[1] == "-" and "<stdin>" or words[1], words[2] == "-" and "<stdin>" or words[2] },
      options)
    if options.output then
      ok(core.files.replace(options.output, text))
    else
      io.stdout:write(text)
    end
  end
  return equal and 0 or 1
end

return M
