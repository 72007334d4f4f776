-- tests/cli/bad_input_spec.lua: what must not be there and is. A message with place and hint, the status that is
-- documented, and the other files still checked.

local cli = dofile "tests/cli/support.lua"

local RULE = [[rule "has-a" { title = "t", why = "w", severity = "error", expect = "mapping",
  check = function(root, ctx) if not root.a then ctx:report "no a" end end, examples = { pass = "a: 1" } }]]

--- A mapping each of whose values is ten times the one before.
local function bomb()
  local lines = { "a0: &a0 [x]" }
  for i = 1, 9 do
    lines[#lines + 1] = ("a%d: &a%d [%s]"):format(i, i, (("*a%d, "):format(i - 1)):rep(10))
  end
  return table.concat(lines, "\n") .. "\n"
end

describe("bad input", function()
  local here

  before_each(function()
    here = cli.folder()
    cli.write(here .. "/r.lua", RULE)
    cli.write(here .. "/good.yaml", "b: 1\n")
  end)
  after_each(function()
    cli.remove(here)
  end)

  --- Checks a file beside a good one, whose finding must be there.
  local function check(name, bytes, arguments)
    if bytes then
      cli.write(here .. "/" .. name, bytes)
    end
    local r = cli.run(here, ("check --isolated -p r.lua %s '%s' good.yaml"):format(arguments or "", name))
    assert.truthy(r.out:find("good.yaml:1:1: error: no a [has-a]", 1, true), r.out .. r.err)
    assert.falsy(r.err:find("internal error", 1, true), r.err)
    return r
  end

  it("in a file is a finding at its place", function()
    for _, case in ipairs {
      { "utf8.yaml", "a: \"\xff\"\n", "utf8.yaml:1:5: error: " },
      { "nul.yaml", "a: 1\0\n", "nul.yaml:1:5: error: " },
      { "nul.json", '{"a": "\0"}', "nul.json:1:8: error: " },
      { "cut.json", '{"a": [1, 2', "cut.json:1:12: error: " },
      { "cut.yaml", "a: [1, 2\n", "cut.yaml:" },
      { "twice.yaml", "a: 1\nb: 2\na: 3\n", "twice.yaml:3:1: error: " },
      { "twice.json", '{"a":1,"\\u0061":2}', "twice.json:1:8: error: " },
      { "key.yaml", "? [a]\n: 1\n", "key.yaml:1:3: error: " },
      { "cycle.yaml", "a: &x [*x]\n", "cycle.yaml:1:8: error: " },
      { "tab.yaml", "a:\n\tb: 1\n", "tab.yaml:2:" },
      { "deep.json", ("["):rep(100000), "deep.json:1:129: error: limit depth reached" },
      { "bomb.yaml", bomb(), "error: limit aliases reached" },
      { "utf16.yaml", "\xff\xfea\0:\0 \0001\0\n\0", "utf16.yaml:1:1: error: " },
    } do
      local r = check(case[1], case[2])
      assert.equal(1, r.status, case[1])
      assert.truthy(r.out:find(case[3], 1, true), case[1] .. ": " .. r.out)
      assert.truthy(r.out:find("[syntax]", 1, true), r.out)
    end
  end)

  it("that is empty, only comments, or a scalar is no trouble", function()
    for i, text in ipairs { "", "\n", "# nothing\n", "--- # a\n", "text\n", "\xef\xbb\xbf" } do
      assert.equal(1, check(("e%d.yaml"):format(i), text).status)
    end
    assert.truthy(check("e.json", "").out:find("e.json:1:1: error: ", 1, true))
  end)

  it("that cannot be read is a failure, with the others checked", function()
    cli.shell(here, "mkfifo pipe.yaml; mkdir folder.yaml; ln -s loop.yaml loop.yaml; mkdir -p d/e; ln -s .. d/e/up; "
      .. "ln -s nowhere d/dangling.yaml; echo 'a: 1' > d/ok.yaml")
    local r = cli.run(here, "get /dev/zero /a --limit file=1000000")
    assert.equal(2, r.status)
    assert.truthy(r.err:find("/dev/zero: ", 1, true) and r.err:find("--limit file=", 1, true), r.err)
    r = cli.run(here, "get d /a")
    assert.equal("cfgrun: d: cannot read: it is a folder\n", r.err)
    r = check "d"
    assert.equal(2, r.status)
    assert.equal("cfgrun: d/dangling.yaml: it cannot be looked at: no such file or folder\n", r.err)
    r = cli.run(here, "check --isolated -p r.lua loop.yaml good.yaml")
    assert.equal(2, r.status)
    assert.truthy(r.err:find("'loop.yaml' cannot be read: too many symbolic links", 1, true), r.err)
    assert.equal(1, check("folder.yaml").status) -- a folder is looked into
    if not cli.is_root() then
      cli.shell(here, "echo 'a: 1' > locked.yaml; chmod 0 locked.yaml")
      r = check "locked.yaml"
      assert.equal(2, r.status)
      assert.truthy(r.err:find("locked.yaml: cannot open: permission denied", 1, true), r.err)
    end
  end)

  it("with names that are odd is checked under them", function()
    for _, name in ipairs { "with space.yaml", "new\nline.yaml", "-dash.yaml", "ümlaut.yaml", "q'q.yaml", "br[a]ck.yaml",
      "bad\xff.yaml" } do
      cli.write(here .. "/odd/" .. name, "b: 1\n")
    end
    local r = cli.run(here, "check --isolated -p r.lua odd")
    assert.truthy(r.out:find("7 errors in 7 files", 1, true), r.out .. r.err)
    assert.truthy(r.out:find("odd/new\\x0aline.yaml:1:1: error", 1, true))
    assert.truthy(r.out:find("odd/bad?.yaml:1:1: error", 1, true))
    r = cli.shell(here .. "/odd", "$CFGRUN check --isolated -p ../r.lua -- -dash.yaml 'br[a]ck.yaml'")
    assert.truthy(r.out:find("2 errors in 2 files", 1, true), r.out .. r.err)
  end)

  it("in a rule is a failure of that rule alone", function()
    for body, told in pairs {
      ["error 'no luck'"] = "no luck",
      ["error {}"] = "",
      ["error()"] = "",
      ["local x = nil; return x.y"] = "",
      ["while true do end"] = "limit time reached",
      ["local t = {} while true do t[#t + 1] = ('x'):rep(1e6) .. #t end"] = "limit memory reached",
      ["local function f() return f() + 1 end f()"] = "",
      ["pcall(function() while true do end end)"] = "limit time reached",
      ["for i = 1, 1e9 do ctx:report 'x' end"] = "limit findings reached",
      ["ctx:report(5)"] = "",
      ["ctx:report('x', { at = '/nothing/here' })"] = "",
      ["ctx:report('x', { fix = 7 })"] = "",
      ["return re.test('" .. ("a"):rep(40) .. "b', '(a+)+$')"] = "",
    } do
      cli.write(here .. "/bad.lua", ('rule "bad" { title = "t", why = "w", select = "$.a", check = function(_, ctx) %s end,\n'
        .. 'examples = { pass = "b: 1" } }'):format(body))
      local r = check("a.yaml", "a: 1\n", "-p bad.lua --limit time=300 --max-per-rule 1")
      if not (body:find "re.test") then
        assert.equal(2, r.status, body .. r.out .. r.err)
        assert.truthy(r.err:find("rule 'bad' failed on a.yaml", 1, true), body .. ": " .. r.err)
        assert.truthy(r.err:find(told, 1, true), body .. ": " .. r.err)
      end
    end
  end)

  it("in a policy is refused with file and line", function()
    for text, told in pairs {
      ["rule 'x' {"] = "r2.lua:1:",
      ["os.exit(1)"] = "r2.lua:1:",
      ["rule 'x' { title = 't' }"] = "why",
      ["rule 'Bad Name' { title = 't', why = 'w', check = print }"] = "Bad Name",
      ["rule 'x' { title = 't', why = 'w', check = print, sellect = '$' }"] = "sellect",
      ["rule 'x' { title = 't', why = 'w', check = print, select = '$[' }"] = "$[",
      ["while true do end"] = "limit time reached",
      ["\27Lua"] = "r2.lua",
    } do
      cli.write(here .. "/r2.lua", text)
      local r = cli.run(here, "check --isolated -p r2.lua good.yaml --limit time=300")
      assert.equal(2, r.status, text .. r.err)
      assert.truthy(r.err:find("r2.lua", 1, true) and r.err:find(told, 1, true), text .. ": " .. r.err)
      assert.falsy(r.err:find("traceback", 1, true), r.err)
      assert.falsy(r.err:find("\27", 1, true))
    end
  end)

  it("on the command line is refused with what to write", function()
    for line, told in pairs {
      ["check --limit depht=3 -p r.lua"] = "did you mean 'depth'?",
      ["check --limit depth -p r.lua"] = "is not NAME=VALUE",
      ["check --limit depth=99999999999999999999 -p r.lua"] = "the most is 1000",
      ["check -p good.yaml"] = "good.yaml: this is no policy",
      ["check -p pack:kubernets"] = "no pack is called 'kubernets'",
      ["check -p r.lua --fix guarded"] = "write --fix=guarded",
      ["check -p r.lua --fix=all"] = "it is one of safe, guarded",
      ["check -p r.lua --jobs 0"] = "is no number of threads",
      ["check -p r.lua --now soon"] = "2026-11-22T18:30:00Z",
      ["check -p r.lua --format"] = "needs a value",
      ["check -p r.lua --formt text"] = "did you mean '--format'?",
      ["check -p r.lua --dry-run=1"] = "takes no value",
      ["check -p r.lua nothing.yaml"] = "'nothing.yaml' cannot be read",
      ["check --config nothing.yaml"] = "nothing.yaml: cannot open: no such file or folder",
      ["convert good.yaml"] = "--to FORMAT is missing",
      ["convert good.yaml --to ini"] = "it is one of yaml, json, jsonc",
      ["get good.yaml"] = "it needs FILE POINTER",
      ["get good.yaml b"] = "did you mean '/b'?",
      ["get good.yaml .a.b[0]"] = "did you mean '/a/b/0'?",
      ["get good.yaml '$.a'"] = "`cfgrun query` takes queries",
      ["get good.yaml /a --document x"] = "--document cannot be 'x'",
      ["set good.yaml /a -1"] = "goes behind `--`: cfgrun set --",
      ["run nothing.lua"] = "nothing.lua: cannot open: no such file or folder",
      ["helo"] = "did you mean 'cfgrun help'?",
    } do
      local r = cli.run(here, line)
      assert.equal(2, r.status, line)
      assert.equal("", r.out)
      assert.truthy(r.err:find(told, 1, true), line .. ": " .. r.err)
    end
  end)

  it("does not matter to who pipes: an end that is gone, a disk that is full", function()
    cli.write(here .. "/many.yaml", ("- {b: 1}\n"):rep(20000))
    local r = cli.shell(here, "$CFGRUN convert many.yaml --to json | head -c 10")
    assert.equal("", r.err)
    r = cli.shell(here, "$CFGRUN convert many.yaml --to json > /dev/full")
    assert.equal(2, r.status)
    assert.equal("cfgrun: the output could not be written: no space left on the device\n", r.err)
    r = cli.shell(here, "$CFGRUN check --isolated -p r.lua - <&-")
    assert.equal(2, r.status)
    assert.truthy(r.err:find("standard input: cannot read", 1, true), r.err)
  end)

  it("ends at once when interrupted, also inside a rule, and leaves files alone", function()
    cli.write(here .. "/loop.lua", [[rule "loop" { title = "t", why = "w", check = function() while true do end end,
      examples = { pass = "a: 1" } }]])
    local r = cli.shell(here, "$CFGRUN check --isolated -p loop.lua good.yaml --limit time=600000 & p=$!; sleep 0.5; "
      .. "s=$(date +%s%N); kill -INT $p; wait $p; echo $? $(( ($(date +%s%N) - s) / 1000000 ))")
    local status, ms = r.out:match "^(%d+) (%d+)\n$"
    assert.equal("130", status, r.out)
    assert.truthy(tonumber(ms) < 400, ms) -- 50 ms and the patience of a busy machine
    assert.equal("cfgrun: interrupted\n", r.err)
  end)
end)
