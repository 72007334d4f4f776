--- Schedules in the five fields of cron, as GitHub reads them.

local cron = {}

local function names(line)
  local out, i = {}, 0
  for word in line:gmatch "%S+" do
    out[word] = i
    i = i + 1
  end
  return out
end

local FIELDS = {
  { name = "minute", low = 0, high = 59 },
  { name = "hour", low = 0, high = 23 },
  { name = "day of the month", low = 1, high = 31 },
  { name = "month", low = 1, high = 12, names = names "_ JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC" },
  { name = "day of the week", low = 0, high = 7, names = names "SUN MON TUE WED THU FRI SAT" },
}

local function number(field, word)
  local value = field.names and field.names[word:upper()] or (word:find "^%d+$" and math.tointeger(tonumber(word)))
  return value and value >= field.low and value <= field.high and value or nil
end

-- Marks the values that one item of a field stands for.
local function item(field, word, out)
  local range, step = word:match "^(.-)/(%d+)$"
  if range == nil then range = word end
  local by = step and tonumber(step) or 1
  if by == 0 or word:find "/$" then return false end
  local first, last
  if range == "*" then
    first, last = field.low, field.high
  else
    local low, high = range:match "^(%w+)%-(%w+)$"
    first = number(field, low or range)
    last = high and number(field, high) or (not high and (step and field.high or first)) or nil
  end
  if not first or not last or first > last then return false end
  for value = first, last, by do out[value] = true end
  return true
end

-- The fewest minutes between two runs within an hour and across it.
local function interval(minutes)
  local first, last, least
  for value = 0, 59 do
    if minutes[value] then
      if last and (not least or value - last < least) then least = value - last end
      first, last = first or value, value
    end
  end
  return least or 60
end

--- What is wrong with a schedule, or nil.
---@param line string
---@return string|nil
function cron.problem(line)
  local words = {}
  for word in line:gmatch "%S+" do words[#words + 1] = word end
  if #words ~= 5 then return ("a schedule has five fields, this has %d"):format(#words) end
  local minutes
  for i, field in ipairs(FIELDS) do
    local values = {}
    for _, part in ipairs(text.split(words[i], ",")) do
      if not item(field, part, values) then
        return ("'%s' is no %s (%d to %d)"):format(words[i], field.name, field.low, field.high)
      end
    end
    minutes = minutes or values
  end
  local least = interval(minutes)
  if least < 5 then
    return ("this asks for a run every %d minute%s; GitHub starts none more often than every 5"):format(least, least == 1 and "" or "s")
  end
  return nil
end

return cron
