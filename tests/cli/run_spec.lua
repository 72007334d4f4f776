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
    assert.equal(2, script("return 4 / 2").status)
    assert.equal(255, script("return 256").status)
    assert.equal(255, script("return -1").status)
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

  it("loads Lua into the script's own world", function()
    cli.write(here .. "/more.lua", "mine = (mine or 0) + 1 return require 'cfgrun'")
    local r = script [[
      local cfgrun = require "cfgrun"
      print(dofile "more.lua" == cfgrun, loadfile "more.lua"() == cfgrun, load "return require 'cfgrun'"() == cfgrun, mine)
      print(load("return x", "=n", "t", { x = 5 })(), load("return x", "=n", "t", nil))
    ]]
    assert.truthy(r.out:find "^true\ttrue\ttrue\t2\n5\tfunction", r.out .. r.err)
  end)

  it("keeps nulls in their places", function()
    local r = script [=[
      local cfgrun = require "cfgrun"
      local doc = cfgrun.parse "list: [1, null, 3]\n2: two\nempty: []\nmap: {}\nwhen: 2020-01-02\n"
      for i, v in ipairs(doc.list) do io.write(i, "=", tostring(v), " ") end
      for i, v in pairs(doc.list) do io.write(i, ":", v, " ") end
      for i, v in ipairs { "a", nil, "c" } do io.write(i, "=", v, "\n") end
      print(#doc.list, doc["2"], doc[2], doc.list[0], doc.list.x, doc.list[1.0])
      print(cfgrun.json(doc, true))
      print(doc == {}, {} == doc, doc.map == doc.map, doc.map == doc.empty)
    ]=]
    assert.equal([=[
1=1 2=nil 3=3 1:1 3:3 1=a
3	two	nil	nil	nil	nil
{"2":"two","empty":[],"list":[1,null,3],"map":{},"when":"2020-01-02"}
false	false	true	false
]=], r.out)
    assert.equal("", r.err)
  end)

  it("passes over empty documents, and takes one where one is meant", function()
    cli.write(here .. "/m.yaml", "---\n# nothing\n---\na: 1\n---\na: 2\n")
    local r = script [[
      local cfgrun = require "cfgrun"
      for i, doc in ipairs(cfgrun.read_all "m.yaml") do print(i, doc.a) end
      for _, read in ipairs { cfgrun.read, function() cfgrun.parse "a: 1\n---\na: 2\n" end } do
        local _, why = pcall(read, "m.yaml")
        print(why.message)
      end
    ]]
    assert.equal("1\t1\n2\t2\nthe stream has 3 documents\nthe stream has 2 documents\n", r.out)
  end)

  it("holds views and their documents as long as they are used", function()
    local r = script [[
      local cfgrun = require "cfgrun"
      local kept = {}
      for i = 1, 50 do kept[i] = cfgrun.parse("a: {b: {c: [1, x" .. i .. "]}}").a.b.c end
      collectgarbage() collectgarbage()
      for i = 1, 50 do assert(kept[i][2] == "x" .. i) end
    ]]
    assert.equal(0, r.status, r.err)
  end)

  it("tells any error at a line of the script", function()
    for text, said in pairs {
      ["local d = require('cfgrun').parse 'a: 1'\nrequire('cfgrun').tree.get(d, 1)"] = "s.lua:2: a path is a string",
      ["require('cfgrun').parse(nil)"] = "s.lua:1: the text of a document was needed, got nil",
      ["\nrequire('cfgrun').read()"] = "s.lua:2: bad argument #1 to 'read'",
      ["local d = require('cfgrun').parse 'a: 1'\nrequire('cfgrun').tree.select(d, '$..[')"] = "met by s.lua:2",
      ["error 'I was interrupted'"] = "s.lua:1: I was interrupted",
      ["error(require('cfgrun').parse 'message: 5')"] = "the script raised message: 5",
      ["error { message = 42 }"] = "the script raised table",
      ["error { message = 'm', exit = 'x' }"] = "the script raised table",
      ["error(setmetatable({}, { __tostring = function() return 'mine' end }))"] = "the script raised mine",
      ["error()"] = "the script raised nil",
      ["require 'nothing'"] = "module 'nothing' not found: no file './nothing.lua', './nothing/init.lua'",
    } do
      local r = script(text)
      assert.equal(2, r.status, text)
      assert.truthy(r.err:find(said, 1, true), text .. "\n" .. r.err)
    end
  end)

  it("is not interrupted, but fails, when memory is at its end", function()
    cli.write(here .. "/s.lua", "local t\nwhile true do\n  t = { t }\nend\n")
    local limit = "ulimit -v 100000; $CFGRUN "
    if cli.shell(here, limit .. "version").status ~= 0 then
      pending "a sanitizer wants more address space"
    end
    local r = cli.shell(here, limit .. "run s.lua")
    assert.equal(2, r.status)
    assert.equal("cfgrun: not enough memory\n", r.err)
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

  it("goes on with what is unfinished, an expression too", function()
    local r = cli.shell(here, [[printf '{ 1,\n2 }\n1 +\n2\nf = function()\nreturn 3 end f()\n' | $CFGRUN repl]])
    assert.equal("[\n  1,\n  2\n]\n3\n", r.out)
    assert.equal("", r.err)
    r = cli.shell(here, [[printf '1 +\n2 +' | $CFGRUN repl]])
    assert.truthy(r.err:find("repl:2: unexpected symbol near <eof>", 1, true), r.err)
    assert.equal(2, r.status)
  end)

  it("shows what it reads harmlessly, all of it", function()
    cli.write(here .. "/odd.yaml", 'list: ["\\e[31m", "\\0", ü, null]\n')
    local r = cli.shell(here, [[printf '$.list[*]\n/list/3\ndoc.list[3]\n' | $CFGRUN repl odd.yaml]])
    assert.equal('"\\27[31m"\n"\\0"\n"ü"\nnil\n"ü"\n', r.out)
    assert.equal(0, cli.shell(here, "$CFGRUN repl odd.yaml < /dev/null").status)
    r = cli.shell(here, [[lua5.4 -e 'print("#\"" .. ("x"):rep(1000000) .. "\"")' | $CFGRUN repl]])
    assert.equal("1000000\n", r.out)
  end)

  it("completes, remembers and survives ^C on a terminal", function()
    if cli.shell(here, "command -v python3").status ~= 0 then
      pending "python3 is not installed"
    end
    cli.write(here .. "/drive.py", [[
import os, pty, select, signal, sys, time
signal.alarm(120)
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
send(b"doc.ag\t[2].mod\t\r"); until(b"claude"); until(b"> ")
send(b"/agents/0/mod\t\r"); until(b'"gpt-4o"'); until(b"> ")
send(b"while true do end\r"); time.sleep(0.5); send(b"\x03"); until(b"interrupted"); until(b"> ")
send(b"half a line"); time.sleep(0.3); send(b"\x03"); until(b"> ")
send(b"if true then\r"); until(b".. "); send(b"\x03"); until(b"> ")
send(b"#'\xc3\xbc\xc3\xbc'\r"); until(b"\n4"); until(b"> ")
send(b"/agents/0/mod\t\r"); until(b'"gpt-4o"'); until(b"> ")
send(b"\x1b[A\r"); until(b'"gpt-4o"'); until(b"> ")
status = None
for attempt in range(20): # a busy machine may swallow an end that comes before the line is read, or leave something in it
    send(b"\x15\x04")
    for _ in range(20):
        if select.select([fd], [], [], 0.05)[0]:
            try: os.read(fd, 4096)
            except OSError: time.sleep(0.05) # its terminal is closed: it is about to end
        done, status = os.waitpid(pid, os.WNOHANG)
        if done: break
    if done: break
else:
    sys.exit("^D does not end it")
sys.exit(os.WEXITSTATUS(status))
]])
    local r = cli.shell(here, "timeout 60 python3 drive.py \"$CFGRUN\"")
    assert.equal(0, r.status, r.err)
    local history = here .. "/.local/state/cfgrun/history"
    assert.truthy(cli.read(history):find "agents")
    assert.equal("600\n", cli.shell(here, "stat -c %a '" .. history .. "'").out)
  end)

  it("leaves the terminal as it was when it is terminated, and needs neither a home nor a clever terminal", function()
    if cli.shell(here, "command -v python3").status ~= 0 then
      pending "python3 is not installed"
    end
    cli.write(here .. "/end.py", [[
import os, pty, select, signal, sys, termios, time
child, fd = pty.openpty()
before = termios.tcgetattr(fd)
pid = os.fork()
if pid == 0:
    os.setsid()
    for n in range(3): os.dup2(fd, n)
    os.environ.update(TERM="dumb", HOME="/proc/nothing", XDG_STATE_HOME="")
    os.execv(sys.argv[1], [sys.argv[1], "repl"])
seen = b""
def until(word):
    global seen
    end = time.time() + 20
    while word not in seen:
        if time.time() > end: sys.exit("no %r in %r" % (word, seen))
        if select.select([child], [], [], 0.2)[0]: seen += os.read(child, 4096)
    seen = seen[seen.find(word) + len(word):]
until(b"> ")
os.write(child, b"6 * 7\r"); until(b"\n42"); until(b"> ")
time.sleep(0.3)
during = termios.tcgetattr(fd)
os.kill(pid, signal.SIGTERM)
_, status = os.waitpid(pid, 0)
if during[3] == before[3]: sys.exit("never raw")
if termios.tcgetattr(fd)[3] != before[3]: sys.exit("still raw")
sys.exit(os.WEXITSTATUS(status))
]])
    local r = cli.shell(here, "timeout 60 python3 end.py \"$CFGRUN\"")
    assert.equal(130, r.status, r.err)
  end)
end)
