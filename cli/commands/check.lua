-- cli/commands/check.lua: find what breaks a rule, show it, mend what can be mended.

local checking = require "checking"
local composed = require "composed"
local compositions = require "compositions"
local core = require "core"
local inputs = require "inputs"
local loading = require "loading"
local ok = require("problem").check
local projects = require "project"
local report_formats = require "report/formats"
local secrecy = require "secrecy"
local terminal = require "terminal"

local RANK = { info = 1, warning = 2, error = 3, never = 4 }

local M = {
  name = "check",
  group = "check",
  summary = "check configuration against rules",
  usage = "[PATH...]",
  text = "PATHs are files, folders (files that git does not ignore) and globs; without any, the working folder. `-` is "
    .. "standard input. Policies come from the project file (cfgrun.yaml) and -p.",
  options = {
    checking.options[1],
    { "format", short = "f", value = "FORMAT[:FILE]", many = true, env = true, complete = report_formats.names(),
      help = report_formats.sentence() .. "; into FILE when one is given" },
    { "fail-on", value = "LEVEL", choices = { "error", "warning", "info", "never" }, env = true,
      help = "exit 1 when there is a finding of this level or above (default: error)" },
    { "fix", value = "CLASS", optional = true, choices = { "safe", "guarded" },
      help = "settle findings by their fixes; guarded takes those, too, that may change behaviour" },
    { "dry-run", short = "n", help = "with --fix: show the changes as a diff, write nothing" },
    { "only", value = "RULE", many = true, help = "run only this rule; also tag:TAG, pack:PACK" },
    { "skip", value = "RULE", many = true, help = "leave this rule out" },
    { "exclude", value = "GLOB", many = true, help = "leave these files out" },
    { "changed", value = "REV", optional = true, help = "only files that differ from a git revision (default: HEAD)" },
    { "stdin-filename", value = "NAME", help = "the name of what standard input holds" },
    { "jobs", short = "j", value = "N", env = true, help = "threads (default: one for each processor)" },
    { "max-per-rule", value = "N", help = "findings of one rule to show as text; 0 shows all (default: 20)" },
    { "now", value = "TIME", env = true, help = "the time to check at, for waivers and rules" },
    { "no-inline-allow", help = "let `# cfgrun: allow` comments count for nothing" },
    { "trace", help = "show what rules trace and print, on standard error" },
    loading.option,
    compositions.options[1], compositions.options[3],
    checking.options[2],
    checking.options[3],
  },
  examples = {
    { "cfgrun check -p pack:kubernetes manifests/", "findings in a folder" },
    { "cfgrun check --fix --dry-run", "what the safe fixes would change" },
    { "cfgrun check -f sarif:report.sarif -f text", "a report for code scanning, and one to read" },
    { "helm template . | cfgrun check -p pack:kubernetes -", "what a template makes" },
  },
}

--- "--format sarif:out.sarif" as { format, file? }.
local function read_formats(options)
  local list, bare, known = {}, 0, {}
  for _, name in ipairs(report_formats.names()) do
    known[name] = true
  end
  for i, word in ipairs(options.format or { "text" }) do
    local format, file = word:match "^([^:]+):(.+)$"
    format = format or word
    if not known[format] then
      local near = require("args").nearest(format, report_formats.names())
      error { message = ("there is no format '%s'"):format(format), exit = 2,
        hint = near and ("did you mean '%s'?"):format(near) or "it is one of " .. report_formats.sentence() }
    end
    bare = bare + (file and 0 or 1)
    list[i] = { format = format, file = file }
  end
  if bare > 1 then
    error { message = "two formats cannot share standard output", hint = "give one of them a file: --format sarif:report.sarif",
      exit = 2 }
  end
  return list
end

--- Adds what the words mean. Returns what could not be looked into, standard input as { name, text } when it is used, and
--- the compositions to check in place of their files.
local function add_sources(check, words, project, options)
  local plain, input = {}, nil
  if options.stdin_filename and #words == 0 then
    words = { "-" }
  end
  for _, word in ipairs(words) do
    if word ~= "-" then
      plain[#plain + 1] = word
    elseif not input then
      input = { name = options.stdin_filename or "<stdin>", text = ok(core.files.read_input { limits = options.limits }) }
      ok(check:text(input.text, input.name))
    end
  end
  if #plain == 0 and input then
    return {}, input, {}
  end
  local files, troubles = inputs.expand(plain, project, options)
  local list, taken, failed = composed.gather(files, project, options)
  for _, file in ipairs(files) do
    if not (next(taken) and taken[core.files.real(file.path) or file.path]) then
      ok(check:file(file.path, file.name))
    end
  end
  table.move(failed, 1, #failed, #troubles + 1, troubles)
  if #files == 0 and not options.changed then
    io.stderr:write "cfgrun: no file of a known format here\n"
  end
  return troubles, input, list
end

local function write_results(formats, outcome, context)
  for _, target in ipairs(formats) do
    local begin = core.profile.now()
    local text = require("report/" .. target.format).render(outcome, setmetatable({
      paint = terminal.painter(not target.file and 1 or nil) }, { __index = context }))
    core.profile.span("report", target.format, begin, #text, "bytes")
    if target.file then
      ok(core.files.replace(target.file, text))
    else
      io.stdout:write(text)
    end
  end
end

--- Files that parsed and that no rule looked at, in one line.
local function warn_unmatched(outcome)
  local names = {}
  for _, source in ipairs(outcome.sources) do
    if source.documents > 0 and source.rules == 0 then
      names[#names + 1] = source.file
    end
  end
  if #names > 0 then
    local shown = table.concat(names, ", ", 1, math.min(#names, 3))
    io.stderr:write(("cfgrun: no rule looks at %s%s\n"):format(terminal.clean(shown),
      #names > 3 and (" and %d more files"):format(#names - 3) or ""))
  end
end

local function show_failures(outcome, troubles)
  local problem = require "problem"
  local seen = {}
  for _, trouble in ipairs(troubles) do
    io.stderr:write(problem.text(trouble))
  end
  for _, failure in ipairs(outcome.failures) do
    local key = (failure.rule or "") .. "\0" .. (failure.message or "")
    seen[key] = (seen[key] or 0) + 1
    if seen[key] == 1 then
      if failure.rule ~= "" then
        failure.message = ("rule '%s' failed on %s: %s"):format(failure.rule, failure.subject, failure.message)
      end
      io.stderr:write(problem.text(failure))
    end
  end
  for key, count in pairs(seen) do
    if count > 1 then
      io.stderr:write(("cfgrun: rule '%s' failed in the same way %d more times\n"):format(key:match "^[^%z]*", count - 1))
    end
  end
end

local function show_stats(outcome)
  local c = outcome.counts
  io.stderr:write(("read and parsed in %.1f ms, checked in %.1f ms: %d files, %d documents, %d rules, ")
    :format(c.parse_ns / 1e6, c.check_ns / 1e6, c.files, c.documents, c.rules))
  io.stderr:write(("%d runs of a rule on a document, %d places (%d of another kind skipped)\n")
    :format(c.jobs, c.places, c.skipped))
end

--- Applies fixes; the outcome tells what came of them. What came from standard input goes to standard output, changed
--- or not.
local function fix(check, options, input)
  local hide = secrecy.of(check:outcome())
  local class = options.fix == "guarded" and "guarded" or "safe"
  ok(check:fix(class, function(file, before, after)
    if options.dry_run then
      local diff = require "diff"
      diff.show(hide(diff.unified(file, before, after)))
      return true
    elseif input and file == input.name then
      input.text = after
      return true
    end
    local hold <close> = ok(core.files.hold(file))
    if core.files.read(file, { limits = { file = #before } }) ~= before then
      return nil, "it was changed by somebody else meanwhile: check it again"
    end
    return hold:replace(after)
  end))
  if input and not options.dry_run then
    io.stdout:write(input.text)
  end
end

--- Does the outcome reach the level to fail on? 2 when something could not be checked.
local function status_of(outcome, troubles, fail_on)
  if #outcome.failures > 0 or #troubles > 0 then
    return 2
  end
  for level, rank in pairs(RANK) do
    if rank >= RANK[fail_on] and (outcome.counts[level] or 0) > 0 then
      return 1
    end
  end
  return 0
end

--- The reports asked for. What is mended on standard output, or shown as a diff, has that output to itself.
local function report(formats, outcome, context, options, input)
  if not (options.fix and (options.dry_run or input)) then
    write_results(formats, outcome, context)
    return
  end
  local to_files = {}
  for _, target in ipairs(formats) do
    to_files[#to_files + 1] = target.file and target or nil
  end
  write_results(to_files, outcome, context)
  io.stderr:write(require("report/text").summary(outcome, terminal.painter(2)))
end

---@param options table
---@param words string[]
---@return integer status
function M.run(options, words)
  local formats = read_formats(options)
  local project = projects.of(options)
  local check = checking.new(options, project)
  if #check:rules() == 0 and (#project.policies > 0 or options.policy) then
    error { message = "the policies hold no rules", exit = 2,
      hint = "rules stand in a .lua file, in *.lua of a folder, or in rules/*.lua of a pack" }
  elseif #check:rules() == 0 then
    error { message = "there is no policy to check against", exit = 2,
      hint = "give one with -p (-p pack:kubernetes, -p rules.lua), or let `cfgrun init` write a project file" }
  end
  if options.dry_run and not options.fix then
    error { message = "--dry-run goes with --fix", exit = 2 }
  end
  local cap = math.tointeger(tonumber(options.max_per_rule or "20"))
  if not cap or cap < 0 then
    error { message = ("--max-per-rule '%s' is no number"):format(options.max_per_rule), exit = 2 }
  end
  local troubles, input, list = add_sources(check, words, project, options)
  ok(check:run())
  if options.fix then
    fix(check, options, input)
  end
  local wants_splices = false
  for _, target in ipairs(formats) do
    wants_splices = wants_splices or target.format == "sarif"
  end
  local outcome = check:outcome { splices = wants_splices }
  composed.add(list, outcome, project, options)
  secrecy.apply(outcome)
  local status = status_of(outcome, troubles, options.fail_on or project.fail_on or "error")
  local context = { rules = check:rules(), cap = cap, exit = status, now = checking.now(options) }
  report(formats, outcome, context, options, input)
  io.stdout:flush()
  show_failures(outcome, troubles)
  warn_unmatched(outcome)
  if options.stats then
    show_stats(outcome)
  end
  return status
end

return M
