-- stdlib/report/gitlab.lua: GitLab's code quality report, which merge requests show beside their lines.
--
-- One issue for each open finding. GitLab tells new from old by the fingerprint, which is the same when lines move. What
-- failed has no place of its own: it stands at the first line of what it failed on.

local core = require "core"
local json = require "json"

local M = {}

local SEVERITIES = { error = "major", warning = "minor", info = "info" }

local function path(name)
  return (name:gsub("^%./", ""))
end

---@param outcome table
---@return string
function M.render(outcome)
  local issues = json.list {}
  for _, f in ipairs(outcome.findings) do
    if f.standing == "open" then
      issues[#issues + 1] = {
        description = f.hint and f.message .. ". Hint: " .. f.hint or f.message,
        check_name = f.rule,
        fingerprint = f.fingerprint,
        severity = SEVERITIES[f.severity],
        location = { path = path(f.file), lines = { begin = f.line, ["end"] = math.max(f.end_line, f.line) } },
      }
    end
  end
  for _, failure in ipairs(outcome.failures) do
    local rule = failure.rule ~= "" and failure.rule or "cfgrun"
    issues[#issues + 1] = {
      description = failure.message,
      check_name = rule,
      fingerprint = core.fingerprint(table.concat({ "failure", rule, failure.subject, failure.message }, "\0")),
      severity = "blocker",
      location = { path = path(failure.subject), lines = { begin = 1 } },
    }
  end
  return json.encode(issues) .. "\n"
end

return M
