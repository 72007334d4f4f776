-- stdlib/words.lua: what the placeholders of usage lines and options stand for, so that a shell can complete them.
--
-- The usage line of a command ("FILE POINTER") is the only place that names its words. A capital word means the same
-- everywhere: FILE a file, RULE the name of a rule. A description says otherwise with `words = { NAME = "rule" }`, an
-- option with `complete = …`. A kind is the name of something a shell or `cfgrun complete KIND` can list, or a list of words.

local M = {}

M.kinds = {
  FILE = "file", PATH = "file", GLOB = "file", SCRIPT = "file", PATCH = "file", BASE = "file", OURS = "file",
  THEIRS = "file", A = "file", B = "file", OLD = "file", NEW = "file", FOLDER = "folder", POLICY = "policy",
  RULE = "rule", POINTER = "pointer", COMMAND = "command", TOPIC = "topic", ["NAME=VALUE"] = "limit", REV = "revision",
  FROM = "pointer", TO = "pointer",
}

--- What an option's value is; nil when only its author knows.
---@param option Option
---@return string|string[]|nil
function M.of_option(option)
  return option.choices or option.complete or option.value and M.kinds[option.value:match "^[%u=]+"]
end

---@class Position
---@field many boolean may it be given again?
---@field kinds (string|string[])[] what may stand there: kinds, and words themselves as lists

--- One word of a usage line, without its brackets.
local function add(position, description, word)
  if word == "" or word == "|" then
    return
  end
  local kind = description.words and description.words[word] or M.kinds[word]
  if kind then
    table.insert(position.kinds, kind)
  elseif word:find "^%l[%l%-]*$" then
    table.insert(position.kinds, { word })
  end
end

--- The words of a command one after the other. "[NAME | new NAME]" is a word that is a NAME or `new`, and then a NAME.
---@param description table
---@return Position[]
function M.positions(description)
  local list, joined, skip = {}, false, false
  for raw in (description.usage or ""):gmatch "%S+" do
    local word = raw:gsub("[%[%]()]", ""):gsub("%.%.%.$", "")
    if raw == "|" then
      joined = true
    elseif word:find "^%-" then
      skip = not word:find "="
    elseif skip then
      skip = false
    else
      local position = joined and list[1] or { kinds = {}, many = false }
      if not joined then
        list[#list + 1] = position
      end
      position.many = position.many or raw:find("...", 1, true) ~= nil
      for part in (word .. "|"):gmatch "([^|]*)|" do
        add(position, description, part)
      end
      joined = false
    end
  end
  return list
end

return M
