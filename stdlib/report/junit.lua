-- stdlib/report/junit.lua: JUnit XML, in the subset that Jenkins, GitLab and the usual actions read.
--
-- A suite for each file, a case for each rule that said something about it: an open finding is a failure, an accepted one
-- skipped, a rule that could not work an error. A file without any is one passed case.

local M = {}

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["\n"] = "&#10;" }

--- Characters that XML 1.0 cannot hold are left out.
local function xml(text)
  text = tostring(text):gsub("[%z\1-\8\11\12\14-\31\127]", "")
  if not utf8.len(text) then
    text = text:gsub("[\128-\255]", "?")
  end
  return (text:gsub("\u{fffe}", "?"):gsub("\u{ffff}", "?"):gsub('[&<>"\n]', ENTITIES))
end

--- Cases of one file, in order: { rule, findings }.
local function cases_of(outcome)
  local by_file = {}
  for _, f in ipairs(outcome.findings) do
    local file = by_file[f.file] or { order = {} }
    by_file[f.file] = file
    if not file[f.rule] then
      file[f.rule] = {}
      file.order[#file.order + 1] = f.rule
    end
    table.insert(file[f.rule], f)
  end
  return by_file
end

local function write_case(out, file, rule, findings)
  local open, accepted = {}, {}
  for _, f in ipairs(findings) do
    if f.standing == "open" then
      open[#open + 1] = f
    elseif f.standing ~= "fixed" then
      accepted[#accepted + 1] = f
    end
  end
  local first = findings[1]
  out[#out + 1] = ('    <testcase classname="%s" name="%s" file="%s" line="%d" time="0">\n')
    :format(xml(file), xml(rule), xml(file), first.line)
  if #open > 0 then
    local lines = {}
    for i, f in ipairs(open) do
      lines[i] = ("%s:%d:%d: %s: %s"):format(f.file, f.line, f.column, f.severity, f.message)
    end
    out[#out + 1] = ('      <failure message="%s" type="%s">%s</failure>\n')
      :format(xml(open[1].message), xml(open[1].severity), xml(table.concat(lines, "\n")))
  elseif #accepted > 0 then
    out[#out + 1] = ('      <skipped message="%s"/>\n'):format(xml(accepted[1].reason or ""))
  end
  out[#out + 1] = "    </testcase>\n"
  return #open > 0 and 1 or 0, #open == 0 and #accepted > 0 and 1 or 0
end

---@param outcome table
---@return string
function M.render(outcome)
  local by_file = cases_of(outcome)
  local body, total = {}, { tests = 0, failures = 0, errors = 0, skipped = 0 }
  for _, source in ipairs(outcome.sources) do
    local file, out = by_file[source.file], {}
    local tests, failures, skipped, errors = 0, 0, 0, 0
    for _, rule in ipairs(file and file.order or {}) do
      local failed, skip = write_case(out, source.file, rule, file[rule])
      tests, failures, skipped = tests + 1, failures + failed, skipped + skip
    end
    for _, failure in ipairs(outcome.failures) do
      if failure.subject == source.file then
        tests, errors = tests + 1, errors + 1
        out[#out + 1] = ('    <testcase classname="%s" name="%s" time="0">\n'):format(xml(source.file),
          xml(failure.rule ~= "" and failure.rule or "read"))
        out[#out + 1] = ('      <error message="%s" type="%s"/>\n    </testcase>\n'):format(xml(failure.message),
          xml(failure.code))
      end
    end
    if tests == 0 then
      tests = 1
      out[1] = ('    <testcase classname="%s" name="no findings" time="0"/>\n'):format(xml(source.file))
    end
    body[#body + 1] = ('  <testsuite name="%s" tests="%d" failures="%d" errors="%d" skipped="%d" time="0">\n')
      :format(xml(source.file), tests, failures, errors, skipped)
    body[#body + 1] = table.concat(out) .. "  </testsuite>\n"
    total.tests, total.failures = total.tests + tests, total.failures + failures
    total.errors, total.skipped = total.errors + errors, total.skipped + skipped
  end
  local c = outcome.counts
  return table.concat { '<?xml version="1.0" encoding="UTF-8"?>\n',
    ('<testsuites name="cfgrun" tests="%d" failures="%d" errors="%d" skipped="%d" time="%.3f">\n'):format(total.tests,
      total.failures, total.errors, total.skipped, (c.parse_ns + c.check_ns) / 1e9),
    table.concat(body), "</testsuites>\n" }
end

return M
