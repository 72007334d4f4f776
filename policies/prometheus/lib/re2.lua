--- Regular expressions as Go reads them (RE2). PCRE2 compiles them here; what it allows beyond RE2 is looked for first.

local re2 = {}

local LETTERS = {}
for letter in ("aftnrvxpPdDsSwWbBAzQEC"):gmatch "." do LETTERS[letter] = true end

--- What is wrong with an escape at `at` (the backslash)?
local function escape_problem(pattern, at)
  local next_one = pattern:sub(at + 1, at + 1)
  if next_one == "" then return "it ends in a backslash" end
  if next_one:find "[89]" or (next_one:find "[1-7]" and not pattern:find("^[0-7]", at + 2)) then
    return ("there are no references back (\\%s)"):format(next_one)
  end
  if next_one:find "%a" and not LETTERS[next_one] then return ("there is no escape \\%s"):format(next_one) end
  return nil
end

local function group_problem(pattern, at)
  local mark = pattern:match("^%(%?(<?[=!>|#&+R%d])", at) or pattern:match("^%(%?(%()", at) or pattern:match("^%(%*", at)
  if not mark then return nil end
  return ("groups of the form '%s' are unknown to RE2"):format(pattern:sub(at, at + 2))
end

--- What RE2 refuses though PCRE2 does not.
local function foreign(pattern)
  local at, class, repeated = 1, false, false
  while at <= #pattern do
    local byte = pattern:sub(at, at)
    local step, was = 1, repeated
    repeated = false
    if byte == "\\" then
      if pattern:sub(at + 1, at + 1) == "Q" then
        local _, stop = pattern:find("\\E", at + 2, true)
        step = (stop or #pattern) - at + 1
      else
        local problem = escape_problem(pattern, at)
        if problem then return problem end
        step = 2
      end
    elseif class then
      if byte == "[" and pattern:find("^%[:", at) then
        local _, stop = pattern:find(":]", at, true)
        step = stop and stop - at + 1 or 1
      elseif byte == "]" then
        class = false
      end
    elseif byte == "[" then
      class = true
      step = #pattern:match("^%[%^?%]?", at)
    elseif byte == "(" then
      local problem = group_problem(pattern, at)
      if problem then return problem end
      step = #pattern:match("^%(%??", at)
    elseif byte == "*" or byte == "+" or byte == "?" then
      if was then return "a repetition is repeated" end
      step = #pattern:match("^.%??", at)
      repeated = true
    elseif byte == "{" then
      local low, high = pattern:match("^{(%d+),?(%d*)}", at)
      if low then
        if was then return "a repetition is repeated" end
        if math.max(tonumber(low), tonumber(high) or 0) > 1000 then return "nothing is repeated more than 1000 times" end
        step = #pattern:match("^%b{}%??", at)
        repeated = true
      end
    end
    at = at + step
  end
  return nil
end

--- Nil, or what is wrong with a pattern.
---@param pattern string
---@return string|nil
function re2.problem(pattern)
  local problem = foreign(pattern)
  if problem then return problem end
  local fine, message = pcall(re.test, "", "^(?:" .. pattern .. ")$")
  if fine then return nil end
  message = tostring(message)
  if not message:find "compile" and not message:find "pattern" and not message:find "regular" then return nil end
  return "it does not compile"
end

return re2
