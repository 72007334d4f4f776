-- stdlib/report/markdown.lua: a short table for a comment or for a job's summary.
--
-- GitHub takes a summary of 1 MiB; so only the first findings, the worst before the others, have a row. Text from files
-- stands in it as text: what Markdown or HTML would obey is escaped.

local report_text = require "report/text"
local unicode = require "unicode"

local M = {}

local MOST = 500
local ORDER = { "error", "warning", "info" }

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }

local function md(text)
  text = unicode.valid(text):gsub("%c", " ")
  return (text:gsub("[&<>]", ENTITIES):gsub("[\\`*_%[%]|~#@!$]", "\\%0"))
end

local function plain(text)
  return text
end

---@param outcome table
---@return string
function M.render(outcome)
  local out, count = { "### cfgrun\n\n", report_text.summary(outcome, plain), "\n" }, 0
  for _, severity in ipairs(ORDER) do
    for _, f in ipairs(outcome.findings) do
      if f.severity == severity and f.standing == "open" then
        count = count + 1
        if count == 1 then
          out[#out + 1] = "| | where | what | rule |\n|---|---|---|---|\n"
        end
        if count <= MOST then
          out[#out + 1] = ("| %s | %s:%d | %s | %s |\n"):format(severity, md(f.file), f.line, md(f.message), md(f.rule))
        end
      end
    end
  end
  if count > MOST then
    out[#out + 1] = ("\n… and %d more.\n"):format(count - MOST)
  end
  for i, failure in ipairs(outcome.failures) do
    out[#out + 1] = ("%s- **failed**: %s %s\n"):format(i == 1 and "\n" or "", md(failure.rule), md(failure.message))
  end
  return table.concat(out)
end

return M
