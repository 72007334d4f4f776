-- tests/cli/profile_spec.lua: --profile on every command, its trace and tables; `cfgrun profile`.

local cli = dofile "tests/cli/support.lua"

local RULES = [[
rule "ports-are-free" {
  title = "Ports", why = "w", severity = "warning", select = "$..port", expect = "int",
  check = function(port, ctx) if port < 1024 then ctx:report("port {port}", { port = port }) end end,
}
rule "names-are-short" {
  title = "Names", why = "w", severity = "warning", select = "$..name", expect = "string",
  check = function(name, ctx) if #name > 20 then ctx:report "long" end end,
}
]]

describe("a profile", function()
  local here

  before_each(function()
    here = cli.folder()
    cli.write(here .. "/rules.lua", RULES)
    for i = 1, 40 do
      cli.write(("%s/conf/s%d.yaml"):format(here, i), ("server: { name: s%d, port: %d }\n"):format(i, i * 100))
    end
  end)
  after_each(function()
    cli.remove(here)
  end)

  --- Is the file a trace, with spans of these phases?
  local function valid(file, phases)
    local r = cli.shell(here, ("python3 '%s/tests/cli/trace_valid.py' '%s' %s"):format(cli.root, file, phases or ""))
    assert.equal("", r.err)
    assert.equal(0, r.status)
    return r.out
  end

  it("is a trace whose spans nest, and changes nothing of what is printed", function()
    local plain = cli.run(here, "check -p rules.lua -j4 conf")
    local r = cli.run(here, "check -p rules.lua -j4 conf --profile=out.json")
    assert.equal(plain.out, r.out)
    assert.equal(plain.status, r.status)
    assert.equal(0, r.status)
    valid("out.json", "start code command walk pack script read parse pass recognise check select rule settle outcome report")
    assert.truthy(r.err:find("written to out.json", 1, true), r.err)
    local traced = cli.shell(here, [[python3 -c '
import json
events = json.load(open("out.json"))["traceEvents"]
rules = [e for e in events if e.get("cat") == "rule" and e["ph"] == "X"]
found = sum(e["args"]["amount"] for e in events if e.get("cat") == "rule" and e["ph"] == "i")
print(len(rules), sum(e["args"]["amount"] for e in rules), found)
print(sorted({e["args"]["detail"] for e in events if e.get("cat") == "parse"})[:2])
']])
    assert.equal("80 80 10\n['conf/s1.yaml', 'conf/s10.yaml']\n", traced.out)
  end)

  it("shows phases, files and rules in eighty columns", function()
    local r = cli.run(here, "check -p rules.lua conf --profile")
    for line in r.err:gmatch "[^\n]+" do
      assert.truthy(utf8.len(line) <= 80, line)
    end
    assert.truthy(r.err:find("profile of cfgrun check: ", 1, true), r.err)
    assert.truthy(r.err:find "\nparse +40 ", r.err)
    assert.truthy(r.err:find "\nconf/s%d+%.yaml ", r.err)
    assert.truthy(r.err:find("… and 30 more files", 1, true), r.err)
    assert.truthy(r.err:find "\nports%-are%-free +[%d%.]+ +[%d%.]+ +[%d%.]+ +40 +10\n", r.err)
    assert.truthy(r.err:find("written to cfgrun-profile.json", 1, true), r.err)
    valid("cfgrun-profile.json")
    assert.falsy(r.err:find "\27")
    r = cli.run(here, "check -p rules.lua conf --profile --color=always")
    assert.truthy(r.err:find "\27%[1mphase")
  end)

  it("is had of any command", function()
    cli.write(here .. "/a.yaml", "a: 1\nb: [2, 3]\n")
    cli.write(here .. "/b.yaml", "a: 2\nb: [2, 3]\n")
    cli.write(here .. "/s.lua", "print(...)\nrequire('cfgrun').read 'a.yaml'\n")
    for _, line in ipairs { "get a.yaml /a", "query a.yaml '$.b[*]'", "convert a.yaml --to json", "diff a.yaml b.yaml",
      "fmt --check a.yaml", "set a.yaml /a 5", "unset a.yaml /b/0", "patch a.yaml b.yaml", "merge a.yaml b.yaml a.yaml",
      "compose a.yaml b.yaml", "explain a.yaml /a", "rules", "help check", "version", "test rules.lua" } do
      os.remove(here .. "/cfgrun-profile.json")
      local r = cli.run(here, line .. " --profile")
      assert.truthy(r.err:find("written to cfgrun-profile.json", 1, true), line .. "\n" .. r.err)
      valid("cfgrun-profile.json", "start command code")
    end
    local r = cli.run(here, "run --profile=r.json s.lua --profile=no.json")
    assert.equal("--profile=no.json\n", r.out) -- a word of the script's own
    assert.falsy(cli.exists(here .. "/no.json"))
    valid("r.json", "parse")
    r = cli.run(here, "run s.lua --profile=no.json")
    assert.equal("", r.err)
    assert.falsy(cli.exists(here .. "/no.json"))
  end)

  it("holds the words of the command, and not the values in them", function()
    cli.write(here .. "/own.yaml", "a: hush1\nb: { c: hush2 }\n")
    for line, said in pairs {
      ["set own.yaml /a hush3 /b/c hush4"] = "cfgrun set own.yaml …",
      ["insert own.yaml /d hush3"] = "cfgrun insert own.yaml …",
      ["compose own.yaml --set /a=hush3 -s/a=hush4 --env=T=hush5 -e T=hush6 --root=."] =
        "cfgrun compose own.yaml --set /a=… -s/a=… --env=T=… -e T=… --root=. --profile=out.json",
      ["get own.yaml /a"] = "cfgrun get own.yaml /a --profile=out.json",
    } do
      os.remove(here .. "/out.json")
      cli.run(here, line .. " --profile=out.json")
      local text = cli.read(here .. "/out.json")
      assert.truthy(text:find('"command":"' .. said .. '"', 1, true), line .. "\n" .. text:sub(1, 2000))
      assert.falsy(text:find "hush")
    end
  end)

  it("holds the phases of edits, fixes and compositions", function()
    cli.write(here .. "/a.yaml", "a: 1\nb: { c: 2 }\n")
    cli.write(here .. "/b.yaml", "b: { c: 3 }\n")
    cli.run(here, "set a.yaml /a 5 --profile")
    valid("cfgrun-profile.json", "edit write parse")
    cli.run(here, "compose a.yaml b.yaml --profile")
    valid("cfgrun-profile.json", "compose resolve emit")
    cli.run(here, "fmt a.yaml --profile")
    valid("cfgrun-profile.json", "format")
    cli.write(here .. "/fix.lua", [[
rule "a-is-seven" { title = "t", why = "w", severity = "error", select = "$.a", expect = "int",
  check = function(a, ctx) if a ~= 7 then ctx:report("no", { fix = ctx:replace(7), safety = "safe" }) end end }
]])
    local r = cli.run(here, "check -p fix.lua a.yaml --fix --profile")
    assert.equal("a: 7\nb: { c: 2 }\n", cli.read(here .. "/a.yaml"))
    assert.equal(0, r.status)
    valid("cfgrun-profile.json", "fix write rule")
  end)

  it("takes names with odd bytes", function()
    cli.shell(here, [[printf 'port: 1\n' > "$(printf 'o"d\\d\n\001\377\303(\342\202\254.yaml')"]])
    local r = cli.run(here, "check -p rules.lua . --profile=out.json")
    assert.equal(0, r.status)
    valid("out.json")
    assert.equal("True\n", cli.shell(here, [[python3 -c '
import json
print(any("o\"d\\d\n\x01\\xff\\xc3(\u20ac.yaml" in e["args"].get("detail", "") for e in json.load(open("out.json"))["traceEvents"]))
']]).out)
    for line in r.err:gmatch "[^\n]+" do
      assert.truthy(utf8.len(line), line)
      assert.falsy(line:find "%c", line)
    end
  end)

  it("says what it could not write, behind the output of the command", function()
    for _, file in ipairs { "missing/p.json", "/dev/full", "conf" } do
      local r = cli.run(here, "get conf/s1.yaml /server/port --profile=" .. file)
      assert.equal("100\n", r.out)
      assert.equal(2, r.status)
      assert.truthy(r.err:find("the profile is not written: ", 1, true), r.err)
      assert.truthy(r.err:find(file, 1, true), r.err)
      assert.truthy(r.err:find("--profile=FILE", 1, true), r.err)
    end
    local r = cli.shell(here, "ulimit -f 16; trap '' XFSZ; $CFGRUN check -p rules.lua conf --profile=big.json")
    assert.equal(2, r.status)
    assert.truthy(r.err:find("the profile is not written: ", 1, true), r.err)
    assert.falsy(cli.exists(here .. "/big.json"))
    assert.equal("", cli.shell(here, "ls -a | grep cfgrun- | cat").out)
    if not cli.is_root() then
      cli.shell(here, "mkdir ro && chmod 555 ro")
      r = cli.run(here, "get conf/s1.yaml /server/port --profile=ro/p.json")
      assert.equal(2, r.status)
    end
  end)

  it("goes into a pipe", function()
    local r = cli.shell(here, "mkfifo p; cat p > got.json & $CFGRUN get conf/s1.yaml /server/port --profile=p; wait")
    assert.equal("100\n", r.out)
    assert.equal(0, r.status)
    valid "got.json"
  end)

  it("is written of a command that fails, and of one that is interrupted", function()
    cli.write(here .. "/bad.yaml", "a: [1\n")
    local r = cli.run(here, "get bad.yaml /a --profile=out.json")
    assert.equal(2, r.status)
    valid("out.json", "command parse")
    cli.write(here .. "/loop.lua", "io.open('ready', 'w'):close()\nwhile true do end\n")
    r = cli.shell(here, [[$CFGRUN run --profile=loop.json loop.lua & pid=$!
      while ! test -e ready; do sleep 0.05; done; kill -TERM $pid; wait $pid]])
    assert.equal(130, r.status)
    valid("loop.json", "command")
  end)

  it("goes with --stats", function()
    local r = cli.run(here, "get conf/s1.yaml /server/port --stats --profile")
    assert.truthy(r.err:find "time: parse +1 ", r.err)
    valid("cfgrun-profile.json", "parse")
  end)
end)

describe("cfgrun profile", function()
  local here

  before_each(function()
    here = cli.folder()
    cli.write(here .. "/a.yaml", ("- { name: somebody, port: 80, list: [1, 2, 3] }\n"):rep(3000))
  end)
  after_each(function()
    cli.remove(here)
  end)

  --- The JSON of a profile, judged: quantiles in order, sets as expected; prints what a Python expression says of it.
  local function judge(arguments, expression)
    local r = cli.shell(here, ("$CFGRUN profile -f json %s > p.json"):format(arguments))
    assert.equal("", r.err)
    assert.equal(0, r.status)
    return cli.shell(here, ([==[python3 -c '
import json
p = json.load(open("p.json"))
ORDER = ("best", "lower", "median", "upper", "worst")
for s in p["sets"]:
    for name, f in list(s["figures"].items()) + [(x["phase"], x["own_ns"]) for x in s["phases"]]:
        values = [f[k] for k in ORDER]
        assert values == sorted(values), (name, values)
    assert s["figures"]["wall_ns"]["best"] > 0
sets = {s["name"]: s for s in p["sets"]}
phases = {name: {x["phase"]: x for x in s["phases"]} for name, s in sets.items()}
print(%s)
']==]):format(expression)).out
  end

  it("repeats a command in processes of its own, cold and warm", function()
    assert.equal("True 4 cfgrun get a.yaml /0/name ['cold', 'warm']\n",
      judge("-n 4 get a.yaml /0/name", [[p["processes"], p["runs"], p["what"], list(sets)]]))
    assert.equal("True True True True 1\n", cli.shell(here, [[python3 -c '
import json
p = json.load(open("p.json"))
cold, warm = p["sets"]
names = lambda s: {x["phase"] for x in s["phases"]}
f = cold["figures"]
print("cache" not in names(cold), {"start", "code", "command"} <= names(cold), f["peak"]["median"] > 1e6,
  f["faults"]["median"] > 100 and f["lua_allocations"]["best"] > 100,
  [x["spans"] for x in cold["phases"] if x["phase"] == "command"][0])
']]).out)
    assert.equal("['cold']\n", judge("-n 1 --no-cache get a.yaml /0/name", "list(sets)"))
    assert.equal("True\n", judge("-n 2 check -p pack:yaml a.yaml --fail-on=info", [==["rule" in phases["cold"]]==]))
  end)

  it("repeats a load in this process", function()
    assert.equal("False 5 a.yaml ['cold', 'warm'] True True\n", judge("-n 5 a.yaml",
      [[p["processes"], p["runs"], p["what"], list(sets), phases["cold"]["parse"]["own_ns"]["best"] > 0,
        sets["cold"]["figures"]["resident"]["best"] > 1e6]]))
  end)

  it("shows tables in eighty columns", function()
    for _, words in ipairs { "a.yaml", "get a.yaml /0/name" } do
      local r = cli.run(here, "profile -n 2 " .. words)
      assert.equal("", r.err)
      for line in r.out:gmatch "[^\n]+" do
        assert.truthy(utf8.len(line) <= 80, line)
      end
      assert.truthy(r.out:find "\ncold, without a cache +best +quartile +median +quartile +worst\nwall ms +[%d.]+", r.out)
      assert.truthy(r.out:find "\nwarm, with a cache ", r.out)
      assert.truthy(r.out:find "\nown ms, median +cold +spans +warm +spans\n", r.out)
    end
  end)

  it("says what cannot be repeated", function()
    for line, said in pairs {
      ["chekc a.yaml"] = "did you mean 'cfgrun profile check'?", ["missing.yaml"] = "neither a command nor a file",
      ["-n 0 a.yaml"] = "--runs cannot be '0'", ["-n x a.yaml"] = "--runs cannot be 'x'", [""] = "it needs",
      ["profile a.yaml"] = "a profile of profiles", ["-n 2 get a.yaml"] = "ends with status 2",
      ["-n 2 get missing.yaml /a"] = "run it by itself to see why", ["a.yaml -n 2"] = "'a.yaml' is a file, and '-n' stands behind it",
      ["-n 1 get a.yaml /0/name --profile=x.json"] = "leave '--profile=x.json' out" } do
      local r = cli.run(here, "profile " .. line)
      assert.equal(2, r.status)
      assert.equal("", r.out)
      assert.truthy(r.err:find(said, 1, true), line .. "\n" .. r.err)
    end
    cli.write(here .. "/bad.yaml", "a: [1\n")
    local r = cli.run(here, "profile bad.yaml")
    assert.equal(2, r.status)
    assert.truthy(r.err:find("bad.yaml:2", 1, true) or r.err:find("bad.yaml:1", 1, true), r.err)
  end)
end)
