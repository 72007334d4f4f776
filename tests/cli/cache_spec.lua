-- tests/cli/cache_spec.lua: `cfgrun cache`, and that no state of a cache changes what a command prints.

local support = require "tests.cli.support"

describe("cache", function()
  local folder, cache

  before_each(function()
    folder = support.folder()
    cache = folder .. "/kept"
    local lines = {}
    for i = 1, 3000 do
      lines[#lines + 1] = ("agent-%d: {model: m%d, limits: [%d, %d], note: 'number %d'}"):format(i, i % 7, i, i * 2, i)
    end
    support.write(folder .. "/big.yaml", table.concat(lines, "\n") .. "\n")
    support.write(folder .. "/more/other.json", '{"list": [' .. ("1234567890, "):rep(5000) .. "0]}")
    -- stamps of files that were written a moment ago are not kept
    support.shell(folder, "touch -d '1 hour ago' big.yaml more/other.json")
  end)

  after_each(function()
    support.remove(folder)
  end)

  local function run(line)
    return support.shell(folder, ("export CFGRUN_CACHE='%s'; "):format(cache) .. line)
  end

  -- With a document named, the whole file is read.
  local get_line = "$CFGRUN query big.yaml '$[\"agent-2999\"].limits[*]' --document 1 "

  local function get(extra)
    return run(get_line .. (extra or ""))
  end

  it("tells what is kept and how often it helped", function()
    local r = run "$CFGRUN cache stats"
    assert.equal(0, r.status)
    assert.matches("nothing is kept yet; at most 256.0 MiB", r.out)
    assert.falsy(support.exists(cache))
    assert.equal(0, get().status)
    assert.equal(0, get().status)
    assert.equal(0, get().status)
    r = run "$CFGRUN cache stats"
    assert.matches("folder    " .. cache:gsub("%p", "%%%0") .. "\n", r.out)
    assert.matches("records   %d, %d+%.?%d* KiB\n          documents  1, %d+%.?%d* KiB\n", r.out)
    assert.matches("found     66%.6 %% of 3 during the last day\n", r.out)
    r = run "$CFGRUN cache stats -f json > stats.json; for i in hits misses there; do $CFGRUN get stats.json /$i; done"
    assert.equal("2\n1\ntrue\n", r.out)
    r = run("$CFGRUN query big.yaml '$[\"agent-2999\"].limits[*]'; $CFGRUN cache stats -f json > stats.json; "
      .. "for i in documents sections outlines; do $CFGRUN get stats.json /kinds/$i/records; done; "
      .. "$CFGRUN query stats.json '$.kinds.others'")
    assert.equal("[2999,5998]\n1\n2\n1\n[]\n", r.out)
    r = run "CFGRUN_CACHE_SIZE=64M $CFGRUN cache stats"
    assert.matches("of 64.0 MiB", r.out)
    assert.equal("drwx------\n", run("stat -c %A kept").out)
  end)

  it("is filled beforehand", function()
    local r = run "$CFGRUN cache warm big.yaml more"
    assert.equal(0, r.status)
    assert.matches("^2 files read, %d+%.%d KiB: %d+%.%d KiB parsed, %d+%.%d KiB kept, 0 records found there\n$", r.out)
    r = run "$CFGRUN cache warm . "
    assert.matches("2 files read, .*: 0 B parsed, 0 B kept, 2 records found there", r.out)
    assert.matches("parsed +0 B", get("--stats").err)
    support.write(folder .. "/broken.yaml", "a: [1, 2\nb: }\n")
    r = run "$CFGRUN cache warm ."
    assert.equal(2, r.status)
    assert.matches("2 files read", r.out)
    assert.matches("broken.yaml:2", r.err)
    r = run "$CFGRUN cache warm nothing.yaml more 'no*.yaml'"
    assert.equal(2, r.status)
    assert.matches("^1 file read", r.out)
    assert.equal("cfgrun: 'nothing.yaml' cannot be read: no such file or folder\n"
      .. "hint: give files, folders or globs; `-` is standard input\ncfgrun: no file matches 'no*.yaml'\n", r.err)
    r = run "CFGRUN_CACHE=big.yaml $CFGRUN cache warm more"
    assert.equal(2, r.status)
    assert.equal("", r.out)
    assert.matches("the folder of the cache cannot be opened", r.err)
  end)

  it("finds what was damaged", function()
    get()
    local r = run "$CFGRUN cache verify"
    assert.equal(0, r.status)
    assert.matches("^%d records? in order, ", r.out)
    -- in the bytes of a record
    local file = support.read(cache .. "/v1.mdb")
    local at = assert(file:find("agent-1500", 1, true))
    support.write(cache .. "/v1.mdb", file:sub(1, at) .. "X" .. file:sub(at + 2))
    r = run "$CFGRUN cache verify"
    assert.equal(1, r.status)
    assert.matches("1 record damaged and removed", r.out)
    assert.equal(0, run("$CFGRUN cache verify").status)
    get()
    -- between them
    support.write(cache .. "/v1.mdb", file:sub(1, 4096) .. ("\0"):rep(4096) .. file:sub(8193))
    r = run "$CFGRUN cache verify -f json"
    assert.equal(1, r.status)
    assert.matches('"moved": true', r.out)
    assert.equal(0, run("$CFGRUN cache verify").status)
    assert.equal(0, run("$CFGRUN cache clear").status)
    assert.equal("", run("ls kept").out)
  end)

  it("is off when somebody says so", function()
    local r = support.shell(folder, "export CFGRUN_CACHE=off; " .. get_line .. "--verbose; $CFGRUN cache path")
    assert.equal(get("--no-cache").out, r.out)
    assert.equal("cfgrun: the cache is off: CFGRUN_CACHE says so\ncfgrun: the cache is off: CFGRUN_CACHE says so\n", r.err)
    assert.equal(cache .. "\n", run("$CFGRUN cache path").out)
    r = support.shell(folder, "unset CFGRUN_CACHE; XDG_CACHE_HOME=/var/x $CFGRUN cache path; HOME=/home/me $CFGRUN cache path")
    assert.matches("^/var/x/cfgrun\n", r.out)
    r = run "CFGRUN_CACHE_SIZE=little $CFGRUN cache stats"
    assert.equal(2, r.status)
    assert.matches("CFGRUN_CACHE_SIZE cannot be 'little'", r.err)
  end)

  it("is not made beside a folder that is gone", function()
    local r = support.shell(folder, "mkdir gone; cd gone; rmdir ../gone; export CFGRUN_CACHE=here; "
      .. ("$CFGRUN query %s/big.yaml '$..nothing' --verbose; $CFGRUN cache stats"):format(folder))
    local line = "cfgrun: here: the folder of the cache is named from the current one, which is gone: no such file or folder\n"
    assert.equal(2, r.status)
    assert.equal("[]\n", r.out)
    assert.equal(line .. line .. "hint: begin its name with a slash\n", r.err)
  end)

  it("explains words it does not know", function()
    local r = run "$CFGRUN cache stat"
    assert.equal(2, r.status)
    assert.matches("did you mean 'cfgrun cache stats'%?", r.err)
    assert.equal(2, run("$CFGRUN cache clear all").status)
    assert.equal(2, run("$CFGRUN cache").status)
  end)

  -- Whatever a cache is like: the same bytes, the same status, at most one line with --verbose.
  local states = {
    { "cold", "rm -rf kept" },
    { "warm", "true" },
    { "an empty file", ": > kept/v1.mdb", "", quiet = true },
    { "garbage", "head -c 300000 /dev/urandom > kept/v1.mdb", "it is no cache" },
    { "cut off", "truncate -s 20000 kept/v1.mdb", "it is cut off" },
    { "zeroed", "truncate -s 0 kept/v1.mdb; truncate -s 300000 kept/v1.mdb", "it is no cache" },
    { "a zeroed page", "dd if=/dev/zero of=kept/v1.mdb bs=4096 count=1 seek=1 conv=notrunc 2>/dev/null", "it is no cache" },
    { "writable by others", "chmod 777 kept", "others can write to the folder of the cache" },
    { "no folder", "rm -rf kept; echo > kept", "the folder of the cache cannot be opened: a part of its name is no folder" },
    { "a folder that cannot be made", "rm -rf kept; ln -s /proc/nothing/here kept",
      "the folder of the cache cannot be made: no such file or folder" },
    { "a file that is a folder", "rm kept/v1.mdb; mkdir kept/v1.mdb", "begun anew" },
    { "counts that are a folder", "rm kept/v1.*; mkdir kept/v1.state",
      "kept: nothing can be written to the folder of the cache: v1.state: it is a folder\n" },
    { "a bound that is too low for a record", "rm -rf kept; export CFGRUN_CACHE_SIZE=1M",
      " KiB is too large for the cache, which keeps none above 256 KiB\n" },
    { "counts that are garbage", "head -c 3000 /dev/urandom > kept/v1.state", "", quiet = true },
    { "locked", "(flock 9; sleep 3) 9<> kept/v1.state & sleep 0.2", "", quiet = true },
  }
  for _, state in ipairs(states) do
    it("changes no result: " .. state[1], function()
      local want = get "--no-cache"
      assert.equal(0, want.status)
      get()
      local r = run(state[2] .. "; " .. get_line .. "--verbose; $CFGRUN query more/other.json '$.list[7]' --verbose")
      assert.equal(0, r.status)
      assert.equal(want.out .. "[1234567890]\n", r.out)
      if state[3] and not state.quiet then
        local lines = select(2, r.err:gsub("\n", "\n"))
        assert.matches(state[3], r.err, 1, true)
        assert.is_true(lines <= 4, r.err)
      elseif not state[3] then
        assert.equal("", r.err)
      end
      assert.equal(want.out, get().out)
    end)
  end

  it("serves many processes at once", function()
    local r = run [[for i in $(seq 40); do $CFGRUN query big.yaml "$['agent-$i'].note" > out.$i & done; wait
      for i in $(seq 40); do cat out.$i; done; $CFGRUN cache verify]]
    local want = {}
    for i = 1, 40 do
      want[i] = ('["number %d"]\n'):format(i)
    end
    assert.equal(0, r.status)
    assert.equal(table.concat(want), r.out:match "^(.-)%d+ records? in order")
    assert.equal("", r.err)
  end)
end)
