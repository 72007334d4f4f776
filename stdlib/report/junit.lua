-- stdlib/report/junit.lua: JUnit XML, in the subset that Jenkins, GitLab and the usual actions read.
--
-- A suite for each file, a case for each rule that said something about it: an open finding is a failure, an accepted one
-- skipped, a rule that could not work an error. A file without any is one passed case. No times: equal checks are equal
-- bytes.

local suites = require "report/suites"
local unicode = require "unicode"

local M = {}

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["\n"] = "&#10;", ["\r"] = "&#13;" }

--- Characters that XML 1.0 cannot hold are left out.
local function xml(text)
  text = unicode.valid(text, "?"):gsub("[%z\1-\8\11\12\14-\31\127]", "")
  return (text:gsub("\u{fffe}", "?"):gsub("\u{ffff}", "?"):gsub('[&<>"\n\r]', ENTITIES))
end

--- One case; adds to the counts.
local function write_case(out, file, rule, findings, counts)
  local open, accepted = suites.sort(findings)
  counts.tests = counts.tests + 1
  out[#out + 1] = ('    <testcase classname="%s" name="%s" file="%s" line="%d">\n')
    :format(xml(file), xml(rule), xml(file), findings[1].line)
  if #open > 0 then
    counts.failures = counts.failures + 1
    local lines = {}
    for i, f in ipairs(open) do
      lines[i] = ("%s:%d:%d: %s: %s"):format(f.file, f.line, f.column, f.severity, f.message)
    end
    out[#out + 1] = ('      <failure message="%s" type="%s">%s</failure>\n')
      :format(xml(open[1].message), xml(open[1].severity), xml(table.concat(lines, "\n")))
  elseif #accepted > 0 then
    counts.skipped = counts.skipped + 1
    out[#out + 1] = ('      <skipped message="%s"/>\n'):format(xml(accepted[1].reason or ""))
  end
  out[#out + 1] = "    </testcase>\n"
end

--- A rule that could not work, or a file that could not be read.
local function write_error(out, file, failure, counts)
  counts.tests, counts.errors = counts.tests + 1, counts.errors + 1
  out[#out + 1] = ('    <testcase classname="%s" name="%s">\n      <error message="%s" type="%s"/>\n    </testcase>\n')
    :format(xml(file), xml(failure.rule ~= "" and failure.rule or "read"), xml(failure.message), xml(failure.code))
end

local COUNTS = { "tests", "failures", "errors", "skipped" }

local function attributes(counts)
  return ('tests="%d" failures="%d" errors="%d" skipped="%d"'):format(counts.tests, counts.failures, counts.errors,
    counts.skipped)
end

---@param suite Suite
---@param total table<string, integer>
---@return string
local function write_suite(suite, total)
  local out, counts = {}, { tests = 0, failures = 0, errors = 0, skipped = 0 }
  for _, rule in ipairs(suite.rules) do
    write_case(out, suite.file, rule, suite.findings[rule], counts)
  end
  for _, failure in ipairs(suite.failures) do
    write_error(out, suite.file, failure, counts)
  end
  if counts.tests == 0 then
    counts.tests = 1
    out[1] = ('    <testcase classname="%s" name="no findings"/>\n'):format(xml(suite.file))
  end
  for _, name in ipairs(COUNTS) do
    total[name] = total[name] + counts[name]
  end
  return ('  <testsuite name="%s" %s>\n%s  </testsuite>\n'):format(xml(suite.file), attributes(counts), table.concat(out))
end

---@param outcome table
---@return string
function M.render(outcome)
  local total, body = { tests = 0, failures = 0, errors = 0, skipped = 0 }, {}
  for i, suite in ipairs(suites.of(outcome)) do
    body[i] = write_suite(suite, total)
  end
  return ('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="cfgrun" %s>\n%s</testsuites>\n')
    :format(attributes(total), table.concat(body))
end

return M
