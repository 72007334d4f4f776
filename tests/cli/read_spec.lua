-- tests/cli/read_spec.lua: get, query, convert, and what all commands share.

local cli = dofile "tests/cli/support.lua"

describe("reading commands", function()
  local here

  before_each(function()
    here = cli.folder()
    cli.write(here .. "/a.yaml", "# a stack\nserver:\n  port: 8080\n  host: 'x'\nagents: [{id: b}, {id: a}]\nnone: ~\n")
  end)
  after_each(function()
    cli.remove(here)
  end)

  it("gets a scalar raw and a collection as YAML", function()
    assert.equal("8080\n", cli.run(here, "get a.yaml /server/port").out)
    assert.equal("x\n", cli.run(here, "get a.yaml /server/host").out)
    assert.equal("port: 8080\nhost: x\n", cli.run(here, "get a.yaml /server").out)
    assert.equal("null\n", cli.run(here, "get a.yaml /none").out)
    assert.equal('"x"\n', cli.run(here, "get a.yaml /server/host -f json").out)
  end)

  it("says what is missing, and the nearest name, with status 1", function()
    local r = cli.run(here, "get a.yaml /server/prot")
    assert.equal(1, r.status)
    assert.equal("", r.out)
    assert.truthy(r.err:find("'prot'", 1, true))
    assert.truthy(r.err:find("did you mean 'port'", 1, true))
  end)

  it("queries values, paths and pointers", function()
    assert.equal('["b","a"]\n', cli.run(here, "query a.yaml '$.agents[*].id'").out)
    assert.equal("\"$['agents'][0]['id']\"\n\"$['agents'][1]['id']\"\n",
      cli.run(here, "query a.yaml '$.agents[*].id' --paths --lines").out)
    assert.equal('["/agents/0/id","/agents/1/id"]\n', cli.run(here, "query a.yaml '$.agents[*].id' --pointers").out)
    local none = cli.run(here, "query a.yaml '$.nothing'")
    assert.equal("[]\n", none.out)
    assert.equal(1, none.status)
  end)

  it("shows where a query is wrong", function()
    local r = cli.run(here, "query a.yaml '$.agents[?@.id = 1]'")
    assert.equal(2, r.status)
    assert.truthy(r.err:find("$.agents[?@.id = 1]", 1, true))
    assert.truthy(r.err:find("^", 1, true))
  end)

  it("converts in the author's order, and back", function()
    local json = cli.run(here, "convert a.yaml --to json")
    assert.equal(0, json.status)
    assert.truthy(json.out:find '"server".*"port".*"host".*"agents".*"none"')
    local back = cli.shell(here, "$CFGRUN convert a.yaml --to json | $CFGRUN convert - --from json --to yaml")
    assert.equal("server:\n  port: 8080\n  host: x\nagents:\n  - id: b\n  - id: a\nnone: null\n", back.out)
    assert.equal('{"agents":[{"id":"b"},{"id":"a"}],"none":null,"server":{"host":"x","port":8080}}\n',
      cli.run(here, "convert a.yaml --to canonical").out)
  end)

  it("converts streams to JSON Lines, or to one list", function()
    cli.write(here .. "/s.yaml", "a: 1\n---\na: 2\n")
    assert.equal('{"a":1}\n{"a":2}\n', cli.run(here, "convert s.yaml --to json").out)
    assert.equal('[{"a":1},{"a":2}]\n', cli.run(here, "convert s.yaml --to json --slurp --compact").out)
    local r = cli.run(here, "get s.yaml /a")
    assert.equal(2, r.status)
    assert.truthy(r.err:find("--document", 1, true))
    assert.equal("2\n", cli.run(here, "get s.yaml /a --document 2").out)
  end)

  it("tells a syntax error with its line", function()
    cli.write(here .. "/bad.yaml", "a: 1\nb: [1, 2\nc: 3\n")
    local r = cli.run(here, "get bad.yaml /a")
    assert.equal(2, r.status)
    assert.truthy(r.err:find("bad.yaml:", 1, true))
    assert.truthy(r.err:find("| ", 1, true))
  end)

  it("refuses folders, missing and unreadable files, with what and why", function()
    for _, word in ipairs { ".", "missing.yaml" } do
      local r = cli.run(here, "get " .. word .. " /a")
      assert.equal(2, r.status)
      assert.truthy(#r.err > 20)
    end
  end)

  it("names the ceiling that was reached and how to raise it", function()
    local deep = ("["):rep(200) .. ("]"):rep(200)
    cli.write(here .. "/deep.json", deep)
    local r = cli.run(here, "get deep.json ''")
    assert.equal(2, r.status)
    assert.truthy(r.err:find("depth", 1, true))
    assert.truthy(r.err:find("--limit", 1, true))
    assert.equal(0, cli.run(here, "get deep.json '' --limit depth=300 -f canonical").status)
  end)
end)

describe("the command line", function()
  it("explains itself", function()
    for _, line in ipairs { "--help", "help", "help check", "check --help", "rules -h", "help limits", "help exit-codes" } do
      local r = cli.run(".", line)
      assert.equal(0, r.status, line)
      assert.equal("", r.err, line)
      assert.truthy(#r.out > 200, line)
    end
  end)

  it("suggests commands and options", function()
    local r = cli.run(".", "chekc")
    assert.equal(2, r.status)
    assert.truthy(r.err:find("cfgrun check", 1, true))
    r = cli.run(".", "check --fromat json")
    assert.equal(2, r.status)
    assert.truthy(r.err:find("--format", 1, true))
    r = cli.run(".", "check --format jsonn")
    assert.equal(2, r.status)
    assert.equal(2, cli.run(".", "get a b c").status)
    assert.equal(2, cli.run(".", "").status)
  end)

  it("prints its version", function()
    assert.truthy(cli.run(".", "version").out:find "^cfgrun %d+%.%d+%.%d+\n$")
    assert.truthy(cli.run(".", "--version").out:find "^cfgrun ")
  end)

  it("colours only when asked or on a terminal", function()
    assert.falsy(cli.run(".", "get nothing.yaml /a").err:find("\27", 1, true))
    assert.truthy(cli.run(".", "get nothing.yaml /a --color always").err:find("\27", 1, true))
    assert.falsy(cli.shell(".", "CFGRUN_COLOR=never $CFGRUN get nothing.yaml /a").err:find("\27", 1, true))
  end)

  it("ends quietly when the reader has gone", function()
    local r = cli.shell(".", "$CFGRUN help check | head -1")
    assert.equal("", r.err)
  end)
end)
