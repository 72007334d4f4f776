-- tests/cli/editing_spec.lua: set, unset, insert, rename, move: what is written, what is left, what is refused.

local cli = dofile "tests/cli/support.lua"

local STACK = [[
# A stack.
# Two lines of head.

# how many
replicas: 1   # of them
name: "web"
base: &base {cpu: 1}
use: *base
list:
  - a   # first
  - b
]]

describe("editing", function()
  local here

  local function run(arguments)
    return cli.run(here, arguments)
  end

  --- Makes an edit in place and gives the file.
  local function edited(arguments, file)
    local result = run(arguments)
    assert.are.equal("", result.err)
    assert.are.equal(0, result.status)
    return cli.read(here .. "/" .. (file or "stack.yaml"))
  end

  before_each(function()
    here = cli.folder()
    cli.write(here .. "/stack.yaml", STACK)
  end)

  after_each(function()
    cli.remove(here)
  end)

  it("sets values of the kind that YAML reads", function()
    assert.are.equal(STACK:gsub("replicas: 1", "replicas: 3"), edited "set stack.yaml /replicas 3", nil)
    assert.are.equal('name: "3"', edited("set stack.yaml /name --string 3"):match "name: [^\n]*")
    assert.are.equal("name: true", edited("set stack.yaml /name true"):match "name: [^\n]*")
    assert.are.equal("b: -1", edited("set stack.yaml -- /b -1"):match "b: %-1")
  end)

  it("sets several places in one step, or none", function()
    local after = edited "set stack.yaml /replicas 2 /name api"
    assert.is_truthy(after:find('replicas: 2   # of them\nname: "api"', 1, true))
    assert.are.equal(1, run("set stack.yaml /replicas 9 /no/way 1").status)
    assert.are.equal(after, cli.read(here .. "/stack.yaml"))
  end)

  it("colours what would change, where somebody watches", function()
    local plain, colored = run "set stack.yaml /name api -n", run "set stack.yaml /name api -n --color=always"
    assert.is_falsy(plain.out:find("\27", 1, true))
    assert.is_truthy(colored.out:find('\27[31m-name: "web"\27[0m\n\27[32m+name: "api"\27[0m\n', 1, true), colored.out)
    assert.are.equal(plain.out, (colored.out:gsub("\27%[%d*m", "")))
  end)

  it("takes values as they are typed", function()
    assert.are.equal("name: 1.10", edited("set stack.yaml /name 1.10"):match "name: [^\n]*")
    assert.is_truthy(edited("set stack.yaml /v/deep 2.50 --parents"):find("v:\n  deep: 2.50\n", 1, true))
    assert.is_truthy(edited("set stack.yaml /w '[1.0, 1.20, 1.5e3]'"):find("w: [1.0, 1.20, 1500.0]", 1, true)
      or cli.read(here .. "/stack.yaml"):find("- 1.0\n  - 1.20\n  - 1500.0", 1, true))
    assert.are.equal('name: ""', edited("set stack.yaml /name ''"):match "name: [^\n]*")
    cli.write(here .. "/a.toml", "v = 1\n")
    assert.are.equal("v = 1.10\n", (edited("set a.toml /v 1.10", "a.toml")))
    -- Over an equal number, too; but another way to write it is no other number.
    assert.are.equal("name: 1.1", edited("set stack.yaml /name 1.1"):match "name: [^\n]*")
    assert.are.equal("v = 1.1\n", (edited("set a.toml /v 1.1", "a.toml")))
    cli.write(here .. "/a.json", '{"v": [1.5, 1e1]}\n')
    assert.are.equal('{"v": [1.50, 1e1]}\n', (edited("set a.json /v/0 1.50 /v/1 10.0", "a.json")))
  end)

  it("does not fold the lines of text", function()
    cli.write(here .. "/key.pem", "-----BEGIN KEY-----\nabc\n-----END KEY-----\n")
    edited "set stack.yaml /pem --value-file key.pem"
    assert.are.equal("-----BEGIN KEY-----\nabc\n-----END KEY-----\n", run("get stack.yaml /pem").out)
    edited [[set -- stack.yaml /pem "$(cat key.pem)"]]
    assert.are.equal("-----BEGIN KEY-----\nabc\n-----END KEY-----\n", run("get stack.yaml /pem").out)
    assert.is_truthy(run([[set stack.yaml /pem "$(cat key.pem)"]]).err:find("goes behind `--`", 1, true))
    edited [[set stack.yaml /pem "$(printf 'a: 1\nb: 2')"]]
    assert.are.equal("2\n", run("get stack.yaml /pem/b").out)
  end)

  it("shows where there is nothing", function()
    local result = run "get stack.yaml /base/cup"
    assert.are.equal(1, result.status)
    assert.is_truthy(result.err:find("stack.yaml:7:1: there is no key 'cup'\n      at /base\n    7 | base: &base {cpu: 1}\n", 1, true))
    assert.is_truthy(result.err:find("did you mean 'cpu'", 1, true))
    assert.is_truthy(run("unset stack.yaml /list/9").err:find("stack.yaml:9:1: ", 1, true))
    cli.write(here .. "/a.properties", "server.port=80\n")
    for _, line in ipairs { "get a.properties /server/port", "set a.properties /server/port 1 --parents" } do
      result = run(line)
      assert.are.equal(1, result.status)
      assert.is_truthy(result.err:find("did you mean '/server.port'?", 1, true))
    end
    assert.are.equal("server.port=80\n", cli.read(here .. "/a.properties"))
  end)

  it("keeps the order of keys in a value", function()
    assert.is_truthy(edited("set stack.yaml /env '{z: 1, b: 2}'"):find("env:\n  z: 1\n  b: 2\n", 1, true))
  end)

  it("adds parents only when asked", function()
    local result = run "set stack.yaml /nam/x 1"
    assert.are.equal(1, result.status)
    assert.is_truthy(result.err:find("did you mean 'name'", 1, true))
    assert.is_truthy(result.err:find("--parents", 1, true))
    assert.is_truthy(edited("set stack.yaml /a/b/c 1 /a/b/d 2 --parents"):find("a:\n  b:\n    c: 1\n    d: 2\n", 1, true))
  end)

  it("takes a value from a file or from standard input", function()
    cli.write(here .. "/text", "one\ntwo\n")
    assert.is_truthy(edited("set stack.yaml /note --string --value-file text"):find("note: |\n  one\n  two\n", 1, true))
    local result = cli.shell(here, "echo 7 | $CFGRUN set stack.yaml /replicas --value-file -")
    assert.are.equal(0, result.status)
    assert.is_truthy(cli.read(here .. "/stack.yaml"):find("replicas: 7", 1, true))
  end)

  it("sets and unsets all that a query finds", function()
    assert.is_truthy(edited("set stack.yaml '$.list[*]' z"):find("  - z   # first\n  - z\n", 1, true))
    assert.is_nil(edited("unset stack.yaml '$.list[*]'"):find("- z", 1, true))
    assert.are.equal(1, run("unset stack.yaml '$.nothing'").status)
    assert.are.equal(0, run("unset stack.yaml /nothing --ignore-missing").status)
  end)

  it("removes an entry with its comments, and leaves the head of the file", function()
    assert.are.equal((STACK:gsub("# how many\nreplicas[^\n]*\n", "")), edited "unset stack.yaml /replicas")
  end)

  it("inserts, and never replaces", function()
    assert.is_truthy(edited("insert stack.yaml /list/0 x"):find("list:\n  - x\n  - a   # first\n  - b\n", 1, true))
    assert.is_truthy(edited("insert stack.yaml /list/- q"):find("  - b\n  - q\n", 1, true))
    assert.are.equal(2, run("insert stack.yaml /name x").status)
    assert.are.equal(1, run("insert stack.yaml /list/9 x").status)
  end)

  it("renames and moves with comments", function()
    assert.is_truthy(edited("rename stack.yaml /replicas count"):find("# how many\ncount: 1   # of them\n", 1, true))
    cli.write(here .. "/m.yaml", "a:\n  x: 1\n\n# about b\nb: 2  # beside b\n")
    assert.are.equal("a:\n  x: 1\n  # about b\n  c: 2  # beside b\n", (edited("move m.yaml /b /a/c", "m.yaml")))
  end)

  it("takes a value as text where the format holds nothing else", function()
    cli.write(here .. "/.env", "export PORT=80\n")
    assert.are.equal("export PORT=81\n", (edited("set .env /PORT 81", ".env")))
    assert.are.equal("export PORT=81\nexport X=1.50\n", (edited("insert .env /X 1.50", ".env")))
    assert.are.equal("export PORT=81\nexport X=true\n", (edited("set .env /X '\"true\"' --json", ".env")))
    cli.write(here .. "/a.properties", "server.port = 80\n")
    assert.are.equal("server.port = 0x1F\n", (edited("set a.properties /server.port 0x1F", "a.properties")))
    assert.are.equal(0, cli.shell(here, "echo 7 | $CFGRUN set a.properties /server.port --value-file -").status)
    assert.are.equal("server.port = 7\n", (cli.read(here .. "/a.properties")))
  end)

  it("edits what came by an alias only when asked", function()
    local result = run "set stack.yaml /use/cpu 2"
    assert.are.equal(2, result.status)
    assert.is_truthy(result.err:find("&base, and the edit would change it in 2 places", 1, true))
    assert.is_truthy(result.err:find("--through-alias", 1, true))
    assert.is_truthy(edited("set stack.yaml /use/cpu 2 --through-alias"):find("base: &base {cpu: 2}\nuse: *base\n", 1, true))
    -- A move has no such way, so it names none.
    result = run "move stack.yaml /use/cpu /cpu"
    assert.are.equal(2, result.status)
    assert.is_truthy(result.err:find("hint: edit it on line 7, where it is written", 1, true), result.err)
    assert.is_truthy(run("move stack.yaml /use/cpu /cpu --through-alias").err:find("no option", 1, true))
  end)

  it("says what it was given that is empty, and what a stream holds", function()
    assert.is_truthy(run("rename stack.yaml /name ''").err:find("the key is empty", 1, true))
    assert.are.equal(STACK, cli.read(here .. "/stack.yaml"))
    assert.is_truthy(edited("move stack.yaml /name /"):find('"": "web"', 1, true))
    assert.are.equal("cfgrun: cannot open '': no such file or folder\n", run("set '' /a 1").err)
    cli.write(here .. "/s.yaml", "kind: Service\nmetadata: {name: web}\n---\nname: b\n")
    assert.is_truthy(run("set s.yaml /a 1").err:find("--document N: 1 Service web, 2 b\n", 1, true))
    cli.write(here .. "/s.yaml", "kind: Service\n---\n[]\n---\n1\n")
    assert.is_truthy(run("set s.yaml /a 1").err:find("--document N\n", 1, true))
  end)

  it("shows instead of writing, or writes elsewhere", function()
    local result = run "set stack.yaml /replicas 3 --dry-run"
    assert.are.equal(STACK, cli.read(here .. "/stack.yaml"))
    assert.is_truthy(result.out:find("-replicas: 1   # of them\n+replicas: 3   # of them\n", 1, true))
    cli.write(here .. "/change.diff", result.out)
    assert.are.equal(0, run("set stack.yaml /replicas 3 -o other.yaml").status)
    assert.are.equal(0, cli.shell(here, "patch -p1 < change.diff && cmp stack.yaml other.yaml").status)
    assert.are.equal("a: 2\n", cli.shell(here, "echo 'a: 1' | $CFGRUN set - /a 2").out)
  end)

  it("writes nothing when nothing changes; keeps permissions and links", function()
    cli.shell(here, "chmod 640 stack.yaml && ln -s stack.yaml link.yaml && touch -d 2001-01-01 stack.yaml")
    assert.are.equal("", run("set stack.yaml /replicas 1").out)
    assert.are.equal("2001", cli.shell(here, "date -r stack.yaml +%Y").out:match "%d+")
    assert.are.equal(0, run("set link.yaml /replicas 5").status)
    assert.are.equal("stack.yaml\n640\n", cli.shell(here, "readlink link.yaml; stat -c %a stack.yaml").out)
    assert.is_truthy(cli.read(here .. "/stack.yaml"):find("replicas: 5", 1, true))
  end)

  it("helps whoever forgets the slash, or gives no value", function()
    local result = run "set stack.yaml list.0 x"
    assert.are.equal(2, result.status)
    assert.is_truthy(result.err:find("'/list/0'", 1, true))
    assert.are.equal(2, run("set stack.yaml /name").status)
    assert.are.equal(2, run("set stack.yaml /name '{a'").status)
    assert.are.equal(1, run("unset stack.yaml /nothing").status)
  end)

  it("begins a document below comments", function()
    cli.write(here .. "/c.yaml", "# only\n# comments\n")
    assert.are.equal("# only\n# comments\na:\n  b: 1\n", (edited("set c.yaml /a/b 1 --parents", "c.yaml")))
    cli.write(here .. "/c.yaml", "")
    assert.are.equal("- x\n", (edited("insert c.yaml /- x", "c.yaml")))
    cli.write(here .. "/c.yaml", "# c")
    assert.are.equal(1, run("unset c.yaml /a").status)
    assert.are.equal("# c", cli.read(here .. "/c.yaml"))
  end)

  it("edits one document of a stream", function()
    cli.write(here .. "/s.yaml", "a: 1\n---\na: 2 # two\n")
    assert.are.equal(2, run("set s.yaml /a 3").status)
    assert.are.equal("a: 1\n---\na: 3 # two\n", edited("set s.yaml /a 3 --document 2", "s.yaml"))
  end)

  it("edits TOML, and python's reader agrees", function()
    if cli.shell(here, "python3 -c 'import tomllib'").status ~= 0 then
      pending "python3 with tomllib is not here"
      return
    end
    cli.write(here .. "/a.toml", "# app\n\ntitle = \"x\" # t\n\n# the server\n[server]\nport = 80\n\n[server.tls]\non = true\n\n"
      .. "[[user]]\nname = \"a\"\n")
    for _, line in ipairs { "set a.toml /server/port 8080 /server/host h /log/level info --parents", "rename a.toml /server web",
      "insert a.toml /user/- '{name: b, tags: [x, y]}'", "move a.toml /web/tls /tls", "unset a.toml /user/0",
      "set a.toml /tls/on false" } do
      assert.are.equal("", run(line).err)
    end
    local text = cli.read(here .. "/a.toml")
    assert.is_truthy(text:find('# app\n\ntitle = "x" # t\n\n# the server\n[web]\nport = 8080\nhost = "h"\n', 1, true))
    local result = cli.shell(here, [[python3 -c 'import tomllib, json; print(json.dumps(tomllib.load(open("a.toml", "rb")),
      sort_keys=True))']])
    assert.are.equal('{"log": {"level": "info"}, "title": "x", "tls": {"on": false}, "user": [{"name": "b", "tags": ["x", "y"]}], '
      .. '"web": {"host": "h", "port": 8080}}\n', result.out)
  end)
end)
