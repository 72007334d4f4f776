-- cli/commands/merge.lua: bring together what two people made of one file, as values.
--
-- The result is the text of OURS with edits. Where both changed one place differently there are two results, one for
-- each side that may be favored; between their texts, lines that differ are the conflicts, which is how they are marked.

local comparison = require "comparison"
local core = require "core"
local ok = require("problem").check
local terminal = require "terminal"
local writing = require "writing"

local M = {
  name = "merge",
  group = "compare",
  summary = "merge two versions of a file with their common ancestor, as values",
  usage = "BASE OURS THEIRS",
  text = "What one side changed is taken; what both changed alike is taken once. The result is OURS with its comments and "
    .. "layout, and is written there. When both changed one place differently, each such conflict is told with its three places, "
    .. "the exit status is 1, and nothing is written unless --favor or --conflict says what. As a merge driver of git: "
    .. "driver = cfgrun merge %O %A %B --path %P --conflict mark",
  least = 3,
  most = 3,
  options = {
    { "favor", value = "SIDE", choices = { "ours", "theirs" }, help = "settle conflicts by this side" },
    { "conflict", value = "HOW", choices = { "fail", "mark" },
      help = "fail: write nothing (default); mark: write the lines of both sides between markers, as git does" },
    writing.options[1],
    writing.options[2],
    writing.options[3],
    { "path", value = "NAME", help = "the name that tells the format, when the files are temporary" },
    { "rewrite", help = "where the text cannot be edited, write the file anew, without its comments" },
    comparison.options[1],
    comparison.options[3],
  },
  examples = {
    { "cfgrun merge base.yaml ours.yaml theirs.yaml", "into ours.yaml" },
    { "cfgrun merge base.yaml ours.yaml theirs.yaml -o - --favor theirs", "to standard output" },
    { "git config merge.cfgrun.driver 'cfgrun merge %O %A %B --path %P --conflict mark'", "as a merge driver; and in "
      .. ".gitattributes: *.yaml merge=cfgrun" },
  },
}

local SIDES = { "base", "ours", "theirs" }

--- What the three files say; an empty base has no documents. OURS is held, for the result goes there.
local function read(words, options)
  local sides = {}
  for i, word in ipairs(words) do
    local hold = i == 2 and writing.hold(word, options) or nil
    local text, name = writing.text(word, options)
    sides[i] = { text = text, name = name, file = word, hold = hold }
  end
  local format = options.from or (options.path and core.format_of_name(options.path))
  for _, side in ipairs(sides) do
    side.documents = side.text:find "^%s*$" and {}
      or ok(core.read(side.name, { text = side.text, format = format, limits = options.limits }))
  end
  local ours, theirs = #sides[2].documents, #sides[3].documents
  if ours ~= theirs or (#sides[1].documents ~= ours and #sides[1].documents ~= 0) then
    error({ file = sides[2].name, message = ("the three streams have %d, %d and %d documents"):format(#sides[1].documents,
      ours, theirs), hint = "bring them to the same documents first", exit = 2 }, 0)
  end
  return sides
end

--- The text of ours with theirs merged in, and the conflicts.
local function merged(sides, favor, options, silent)
  local text, conflicts = sides[2].text, {}
  local keys = comparison.keys(options)
  for i = 1, #sides[2].documents do
    local base, theirs = sides[1].documents[i], sides[3].documents[i]
    local ours = sides[2].documents[i]
    local value, list = core.merge(base and base:root(), ours:root(), theirs:root(),
      { favor = favor, keys = keys, limits = options.limits })
    ok(value, list)
    for _, conflict in ipairs(list) do
      conflict.document = #sides[2].documents > 1 and i or nil
      conflicts[#conflicts + 1] = conflict
    end
    local into = text == sides[2].text and ours
      or ok(core.read(sides[2].name, { text = text, format = ours:format(), limits = options.limits }))[i]
    text = writing.brought(into, value, options, { keys = keys, like = theirs, silent = silent,
      rewrite = options.rewrite and #sides[2].documents == 1 })
  end
  return text, conflicts
end

local function value_of(node)
  if not node then
    return "not there"
  end
  local text, lines = comparison.value(node)
  text = lines and ("a %s of %d"):format(node:kind(), node:size()) or text
  return #text > 60 and text:sub(1, (utf8.offset(text, -1, 58) or 58) - 1) .. " …" or text
end

--- Conflicts for people, on standard error.
local function tell(conflicts, options)
  local paint = terminal.painter(2)
  for _, conflict in ipairs(conflicts) do
    local any = conflict.ours or conflict.theirs or conflict.base
    local path = any:path()
    io.stderr:write(("%s %s%s: %s\n"):format(paint("conflict:", "red", "bold"),
      conflict.document and ("document %d "):format(conflict.document) or "",
      (options.path and paint(terminal.clean(options.path), "bold") .. ": " or "")
        .. paint(terminal.clean(path == "" and "the document" or path), "bold"), conflict.text))
    for _, side in ipairs(SIDES) do
      local node = conflict[side]
      local span = options.path and node and node:span() -- the files themselves are git's, and gone when this is read
      local place = span and ("line %d, column %d"):format(span.line, span.column) or node and comparison.place(node)
      io.stderr:write(("  %-7s %s%s\n"):format(side, terminal.clean(value_of(node)),
        place and "  " .. paint(terminal.clean(place), "faint") or ""))
    end
  end
  io.stderr:write(("%s %d conflict%s\n"):format(paint("cfgrun:", "red", "bold"), #conflicts, #conflicts == 1 and "" or "s"))
end

--- Two texts as one, with markers where they differ.
local function marked(ours, theirs)
  local out, mine, other = {}, {}, {}
  local function add(line)
    out[#out + 1] = line:find "\n$" and line or line .. "\n"
  end
  local function flush()
    if #mine + #other > 0 then
      out[#out + 1] = "<<<<<<< ours\n"
      for _, line in ipairs(mine) do
        add(line)
      end
      out[#out + 1] = "=======\n"
      for _, line in ipairs(other) do
        add(line)
      end
      out[#out + 1] = ">>>>>>> theirs\n"
      mine, other = {}, {}
    end
  end
  for _, step in ipairs(require("diff").steps(ours, theirs)) do
    if step[1] == "-" then
      mine[#mine + 1] = step[2]
    elseif step[1] == "+" then
      other[#other + 1] = step[2]
    else
      flush()
      out[#out + 1] = step[2]
    end
  end
  flush()
  return table.concat(out)
end

---@param options table
---@param words string[]
---@return integer status
function M.run(options, words)
  local sides = read(words, options)
  local text, conflicts = merged(sides, options.favor or "ours", options)
  local ours = sides[2]
  if #conflicts == 0 or options.favor then
    writing.finish(ours.file, ours.text, text, options, ours.hold)
    return 0
  end
  tell(conflicts, options)
  if options.conflict == "mark" then
    writing.finish(ours.file, ours.text, marked(text, (merged(sides, "theirs", options, true))), options,
      ours.hold)
  end
  return 1
end

return M
