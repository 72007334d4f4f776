-- stdlib/man.lua: manual pages in roff's `man` macros, from the descriptions that also parse and help.
--
-- cfgrun(1) is the overview, cfgrun-COMMAND(1) each command. No date stands in them: the same program gives the same bytes.

local args = require "args"
local core = require "core"
local help = require "help"

local M = {}

--- Text as roff has it: the characters that it obeys are made to be seen.
local function roff(text)
  text = text:gsub("\\", "\\(rs"):gsub("%-", "\\-"):gsub("'", "\\(aq"):gsub("`", "\\(ga"):gsub("%^", "\\(ha"):gsub("~", "\\(ti")
  return (text:gsub("[\n]%s*", " "):gsub("^%.", "\\&."))
end

--- Prose: `code` is set bold.
local function prose(text)
  local out = {}
  for plain, code in (text .. "``"):gmatch "([^`]*)`([^`]*)`" do
    out[#out + 1] = roff(plain)
    if code ~= "" then
      out[#out + 1] = "\\fB" .. roff(code) .. "\\fR"
    end
  end
  local joined = table.concat(out)
  return (joined:gsub("^[.']", "\\&%0"))
end

--- The words of a usage line: placeholders are italic, the rest bold.
local function usage(text)
  return (text:gsub("[%u][%u_]*", "\1%0\2"):gsub("[^\1\2]+", roff):gsub("\1", "\\fI"):gsub("\2", "\\fR"))
end

local function header(name, title)
  return (".TH %s 1 \"\" \"cfgrun %s\" \"%s\"\n.nh\n.ad l\n"):format(roff(name:upper()), core.version, title)
end

--- Examples in literal form, each with its meaning above.
local function add_examples(out, examples)
  for _, example in ipairs(examples) do
    out[#out + 1] = (".TP\n%s:\n.nf\n\\fB%s\\fR\n.fi\n"):format(prose(example[2]), roff(example[1]))
  end
end

local function add_options(out, options)
  for _, option in ipairs(options) do
    out[#out + 1] = ".TP\n\\fB" .. (option.short and "\\-" .. option.short .. "\\fR, \\fB" or "") .. roff("--" .. option[1])
      .. "\\fR"
    if option.value then
      out[#out + 1] = option.optional and "[=\\fI" .. roff(option.value) .. "\\fR]" or " \\fI" .. roff(option.value) .. "\\fR"
    end
    out[#out + 1] = "\n" .. prose(help.option_help(option)) .. "\n"
  end
end

local function add_exit_status(out)
  out[#out + 1] = ".SH EXIT STATUS\n"
  for _, row in ipairs(help.exit_codes) do
    out[#out + 1] = (".TP\n%d\n%s\n"):format(row[1], prose(row[2]))
  end
end

local function add_environment(out)
  out[#out + 1] = ".SH ENVIRONMENT\n"
  for _, row in ipairs(help.environment) do
    out[#out + 1] = (".TP\n\\fB%s\\fR\n%s\n"):format(roff(row[1]), prose(row[2]))
  end
end

--- Other commands of the same group, and the program.
local function see_also(description, program)
  local list = { "\\fBcfgrun\\fR(1)" }
  for _, name in ipairs(program.names) do
    local other = program.command(name)
    if other ~= description and not other.hidden and other.group == description.group then
      list[#list + 1] = ("\\fBcfgrun\\-%s\\fR(1)"):format(roff(name))
    end
  end
  return ".SH SEE ALSO\n" .. table.concat(list, ", ") .. "\n"
end

---@param description table
---@param program { names: string[], command: fun(name: string): table }
---@return string
function M.command(description, program)
  local out = { header("cfgrun-" .. description.name, "cfgrun manual"),
    (".SH NAME\ncfgrun\\-%s \\- %s\n"):format(roff(description.name), prose(description.summary)),
    (".SH SYNOPSIS\n\\fBcfgrun %s\\fR [\\fIOPTIONS\\fR] %s\n"):format(roff(description.name),
      usage(description.usage or "")) }
  if description.text then
    out[#out + 1] = ".SH DESCRIPTION\n" .. prose(description.text) .. "\n"
  end
  out[#out + 1] = ".SH OPTIONS\n"
  add_options(out, args.options(description))
  if description.examples then
    out[#out + 1] = ".SH EXAMPLES\n"
    add_examples(out, description.examples)
  end
  add_exit_status(out)
  out[#out + 1] = see_also(description, program)
  return table.concat(out)
end

---@param program { names: string[], command: fun(name: string): table }
---@return string
function M.program(program)
  local out = { header("cfgrun", "cfgrun manual"),
    ".SH NAME\ncfgrun \\- check, mend and read configuration\n",
    ".SH SYNOPSIS\n\\fBcfgrun\\fR \\fICOMMAND\\fR [\\fIARGUMENTS\\fR]\n",
    ".SH DESCRIPTION\n", prose("Reads configuration without ever losing a position, runs rules written in Lua in a "
      .. "sandbox, shows what is wrong in the file and line where a person must edit, and mends what can be mended "
      .. "without touching another byte."), "\n.SH COMMANDS\n" }
  for _, group in ipairs(help.grouped(program.names, program.command)) do
    if #group.commands > 0 then
      out[#out + 1] = (".SS %s\n"):format(roff(group.title))
      for _, description in ipairs(group.commands) do
        out[#out + 1] = (".TP\n\\fBcfgrun\\-%s\\fR(1)\n%s\n"):format(roff(description.name), prose(description.summary))
      end
    end
  end
  out[#out + 1] = ".SH OPTIONS\nThese go with every command.\n"
  add_options(out, args.common)
  add_exit_status(out)
  add_environment(out)
  out[#out + 1] = ".SH FILES\n.TP\n\\fIcfgrun.yaml\\fR\nthe project file: policies, levels, waivers; found upward from the "
    .. "working folder\n"
  return table.concat(out)
end

--- Every page, with the name of its file.
---@param program { names: string[], command: fun(name: string): table }
---@return { name: string, text: string }[]
function M.all(program)
  local list = { { name = "cfgrun.1", text = M.program(program) } }
  for _, name in ipairs(program.names) do
    local description = program.command(name)
    if not description.hidden then
      list[#list + 1] = { name = ("cfgrun-%s.1"):format(name), text = M.command(description, program) }
    end
  end
  return list
end

return M
