-- tests/cli/embed_spec.lua: examples/embed, a program of somebody else: it loads a file, reads typed values, runs a pack and
-- a rule of its own in C, and prints what was found.

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
end)
