-- cli/commands/repl.lua: try Lua and queries on documents, line by line.
--
-- A line is a JSON Pointer (/agents/0), a JSONPath ($..model), a command (:help), or Lua: an expression is shown, a
-- statement done, and what is not finished goes on in the next line. On a terminal libedit gives history and completion,
-- where it is installed; otherwise lines are read as they come, and without a terminal the first error decides the exit status.

local core = require "core"
local library = require "library"
local ok = require("problem").check
local problem = require "problem"
local script = require "script"

local M = {
  name = "repl",
  group = "automate",
  summary = "try Lua and queries on documents, line by line",
  usage = "[FILE...]",
  text = "The first document is `doc`, all are `docs`; `cfgrun` and `tree` are the library of scripts (docs/scripts.md). "
    .. "A line may also be a JSON Pointer, a JSONPath, or :help. Tab completes keys and functions.",
  options = {
    { "from", value = "FORMAT", choices = core.formats and core.formats() or nil,
      help = "the format, when the names do not tell it" },
  },
  examples = {
    { "cfgrun repl stack.yaml", "look around in a file" },
    { "echo '#doc.agents' | cfgrun repl stack.yaml", "one answer" },
  },
}

local HELP = [[
/agents/0/model     the value at a JSON Pointer in `doc`
$..model            what a JSONPath selects in `doc`
doc.agents[1]       Lua: indices count from 1; `tree.path(x)`, `tree.keys(x)`, `tree.span(x)`, … (docs/scripts.md)
:load FILE...       read files: `doc` is the first document, `docs` are all
:files              what is loaded
:quit               end; also ^D
]]

-- ---- answers ----

--- A value as somebody wants to see it.
local function shown(value)
  if type(value) == "string" then
    return ("%q"):format(value):gsub("\\\n", "\\n")
  elseif type(value) == "table" and getmetatable(value) == nil then
    local done, text = pcall(library.json, value)
    return done and text or tostring(value)
  end
  return (tostring(value):gsub("\n$", ""))
end

local function show(...)
  for i = 1, select("#", ...) do
    io.stdout:write(shown((select(i, ...))), "\n")
  end
end

--- Lua of one or more lines, an expression or statements: the chunk; nil, true when more must come, message.
local function compile(text, environment)
  local expression, why = load("return " .. text, "=repl", "t", environment)
  if expression then
    return expression
  end
  local chunk, otherwise = load(text, "=repl", "t", environment)
  if chunk then
    return chunk
  elseif why:find "<eof>$" then
    return nil, true, why
  end
  return nil, otherwise:find "<eof>$" ~= nil, otherwise
end

---@class Session
---@field environment table
---@field files string[]
---@field from? string

---@param session Session
---@param files string[]
local function read_files(session, files)
  local docs = {}
  for _, file in ipairs(files) do
    for _, value in ipairs(library.read_all(file, { format = session.from })) do
      docs[#docs + 1] = value
    end
  end
  session.files = files
  session.environment.docs = docs
  session.environment.doc = docs[1]
end

local function need_doc(session)
  local doc = session.environment.doc
  if doc == nil then
    error({ message = "no document is loaded", hint = ":load FILE", exit = 2 }, 0)
  end
  return doc
end

local COMMANDS = {
  help = function()
    io.stdout:write(HELP)
  end,
  load = function(session, rest)
    local files = {}
    for word in rest:gmatch "%S+" do
      files[#files + 1] = word
    end
    read_files(session, files)
  end,
  files = function(session)
    show(table.unpack(session.files))
  end,
  quit = function(session)
    session.over = true
  end,
}

--- Answers one line; the last value is `_`.
local function answer(session, text)
  local first = text:match "^%s*(.)"
  if first == "/" then
    local node = need_doc(session)
    local found = ok(library.node(node):get(text:match "^%s*(.-)%s*$"))
    show(library.value_of(found))
  elseif first == "$" then
    for _, value in ipairs(library.tree.select(need_doc(session), text:match "^%s*(.-)%s*$")) do
      show(value)
    end
  elseif first == ":" then
    local name, rest = text:match "^%s*:(%w*)%s*(.*)$"
    local command = COMMANDS[name]
    if not command then
      error({ message = ("there is no command ':%s'"):format(name), hint = ":help lists them", exit = 2 }, 0)
    end
    command(session, rest)
  else
    local chunk, _, why = compile(text, session.environment)
    if not chunk then
      error(why, 0)
    end
    local results = table.pack(chunk())
    if results.n > 0 then
      session.environment._ = results[1]
      show(table.unpack(results, 1, results.n))
    end
  end
end

--- Does this text end in the middle of Lua?
local function unfinished(session, text)
  if text:find "^%s*[/$:]" or not text:find "%S" then
    return false
  end
  local _, more = compile(text, session.environment)
  return more == true
end

--- Tells an error where it happened. "repl:2:" is line 2 of what was typed.
local function tell(told, text)
  if type(told) == "string" then
    io.stderr:write "interrupted\n"
    return 130
  end
  told.from = nil -- what was typed stands right above
  if told.file == "repl" then
    local number = 0
    for line in (text .. "\n"):gmatch "([^\n]*)\n" do
      number = number + 1
      told.excerpt = number == told.line and line or told.excerpt
    end
  end
  problem.show(told)
  return told.exit or 2
end

-- ---- completion ----

--- The words that begin so. What a terminal would take for a command is not offered.
local function matching(words, prefix)
  local out = {}
  for _, word in ipairs(words) do
    if type(word) == "string" and word:sub(1, #prefix) == prefix and not word:find "%c" then
      out[#out + 1] = word
    end
  end
  table.sort(out)
  return out
end

--- Keys of a pointer's or a JSONPath's last step.
local function complete_path(session, text)
  local doc = session.environment.doc
  if text:sub(1, 1) == "/" then
    local parent, word = text:match "^(.*)/([^/]*)$"
    local at = doc and library.tree.get(doc, parent)
    local words = {}
    for i, key in ipairs(library.is_view(at) and library.tree.keys(at) or {}) do
      words[i] = (type(key) == "number" and tostring(key - 1) or key):gsub("~", "~0"):gsub("/", "~1")
    end
    return matching(words, word), #parent + 2
  end
  local parent, word = text:match "^(%$.*)%.([%w_]*)$"
  if not parent or not doc then
    return {}
  end
  local words, seen = {}, {}
  for _, at in ipairs(library.tree.select(doc, parent)) do
    for _, key in ipairs(library.is_view(at) and library.tree.keys(at) or {}) do
      if type(key) == "string" and key:find "^[%a_][%w_]*$" and not seen[key] then
        seen[key] = true
        words[#words + 1] = key
      end
    end
  end
  return matching(words, word), #parent + 2
end

--- Names before a dot are followed without calling anything.
local function complete_lua(session, text)
  local chain = text:match "[%w_.%[%]]*$"
  local parents, word = chain:match "^(.*)[.]([%w_]*)$"
  word = word or chain:match "[%w_]*$"
  local at = session.environment
  for step in (parents or ""):gmatch "[%w_]+" do
    if type(at) ~= "table" then
      return {}
    end
    at = at[math.tointeger(tonumber(step)) or step]
  end
  local words = {}
  if library.is_view(at) then
    for _, key in ipairs(library.tree.keys(at)) do
      if type(key) == "string" and key:find "^[%a_][%w_]*$" then
        words[#words + 1] = key
      end
    end
  elseif type(at) == "table" then
    for _, place in ipairs { at, not parents and _G or {} } do
      for key in next, place do
        words[#words + 1] = key
      end
    end
  end
  return matching(words, word), #text - #word + 1
end

---@param session Session
---@return fun(text: string): string[], integer
local function completer(session)
  return function(text)
    if text:find "^[/$]" then
      return complete_path(session, text)
    elseif text:find "^:%w*$" then
      local names = {}
      for name in pairs(COMMANDS) do
        names[#names + 1] = name
      end
      return matching(names, text:sub(2)), 2
    end
    return complete_lua(session, text)
  end
end

-- ---- the loop ----

--- Where history is kept: $XDG_STATE_HOME/cfgrun/history. nil when there is no such place.
local function history_file()
  local home, base = os.getenv "HOME", os.getenv "XDG_STATE_HOME"
  base = base and base ~= "" and base or home and home .. "/.local/state"
  if not base then
    return nil
  end
  local folder = base .. "/cfgrun"
  for at in folder:gmatch "()/" do
    if at > 1 then
      core.files.make_folder(folder:sub(1, at - 1))
    end
  end
  return core.files.make_folder(folder) and folder .. "/history" or nil
end

--- Reads the next text: one line, or as many as Lua needs. nil at the end, false when given up.
local function next_text(session, read)
  local text = read "> "
  while text and unfinished(session, text) do
    local more = read ".. "
    if not more then
      return more == nil and text or more
    end
    text = text .. "\n" .. more
  end
  return text
end

---@param options table
---@param words string[]
---@return integer status
function M.run(options, words)
  local session = { environment = script.environment ".", files = {}, from = options.from }
  session.environment.cfgrun, session.environment.tree = library, library.tree
  session.environment.docs = {}
  read_files(session, words)
  local typed = core.is_terminal(0) and core.is_terminal(1)
  local status = 0
  local editor = typed and core.editor { history = history_file(), complete = completer(session) }
  local function read(prompt)
    if editor then
      return editor:read(prompt)
    elseif typed then
      io.stdout:write(prompt):flush()
    end
    return io.stdin:read "l"
  end
  if typed then
    io.stdout:write(("cfgrun %s. :help tells what may be typed, ^D ends.\n"):format(core.version))
  end
  while not session.over do
    local text = next_text(session, read)
    if text == nil then
      break
    end
    if text and text:find "%S" then
      if editor then
        editor:remember(text)
        core.calm()
      end
      local done, told = xpcall(answer, script.problem, session, text)
      if not done then
        local code = tell(told, text)
        status = status ~= 0 and status or code
      end
      io.stdout:flush()
    end
  end
  if typed then
    io.stdout:write(session.over and "" or "\n")
    return 0
  end
  return status
end

return M
