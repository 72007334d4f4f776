-- stdlib/script.lua: Lua that a person runs: loaded from a file or typed, in an environment of its own.
--
-- A script is trusted: it has Lua's whole standard library, and `require "cfgrun"`. What it requires else is looked for
-- beside it, then where Lua looks; what cfgrun is made of stays out of its sight. Globals it sets are its own.

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
        error(("module '%s' not found:%s"):format(name, why), 2)
      end
      local value = assert(loadfile(file, "t", environment))(name, file)
      loaded[name] = value == nil and true or value
    end
    return loaded[name]
  end

  return environment
end

--- The line of the script that was running, from inside an error handler.
local function calling_line()
  for level = 3, 60 do
    local info = debug.getinfo(level, "Sl")
    if not info then
      return nil
    elseif info.what ~= "C" and not info.source:find "^=" then
      return ("%s:%d"):format(info.short_src, info.currentline)
    end
  end
end

--- An error of Lua code as a problem: "file:line: message" becomes a place. Problems pass, and tell which line of the script
--- met them. To be called by an error handler.
---@param raised any
---@param trace? boolean with the calls that led there
---@return any
function M.problem(raised, trace)
  if type(raised) == "table" and raised.message then
    raised.from = raised.from or calling_line()
    return raised
  elseif type(raised) ~= "string" then
    return { message = ("the script raised %s"):format(tostring(raised)), exit = 2 }
  elseif raised:find "interrupted$" then
    return raised
  end
  local file, line, message = raised:match "^([^\n]-):(%d+): (.*)$"
  message = message or raised
  if trace then
    message = debug.traceback(message, 2)
  end
  return { file = file, line = math.tointeger(tonumber(line)), exit = 2, trace = trace or nil, message = message }
end

return M
