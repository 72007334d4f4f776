-- stdlib/report/json.lua: findings for programs. Fields only ever come; a change of meaning raises schema_version.

local core = require "core"
local json = require "json"

local M = {}

local function place(of)
  return { file = of.file, path = of.path, line = of.line, column = of.column, end_line = of.end_line,
    end_column = of.end_column, message = of.message }
end

local function edit(of)
  return { op = of.op, at = of.at, to = of.to, key = of.key, index = of.index }
end

---@param outcome table
---@return string
function M.render(outcome)
  local findings = json.list {}
  for i, f in ipairs(outcome.findings) do
    local related, controls, fix = json.list {}, json.list {}, nil
    for k, r in ipairs(f.related) do
      related[k] = place(r)
    end
    for k, c in ipairs(f.controls or {}) do
      controls[k] = c
    end
    if f.fix then
      fix = { safety = f.fix.guarded and "guarded" or "safe", edits = json.list {} }
      for k, e in ipairs(f.fix.edits) do
        fix.edits[k] = edit(e)
      end
    end
    local row = place(f)
    row.rule, row.pack, row.severity, row.standing = f.rule, f.pack, f.severity, f.standing
    row.reason, row.hint, row.unfixed, row.excerpt = f.reason, f.hint, f.unfixed, f.excerpt
    row.fingerprint, row.related, row.controls, row.fix = f.fingerprint, related, controls, fix
    findings[i] = row
  end
  local failures, sources = json.list {}, json.list {}
  for i, f in ipairs(outcome.failures) do
    failures[i] = { rule = f.rule ~= "" and f.rule or nil, file = f.subject, code = f.code, message = f.message,
      hint = f.hint, limit = f.limit, at = f.file and { file = f.file, line = f.line, column = f.column } or nil }
  end
  for i, s in ipairs(outcome.sources) do
    sources[i] = { file = s.file, format = s.format, documents = s.documents, rules = s.rules, template = s.template,
      changed = s.changed }
  end
  local c = outcome.counts
  return json.encode {
    schema_version = 1,
    tool = { name = "cfgrun", version = core.version },
    findings = findings,
    failures = failures,
    sources = sources,
    counts = { files = c.files, documents = c.documents, rules = c.rules, error = c.error, warning = c.warning,
      info = c.info, allowed = c.allowed, waived = c.waived, fixed = c.fixed, skipped = c.skipped },
  } .. "\n"
end

return M
