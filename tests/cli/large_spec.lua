-- tests/cli/large_spec.lua: of large files only a part is read, and nobody can tell from what comes out.
--
-- With --document 1 the same commands read everything; so both are run and compared. That a part alone was read shows in
-- one thing: a key that stands twice elsewhere is not met.

local cli = dofile "tests/cli/support.lua"

local function agents(count, more)
  local out = { "# a comment with: \"quotes\" and [brackets\nversion: '2'\nagents:\n" }
  for i = 0, count do
    out[#out + 1] = ([[
  # agent %d
  - id: a%d
    model: gpt-4   # the model
    prompt: |
      text: "with" {things}
        - x: y

    limits: { cpu: "1", memory: [ 1,
      2 ] }
    tools:
    - one
    - "two: 'x'
      goes on"
    note: plain text
      that: goes on
    tags:
      owner: me
]]):format(i, i):gsub("      that: goes on", "      that goes on")
  end
  out[#out + 1] = more or ""
  out[#out + 1] = "last:\n  end: true\n"
  return table.concat(out)
end

local EDITS = {
  "set %s /agents/500/model x",
  "set %s /agents/500/model 'yes'",
  "set %s /agents/500/limits/cpu 2",
  "set %s /agents/500/prompt 'one line'",
  "set %s /agents/500/tags/new 3",
  "set %s /agents/500/tags '{a: [1, 2], b: {c: d}}'",
  "set %s /agents/500/tags/new '{a: [1, 2]}'",
  "set %s /agents/500/tools/1 z /agents/501/note y",
  "set %s /agents/500/tools/2 z",
  "set %s /agents/500/id new",
  "set %s /version 3",
  "set %s /last/end false",
  "set %s /nothing/here 1",
  "set %s /agents/500/model/x 1",
  "set %s /nothing/here 1 --parents",
  "set %s /agents/500/a/b 1 --parents",
  "unset %s /agents/500/note",
  "unset %s /agents/500/tools/0 /agents/500/tags",
  "unset %s /agents/500",
  "unset %s /agents/500/nothing",
  "insert %s /agents/500/tools/- three",
  "insert %s /agents/500/tools/1 '{a: b}'",
  "insert %s /agents/500/tools/7 x",
  "rename %s /agents/500/tags labels",
  "rename %s /agents/500/tags model",
  "move %s /agents/500/note /agents/500/tags/note",
  "move %s /agents/500/note /agents/501/tags/note",
}

describe("large files", function()
  local here

  before_each(function()
    here = cli.folder()
    cli.write(here .. "/big.yaml", agents(1000))
    cli.run(here, "convert big.yaml --to json > big.json")
  end)
  after_each(function() cli.remove(here) end)

  for _, name in ipairs { "big.yaml", "big.json" } do
    it("are edited as if all was read: " .. name, function()
      local before = cli.read(here .. "/" .. name)
      local changed = 0
      for _, edit in ipairs(EDITS) do
        cli.write(here .. "/" .. name, before)
        local part = cli.run(here, edit:format(name))
        local after = cli.read(here .. "/" .. name)
        cli.write(here .. "/" .. name, before)
        local whole = cli.run(here, edit:format(name) .. " --document 1")
        assert.are.same(whole, part, edit)
        assert.are.equal(cli.read(here .. "/" .. name), after, edit)
        changed = changed + (after ~= before and 1 or 0)
        if after ~= before then
          cli.write(here .. "/" .. name, before)
          cli.write(here .. "/other-" .. name, after)
          local short = cli.run(here, ("diff %s other-%s"):format(name, name))
          assert.are.equal(1, short.status, edit .. short.out .. short.err)
          assert.are.same(cli.run(here, ("diff %s other-%s --document 1"):format(name, name)), short, edit)
        end
      end
      assert.is_true(changed >= 18)
    end)
  end

  it("are read in part alone", function()
    cli.write(here .. "/twice.yaml", agents(1000, "twice:\n  a: 1\n  a: 2\n"))
    assert.are.equal(2, cli.run(here, "set twice.yaml /agents/500/model x --document 1").status)
    assert.are.same({ out = "", err = "", status = 0 }, cli.run(here, "set twice.yaml /agents/500/model x"))
    assert.are.equal((agents(1000, "twice:\n  a: 1\n  a: 2\n"):gsub("(id: a500\n    model: )gpt%-4", "%1x")),
      cli.read(here .. "/twice.yaml"))
  end)

  it("with a key twice on the way are refused", function()
    cli.write(here .. "/twice.yaml", agents(1000, "agents: []\n"))
    local refused = cli.run(here, "set twice.yaml /agents/500/model x")
    assert.are.equal(2, refused.status)
    assert.is_truthy(refused.err:find "agents")
  end)
end)
