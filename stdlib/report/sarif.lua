-- stdlib/report/sarif.lua: SARIF 2.1.0, as GitHub code scanning reads it.
--
-- All rules of the run are declared, so that alerts close when a rule finds nothing any more. The fingerprint is ours, so
-- that an alert stays the same when lines move. Of thousands of findings in large files only the first have their fixes.

local core = require "core"
local json = require "json"

local M = {}

local LEVELS = { error = "error", warning = "warning", info = "note" }

local function uri(name)
  return (name:gsub("[^%w%-%._~/]", function(c)
    return ("%%%02X"):format(c:byte())
  end))
end

local function artifact(file)
  return { uri = uri(file), uriBaseId = not file:find "^/" and "%SRCROOT%" or nil }
end

local function location(of, message)
  return {
    physicalLocation = {
      artifactLocation = artifact(of.file),
      region = { startLine = of.line, startColumn = of.column, endLine = math.max(of.end_line, of.line),
        endColumn = of.end_line == of.line and math.max(of.end_column, of.column) or math.max(of.end_column, 1) },
    },
    logicalLocations = of.path and of.path ~= "" and { { fullyQualifiedName = of.path } } or nil,
    message = message and { text = message } or nil,
  }
end

local function fixes(finding)
  if not (finding.fix and finding.fix.splices) then
    return nil
  end
  local replacements = {}
  for i, splice in ipairs(finding.fix.splices) do
    replacements[i] = {
      deletedRegion = { startLine = splice.line, startColumn = splice.column, endLine = splice.end_line,
        endColumn = splice.end_column },
      insertedContent = { text = splice.text },
    }
  end
  if #replacements == 0 then
    return nil
  end
  return { { description = { text = finding.fix.guarded and "may change behaviour" or "safe" },
    artifactChanges = { { artifactLocation = artifact(finding.file), replacements = replacements } } } }
end

local function suppressions(finding)
  if finding.standing == "allowed" then
    return { { kind = "inSource", justification = finding.reason } }
  elseif finding.standing == "waived" then
    return { { kind = "external", justification = finding.reason } }
  end
  return json.list {}
end

--- Rules of the run and those the engine itself reports, by name.
local function declare(outcome, rules)
  local list, index = {}, {}
  for _, rule in ipairs(rules) do
    index[rule.name] = #list
    list[#list + 1] = {
      id = rule.name,
      name = rule.name,
      shortDescription = { text = rule.title },
      fullDescription = { text = rule.why },
      help = { text = rule.why },
      defaultConfiguration = { level = LEVELS[rule.severity] or "none", enabled = rule.enabled },
      properties = { tags = json.list { table.unpack(rule.tags) }, pack = rule.pack },
    }
  end
  for _, finding in ipairs(outcome.findings) do
    if not index[finding.rule] then
      index[finding.rule] = #list
      list[#list + 1] = { id = finding.rule, name = finding.rule,
        shortDescription = { text = "reported by the engine itself" } }
    end
  end
  return list, index
end

---@param outcome table
---@param context { rules: table[], exit: integer }
---@return string
function M.render(outcome, context)
  local rules, index = declare(outcome, context.rules)
  local results = json.list {}
  for _, f in ipairs(outcome.findings) do
    if f.standing ~= "fixed" then
      local related = {}
      for k, r in ipairs(f.related) do
        related[k] = location(r, r.message)
        related[k].id = k
      end
      results[#results + 1] = {
        ruleId = f.rule,
        ruleIndex = index[f.rule],
        level = LEVELS[f.severity],
        message = { text = f.hint and f.message .. ". Hint: " .. f.hint or f.message },
        locations = { location(f) },
        relatedLocations = #related > 0 and related or nil,
        partialFingerprints = { ["cfgrun/v1"] = f.fingerprint, primaryLocationLineHash = f.fingerprint },
        fixes = fixes(f),
        suppressions = suppressions(f),
      }
    end
  end
  local notes = {}
  for i, failure in ipairs(outcome.failures) do
    notes[i] = { level = "error", message = { text = (failure.rule ~= "" and failure.rule .. ": " or "")
      .. failure.message }, descriptor = failure.rule ~= "" and { id = failure.rule } or nil }
  end
  return json.encode {
    ["$schema"] = "https://json.schemastore.org/sarif-2.1.0.json",
    version = "2.1.0",
    runs = { {
      tool = { driver = { name = "cfgrun", version = core.version, semanticVersion = core.version,
        rules = json.list(rules) } },
      columnKind = "unicodeCodePoints",
      originalUriBaseIds = { ["%SRCROOT%"] = { description = { text = "the folder cfgrun ran in" } } },
      invocations = { { executionSuccessful = #outcome.failures == 0, exitCode = context.exit,
        toolExecutionNotifications = #notes > 0 and notes or nil } },
      results = results,
    } },
  } .. "\n"
end

return M
