-- stdlib/main.lua: from a command line to an exit status.
--
-- A command is a description (cli/commands/NAME.lua): its options, examples, and a function. Parsing, help, and
-- suggestions come from the description, so they cannot disagree. A command returns an exit status, or raises a problem
-- (a table with message, place, hint, exit), which is shown here and nowhere else. The file of a command is loaded when it
-- is used: starting takes as long with forty commands as with one.

local args = require "args"
local core = require "core"
local terminal = require "terminal"

local NAMES = { "check", "init", "test", "rules", "get", "query", "compose", "explain", "analyze", "diff", "convert", "set", "unset",
  "insert", "rename", "move", "patch", "merge", "fmt", "run", "repl", "profile", "cache", "version", "help", "completion", "complete" }

---@param name string
---@return table command
local function command(name)
  return require("commands/" .. name)
end

---@param argv string[]
---@return integer status
local function dispatch(argv)
  local name = argv[1]
  if not name then
    io.stderr:write(require("help").overview(NAMES, command))
    return 2
  end
  if name == "--help" or name == "-h" then
    name, argv = "help", { "help" }
  elseif name == "--version" or name == "-V" then
    name, argv = "version", { "version" }
  end
  for _, known in ipairs(NAMES) do
    if known == name then
      local description = command(name)
      local options, rest = args.parse(description, argv, 2)
      terminal.configure(options)
      if options.help then
        io.stdout:write(require("help").command(description))
        return 0
      end
      core.loading { cache = not options.no_cache, verbose = options.verbose, stats = options.stats }
      if options.stats then
        require("loading").begin()
      end
      if options.profile then
        require("profiling").begin(options.profile, argv)
      end
      collectgarbage "restart" -- stopped in lua/commands/state.c: what a start makes is no garbage
      return description.run(options, rest, { names = NAMES, command = command })
    end
  end
  local near = args.nearest(name, NAMES)
  error {
    message = ("there is no command '%s'"):format(name),
    hint = near and ("did you mean 'cfgrun %s'?"):format(near) or "`cfgrun help` lists the commands",
    exit = 2,
  }
end

---@param argv string[]
---@return integer status
local function run(argv)
  local ok, result = xpcall(dispatch, function(problem)
    if type(problem) == "table" or (type(problem) == "string" and problem:find "interrupted$") then
      return problem
    end
    return { message = debug.traceback("internal error: " .. tostring(problem), 2), trace = true, exit = 2 }
  end, argv)
  if package.loaded.loading then
    package.loaded.loading.show()
  end
  if ok then
    return result or 0
  end
  if type(result) == "string" then -- "interrupted", or what no handler was called for: "not enough memory"
    result = result:find "interrupted$" and { message = "interrupted", exit = 130 } or { message = result, exit = 2 }
  end
  require("problem").show(result)
  return result.exit or 2
end

---@param argv string[]
---@return integer status
local function main(argv)
  local status = run(argv)
  local profiling = package.loaded.profiling
  return profiling and profiling.wanted() and profiling.finish(status) or status
end

return main(...)
