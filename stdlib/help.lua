-- stdlib/help.lua: help texts, from the descriptions that also parse.

local args = require "args"
local core = require "core"

local M = {}

M.exit_codes = {
  { 0, "clean" },
  { 1, "findings at or above --fail-on, a failed test, nothing at a path" },
  { 2, "usage, unreadable input, a rule that failed or hit a limit, internal error (2 beats 1)" },
  { 3, "denied" },
  { 4, "a signature, MAC or proof does not hold" },
  { 5, "approval missing" },
  { 6, "key or secret unavailable" },
  { 130, "interrupted" },
}

---@return string
function M.exit_text()
  local lines = { "Exit status:" }
  for _, row in ipairs(M.exit_codes) do
    lines[#lines + 1] = ("  %3d  %s"):format(row[1], row[2])
  end
  return table.concat(lines, "\n") .. "\n"
end

--- Text folded to a width, each line indented.
local function fold(text, width, indent)
  local lines, line = {}, ""
  for word in text:gmatch "%S+" do
    if #line > 0 and #line + 1 + #word > width then
      lines[#lines + 1] = line
      line = word
    else
      line = #line > 0 and line .. " " .. word or word
    end
  end
  lines[#lines + 1] = line
  return table.concat(lines, "\n" .. indent)
end

---@param names string[]
---@param command fun(name: string): table
---@return string
function M.overview(names, command)
  local out = { "cfgrun: check, mend and read configuration, with rules written in Lua\n",
    "Usage: cfgrun COMMAND [ARGUMENTS]\n", "Commands:" }
  for _, name in ipairs(names) do
    out[#out + 1] = ("  %-10s %s"):format(name, command(name).summary)
  end
  out[#out + 1] = "\nTry:"
  out[#out + 1] = "  cfgrun check -p pack:kubernetes manifests/     findings in a folder"
  out[#out + 1] = "  cfgrun init                                    a project file for what is here"
  out[#out + 1] = "  cfgrun help check                              all about one command\n"
  out[#out + 1] = "Further: cfgrun help limits, cfgrun help exit-codes\n"
  return table.concat(out, "\n")
end

---@param description table
---@return string
function M.command(description)
  local out = { ("cfgrun %s: %s\n"):format(description.name, description.summary),
    (("Usage: cfgrun %s [OPTIONS] %s"):format(description.name, description.usage or ""):gsub(" $", "")) .. "\n" }
  if description.text then
    out[#out + 1] = fold(description.text, 96, "") .. "\n"
  end
  out[#out + 1] = "Options:"
  for _, option in ipairs(args.options(description)) do
    local left = "--" .. option[1]
    if option.short then
      left = "-" .. option.short .. ", " .. left
    end
    if option.value then
      left = left .. (option.optional and "[=" .. option.value .. "]" or " " .. option.value)
    end
    local help = option.help .. (option.many and " (may be given several times)" or "")
    if #left <= 26 then
      out[#out + 1] = ("  %-26s %s"):format(left, fold(help, 68, (" "):rep(29)))
    else
      out[#out + 1] = ("  %s\n%s%s"):format(left, (" "):rep(29), fold(help, 68, (" "):rep(29)))
    end
  end
  if description.examples then
    out[#out + 1] = "\nExamples:"
    for _, example in ipairs(description.examples) do
      out[#out + 1] = ("  %-56s %s"):format(example[1], example[2])
    end
  end
  out[#out + 1] = "\n" .. M.exit_text()
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

return M
