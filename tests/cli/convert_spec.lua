-- tests/cli/convert_spec.lua: the same value in other formats: order, comments, what cannot be held.

local cli = dofile "tests/cli/support.lua"

describe("cfgrun convert", function()
  local here

  before_each(function()
    here = cli.folder()
    cli.write(here .. "/a.toml", "# head\n\n[server] # where\nport = 8080\nhosts = ['b', \"a\"]\n\n# when it began\nsince = 1979-05-27\n")
    cli.write(here .. "/n.yaml", "a: 1\nb: null\nc: [x, null]\n")
  end)
  after_each(function()
    cli.remove(here)
  end)

  local function same(expected, arguments, lossy)
    local r = cli.run(here, "convert " .. arguments)
    assert.equal(not lossy, r.err == "")
    assert.equal(expected, r.out)
    assert.equal(0, r.status)
  end

  it("carries order, comments and dates", function()
    same("# head\n\nserver: # where\n  port: 8080\n  hosts:\n    - b\n    - a\n\n  # when it began\n"
      .. "  since: !!timestamp 1979-05-27\n", "a.toml --to yaml")
    same("server:\n  port: 8080\n  hosts:\n    - b\n    - a\n  since: !!timestamp 1979-05-27\n",
      "a.toml --to yaml --no-comments")
  end)

  it("goes by the ending of --output, and back again", function()
    same("", "a.toml -o b.yaml")
    same("", "b.yaml -o c.toml")
    local one = cli.run(here, "convert a.toml --to yaml --no-comments")
    same(one.out, "c.toml --to yaml --no-comments")
    assert.truthy(cli.read(here .. "/c.toml"):find "since = 1979%-05%-27\n")
  end)

  it("has no comment swallow a value, whatever ends its lines", function()
    cli.write(here .. "/a.jsonc", "/* x\ry=1 */ {\"a\": [\n// in\n], \"b\": \"\"}")
    same("# x\n#y=1\n# in\na: []\nb: \"\"\n", "a.jsonc --to yaml")
    same("# x\n#y=1\n# in\nb=\n", "a.jsonc --to dotenv --lossy --flatten", true)
  end)

  it("says what to do about a stream of no documents", function()
    cli.write(here .. "/none.yaml", "# nothing\n")
    local r = cli.run(here, "convert none.yaml --to toml")
    assert.equal(2, r.status)
    assert.truthy(r.err:find("write {} for an empty mapping", 1, true))
  end)

  it("lists what cannot be held, and writes nothing", function()
    local r = cli.run(here, "convert n.yaml -o n.toml")
    assert.equal(2, r.status)
    assert.equal([[
cfgrun: n.yaml:2:4: TOML has no null
      at /b
    2 | b: null
      |    ^^^^
cfgrun: n.yaml:3:8: TOML has no null
      at /c/1
    3 | c: [x, null]
      |        ^^^^
cfgrun: toml cannot hold 2 values: nothing was written
hint: --lossy writes the nearest thing
]], r.err)
    assert.falsy(cli.exists(here .. "/n.toml"))
  end)

  it("writes the nearest thing when that is accepted, and tells", function()
    local r = cli.run(here, "convert n.yaml --to toml --lossy")
    assert.equal(0, r.status)
    assert.equal("a = 1\nc = [\"x\"]\n", r.out)
    assert.truthy(r.err:find("n.yaml:2:4: TOML has no null: it is left out", 1, true), r.err)
  end)

  it("flattens for formats of one level, when asked", function()
    cli.write(here .. "/s.yaml", "server:\n  name: x # the name\n  tags: [a, b]\n")
    local r = cli.run(here, "convert s.yaml --to properties")
    assert.equal(2, r.status)
    assert.truthy(r.err:find("--flatten joins the keys", 1, true), r.err)
    same("server.name=x\nserver.tags[0]=a\nserver.tags[1]=b\n", "s.yaml --to properties --flatten --no-comments")
    same("server_name=x # the name\nserver_tags_0=a\nserver_tags_1=b\n", "s.yaml --to dotenv --flatten")
  end)

  it("keeps what programs expand in dotenv as it is written", function()
    cli.write(here .. "/.env", 'H=a\nURL="http://${H}/\\$x" # at\nP=$H/b c\nS=\'$H\'\nQ="a b"\n')
    same('H=a\nURL="http://${H}/\\$x" # at\nP=$H/b c\nS=\'$H\'\nQ=\'a b\'\n', ".env --to dotenv")
    same("H: a\nURL: http://${H}/$x # at\nP: $H/b c\nS: $H\nQ: a b\n", ".env --to yaml")
  end)

  it("makes several documents JSON Lines, a stream, or one list", function()
    cli.write(here .. "/m.yaml", "a: 1\n---\nb: 2\n")
    same('{"a":1}\n{"b":2}\n', "m.yaml --to json")
    same('{"a":1}\n{"b":2}\n', "m.yaml --to jsonl")
    same("[{\"a\":1},{\"b\":2}]\n", "m.yaml --to json --slurp --compact")
    same("b = 2\n", "m.yaml --to toml --document 2")
    cli.write(here .. "/m.jsonl", '{"a":1}\n{"b":2}\n')
    same("a: 1\n---\nb: 2\n", "m.jsonl --to yaml")
    local r = cli.run(here, "convert m.yaml --to toml")
    assert.equal(2, r.status)
    assert.truthy(r.err:find("m.yaml: the stream has 2 documents; toml holds one\nhint: choose one with --document N", 1, true),
      r.err)
  end)

  it("reads standard input, and says which formats there are", function()
    local r = cli.shell(here, "printf 'a=1\\n' | $CFGRUN convert - --from dotenv --to yaml")
    assert.equal("a: \"1\"\n", r.out)
    r = cli.run(here, "convert a.toml")
    assert.equal(2, r.status)
    assert.truthy(r.err:find("formats are yaml, json, jsonc, jsonl, toml, dotenv, properties, canonical", 1, true), r.err)
    r = cli.run(here, "convert a.toml --to xml")
    assert.equal(2, r.status)
  end)
end)
