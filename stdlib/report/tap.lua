-- stdlib/report/tap.lua: the Test Anything Protocol, version 14.
--
-- A test point for each rule that said something about a file, as JUnit has it: open findings make it "not ok", accepted
-- ones alone a skip. A file without any is one point. What was found stands in a YAML block, whose scalars are written as
-- JSON has them: that is YAML, too, and no name in a file can break out of it.

local json = require "json"
local suites = require "report/suites"
local unicode = require "unicode"

local M = {}

--- A description or a reason: one line, in which '#' begins no directive.
local function plain(text)
  return (unicode.valid(text, "?"):gsub("%c", " "):gsub("[\\#]", "\\%0"))
end

--- "key: value" with the value as JSON has it.
local function field(key, value)
  return ("%s: %s\n"):format(key, json.encode(value, true))
end

local function finding(f)
  local rows = { field("message", f.message), field("severity", f.severity), field("file", f.file),
    field("line", f.line), field("column", f.column), field("path", f.path or "") }
  rows[#rows + 1] = f.hint and field("hint", f.hint) or nil
  return "    - " .. table.concat(rows, "      ")
end

local function add_rule(points, file, rule, findings)
  local open, accepted = suites.sort(findings)
  local name = plain(file) .. ": " .. plain(rule)
  if #open > 0 then
    local rows = {}
    for i, f in ipairs(open) do
      rows[i] = finding(f)
    end
    points[#points + 1] = { "not ok", name, "  ---\n  findings:\n" .. table.concat(rows) .. "  ...\n" }
  elseif #accepted > 0 then
    points[#points + 1] = { "ok", name .. " # SKIP " .. plain(accepted[1].reason or "accepted"), "" }
  else
    points[#points + 1] = { "ok", name, "" }
  end
end

--- A rule that could not work, or a file that could not be read.
local function add_failure(points, file, failure)
  points[#points + 1] = { "not ok", plain(file) .. ": " .. plain(failure.rule ~= "" and failure.rule or "read"),
    ("  ---\n  %s  %s  ...\n"):format(field("message", failure.message), field("severity", "failure")) }
end

---@param outcome table
---@return string
function M.render(outcome)
  local points = {}
  for _, suite in ipairs(suites.of(outcome)) do
    local before = #points
    for _, rule in ipairs(suite.rules) do
      add_rule(points, suite.file, rule, suite.findings[rule])
    end
    for _, failure in ipairs(suite.failures) do
      add_failure(points, suite.file, failure)
    end
    if #points == before then
      points[#points + 1] = { "ok", plain(suite.file), "" }
    end
  end
  local out = { ("TAP version 14\n1..%d%s\n"):format(#points, #points == 0 and " # SKIP no files" or "") }
  for i, point in ipairs(points) do
    out[#out + 1] = ("%s %d - %s\n%s"):format(point[1], i, point[2], point[3])
  end
  return table.concat(out)
end

return M
