-- stdlib/script.lua: Lua that a person runs: loaded from a file or typed, in an environment of its own.
--
-- A script is trusted: it has Lua's whole standard library, and `require "cfgrun"`. What it requires else is looked for
-- beside it, then where Lua looks; what cfgrun is made of stays out of its sight. Globals it sets are its own, and Lua
-- that it loads shares them.

local library = require "library"

local M = {}

---@param folder string where the script stands
---@return table environment
function M.environment(folder)
  local loaded = { cfgrun = library }
  local environment = setmetatable({}, { __index = _G })
  environment._G = environment

  function environment.require(name)
    if loaded[name] == nil then
      local path = folder .. "/?.lua;" .. folder .. "/?/init.lua;" .. package.path
      local file, why = package.searchpath(name, path)
      if not file then
        local standard = _G[name]
        if type(standard) == "table" then -- string, table, …
          return standard
        end
        error(("module '%s' not found: %s"):format(name, (why:gsub("\n%s*no file", ","))), 2)
      end
      local value = assert(loadfile(file, "t", environment))(name, file)
      loaded[name] = value == nil and true or value
    end
    return loaded[name]
  end

  --- All of 1..#list of a view, as in rules: a null gives nil and ends nothing.
  function environment.ipairs(list)
    if not library.is_view(list) then
      return ipairs(list)
    end
    local i, count = 0, #list
    return function()
      if i < count then
        i = i + 1
        return i, list[i]
      end
    end
  end

  function environment.load(chunk, name, mode, ...)
    return load(chunk, name, mode, select("#", ...) > 0 and ... or environment)
  end

  function environment.loadfile(file, mode, ...)
    return loadfile(file, mode, select("#", ...) > 0 and ... or environment)
  end

  function environment.dofile(file)
    return assert(loadfile(file, nil, environment))()
  end

  return environment
end

--- Is this file of cfgrun's own Lua?
local function is_inner(source)
  return source:find "^=?stdlib/" ~= nil or source:find "^=?cli/" ~= nil
end

--- The line of the script that was running, from inside an error handler.
local function calling_line()
  for level = 3, 60 do
    local info = debug.getinfo(level, "Sl")
    if not info then
      return nil
    elseif info.what ~= "C" and not is_inner(info.source) then
      return info.short_src, info.currentline
    end
  end
end

--- A problem as cfgrun raises them. A script may raise one, too.
local function is_problem(raised)
  return type(raised) == "table" and not library.is_view(raised) and type(raised.message) == "string"
    and (raised.exit == nil or math.type(raised.exit) == "integer")
end

--- An error of Lua code as a problem: "file:line: message" becomes a place. Problems pass, and tell which line of the script
--- met them; what it gave to the library and the library stumbled over was its own line, too. To be called by an error
--- handler.
---@param raised any
---@param trace? boolean with the calls that led there
---@return any
function M.problem(raised, trace)
  if is_problem(raised) then
    local file, line = calling_line()
    raised.from = raised.from or file and ("%s:%d"):format(file, line)
    return raised
  elseif type(raised) ~= "string" then
    return { message = ("the script raised %s"):format(tostring(raised)), exit = 2 }
  elseif raised == "interrupted" or raised:find ":%d+: interrupted$" then
    return raised
  end
  local file, line, message = raised:match "^([^\n]-):(%d+): (.*)$"
  message = message or raised
  if file and is_inner(file) then
    file, line = calling_line()
  end
  if trace then
    message = debug.traceback(message, 2)
  end
  return { file = file, line = math.tointeger(tonumber(line)), exit = 2, trace = trace or nil, message = message }
end

return M
