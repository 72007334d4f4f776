-- tests/cli/holding_spec.lua: two who change one file at the same time.

local cli = dofile "tests/cli/support.lua"

-- Runs `set` as one who has read the file and waits for its value, which comes by the pipe 3.
local SLOW = [[
mkfifo value
$CFGRUN set f.yaml /slow --value-file value & slow=$!
exec 3>value   # opens when the other end is open; others must not keep it
]]

describe("changes of one file at the same time", function()
  local here

  before_each(function()
    here = cli.folder()
    cli.write(here .. "/f.yaml", "a: 1\n")
  end)

  after_each(function()
    cli.remove(here)
  end)

  it("come one after the other, and none is lost", function()
    local large = { "a: 1\n" }
    for i = 1, 10000 do
      large[i + 1] = ("key%d: %d\n"):format(i, i)
    end
    cli.write(here .. "/large.yaml", table.concat(large))
    for file, count in pairs { ["f.yaml"] = 40, ["large.yaml"] = 20 } do
      local result = cli.shell(here, ("for i in $(seq %d); do $CFGRUN set %s /k$i $i & all=\"$all $!\"; done; "
        .. "for one in $all; do wait $one || exit; done"):format(count, file))
      assert.are.equal("", result.err)
      assert.are.equal(0, result.status)
      local text = cli.read(here .. "/" .. file)
      for i = 1, count do
        assert.is_truthy(text:find(("\nk%d: %d\n"):format(i, i), 1, true), file .. " has no k" .. i)
      end
    end
  end)

  it("of several commands wait for each other", function()
    cli.write(here .. "/base.yaml", "a: 1\n")
    cli.write(here .. "/theirs.yaml", "a: 1\nmerged: 1\n")
    local result = cli.shell(here, SLOW .. [[
      echo 'patched: 1' | $CFGRUN patch f.yaml - 3>&- & all="$!"
      $CFGRUN merge base.yaml f.yaml theirs.yaml 3>&- & all="$all $!"
      $CFGRUN rename f.yaml /a b 3>&- & all="$all $!"
      $CFGRUN fmt f.yaml 2>/dev/null 3>&- & all="$all $!"
      sleep 0.3
      cat f.yaml
      echo '{x:   1}' >&3; exec 3>&-
      for one in $slow $all; do wait $one || exit; done]])
    assert.are.equal("", result.err)
    assert.are.equal("a: 1\n", result.out)
    assert.are.equal(0, result.status)
    local text = cli.read(here .. "/f.yaml")
    for _, line in ipairs { "b: 1\n", "patched: 1\n", "merged: 1\n", "slow:" } do
      assert.is_truthy(text:find(line, 1, true), text)
    end
  end)

  it("are refused when somebody who knows of no holds wrote meanwhile", function()
    local result = cli.shell(here, SLOW .. [[
      echo 'a: 2' > f.yaml
      echo 1 >&3; exec 3>&-
      wait $slow]])
    assert.are.equal(2, result.status)
    assert.are.equal("cfgrun: f.yaml: it was changed by somebody else meanwhile\nhint: nothing was written; do it again\n",
      result.err)
    assert.are.equal("a: 2\n", cli.read(here .. "/f.yaml"))
  end)

  it("can be given up while they wait", function()
    local result = cli.shell(here, SLOW .. [[
      timeout --preserve-status -s INT -k 10 0.5 $CFGRUN set f.yaml /b 2 3>&-; echo $?
      echo 1 >&3; exec 3>&-
      wait $slow]])
    assert.are.equal("cfgrun: interrupted\n", result.err)
    assert.are.equal("130\n", result.out)
    assert.are.equal(0, result.status)
    assert.are.equal("a: 1\nslow: 1\n", cli.read(here .. "/f.yaml"))
  end)

  it("do not wait where nothing is written", function()
    local result = cli.shell(here, SLOW .. [[
      $CFGRUN get f.yaml /a; $CFGRUN set f.yaml /a 3 -o -; $CFGRUN set f.yaml /a 3 -n >/dev/null; $CFGRUN fmt --check f.yaml
      echo 1 >&3; exec 3>&-
      wait $slow]])
    assert.are.equal("1\na: 3\n", result.out)
    assert.are.equal(0, result.status)
  end)
end)
