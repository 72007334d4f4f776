-- "Did you mean": the one entry of a list that a word can stand for.

local M = {}

local function squash(word)
  return (word:lower():gsub("[%s_.-]", ""))
end
M.squash = squash

--- The only entry that is the word in another letter case or with other joints.
local function respelt(word, list)
  local found
  local plain = squash(word)
  for _, entry in ipairs(list) do
    if squash(entry) == plain then
      if found ~= nil then return nil end
      found = entry
    end
  end
  return found
end

--- Entries within two edits of the word (one, for words of up to four letters) by their distance.
local function within(word, list)
  local limit = #word <= 4 and 1 or 2
  local out = { {}, {} }
  for _, entry in ipairs(list) do
    if math.abs(#entry - #word) <= limit * 4 then
      local distance = text.distance(word, entry)
      if distance > 0 and distance <= limit then table.insert(out[distance], entry) end
    end
  end
  return out
end

--- The entry nearest to the word: respelt, or the only one at the smallest distance.
---@param word string
---@param list string[]
---@return string?
function M.nearest(word, list)
  local same = respelt(word, list)
  if same ~= nil then return same end
  local found = within(word, list)
  local best = #found[1] > 0 and found[1] or found[2]
  return #best == 1 and best[1] or nil
end

--- As `nearest`, but nil when any second entry is near as well: for words whose list is long and close.
---@param word string
---@param list string[]
---@return string?
function M.only(word, list)
  local same = respelt(word, list)
  if same ~= nil then return same end
  local found = within(word, list)
  return #found[1] + #found[2] == 1 and (found[1][1] or found[2][1]) or nil
end

return M
