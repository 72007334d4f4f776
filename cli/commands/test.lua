-- cli/commands/test.lua: the examples of rules, and specs, as tests of policies.

local checking = require "checking"
local core = require "core"
local examples = require "examples"
local json = require "json"
local ok = require("problem").check
local projects = require "project"
local terminal = require "terminal"

local M = {
  name = "test",
  group = "project",
  summary = "run the examples of rules, and *_spec.lua files",
  usage = "[POLICY...]",
  text = "POLICYs are rule files, folders, or pack:NAME; without any, the policies of the project file. Each example is "
    .. "checked by its rule alone; fixes are applied and compared; specs run in the sandbox of the rules.",
  options = {
    { "only", value = "RULE", many = true, help = "only examples of this rule" },
    { "json", help = "results as JSON" },
    { "verbose", short = "v", help = "name the tests that passed, too" },
    { "config", value = "FILE", env = true, help = "the project file, instead of the one found upward" },
    { "isolated", help = "use no project file" },
  },
  examples = {
    { "cfgrun test policies/", "your own rules" },
    { "cfgrun test pack:yaml -v", "a shipped pack, each test named" },
  },
}

local NOW = 1767225600 -- 2026-01-01: specs and examples run at a fixed time unless they say another

--- The open findings of the last run.
local function open_findings(outcome)
  local out = {}
  for _, finding in ipairs(outcome.findings) do
    if finding.standing == "open" then
      out[#out + 1] = finding
    end
  end
  return out
end

--- Sets a check up for one text and runs it: findings, or nil and why not.
local function run_text(check, text, how)
  check:reset { now = how.now or NOW, env = how.env or {} }
  local name = how.file or "example.yaml"
  ok(check:text(text, name))
  local names = {}
  for other in pairs(how.others or {}) do
    names[#names + 1] = other
  end
  table.sort(names)
  for _, other in ipairs(names) do
    ok(check:text(how.others[other], other))
  end
  if how.rule then
    ok(check:only(how.rule))
  end
  if how.options then
    ok(check:set { rule = how.rule or "*", options = how.options })
  end
  ok(check:run())
  local outcome = check:outcome()
  if outcome.failures[1] then
    return nil, tostring(outcome.failures[1])
  end
  local mine = {}
  for _, finding in ipairs(open_findings(outcome)) do
    if finding.file == name then
      mine[#mine + 1] = finding
    end
  end
  return mine, outcome
end

--- The text of a source after its fixes.
local function fixed_text(check, text, name)
  local result = text
  ok(check:fix("guarded", function(file, _, after)
    if file == name then
      result = after
    end
    return true
  end))
  return result
end

local function paths_of(findings)
  local list = {}
  for i, finding in ipairs(findings) do
    list[i] = finding.path
  end
  table.sort(list)
  return list
end

local function judge_fail(check, example, findings, name)
  if #findings == 0 then
    return "nothing was found"
  end
  if example.at then
    local wanted = table.move(example.at, 1, #example.at, 1, {})
    table.sort(wanted)
    local found = paths_of(findings)
    if table.concat(wanted, "\n") ~= table.concat(found, "\n") then
      return ("found at %s, not at %s"):format(table.concat(found, ", "), table.concat(wanted, ", "))
    end
  end
  if example.message then
    local any = false
    for _, finding in ipairs(findings) do
      any = any or finding.message:find(example.message, 1, true) ~= nil
    end
    if not any then
      return ("the message is '%s'"):format(findings[1].message)
    end
  end
  if example.fixed then
    local text = fixed_text(check, example.text, name)
    if text ~= example.fixed then
      local unfixed
      for _, finding in ipairs(check:outcome().findings) do
        unfixed = unfixed or finding.unfixed
      end
      return ("the fix gives another text%s\n%s"):format(unfixed and " (" .. unfixed .. ")" or "",
        require("diff").unified("example", example.fixed, text))
    end
  end
end

--- nil when the example holds, else why not.
local function run_example(check, rule, example)
  local name = example.file or "example.yaml"
  local findings, outcome = run_text(check, example.text, { rule = rule.name, file = example.file, env = example.env,
    options = example.options, others = example.others })
  if not findings then
    return outcome
  end
  for _, finding in ipairs(findings) do
    if finding.rule == "syntax" then
      return ("the example does not parse: %s (line %d)"):format(finding.message, finding.line)
    end
  end
  if example.kind == "fail" then
    return judge_fail(check, example, findings, name)
  elseif #findings > 0 then
    return ("found at %s: %s"):format(findings[1].path, findings[1].message)
  elseif example.kind == "pass" and outcome.counts.jobs == 0 then
    return "the rule did not look at it: that is a `skip`"
  end
end

local function test_examples(check, rules, results, only)
  for _, rule in ipairs(rules) do
    if not only or only[rule.name] then
      local cases = rule.examples and examples.of(rule.examples) or {}
      for i, example in ipairs(cases) do
        local why = run_example(check, rule, example)
        results[#results + 1] = { name = ("%s: %s %d"):format(rule.name, example.kind, i), why = why, file = rule.file,
          line = rule.line, text = example.text }
      end
      if #cases == 0 then
        results[#results + 1] = { name = rule.name, why = "the rule has no examples", file = rule.file, line = rule.line }
      end
    end
  end
end

--- What a spec gets as a finding.
local function plain(finding)
  return { rule = finding.rule, message = finding.message, path = finding.path, line = finding.line,
    column = finding.column, severity = finding.severity, fix = finding.fix ~= nil }
end

local HOW = { rule = true, file = true, options = true, env = true, now = true, others = true }

--- The second argument of a spec's check or fix.
local function how_of(node)
  local how = {}
  for _, child in ipairs(node and node:children() or {}) do
    if not HOW[child:key()] then
      error(("check and fix know no '%s': they take rule, file, options, env, now and others"):format(child:key()), 0)
    end
  end
  for _, field in ipairs { "rule", "file", "now" } do
    local child = node and node:find(field)
    how[field] = child and child:value()
  end
  for _, field in ipairs { "env", "others" } do
    local child = node and node:find(field)
    how[field] = child and child:totable()
  end
  how.options = node and node:find "options"
  return how
end

local function test_specs(check, spec, results)
  local calls = {
    check = function(text, node)
      local findings, why = run_text(check, text, how_of(node))
      if not findings then
        error(why, 0)
      end
      local out = {}
      for i, finding in ipairs(findings) do
        out[i] = plain(finding)
      end
      return out
    end,
    fix = function(text, node)
      local how = how_of(node)
      local findings, why = run_text(check, text, how)
      if not findings then
        error(why, 0)
      end
      return fixed_text(check, text, how.file or "example.yaml")
    end,
  }
  for _, result in ipairs(ok(core.specs(spec, calls))) do
    results[#results + 1] = result
  end
end

local function report(results, options)
  local failed = 0
  local paint = terminal.painter(1)
  for _, result in ipairs(results) do
    if result.why then
      failed = failed + 1
      io.stdout:write(("%s %s\n      %s:%d: %s\n"):format(paint("FAIL", "red", "bold"), result.name, result.file,
        result.line, (result.why:gsub("\n", "\n      "))))
      if result.text then
        io.stdout:write((("\n" .. result.text):gsub("\n([^\n]*)", "      | %1\n")))
      end
    elseif options.verbose then
      io.stdout:write(("%s   %s\n"):format(paint("ok", "green"), result.name))
    end
  end
  io.stdout:write(("%d passed, %d failed\n"):format(#results - failed, failed))
  return failed
end

local function report_json(results)
  local list, failed = json.list {}, 0
  for i, result in ipairs(results) do
    failed = failed + (result.why and 1 or 0)
    list[i] = { name = result.name, ok = not result.why, why = result.why, file = result.file, line = result.line }
  end
  io.stdout:write(json.encode { schema_version = 1, passed = #results - failed, failed = failed, tests = list }, "\n")
  return failed
end

---@param options table
---@param words string[]
---@return integer status
function M.run(options, words)
  local project = projects.of(options)
  local policies = #words > 0 and words or project.policies
  if #policies == 0 then
    error { message = "there is no policy to test", hint = "give a rule file, a folder or pack:NAME", exit = 2 }
  end
  local only
  for _, name in ipairs(options.only or {}) do
    only = only or {}
    only[name] = true
  end
  local results, names = {}, {}
  for _, spec in ipairs(policies) do
    local check = ok(core.check { jobs = 1, now = NOW, limits = options.limits, env = {} })
    ok(check:pack(spec))
    checking.learn_kinds(check)
    for _, rule in ipairs(check:rules()) do
      names[#names + 1] = rule.name
    end
    test_examples(check, check:rules(), results, only)
    if not only then
      test_specs(check, spec, results)
    end
  end
  if only and #results == 0 then
    local near = require("args").nearest(options.only[1], names)
    error { message = ("no rule is named '%s'"):format(options.only[1]), exit = 2,
      hint = near and ("did you mean '%s'?"):format(near) or "`cfgrun rules` lists them" }
  end
  local failed = options.json and report_json(results) or report(results, options)
  return failed > 0 and 1 or 0
end

return M
