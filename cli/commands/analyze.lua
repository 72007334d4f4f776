-- cli/commands/analyze.lua: what a configuration is made of, what of it is waste, and what to do about it.

local core = require "core"
local ok = require("problem").check
local reading = require "reading"

local M = {
  name = "analyze",
  group = "read",
  summary = "tell where the bytes are, and what could be saved",
  usage = "FILE...",
  text = "Size by section, shape, values that stand more than once in one file or in several, anchors that nobody uses, scalars "
    .. "that are files; then advice, each with the bytes that it saves. No byte is counted twice, and nothing is advised that "
    .. "changes a value. FILE may be - for standard input.",
  least = 1,
  options = {
    { "format", short = "f", value = "FORMAT", choices = { "text", "json" }, help = "text or json" },
    { "top", value = "N", help = "how many entries, keys and repeated values are listed (default: 8)" },
    { "depth", value = "N", help = "levels of sections (default: 3)" },
    reading.options[1],
  },
  examples = {
    { "cfgrun analyze stack.yaml", "where its bytes are, and what could be saved" },
    { "cfgrun analyze dev.yaml prod.yaml", "what they have in common, too" },
    { "cfgrun analyze big.json --depth 5 --top 20", "more of the sections" },
    { "cfgrun analyze stack.yaml -f json", "for programs" },
  },
}

local function number(options, name, default)
  local text = options[name]
  local n = text and math.tointeger(tonumber(text))
  if text and not (n and n >= 1 and n <= 1000) then
    error({ message = ("analyze: --%s cannot be '%s'"):format(name, text), hint = "it is a number from 1 to 1000", exit = 2 }, 0)
  end
  return n or default
end

--- The documents of all files in one list.
local function read(words, options)
  local documents, seen = {}, {}
  for _, word in ipairs(words) do
    if not seen[word] then
      seen[word] = true
      local list = reading.all(word, options)
      table.move(list, 1, #list, #documents + 1, documents)
    end
  end
  return documents
end

---@param options table
---@param words string[]
---@return integer status
function M.run(options, words)
  local top = number(options, "top", 8)
  local depth = number(options, "depth", 3)
  local documents = read(words, options)
  local analysis = ok(core.analyze(documents, { top = top, depth = depth }))
  analysis.bytes, analysis.saved = 0, 0
  for _, file in ipairs(analysis.files) do
    analysis.bytes = analysis.bytes + file.bytes
  end
  for _, item in ipairs(analysis.advice) do
    analysis.saved = analysis.saved + item.saved
  end
  if options.format == "json" then
    io.stdout:write(require("analysis/json").render(analysis))
  else
    io.stdout:write(require("analysis/text").render(analysis, top))
  end
  return 0
end

return M
