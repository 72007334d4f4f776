-- stdlib/report/text.lua: findings for a person: place, message, the line with a caret, a summary.

local excerpt = require "excerpt"
local terminal = require "terminal"

local M = {}

local COLORS = { error = "red", warning = "yellow", info = "blue" }

local function plural(n, word)
  return ("%d %s%s"):format(n, word, n == 1 and "" or "s")
end

local function one(finding, paint)
  local color = COLORS[finding.severity]
  local out = { ("%s %s %s %s\n"):format(
    paint(("%s:%d:%d:"):format(terminal.clean(finding.file), finding.line, finding.column), "bold"),
    paint(finding.severity .. ":", color, "bold"), terminal.clean(finding.message),
    paint("[" .. finding.rule .. "]", "faint")) }
  if finding.excerpt and finding.excerpt ~= "" then
    out[#out + 1] = excerpt.show(finding.excerpt, finding, paint, color)
  end
  for _, related in ipairs(finding.related) do
    out[#out + 1] = ("      %s %s\n"):format(
      paint(("%s:%d:%d:"):format(terminal.clean(related.file), related.line, related.column), "faint"),
      terminal.clean(related.message))
  end
  if finding.hint then
    out[#out + 1] = ("      %s %s\n"):format(paint("hint:", "cyan"), terminal.clean(finding.hint))
  end
  if finding.unfixed then
    out[#out + 1] = ("      %s %s\n"):format(paint("not fixed:", "cyan"), terminal.clean(finding.unfixed))
  elseif finding.fix then
    out[#out + 1] = ("      %s\n"):format(paint(finding.fix.guarded
      and "can be fixed with --fix=guarded (it may change behaviour)" or "can be fixed with --fix", "cyan"))
  end
  return table.concat(out)
end

--- The last lines: what was found, in how much.
---@param outcome table
---@param paint fun(text: string, ...: string): string
---@return string
function M.summary(outcome, paint)
  local counts, parts = outcome.counts, {}
  for _, row in ipairs { { "error", "error", "red" }, { "warning", "warning", "yellow" }, { "info", "info", "blue" } } do
    if counts[row[1]] > 0 then
      parts[#parts + 1] = paint(plural(counts[row[1]], row[2]), row[3], "bold")
    end
  end
  local line = #parts > 0 and table.concat(parts, ", ") or paint("no findings", "green", "bold")
  local fixable = 0
  for _, finding in ipairs(outcome.findings) do
    if finding.standing == "open" and finding.fix and not finding.fix.guarded and not finding.unfixed then
      fixable = fixable + 1
    end
  end
  local rest = {}
  for _, row in ipairs { { counts.fixed, "fixed" }, { fixable, "fixable with --fix" }, { counts.waived, "waived" },
    { counts.allowed, "allowed inline" } } do
    if row[1] > 0 then
      rest[#rest + 1] = ("%d %s"):format(row[1], row[2])
    end
  end
  local templates = 0
  for _, source in ipairs(outcome.sources) do
    templates = templates + (source.template and 1 or 0)
  end
  if templates > 0 then
    rest[#rest + 1] = plural(templates, "template") .. " not checked"
  end
  return ("%s in %s, %s by %s%s\n"):format(line, plural(counts.files, "file"), plural(counts.documents, "document"),
    plural(counts.rules, "rule"), #rest > 0 and " (" .. table.concat(rest, ", ") .. ")" or "")
end

---@param outcome table
---@param context { cap: integer, paint: function }
---@return string
function M.render(outcome, context)
  local out, shown, hidden = {}, {}, {}
  for _, finding in ipairs(outcome.findings) do
    if finding.standing == "open" then
      local n = (shown[finding.rule] or 0) + 1
      shown[finding.rule] = n
      if context.cap == 0 or n <= context.cap then
        out[#out + 1] = one(finding, context.paint)
      else
        if not hidden[finding.rule] then
          hidden[#hidden + 1] = finding.rule
        end
        hidden[finding.rule] = n - context.cap
      end
    end
  end
  for _, rule in ipairs(hidden) do
    out[#out + 1] = ("… and %d more of %s (--max-per-rule 0 shows all)\n"):format(hidden[rule], rule)
  end
  out[#out + 1] = M.summary(outcome, context.paint)
  return table.concat(out)
end

return M
