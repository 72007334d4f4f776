-- stdlib/report/suites.lua: findings as reports of tests have them (junit, tap): by file, and in it by rule.

local M = {}

---@class Suite
---@field file string
---@field rules string[] in the order in which they were met
---@field findings table<string, table[]> by rule
---@field failures table[]

--- The files of the run in order, and others that something was said about (the project file, say).
---@return Suite[]
function M.of(outcome)
  local list, by_file = {}, {}
  local function suite(file)
    if not by_file[file] then
      by_file[file] = { file = file, rules = {}, findings = {}, failures = {} }
      list[#list + 1] = by_file[file]
    end
    return by_file[file]
  end
  for _, source in ipairs(outcome.sources) do
    suite(source.file)
  end
  for _, f in ipairs(outcome.findings) do
    local s = suite(f.file)
    if not s.findings[f.rule] then
      s.findings[f.rule] = {}
      s.rules[#s.rules + 1] = f.rule
    end
    table.insert(s.findings[f.rule], f)
  end
  for _, failure in ipairs(outcome.failures) do
    table.insert(suite(failure.subject).failures, failure)
  end
  return list
end

--- Findings that count, and those that were accepted; what was fixed is neither.
---@param findings table[]
---@return table[] open, table[] accepted
function M.sort(findings)
  local open, accepted = {}, {}
  for _, f in ipairs(findings) do
    if f.standing == "open" then
      open[#open + 1] = f
    elseif f.standing ~= "fixed" then
      accepted[#accepted + 1] = f
    end
  end
  return open, accepted
end

return M
