-- stdlib/completion/model.lua: what a completion script has to know, out of the descriptions.
--
-- The three writers (bash, zsh, fish) get the same: for each command its summary, its options with the kind of their
-- values, and the kinds of its words (stdlib/words.lua). Some kinds the shell lists itself: file, folder, a list of words.
-- For the others the script asks `cfgrun complete KIND`.

local args = require "args"
local words = require "words"

local M = {}

--- Kinds that `cfgrun complete` lists.
M.asked = { command = true, topic = true, rule = true, policy = true, pack = true, pointer = true, limit = true }

---@class Command
---@field name string
---@field summary string
---@field options Option[]
---@field positions Position[]

--- The first sentence of an option's help, short enough for a menu.
---@param option Option
---@return string
function M.short(option)
  local text = option.help:gsub("`", ""):match "^[^;:(]+"
  return (text:gsub("%s+$", ""))
end

---@param program { names: string[], command: fun(name: string): table }
---@return Command[]
function M.of(program)
  local list = {}
  for _, name in ipairs(program.names) do
    local description = program.command(name)
    if not description.hidden then
      list[#list + 1] = { name = name, summary = description.summary, options = args.options(description),
        positions = words.positions(description) }
    end
  end
  return list
end

--- The kinds of an option's value as one word for a script: "=a b c" for a list of words, "" when nothing can be offered.
---@param kind string|string[]|nil
---@return string
function M.word(kind)
  if type(kind) == "table" then
    return "=" .. table.concat(kind, " ")
  end
  return (kind == "file" or kind == "folder" or M.asked[kind]) and kind or ""
end

--- The kinds of the n-th word, as a list of such words.
---@param position Position
---@return string[]
function M.position_words(position)
  local list, plain = {}, {}
  for _, kind in ipairs(position.kinds) do
    local word = M.word(kind)
    if type(kind) == "table" then
      table.move(kind, 1, #kind, #plain + 1, plain)
    elseif word ~= "" then
      list[#list + 1] = word
    end
  end
  if #plain > 0 then
    list[#list + 1] = "=" .. table.concat(plain, " ")
  end
  return list
end

return M
