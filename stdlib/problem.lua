-- stdlib/problem.lua: how a failure is told. What, where with the line shown, why, and what to do. Every command loads this
-- for `check`, so what only showing needs is loaded when there is something to show.

local core = require "core"

local M = {}

--- The line of a file that a problem names; nil when it cannot be had.
local function line_of(problem)
  if problem.excerpt or not (problem.file and problem.line) then
    return problem.excerpt
  end
  if core.files.kind(problem.file) ~= "file" then
    return nil
  end
  local text = core.files.read(problem.file)
  local number = 0
  for line in (text or ""):gmatch "([^\n]*)\n?" do
    number = number + 1
    if number == problem.line then
      return (line:gsub("\r$", ""))
    end
  end
end

--- As text for standard error.
---@param problem table
---@return string
function M.text(problem)
  local terminal = require "terminal"
  local paint = terminal.painter(2)
  local place = ""
  if problem.file then
    place = problem.file .. ":"
    if problem.line then
      place = place .. problem.line .. ":" .. (problem.column and problem.column .. ":" or "")
    end
    place = place .. " "
  end
  local message = problem.message or "failed"
  local out = ("%s %s%s\n"):format(paint("cfgrun:", "red", "bold"), paint(terminal.clean(place), "bold"),
    problem.trace and message or terminal.clean(message))
  if problem.path and problem.path ~= "" then
    out = out .. ("      at %s\n"):format(terminal.clean(problem.path))
  end
  local line = line_of(problem)
  if line and line ~= "" then
    out = out .. require("excerpt").show(line, { line = problem.line, column = problem.column or 1, end_line = problem.end_line,
      end_column = problem.end_column }, paint, "red")
  end
  if problem.other_line then
    out = out .. ("      the other place is line %d, column %d\n"):format(problem.other_line, problem.other_column)
  end
  if problem.from then
    out = out .. ("      met by %s\n"):format(terminal.clean(problem.from))
  end
  if problem.hint then
    out = out .. ("%s %s\n"):format(paint("hint:", "cyan"), terminal.clean(problem.hint))
  end
  return out
end

---@param problem table
function M.show(problem)
  io.stdout:flush()
  io.stderr:write(M.text(problem))
end

--- Passes results of core functions through, or raises their error.
---@generic T
---@param value T?
---@param problem any
---@return T
function M.check(value, problem, ...)
  if value == nil then
    error(type(problem) == "table" and problem or { message = tostring(problem), exit = 2 }, 0)
  end
  return value, problem, ...
end

return M
