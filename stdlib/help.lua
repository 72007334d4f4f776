-- stdlib/help.lua: help texts, from the descriptions that also parse.
--
-- The overview puts commands under the headings of their `group`. Manual pages say the same in roff: stdlib/man.lua.

local args = require "args"
local core = require "core"
local terminal = require "terminal"

local M = {}

M.exit_codes = {
  { 0, "clean" },
  { 1, "findings at or above --fail-on, a failed test, nothing at a path, a difference, a conflict" },
  { 2, "usage, unreadable input, a rule that failed or hit a limit, internal error (2 beats 1)" },
  { 3, "denied" },
  { 4, "a signature, MAC or proof does not hold" },
  { 5, "approval missing" },
  { 6, "key or secret unavailable" },
  { 130, "interrupted" },
}

M.environment = {
  { "NO_COLOR", "not empty: no colour, unless --color=always (no-color.org)" },
  { "CLICOLOR_FORCE", "not empty and not 0: colour where nobody watches, too; NO_COLOR wins over it" },
  { "TERM", "dumb: no colour" },
  { "COLUMNS", "the width to write for, instead of the terminal's" },
  { "CFGRUN_COLOR", "as --color" },
  { "CFGRUN_CONFIG", "as --config: the project file" },
  { "CFGRUN_FORMAT", "as --format of check" },
  { "CFGRUN_FAIL_ON", "as --fail-on of check" },
  { "CFGRUN_JOBS", "as --jobs of check" },
  { "CFGRUN_NOW", "as --now of check" },
  { "CFGRUN_CACHE", "the folder of the cache, or off; else cfgrun in $XDG_CACHE_HOME or ~/.cache" },
  { "CFGRUN_CACHE_SIZE", "how large the cache may be; else 256 MiB" },
}

--- The groups of commands in the order in which they are shown; a description without a group is under the last.
M.groups = {
  { "check", "Check and mend" }, { "read", "Read" }, { "change", "Change" }, { "compare", "Compare and merge" },
  { "project", "Project and rules" }, { "automate", "Scripts and sessions" }, { "program", "The program itself" },
  { "other", "Other" },
}

--- Text folded to a width, each further line indented.
---@param text string
---@param width integer
---@param indent string
---@return string
local function fold(text, width, indent)
  local lines, line, used = {}, "", 0
  for word in text:gmatch "%S+" do
    local wide = core.display_width(word)
    if used > 0 and used + 1 + wide > width then
      lines[#lines + 1] = line
      line, used = word, wide
    else
      line = used > 0 and line .. " " .. word or word
      used = used + wide + (used > 0 and 1 or 0)
    end
  end
  lines[#lines + 1] = line
  return table.concat(lines, "\n" .. indent)
end

--- Columns to write in: the terminal's, but lines of prose get no longer than an eye follows.
local function columns()
  return math.min(terminal.width(), 100)
end

--- "left   right", the right part folded beside a left one of some width, or below one that is wider.
local function row(left, right, width)
  width = math.min(width, columns() // 2)
  local indent = (" "):rep(width + 3)
  local folded = fold(right, math.max(columns() - width - 3, 24), indent)
  if core.display_width(left) <= width then
    return ("  %s%s %s"):format(left, (" "):rep(width - core.display_width(left)), folded)
  end
  return ("  %s\n%s%s"):format(left, indent, folded)
end

---@return string
function M.exit_text()
  local lines = { "Exit status:" }
  for _, code in ipairs(M.exit_codes) do
    lines[#lines + 1] = row(("%3d "):format(code[1]), code[2], 4)
  end
  return table.concat(lines, "\n") .. "\n"
end

--- Those that every command may have; the others are in the topic.
local function exit_line()
  return fold("Exit status: 0 done and clean, 1 a finding, a difference or nothing there, 2 trouble; `cfgrun help exit-codes` has all.",
    columns(), "") .. "\n"
end

--- Descriptions by group, in order; hidden ones are left out.
---@param names string[]
---@param command fun(name: string): table
---@return { title: string, commands: table[] }[]
function M.grouped(names, command)
  local by, out = {}, {}
  for i, group in ipairs(M.groups) do
    out[i] = { title = group[2], commands = {} }
    by[group[1]] = out[i]
  end
  for _, name in ipairs(names) do
    local description = command(name)
    if not description.hidden then
      table.insert((by[description.group] or by.other).commands, description)
    end
  end
  return out
end

---@param names string[]
---@param command fun(name: string): table
---@return string
function M.overview(names, command)
  local out = { "cfgrun: check, mend and read configuration, with rules written in Lua\n",
    "Usage: cfgrun COMMAND [ARGUMENTS]" }
  for _, group in ipairs(M.grouped(names, command)) do
    if #group.commands > 0 then
      out[#out + 1] = "\n" .. group.title .. ":"
      for _, description in ipairs(group.commands) do
        out[#out + 1] = row(description.name, description.summary, 10)
      end
    end
  end
  out[#out + 1] = "\nTry:"
  out[#out + 1] = row("cfgrun check -p pack:kubernetes manifests/", "findings in a folder", 46)
  out[#out + 1] = row("cfgrun init", "a project file for what is here", 46)
  out[#out + 1] = row("cfgrun help check", "all about one command", 46)
  local topics = {}
  for i, topic in ipairs(M.topics) do
    topics[i] = topic.name
  end
  out[#out + 1] = "\nFurther: cfgrun help " .. table.concat(topics, ", ") .. "\n"
  return table.concat(out, "\n")
end

--- How an option is written: "-f, --format FORMAT".
---@param option Option
---@return string
function M.option_text(option)
  local left = "--" .. option[1]
  if option.short then
    left = "-" .. option.short .. ", " .. left
  end
  if option.value then
    left = left .. (option.optional and "[=" .. option.value .. "]" or " " .. option.value)
  end
  return left
end

--- What an option does, with what it may be given.
---@param option Option
---@return string
function M.option_help(option)
  local help, more = option.help, {}
  for _, choice in ipairs(option.choices or {}) do
    if not help:find(choice, 1, true) then
      more[1] = table.concat(option.choices, ", ")
    end
  end
  if option.many then
    more[#more + 1] = "may be given several times"
  end
  return #more > 0 and ("%s (%s)"):format(help, table.concat(more, "; ")) or help
end

---@param description table
---@return string
function M.usage(description)
  return (("cfgrun %s [OPTIONS] %s"):format(description.name, description.usage or ""):gsub(" $", ""))
end

---@param description table
---@return string
function M.command(description)
  local out = { ("cfgrun %s: %s\n"):format(description.name, description.summary),
    "Usage: " .. M.usage(description) .. "\n" }
  if description.text then
    out[#out + 1] = fold(description.text, columns(), "") .. "\n"
  end
  if description.examples then
    out[#out + 1] = "Examples:"
    for _, example in ipairs(description.examples) do
      out[#out + 1] = row(example[1], example[2], 56)
    end
    out[#out + 1] = ""
  end
  out[#out + 1] = "Options:"
  for _, option in ipairs(args.options(description)) do
    out[#out + 1] = row(M.option_text(option), M.option_help(option), 26)
  end
  out[#out + 1] = "\n" .. exit_line()
  return table.concat(out, "\n")
end

---@return string
function M.limits()
  local out = { "Ceilings, set by `limits:` in the project file or --limit NAME=VALUE:\n",
    ("  %-15s %14s %16s  %-16s %s"):format("name", "default", "at most", "unit", "what it bounds") }
  for _, limit in ipairs(core.limits()) do
    out[#out + 1] = ("  %-15s %14d %16d  %-16s %s"):format(limit.name, limit.default, limit.max, limit.unit, limit.text)
  end
  return table.concat(out, "\n") .. "\n"
end

---@return string
function M.environment_text()
  local out = { "Environment; an option on the command line wins over it, it wins over the project file:\n" }
  for _, variable in ipairs(M.environment) do
    out[#out + 1] = row(variable[1], variable[2], 17)
  end
  return table.concat(out, "\n") .. "\n"
end

---@return string
function M.formats()
  return "Formats of files: " .. table.concat(core.formats(), ", ") .. ".\n\n"
    .. fold("Which of them a file is in is told by --from, by a modeline of an editor (`# vim: set ft=toml:`), by its name, "
      .. "and by how it begins, in this order. docs/formats.md says what each can hold.", columns(), "") .. "\n"
end

--- The formats of reports.
---@return string
function M.reports()
  local out = { "Formats of `cfgrun check --format FORMAT[:FILE]`:\n" }
  for _, format in ipairs(require("report/formats").list) do
    out[#out + 1] = row(format.name, format.summary, 10)
  end
  return table.concat(out, "\n") .. "\n"
end

---@type { name: string, summary: string, text: fun(): string }[]
M.topics = {
  { name = "limits", summary = "the ceilings on time, memory and size", text = M.limits },
  { name = "exit-codes", summary = "what the exit status says", text = M.exit_text },
  { name = "environment", summary = "the environment variables that count", text = M.environment_text },
  { name = "formats", summary = "the formats of files, and how they are told", text = M.formats },
  { name = "reports", summary = "the formats of findings", text = M.reports },
}

return M
