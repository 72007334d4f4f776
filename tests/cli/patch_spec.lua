-- tests/cli/patch_spec.lua: patches and what they leave alone.

local cli = dofile "tests/cli/support.lua"

describe("patch", function()
  local here

  before_each(function()
    here = cli.folder()
    cli.write(here .. "/a.yaml", "# head\nserver:\n  port: 8080   # the port\n  hosts:   [a,  b]\nlist:\n  - one # first\n  - two\n")
  end)
  after_each(function()
    cli.remove(here)
  end)

  local function patched(patch, options)
    cli.write(here .. "/p.yaml", patch)
    return cli.run(here, "patch a.yaml p.yaml " .. (options or ""))
  end

  it("edits the file in place and leaves the rest as it is written", function()
    local r = patched '[{op: replace, path: /server/port, value: 9090}, {op: add, path: /list/1, value: between}]'
    assert.equal("", r.out .. r.err)
    assert.equal("# head\nserver:\n  port: 9090   # the port\n  hosts:   [a,  b]\nlist:\n  - one # first\n  - between\n  - two\n",
      cli.read(here .. "/a.yaml"))
  end)

  it("does all six operations", function()
    local r = patched([[
- {op: test, path: /server/port, value: 8080}
- {op: add, path: /list/-, value: three}
- {op: remove, path: /list/0}
- {op: copy, from: /server/port, path: /port}
- {op: move, from: /server/hosts, path: /hosts}
- {op: replace, path: /server, value: {x~: 1}}
- {op: test, path: /server/x~0, value: 1}
]], "-o -")
    assert.equal(0, r.status)
    -- What went from one place and came up at another took its comment along.
    assert.equal("# head\nserver:\n  x~: 1\nlist:\n  - two\n  - three\nhosts:   [a,  b]\nport: 8080   # the port\n", r.out)
  end)

  it("takes a mapping for a merge patch", function()
    local r = patched("server: {port: null, tls: true}\n", "--diff")
    assert.equal(0, r.status)
    assert.truthy(r.out:find("-  port: 8080   # the port\n", 1, true))
    assert.truthy(r.out:find("+  tls: true\n", 1, true))
    assert.truthy(cli.read(here .. "/a.yaml"):find("port: 8080", 1, true))
    assert.equal(0, cli.shell(here, "echo 'server: {port: 1}' | $CFGRUN patch a.yaml -").status)
    assert.truthy(cli.read(here .. "/a.yaml"):find("  port: 1   # the port\n", 1, true))
  end)

  it("does nothing when one operation fails, and says which and why", function()
    local before = cli.read(here .. "/a.yaml")
    local r = patched "[{op: remove, path: /list},\n {op: test, path: /server/port, value: 1}]\n"
    assert.equal(1, r.status)
    assert.truthy(r.err:find("p.yaml:2:2: operation 2, test /server/port: 1 was expected, and there is 8080", 1, true), r.err)
    assert.equal(before, cli.read(here .. "/a.yaml"))
    r = patched "[{op: remove, path: /nothing}]"
    assert.equal(1, r.status)
    assert.truthy(r.err:find("operation 1, remove /nothing", 1, true))
    r = patched "[{op: spam, path: /a}]"
    assert.equal(2, r.status)
    assert.truthy(r.err:find("'spam'", 1, true))
    assert.equal(2, patched("a: 1", "--type json-patch").status)
    assert.equal(before, cli.read(here .. "/a.yaml"))
  end)

  it("refuses what the text cannot take, unless it may be written anew", function()
    cli.write(here .. "/a.yaml", "a: &x {v: 1} # kept\nb: *x\n")
    local r = patched "[{op: replace, path: /b/v, value: 2}]"
    assert.equal(2, r.status)
    assert.truthy(r.err:find("--rewrite", 1, true))
    assert.equal(0, patched("[{op: replace, path: /b/v, value: 2}]", "--rewrite").status)
    assert.equal("a:\n  v: 1\nb:\n  v: 2\n", cli.read(here .. "/a.yaml"))
    -- Written anew, keys stay in the author's order.
    cli.write(here .. "/a.yaml", "z: &x {w: 1, v: 1}\nb: *x\na: 1\n")
    assert.equal("z:\n  w: 1\n  v: 1\nb:\n  w: 1\n  v: 2\na: 1\n", patched("b: {v: 2}", "--rewrite -o -").out)
    assert.equal("z: &x {w: 1, v: 2}\nb: *x\na: 1\n", patched("b: {v: 2}", "--through-alias -o -").out)
  end)

  it("moves elements of a list with their comments", function()
    cli.write(here .. "/a.yaml", "l:\n  # first\n  - name: a # A\n    v: 1 # one\n  # second\n  - name: b\n    # inner\n    v: 2\n"
      .. "  - {name: c} # last\n")
    local r = patched("[{op: move, from: /l/0, path: /l/2}]", "-o -")
    assert.equal("l:\n  # second\n  - name: b\n    # inner\n    v: 2\n  - {name: c} # last\n  # first\n  - name: a # A\n    v: 1 # one\n",
      r.out)
    assert.equal("", r.err)
    r = patched("[{op: move, from: /l/2, path: /l/0}, {op: replace, path: /l/1/v, value: 5}]", "-o -")
    assert.equal("l:\n  - {name: c} # last\n  # first\n  - name: a # A\n    v: 5 # one\n  # second\n  - name: b\n    # inner\n    v: 2\n",
      r.out)
    cli.write(here .. "/a.jsonc", '{\n  "l": [\n    // one\n    {"n": 1}, // first\n    2 // two\n  ]\n}\n')
    cli.write(here .. "/p.json", '[{"op": "move", "from": "/l/0", "path": "/l/1"}]')
    r = cli.run(here, "patch a.jsonc p.json -o -")
    assert.equal('{\n  "l": [\n    2, // two\n    // one\n    {"n": 1} // first\n  ]\n}\n', r.out)
  end)

  it("adds what a merge patch says with its comments", function()
    cli.write(here .. "/a.yaml", "spec:\n  b: 1\n")
    local r = patched("spec:\n  # why five\n  replicas: 5 # for now\n", "-o -")
    assert.equal("spec:\n  b: 1\n  # why five\n  replicas: 5 # for now\n", r.out)
  end)

  it("tells how many comments go with what is written anew", function()
    cli.write(here .. "/a.yaml", "l:\n  # one\n  - name: a\n    v: 1 # va\n  - name: b\n  - name: c # stays\n")
    local r = patched("[{op: replace, path: /l/0/v, value: 9}, {op: move, from: /l/0, path: /l/2}]", "-o -")
    assert.equal("l:\n  - name: b\n  - name: c # stays\n  - name: a\n    v: 9\n", r.out)
    assert.equal("cfgrun: a.yaml: 2 comments of what is written anew are not kept\n", r.err)
    assert.equal("", patched("[{op: remove, path: /l/0}]", "-o -").err)
    cli.write(here .. "/a.yaml", "l: [\n  # one\n  a, # A\n  b\n]\n")
    assert.equal("cfgrun: a.yaml: 2 comments of what is written anew are not kept\n",
      patched("[{op: move, from: /l/0, path: /l/1}]", "-o -").err)
  end)

  it("tests numbers as numbers, wherever they stand", function()
    cli.write(here .. "/a.yaml", "l: [1, {x: 2.0}]\nbig: 9007199254740993\n")
    assert.equal(0, patched("[{op: test, path: /l, value: [1.0, {x: 2}]}]").status)
    assert.equal(1, patched("[{op: test, path: /l, value: [1.5, {x: 2}]}]").status)
    assert.equal(1, patched("[{op: test, path: /l, value: [1.0, {y: 2}]}]").status)
    assert.equal(1, patched("[{op: test, path: /big, value: 9007199254740992.0}]").status)
  end)

  it("goes from standard input to standard output", function()
    cli.write(here .. "/p.json", '[{"op": "replace", "path": "/a", "value": 2}]')
    assert.equal('{ "a": 2 }\n', cli.shell(here, "echo '{ \"a\": 1 }' | $CFGRUN patch - p.json").out)
    assert.equal(2, cli.run(here, "patch - -").status)
  end)

  it("takes no scalar for a patch, unless that is asked for", function()
    local r = patched "3"
    assert.equal(2, r.status)
    assert.truthy(r.err:find("p.yaml: this is no patch", 1, true), r.err)
    assert.truthy(cli.read(here .. "/a.yaml"):find("# head", 1, true))
    assert.equal("# head\n3\n", patched("3", "--type merge-patch -o -").out)
  end)

  it("patches TOML and one document of a stream", function()
    cli.write(here .. "/t.toml", "# t\n[x]\ny = 1 # why\nd = 2020-01-01\n")
    assert.equal(0, cli.shell(here, "echo 'x: {y: 2}' | $CFGRUN patch t.toml -").status)
    assert.equal("# t\n[x]\ny = 2 # why\nd = 2020-01-01\n", cli.read(here .. "/t.toml"))
    cli.write(here .. "/s.yaml", "a: 1\n---\na: 2 # second\n")
    cli.write(here .. "/p.yaml", "a: 3\n")
    assert.equal(0, cli.run(here, "patch s.yaml p.yaml --document 2").status)
    assert.equal("a: 1\n---\na: 3 # second\n", cli.read(here .. "/s.yaml"))
  end)
end)
