-- tests/cli/embed_spec.lua: examples/embed, examples/edit and examples/config, programs of somebody else: one loads a file, reads typed
-- values, runs a pack and a rule of its own in C; the other edits, compares and converts.

local cli = dofile "tests/cli/support.lua"

describe("the embedding example", function()
  local here
  local embed = cli.program:match "^(.*)/[^/]*$" .. "/embed"

  before_each(function()
    here = cli.folder()
    cli.write(here .. "/a.yaml", "server: {host: example.org, port: 80}\ncountry: no\n")
  end)
  after_each(function()
    cli.remove(here)
  end)

  it("prints typed values, findings of its own rule and of a pack, in order", function()
    if not cli.exists(embed) then
      pending "the example was not built beside the program"
      return
    end
    local r = cli.shell(here, "'" .. embed .. "' a.yaml pack:yaml")
    assert.equal("host example.org, port 80, 2 sections\n"
      .. "a.yaml:1:35: warning: a port below 1024 needs privileges [unprivileged-port]\n"
      .. "a.yaml:2:10: warning: 'no' is false to a YAML 1.1 reader [boolean-words-quoted]\n", r.out)
    assert.equal("", r.err)
    assert.equal(0, r.status)
  end)

  it("tells what is wrong with a file or a policy", function()
    if not cli.exists(embed) then
      pending "the example was not built beside the program"
      return
    end
    local r = cli.shell(here, "'" .. embed .. "' missing.yaml")
    assert.equal(2, r.status)
    assert.truthy(r.err:find("^load: cannot open: no such file or folder %(missing.yaml"), r.err)
    r = cli.shell(here, "'" .. embed .. "' a.yaml pack:nothing")
    assert.equal(2, r.status)
    assert.truthy(r.err:find("no pack is called 'nothing'", 1, true), r.err)
  end)

  local edit = cli.program:match "^(.*)/[^/]*$" .. "/edit"

  it("changes a value of a file's text, and tells and converts it", function()
    if not cli.exists(edit) then
      pending "the example was not built beside the program"
    end
    cli.write(here .. "/e.yaml", "# ours\nserver: {host: 'example.org', port: 80}   # here\n\nlast:   1\n")
    local r = cli.shell(here, "'" .. edit .. "' e.yaml /server/port 8080")
    assert.equal("# ours\nserver: {host: 'example.org', port: 8080}   # here\n\nlast:   1\n", r.out)
    assert.equal("changed /server/port\n", r.err)
    assert.equal(0, r.status)
    r = cli.shell(here, "'" .. edit .. "' e.yaml /last '[a, 2]' toml")
    assert.truthy(r.out:find('last = ["a", 2]', 1, true), r.out)
    r = cli.shell(here, "'" .. edit .. "' e.yaml /sever/port 8080")
    assert.equal("", r.out)
    assert.truthy(r.err:find("did you mean 'server'?", 1, true), r.err)
    assert.equal(2, r.status)
    r = cli.shell(here, "'" .. edit .. "' e.yaml /last 2 nonsense")
    assert.truthy(r.err:find("edit: no format is called 'nonsense'\n", 1, true), r.err)
    assert.equal("", r.out)
  end)

  local config = cli.program:match "^(.*)/[^/]*$" .. "/config"

  it("opens a configuration lazily, and learns a loading plan", function()
    if not cli.exists(config) then
      pending "the example was not built beside the program"
    end
    local lines = { "server: {host: example.org, port: 8080}", "agents:" }
    for i = 1, 3000 do
      lines[#lines + 1] = ("  a%04d: {id: %d, text: some words that nobody needs}"):format(i, i)
    end
    cli.write(here .. "/c.yaml", table.concat(lines, "\n") .. "\n")
    local r = cli.shell(here, "'" .. config .. "' c.yaml plan.json")
    assert.equal("", r.err)
    assert.truthy(r.out:find("^host example.org, port 8080\nunchanged\nserver: asked 2 times, %d+ bytes\nagents: asked 0 times"), r.out)
    assert.is_true(tonumber(r.out:match "left alone: (%d+) bytes") > 100000, r.out)
    r = cli.shell(here, "'" .. config .. "' c.yaml plan.json")
    assert.truthy(r.out:find("^read ahead: 1 sections, 0 failed\nhost example.org"), r.out)
    assert.truthy(cli.read(here .. "/plan.json"):find('"server": { "runs": 2, "used": 2,', 1, true))
    assert.truthy(cli.read(here .. "/plan.json"):find('"agents": { "runs": 2, "used": 0,', 1, true))
    r = cli.shell(here, "'" .. config .. "' none.yaml")
    assert.equal(2, r.status)
    assert.truthy(r.err:find("there is no file 'none.yaml'", 1, true), r.err)
  end)
end)
