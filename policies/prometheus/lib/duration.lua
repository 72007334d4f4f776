--- Durations as Prometheus writes them: whole numbers with units, the greater unit first (1h30m, 500ms).

local duration = {}

local UNITS = { y = 1, w = 2, d = 3, h = 4, m = 5, s = 6, ms = 7 }
local MILLISECONDS = { y = 31536000000, w = 604800000, d = 86400000, h = 3600000, m = 60000, s = 1000, ms = 1 }

--- Milliseconds, or nil and what is wrong.
---@param word string
---@return number|nil
---@return string|nil problem
function duration.parse(word)
  if word == "0" then return 0 end
  if word == "" then return nil, "a duration is missing" end
  if word:find "^%d+$" then return nil, ("'%s' has no unit, such as %ss or %sm"):format(word, word, word) end
  local at, last, total = 1, 0, 0.0
  while at <= #word do
    local first, stop, number, unit = word:find("^(%d+)(%a+)", at)
    if not first then return nil, ("'%s' is no duration such as 30s or 1h30m"):format(word) end
    local rank = UNITS[unit]
    if not rank then return nil, ("'%s' has the unit '%s'; there are y w d h m s ms"):format(word, unit) end
    if rank <= last then return nil, ("'%s' has its units out of order; they go y w d h m s ms, each once"):format(word) end
    last, total, at = rank, total + tonumber(number) * MILLISECONDS[unit], stop + 1
  end
  return total
end

return duration
