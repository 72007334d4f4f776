-- cli/commands/init.lua: a commented project file for what is found here.

local core = require "core"
local inputs = require "inputs"
local ok = require("problem").check
local projects = require "project"

local M = {
  name = "init",
  group = "project",
  summary = "write a project file for what is found here",
  usage = "",
  most = 0,
  options = {
    { "dry-run", short = "n", help = "print it instead of writing it" },
    { "force", help = "replace the one that is there" },
  },
  examples = { { "cfgrun init && cfgrun check", "from nothing to findings" } },
}

local MOST = 2000 -- files looked at: enough to know what is here

--- How many documents of each kind there are, by the recognisers of the shipped packs.
local function survey()
  local check = ok(core.check { now = core.now() })
  local own = {}
  for _, name in ipairs(core.packs()) do
    ok(check:pack("pack:" .. name))
  end
  for _, rule in ipairs(check:rules()) do
    for _, kind in ipairs(rule.kinds) do
      own[kind] = rule.pack
    end
  end
  ok(check:skip "*")
  local files = inputs.expand({}, projects.none(), {})
  for i, file in ipairs(files) do
    if i <= MOST then
      ok(check:file(file.path, file.name))
    end
  end
  ok(check:run())
  local counts, formats = {}, {}
  for _, source in ipairs(check:outcome().sources) do
    formats[source.format] = (formats[source.format] or 0) + 1
    for _, kinds in ipairs(source.kinds) do
      for _, kind in ipairs(kinds) do
        local pack = own[kind]
        if pack then
          counts[pack] = (counts[pack] or 0) + 1
        end
      end
    end
  end
  return counts, formats, #files
end

local function policies(counts, formats)
  local lines = {}
  for _, name in ipairs(core.packs()) do
    if counts[name] then
      lines[#lines + 1] = ("  - pack:%-14s # %d document%s here"):format(name, counts[name], counts[name] == 1 and "" or "s")
    end
  end
  lines[#lines + 1] = "  - pack:secrets        # credentials in plain text, in any file"
  if formats.yaml then
    lines[#lines + 1] = "  - pack:yaml           # what YAML readers do not agree on"
  end
  if core.files.kind "policies" == "folder" then
    lines[#lines + 1] = "  - ./policies          # your own rules"
  else
    lines[#lines + 1] = "  # - ./policies        # your own rules; `cfgrun rules new NAME` begins one"
  end
  return table.concat(lines, "\n")
end

local TEMPLATE = [==[
# cfgrun.yaml: how this project is checked. `cfgrun check` finds it from any folder below.
version: 1

# What to check against: packs that ship with cfgrun, folders, rule files.
policies:
%s

# Level and options by rule; also tag:TAG, pack:PACK. Levels: off, info, warning, error.
# rules:
#   image-tag-pinned: error
#   agent-count: {level: info, options: {max: 20}}
#   no-empty-values:
#     - {level: warning, files: "config/**"}

# Findings that somebody has accepted. They count again on the day they expire (00:00 UTC).
# waivers:
#   - rule: token-in-plain-text
#     file: "tests/**"
#     path: /server/token
#     reason: a token of the test server, worth nothing
#     owner: team-platform
#     expires: 2027-06-30

# Files to leave alone, besides what git ignores.
# exclude:
#   - vendor/**

# exit 1 from this level on: error, warning, info, never
fail-on: error
]==]

---@param options table
---@return integer status
function M.run(options)
  if core.files.kind(projects.name) and not options.force and not options.dry_run then
    error { file = projects.name, message = "there is a project file already", hint = "--force replaces it", exit = 2 }
  end
  local counts, formats, files = survey()
  local text = TEMPLATE:format(policies(counts, formats))
  if options.dry_run then
    io.stdout:write(text)
    return 0
  end
  ok(core.files.replace(projects.name, text))
  io.stdout:write(("%s: written after a look at %d file%s\n"):format(projects.name, files, files == 1 and "" or "s"))
  io.stderr:write "Next: `cfgrun check`\n"
  return 0
end

return M
