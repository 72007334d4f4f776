-- tests/cli/run_spec.lua: scripts and the shell: values, places, errors, exit statuses, and a real terminal.

local cli = dofile "tests/cli/support.lua"

local STACK = [[
# two agents
agents:
  - id: planner
    model: gpt-4o
    tags: [fast, cheap]
  - id: writer
    model: claude
    limit: null
]]

describe("cfgrun run", function()
  local here

  before_each(function()
    here = cli.folder()
    cli.write(here .. "/stack.yaml", STACK)
  end)
  after_each(function()
    cli.remove(here)
  end)

  local function script(text, arguments)
    cli.write(here .. "/s.lua", text)
    return cli.run(here, "run s.lua " .. (arguments or ""))
  end

  it("runs the report of the manual", function()
    local text = cli.read(cli.root .. "/docs/scripts.md"):match "```lua\n(.-)```"
    local r = script(text, "stack.yaml")
    assert.equal("agent    model   place\nplanner  gpt-4o  stack.yaml:4\nwriter   claude  stack.yaml:7\n", r.out)
    assert.equal("", r.err)
    assert.equal(0, r.status)
  end)

  it("gives values as rules have them", function()
    script [=[
      local cfgrun = require "cfgrun"
      local tree = cfgrun.tree
      local doc = cfgrun.read "stack.yaml"
      print(#doc.agents, doc.agents[1].id, doc.agents[3], doc.agents[2].limit, tree.has(doc.agents[2], "limit"))
      print(doc.agents[1] == doc.agents[1], doc.agents[1] == doc.agents[2], tree.kind(doc, "agents"))
      print(tree.get(doc, "agents[1].model"), tree.get(doc, "/agents/0/tags/1"), tree.path(doc.agents[1], "tags"))
      for key, value in pairs(doc.agents[2]) do io.write(key, "=", tostring(value), " ") end
      print(table.concat(tree.keys(doc.agents[2]), ","))
      for i, tag in ipairs(doc.agents[1].tags) do io.write(i, tag, " ") end
      print(cfgrun.json({ doc.agents[1].tags, n = nil }, true))
      local copy = tree.totable(doc)
      copy.agents[1].id = "changed"
      print(copy.agents[1].id, doc.agents[1].id, cfgrun.parse("a: 1").a, select("#", ...), (...), arg[0])
    ]=]
    local r = cli.run(here, "run s.lua --limit 'two words'")
    assert.equal([=[
2	planner	nil	nil	true
true	false	sequence
claude	cheap	/agents/0/tags
id=writer model=claude id,model,limit
1fast 2cheap [["fast","cheap"]]
changed	planner	1	2	--limit	s.lua
]=], r.out)
    assert.equal("", r.err)
  end)

  it("checks", function()
    local r = script [[
      local found = require("cfgrun").check { paths = { "b.yaml" }, policies = { "pack:yaml" } }
      for _, f in ipairs(found.findings) do print(f.file, f.line, f.rule) end
    ]]
    assert.equal(2, r.status)
    assert.truthy(r.err:find "'b.yaml' cannot be read", r.err)
    cli.write(here .. "/b.yaml", "a: no\n")
    r = cli.run(here, "run s.lua")
    assert.equal("b.yaml\t1\tboolean-words-quoted\n", r.out)
  end)

  it("returns the script's status", function()
    assert.equal(3, script("return 3").status)
    assert.equal(1, script("return false").status)
    assert.equal(0, script("return 'done'").status)
    assert.equal(7, script("os.exit(7)").status)
  end)

  it("requires what stands beside the script, and nothing of cfgrun's own", function()
    cli.write(here .. "/lib/json.lua", "hidden = 1 return { name = 'mine' }")
    cli.write(here .. "/lib/s.lua", "local json = require 'json' print(json.name, hidden, require('string') == string)")
    local r = cli.run(here, "run lib/s.lua")
    assert.equal("mine\t1\ttrue\n", r.out)
    r = script "require 'terminal'"
    assert.equal(2, r.status)
    assert.truthy(r.err:find "s.lua:1: module 'terminal' not found", r.err)
  end)

  it("shows errors with their line", function()
    local r = script "local x\n  print(x.y)\n"
    assert.equal(2, r.status)
    assert.equal("cfgrun: s.lua:2: attempt to index a nil value (local 'x')\n    2 |   print(x.y)\n      | ^^^^^^^^^^^^\n", r.err)
    r = script "local cfgrun = require 'cfgrun'\ncfgrun.read 'nowhere.yaml'"
    assert.equal("cfgrun: nowhere.yaml: cannot open: no such file or folder\n      met by s.lua:2\n", r.err)
    r = script "print('a'"
    assert.truthy(r.err:find "^cfgrun: s.lua:1: '%)' expected near <eof>", r.err)
    r = script "local doc = require('cfgrun').read 'stack.yaml'\ndoc.agents = 1"
    assert.truthy(r.err:find "s.lua:2: documents do not change", r.err)
    r = script "error { 1 }"
    assert.equal(2, r.status)
    cli.write(here .. "/s.lua", "local function inner() error 'deep' end\ninner()\n")
    assert.truthy(cli.run(here, "run --trace s.lua").err:find "s.lua:2: in main chunk")
    assert.equal(2, cli.run(here, "run nothing.lua").status)
  end)

  it("is interrupted at once", function()
    cli.write(here .. "/s.lua", "while true do end")
    local r = cli.shell(here, "$CFGRUN run s.lua & p=$!; sleep 0.3; kill -INT $p; wait $p")
    assert.equal(130, r.status)
    assert.truthy(r.err:find "interrupted")
  end)
end)

describe("cfgrun repl", function()
  local here

  before_each(function()
    here = cli.folder()
    cli.write(here .. "/stack.yaml", STACK)
  end)
  after_each(function()
    cli.remove(here)
  end)

  it("answers lines from a pipe", function()
    cli.write(here .. "/lines", [[
/agents/1/model
$..tags[*]
#doc.agents
for i = 1, 2 do
  print(i)
end
x = { b = 1, a = "two" }
x
:load stack.yaml stack.yaml
#docs
_
]])
    local r = cli.run(here, "repl stack.yaml < lines")
    assert.equal([[
"claude"
"fast"
"cheap"
2
1
2
{
  "a": "two",
  "b": 1
}
2
2
]], r.out)
    assert.equal("", r.err)
    assert.equal(0, r.status)
  end)

  it("tells errors and goes on", function()
    local r = cli.shell(here, "printf 'x.y\\n/agnets\\n:bad\\nif then\\n1+1\\n' | $CFGRUN repl stack.yaml")
    assert.equal("2\n", r.out)
    assert.truthy(r.err:find "cfgrun: repl:1: attempt to index a nil value %(global 'x'%)\n    1 | x.y\n", r.err)
    assert.truthy(r.err:find("did you mean 'agents'?", 1, true), r.err)
    assert.truthy(r.err:find("there is no command ':bad'", 1, true), r.err)
    assert.truthy(r.err:find("repl:1: unexpected symbol near 'then'", 1, true), r.err)
    assert.equal(2, r.status)
    assert.equal(1, cli.shell(here, "echo /nothing | $CFGRUN repl stack.yaml").status)
  end)

  it("completes, remembers and survives ^C on a terminal", function()
    if cli.shell(here, "command -v python3").status ~= 0 then
      pending "python3 is not installed"
    end
    cli.write(here .. "/drive.py", [[
import os, pty, select, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.environ.update(TERM="xterm", HOME=os.getcwd(), XDG_STATE_HOME="", LC_ALL="C.UTF-8")
    os.execv(sys.argv[1], [sys.argv[1], "repl", "stack.yaml"])
seen = b""
def until(word):
    global seen
    end = time.time() + 20
    while word not in seen:
        if time.time() > end:
            sys.exit("no %r in %r" % (word, seen))
        if select.select([fd], [], [], 0.2)[0]:
            try: seen += os.read(fd, 4096)
            except OSError: break
    seen = seen[seen.find(word) + len(word):]
def send(text):
    os.write(fd, text)
until(b"> ")
send(b"doc.ag\t[2].mod\t\r"); until(b"claude")
send(b"/agents/0/mod\t\r"); until(b'"gpt-4o"')
send(b"while true do end\r"); time.sleep(0.5); send(b"\x03"); until(b"interrupted"); until(b"> ")
send(b"half a line"); time.sleep(0.3); send(b"\x03"); until(b"> ")
send(b"\x1b[A\x1b[A\r"); until(b'"gpt-4o"')
send(b"\x04")
_, status = os.waitpid(pid, 0)
sys.exit(os.WEXITSTATUS(status))
]])
    local r = cli.shell(here, "python3 drive.py \"$CFGRUN\"")
    assert.equal(0, r.status, r.err)
    assert.truthy(cli.read(here .. "/.local/state/cfgrun/history"):find "agents")
  end)
end)
