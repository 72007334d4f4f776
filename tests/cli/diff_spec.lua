-- tests/cli/diff_spec.lua: what `diff` tells about two files, in each of its forms.

local cli = dofile "tests/cli/support.lua"

local A = [[
# the shop
metadata:
  name: web   # the name
spec:
  replicas: 2
  old: {x: 1, y: 2}
  containers:
    - name: web
      image: nginx:1.24
    - name: side
      image: envoy:1
  left: {big: {a: 1, b: [1]}}
  right: {}
]]

local B = [[
metadata: {name: web}
spec:
  containers:
    - name: side
      image: envoy:1
    - name: web
      image: nginx:1.25
    - name: more
      image: foo
  fresh: {x: 1, y: 2}
  replicas: "2"
  left: {}
  right: {big: {a: 1, b: [1]}}
]]

describe("diff", function()
  local here

  before_each(function()
    here = cli.folder()
    cli.write(here .. "/a.yaml", A)
    cli.write(here .. "/b.yaml", B)
  end)
  after_each(function()
    cli.remove(here)
  end)

  local function has(text, part)
    assert.truthy(text:find(part, 1, true), ("'%s' is not in:\n%s"):format(part, text))
  end

  it("tells what changed, came, went, moved and has another name, with both places", function()
    local r = cli.run(here, "diff a.yaml b.yaml")
    assert.equal(1, r.status)
    assert.equal("", r.err)
    has(r.out, "a.yaml → b.yaml: 2 changed, 1 added, 1 renamed, 2 moved\n")
    has(r.out, '~ /spec/replicas: 2 → "2" (int → string)  a.yaml:5:13 → b.yaml:11:13\n')
    has(r.out, "» /spec/old: renamed to fresh  a.yaml:6:8 → b.yaml:10:10\n")
    has(r.out, "~ /spec/containers/0/image: nginx:1.24 → nginx:1.25  a.yaml:9:14 → b.yaml:7:14\n")
    has(r.out, "+ /spec/containers/2:  b.yaml:8:7\n    + name: more\n    + image: foo\n")
    has(r.out, "> /spec/left/big: moved to /spec/right/big  a.yaml:12:15 → b.yaml:13:16\n")
    assert.truthy(r.out:find "> /spec/containers/[01]: moved to /spec/containers/[01]")
  end)

  it("tells what came, and what went, in the order of the files", function()
    cli.write(here .. "/e.yaml", "{}\n")
    cli.write(here .. "/f.yaml", "z: 1\na: {y: 2, b: 3}\nm: 3\n")
    for _, words in ipairs { "e.yaml f.yaml", "f.yaml e.yaml" } do
      local keys = {}
      for key in cli.run(here, "diff " .. words).out:gmatch "\n[+-] (/%a)" do
        keys[#keys + 1] = key
      end
      assert.equal("/z /a /m", table.concat(keys, " "))
    end
  end)

  it("is quiet about equal files, in whatever format and order", function()
    local r = cli.shell(here, "$CFGRUN convert a.yaml --to json > a.json && $CFGRUN diff a.yaml a.json")
    assert.equal(0, r.status)
    assert.equal("", r.out .. r.err)
    assert.equal(0, cli.shell(here, "$CFGRUN convert a.yaml --to json | $CFGRUN diff a.yaml - --from yaml").status)
    r = cli.run(here, "diff a.yaml b.yaml -q")
    assert.equal(1, r.status)
    assert.equal("", r.out .. r.err)
  end)

  it("moves between mappings in a patch", function()
    cli.write(here .. "/a.yaml", "a: {x: {k: 1}, in: 1}\nl: [{name: p, w: {deep: [1]}}, {name: q}]\nz: {in2: 1}\n")
    cli.write(here .. "/b.yaml", "a: {in: 1}\nl: [{name: q, in2: 1}, {name: p}]\nz: {x: {k: 1}, v: {deep: [1]}}\n")
    local r = cli.shell(here, "$CFGRUN diff a.yaml b.yaml -f patch -o p.json; $CFGRUN query '[.[].op]' p.json --compact; "
      .. "$CFGRUN patch a.yaml p.json && $CFGRUN diff a.yaml b.yaml")
    assert.equal("", r.out:match "(%+.*)" or "")
    assert.equal(0, r.status)
    local text = cli.read(here .. "/p.json")
    assert.falsy(text:find('"remove"', 1, true) or text:find('"add"', 1, true))
  end)

  it("reads pipes", function()
    local r = cli.shell(here, "mkfifo one two; cat a.yaml > one & (sleep 0.1; cat b.yaml) > two & $CFGRUN diff one two -q")
    assert.equal(1, r.status)
    assert.equal("", r.out .. r.err)
    assert.equal(0, cli.shell(here, "cat a.yaml > one & $CFGRUN diff one a.yaml").status)
    assert.equal(1, cli.run(here, "diff a.yaml /dev/null").status)
    cli.shell(here, "head -c 200000 /dev/zero | tr '\\0' '#' | fold >> a.yaml; echo >> a.yaml; cp a.yaml c.yaml; echo 'extra: 1' >> c.yaml")
    r = cli.shell(here, "cat a.yaml > one & cat c.yaml > two & $CFGRUN diff one two")
    assert.truthy(r.out:find("+ /extra: 1", 1, true), r.out .. r.err)
  end)

  it("has status 2 for trouble", function()
    assert.equal(2, cli.run(here, "diff a.yaml none.yaml").status)
    assert.equal(2, cli.run(here, "diff a.yaml").status)
    assert.equal(2, cli.run(here, "diff - -").status)
    cli.write(here .. "/bad.yaml", "a: [1\n")
    local r = cli.run(here, "diff a.yaml bad.yaml")
    assert.equal(2, r.status)
    has(r.err, "bad.yaml:")
    assert.equal(2, cli.run(here, "diff a.yaml b.yaml --key nonsense").status)
  end)

  it("makes patches that `patch` takes to the second file", function()
    for _, format in ipairs { "patch", "merge-patch" } do
      local r = cli.shell(here, ("$CFGRUN diff a.yaml b.yaml -f %s -o p.json; $CFGRUN patch a.yaml p.json -o c.yaml && "
        .. "$CFGRUN diff c.yaml b.yaml"):format(format))
      assert.equal("", r.out .. r.err)
      assert.equal(0, r.status)
      has(cli.read(here .. "/c.yaml"), "name: web   # the name\n")
    end
  end)

  it("refuses a merge patch that would have to say null", function()
    cli.write(here .. "/x.yaml", "a: {b: 1}\n")
    cli.write(here .. "/y.yaml", "a: {b: null}\n")
    local r = cli.run(here, "diff x.yaml y.yaml -f merge-patch")
    assert.equal(2, r.status)
    has(r.err, "null")
    has(r.err, "/a/b")
    has(r.err, "--format patch")
  end)

  it("gives JSON with both sides", function()
    cli.write(here .. "/x.yaml", "a: 1\nl: [1, 2]\n")
    cli.write(here .. "/y.yaml", "a: ~\nl: [2]\n")
    local r = cli.run(here, "diff x.yaml y.yaml -f json")
    cli.write(here .. "/r.json", r.out)
    local function get(pointer)
      return cli.run(here, "get r.json " .. pointer).out
    end
    assert.equal("1\n", get "/schema_version")
    assert.equal("false\n", get "/equal")
    assert.equal("changed\n", get "/documents/0/status")
    assert.equal("changed\n", get "/documents/0/changes/0/op")
    assert.equal("/a\n", get "/documents/0/changes/0/path")
    assert.equal("1\n", get "/documents/0/changes/0/before/value")
    assert.equal("null\n", get "/documents/0/changes/0/after/value")
    assert.equal("y.yaml\n", get "/documents/0/changes/0/after/file")
    assert.equal("removed\n", get "/documents/0/changes/1/op")
    assert.equal("2\n", get "/documents/0/changes/1/before/line")
  end)

  it("writes a page in which nothing of the files is markup", function()
    cli.write(here .. "/x.yaml", "a: 1\n")
    cli.write(here .. "/y.yaml", "a: '<script>alert(1)</script>'\n'<b>': 2\n")
    local r = cli.run(here, "diff x.yaml y.yaml -f html")
    assert.falsy(r.out:find("<script", 1, true))
    assert.falsy(r.out:find("<b>", 1, true))
    has(r.out, "&lt;script&gt;alert(1)&lt;/script&gt;")
    has(r.out, "x.yaml:1:4")
  end)

  it("matches documents of a stream by what they are", function()
    local one = "kind: A\nmetadata: {name: x}\nv: 1\n"
    local two = "kind: B\nmetadata: {name: x}\nv: 2\n"
    cli.write(here .. "/s.yaml", one .. "---\n" .. two)
    cli.write(here .. "/t.yaml", two:gsub("v: 2", "v: 3") .. "---\n" .. one .. "---\nkind: C\nmetadata: {name: y}\n")
    local r = cli.run(here, "diff s.yaml t.yaml")
    assert.equal("s.yaml → t.yaml: 1 changed, 1 added\n\nB x\n~ /v: 2 → 3  s.yaml:7:4 → t.yaml:3:4\n\nC y\n"
      .. "+ the whole document  t.yaml:9:1\n", r.out)
    assert.equal(2, cli.run(here, "diff s.yaml t.yaml -f patch").status)
    assert.equal(1, cli.run(here, "diff s.yaml t.yaml --document 1").status)
    assert.equal(2, cli.run(here, "diff s.yaml t.yaml --document 9").status)
  end)

  it("matches lists by the key it is told", function()
    cli.write(here .. "/x.yaml", "jobs:\n  j: [{step: a, v: 1}, {step: b, v: 2}]\n")
    cli.write(here .. "/y.yaml", "jobs:\n  j: [{step: c, v: 1}, {step: a, v: 1}, {step: b, v: 5}]\n")
    local r = cli.run(here, "diff x.yaml y.yaml --key '/jobs/*=step'")
    has(r.out, "1 changed, 1 added\n")
    has(r.out, "~ /jobs/j/1/v: 2 → 5")
    has(r.out, "+ /jobs/j/0:")
    has(cli.run(here, "diff x.yaml y.yaml --key '/**/j=step'").out, "1 changed, 1 added\n")
    cli.write(here .. "/z.yaml", "[{id: 1, v: 1}, {id: 2, v: 2}]\n")
    cli.write(here .. "/w.yaml", "[{id: 2, v: 1}, {id: 3, v: 2}]\n")
    has(cli.run(here, "diff z.yaml w.yaml").out, "~ /1/v: 2 → 1")
    has(cli.run(here, "diff z.yaml w.yaml --key =").out, "~ /0/id: 1 → 2")
  end)

  it("shows nothing that a terminal would obey", function()
    cli.write(here .. "/x.json", '{"a": "x"}')
    cli.write(here .. "/y.json", '{"a": "\\u001b[31mred", "\\u001b[2J": 1}')
    local r = cli.run(here, "diff x.json y.json")
    assert.falsy(r.out:find "\27")
  end)

  it("shows long values shortened, and texts line by line", function()
    cli.write(here .. "/x.yaml", "a: " .. ("x"):rep(500) .. "\nt: |\n  one\n  two\n  three\n")
    cli.write(here .. "/y.yaml", "a: " .. ("y"):rep(500) .. "\nt: |\n  one\n  2\n  three\n")
    local r = cli.run(here, "diff x.yaml y.yaml")
    has(r.out, " … ")
    assert.truthy(#r.out < 600)
    has(r.out, "      one\n    - two\n    + 2\n      three\n")
  end)
end)
