-- stdlib/report/github.lua: workflow commands that GitHub shows beside the lines of a pull request.
--
-- A step shows ten annotations of a kind, so the worst come first.

local M = {}

local COMMANDS = { error = "error", warning = "warning", info = "notice" }
local ORDER = { "error", "warning", "info" }

local function data(text)
  return (text:gsub("%%", "%%25"):gsub("\r", "%%0D"):gsub("\n", "%%0A"))
end

local function property(text)
  return (data(text):gsub(":", "%%3A"):gsub(",", "%%2C"))
end

---@param outcome table
---@return string
function M.render(outcome)
  local out = {}
  for _, severity in ipairs(ORDER) do
    for _, f in ipairs(outcome.findings) do
      if f.severity == severity and f.standing == "open" then
        local columns = f.end_line == f.line and (",endColumn=%d"):format(f.end_column) or ""
        out[#out + 1] = ("::%s file=%s,line=%d,col=%d,endLine=%d%s,title=%s::%s\n"):format(COMMANDS[severity],
          property(f.file), f.line, f.column, f.end_line, columns, property(f.rule),
          data(f.hint and f.message .. "\nhint: " .. f.hint or f.message))
      end
    end
  end
  for _, failure in ipairs(outcome.failures) do
    out[#out + 1] = ("::error title=%s::%s\n"):format(property(failure.rule ~= "" and failure.rule or "cfgrun"),
      data(failure.message))
  end
  return table.concat(out)
end

return M
