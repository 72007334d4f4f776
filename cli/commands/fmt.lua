-- cli/commands/fmt.lua: white space in order.

local core = require "core"
local diff = require "diff"
local editorconfig = require "editorconfig"
local inputs = require "inputs"
local ok = require("problem").check
local problems = require "problem"
local projects = require "project"

local M = {
  name = "fmt",
  group = "change",
  summary = "put the white space of files in order",
  usage = "[PATH...]",
  text = "Indentation, blanks at the ends of lines, empty lines, the end of the file: nothing but white space changes, and "
    .. "no file changes its meaning. PATHs are files, folders (files of YAML, JSON and TOML that git does not ignore) and "
    .. "globs; without any, the working folder. `-` formats standard input to standard output. `fmt:` in the project file "
    .. "sets the style, else .editorconfig does. A comment `cfgrun: no-fmt` at the top of a file leaves it out.",
  options = {
    { "check", help = "write nothing; list the files that would change, and exit 1 if there are any" },
    { "diff", help = "write nothing; show what would change, and exit 1 if anything would" },
    { "exclude", value = "GLOB", many = true, help = "leave these files out" },
    { "changed", value = "REV", optional = true, help = "only files that differ from a git revision (default: HEAD)" },
    { "stdin-filename", value = "NAME", help = "the name of what standard input holds: it tells the format and the style" },
    { "config", value = "FILE", env = true, help = "the project file, instead of the one found upward" },
    { "isolated", help = "use no project file and no .editorconfig" },
  },
  examples = {
    { "cfgrun fmt", "all configuration in this folder" },
    { "cfgrun fmt --check .", "in CI: is everything in order?" },
    { "cfgrun fmt --diff deploy.yaml", "what would change" },
    { "cfgrun fmt - --stdin-filename x.yaml < x.yaml", "from an editor" },
  },
}

local FORMATS = { yaml = true, json = true, jsonc = true, jsonl = true, toml = true }

--- Is a file of a folder formatted? What a package manager writes and compares is left alone.
local function is_wanted(name)
  return FORMATS[core.format_of_name(name)] ~= nil and not name:find "[%-.]lock%.?%l*$"
end

--- The style of a file: of the project file, else of .editorconfig, else its own.
local function style_of(path, project, options)
  local style = {}
  local said = options.isolated and {} or editorconfig.of(path)
  local size = said.indent_size == "tab" and said.tab_width or said.indent_size
  style.indent = math.tointeger(tonumber(size or ""))
  if style.indent and (style.indent < 1 or style.indent > 16) then
    style.indent = nil
  end
  style.tabs = said.indent_style == "tab"
  style.ends = (said.end_of_line == "lf" or said.end_of_line == "crlf") and said.end_of_line or nil
  style.keep_trailing = said.trim_trailing_whitespace == "false"
  style.keep_final = said.insert_final_newline == "false"
  for key, value in pairs(project.fmt) do
    style[key] = value
  end
  if project.fmt.indent then
    style.tabs = false
  end
  return style
end

--- What became of one text: "same", "changed", "template", "unwanted" or "failed"; and the text.
local function format(name, path, text, project, options)
  if core.fmt_unwanted(text) then
    return "unwanted", text
  end
  local after, problem, language = core.fmt(name, text, { style = style_of(path, project, options), limits = options.limits })
  if after then
    return after == text and "same" or "changed", after
  elseif language then
    return "template", text
  end
  problem.excerpt = problem.excerpt or (path == "-" and "" or nil)
  io.stderr:write(problems.text(problem))
  return "failed", text
end

local function plural(n, word)
  return ("%d %s%s"):format(n, word, n == 1 and "" or "s")
end

local function summary(counts, options)
  local out = {}
  local function add(n, verb)
    if n > 0 then
      out[#out + 1] = plural(n, "file") .. " " .. verb
    end
  end
  add(counts.changed, (options.check or options.diff) and "would change" or "formatted")
  add(counts.same, "in order")
  add(counts.template, counts.template == 1 and "left: a template" or "left: templates")
  add(counts.unwanted, "left: cfgrun: no-fmt")
  add(counts.failed, "not formatted")
  io.stderr:write(#out > 0 and table.concat(out, ", ") .. "\n" or "cfgrun: no YAML, JSON or TOML file here\n")
end

local function run_input(project, options)
  local name = options.stdin_filename or "<stdin>"
  local text = ok(core.files.read_input { limits = options.limits })
  local what, after = format(name, options.stdin_filename or "-", text, project, options)
  if what == "failed" then
    return 2
  end
  if options.diff then
    diff.show(diff.unified(name, text, after))
  elseif options.check then
    io.stdout:write(what == "changed" and name .. "\n" or "")
  else
    io.stdout:write(after)
    return 0
  end
  return what == "changed" and 1 or 0
end

--- Formats one file in place, or shows it.
local function run_file(file, project, options)
  local hold <close> = not (options.diff or options.check) and ok(core.files.hold(file.path)) or nil
  local text, problem = core.files.read(file.path, { limits = options.limits })
  if not text then
    io.stderr:write(problems.text(problem))
    return "failed"
  end
  local what, after = format(file.path, file.path, text, project, options)
  if what ~= "changed" then
    return what
  elseif options.diff then
    diff.show(diff.unified(file.path, text, after))
  elseif options.check then
    io.stdout:write(file.path, "\n")
  else
    local done, why = hold:replace(after)
    if not done then
      io.stderr:write(problems.text(why))
      return "failed"
    end
  end
  return what
end

---@param options table
---@param words string[]
---@return integer status
function M.run(options, words)
  if options.check and options.diff then
    error { message = "fmt: --check and --diff are two ways to show the same", hint = "give one of them", exit = 2 }
  end
  local project = projects.of(options)
  if options.stdin_filename and #words == 0 then
    words = { "-" }
  end
  if #words == 1 and words[1] == "-" then
    return run_input(project, options)
  end
  for _, word in ipairs(words) do
    if word == "-" then
      error { message = "fmt: standard input cannot be formatted together with files", exit = 2 }
    end
  end
  local counts = { changed = 0, same = 0, template = 0, unwanted = 0, failed = 0 }
  local found, troubles = inputs.expand(words, project, { exclude = options.exclude, changed = options.changed,
    accept = is_wanted })
  for _, trouble in ipairs(troubles) do
    io.stderr:write(problems.text(trouble))
  end
  for _, file in ipairs(found) do
    local what = run_file(file, project, options)
    counts[what] = counts[what] + 1
  end
  io.stdout:flush()
  summary(counts, options)
  if counts.failed > 0 or #troubles > 0 then
    return 2
  end
  return (options.check or options.diff) and counts.changed > 0 and 1 or 0
end

return M
