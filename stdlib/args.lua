-- stdlib/args.lua: command line options from a description.
--
-- An option is { "name", short = "n", value = "WORD", optional = true, many = true, choices = {…}, env = true, help = "…" }.
-- Without `value` it is a switch; with `optional` its value may be left out (only --name=VALUE gives one). `env` lets
-- CFGRUN_NAME stand in when the option is not given. Unknown options get a suggestion.

local core = require "core"

local M = {}

---@class Option
---@field [1] string
---@field short? string
---@field value? string
---@field optional? boolean
---@field many? boolean
---@field choices? string[]
---@field complete? string|string[] what a shell may offer for the value (stdlib/words.lua)
---@field env? boolean
---@field help string

---@type Option[]
M.common = {
  { "color", value = "WHEN", choices = { "auto", "always", "never" }, env = true,
    help = "colour: auto (on a terminal, unless NO_COLOR is set), always, never" },
  { "limit", value = "NAME=VALUE", many = true, help = "set a ceiling; `cfgrun help limits` lists them" },
  { "no-cache", help = "parse everything anew, and keep nothing for later runs" },
  { "profile", value = "FILE", optional = true,
    help = "show where the time went, and write a trace for Perfetto (default: cfgrun-profile.json)" },
  { "verbose", help = "tell on standard error why a cache is not used" },
  { "help", short = "h", help = "show this help" },
}

---@param description table
---@return Option[]
function M.options(description)
  local list = {}
  for _, option in ipairs(description.options or {}) do
    list[#list + 1] = option
  end
  local own = {}
  for _, option in ipairs(list) do
    own[option[1]] = true
  end
  for _, option in ipairs(M.common) do
    if not own[option[1]] then -- a command may say more of one
      list[#list + 1] = option
    end
  end
  return list
end

--- The word that somebody who mistyped probably meant: a third of its letters may differ.
---@param word string
---@param among string[]
---@return string? nearest
function M.nearest(word, among)
  local best, least
  for _, candidate in ipairs(among) do
    local distance = core.distance(word, candidate)
    if not least or distance < least then
      best, least = candidate, distance
    end
  end
  return least and least <= math.max(1, math.min(#word, #best) // 3) and best or nil
end

---@param description table
---@param message string
---@param hint? string
local function usage(description, message, hint)
  error {
    message = ("%s: %s"):format(description.name, message),
    hint = hint or ("`cfgrun %s --help` shows what it takes"):format(description.name),
    exit = 2,
  }
end

local function behind_dashes(description)
  return ("what begins with a dash and is no option goes behind `--`: cfgrun %s -- …"):format(description.name)
end

---@param description table
---@param name string
---@return Option
local function find_long(description, name)
  local names = {}
  for i, option in ipairs(M.options(description)) do
    if option[1] == name then
      return option
    end
    names[i] = option[1]
  end
  local near = M.nearest(name, names)
  if name:find "^%-" or name:find "%s" then
    usage(description, ("there is no option '--%s'"):format(name:match "^[^\n]*"), behind_dashes(description))
  end
  usage(description, ("there is no option '--%s'"):format(name), near and ("did you mean '--%s'?"):format(near))
  error "unreachable"
end

local function find_short(description, letter)
  for _, option in ipairs(M.options(description)) do
    if option.short == letter then
      return option
    end
  end
  usage(description, ("there is no option '-%s'"):format(letter),
    letter:find "%d" and behind_dashes(description))
end

local function among(choices, word)
  for _, choice in ipairs(choices) do
    if choice == word then
      return true
    end
  end
  return false
end

---@param description table
---@param into table
---@param option Option
---@param value string|true
local function store(description, into, option, value)
  local key = option[1]:gsub("%-", "_")
  if option.choices and value ~= true and not among(option.choices, value) then
    local near = M.nearest(value, option.choices)
    usage(description, ("--%s cannot be '%s'"):format(option[1], value),
      (near and ("did you mean '%s'? It"):format(near) or "it") .. " is one of " .. table.concat(option.choices, ", "))
  end
  if option.many then
    into[key] = into[key] or {}
    table.insert(into[key], value)
  else
    into[key] = value
  end
end

---@param description table
---@param into table
local function read_environment(description, into)
  for _, option in ipairs(M.options(description)) do
    local key = option[1]:gsub("%-", "_")
    local value = option.env and os.getenv("CFGRUN_" .. key:upper())
    if value and value ~= "" and into[key] == nil then
      store(description, into, option, value)
    end
  end
end

---@param given string[]
---@return table<string, integer>
local function read_limits(description, given)
  local limits = {}
  for _, word in ipairs(given) do
    local name, value = word:match "^([%w-]+)=(%d+)$"
    if not name then
      usage(description, ("--limit '%s' is not NAME=VALUE"):format(word), "`cfgrun help limits` lists the names")
    end
    limits[name] = math.tointeger(tonumber(value)) or math.maxinteger
  end
  return limits
end

--- Options by name ('-' as '_') and the other words.
---@param description table
---@param argv string[]
---@param first integer
---@return table options, string[] rest
function M.parse(description, argv, first)
  local options, rest, i = {}, {}, first
  local function next_value(option, shown)
    i = i + 1
    if argv[i] == nil then
      usage(description, ("%s needs a value (%s)"):format(shown, option.value))
    end
    return argv[i]
  end
  while argv[i] do
    local word = argv[i]
    local long, value = word:match "^%-%-([^=]+)=(.*)$"
    if not long then
      long = word:match "^%-%-(.+)$"
    end
    if word == "--" then
      table.move(argv, i + 1, #argv, #rest + 1, rest)
      break
    elseif long then
      local option = find_long(description, long)
      if value and not option.value then
        usage(description, ("--%s takes no value"):format(long))
      end
      if not value then
        value = option.value and not option.optional and next_value(option, "--" .. long) or true
        if value == true and option.choices and among(option.choices, argv[i + 1]) then
          usage(description, ("--%s takes its value behind '='"):format(long), ("write --%s=%s"):format(long, argv[i + 1]))
        end
      end
      store(description, options, option, value)
    elseif word:find "^%-." then
      local option = find_short(description, word:sub(2, 2))
      if not option.value then
        store(description, options, option, true)
        if #word > 2 then -- several switches in one word
          argv[i] = "-" .. word:sub(3)
          i = i - 1
        end
      else
        store(description, options, option, #word > 2 and word:sub(3) or next_value(option, word))
      end
    elseif description.own_words then -- what follows belongs to the script
      table.move(argv, i, #argv, 1, rest)
      break
    else
      rest[#rest + 1] = word
    end
    i = i + 1
  end
  read_environment(description, options)
  options.limits = read_limits(description, options.limit or {})
  local most = description.most
  if not options.help and most and #rest > most then
    usage(description, ("'%s' is one word too many"):format(rest[most + 1]))
  end
  if not options.help and #rest < (description.least or 0) then
    usage(description, "it needs " .. description.usage)
  end
  return options, rest
end

return M
