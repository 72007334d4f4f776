-- tests/cli/fixing_spec.lua: `check --fix` writes what is right, whole or not at all.

local cli = dofile "tests/cli/support.lua"

local RULES = [[
rule "low-port" {
  title = "Ports are above 1023", why = "Lower ones need privileges.", severity = "error",
  select = "$..port", expect = "int",
  check = function(port, ctx)
    if port < 1024 then ctx:report("port {port} is low", { port = port, fix = ctx:replace(8080) }) end
  end,
  examples = { pass = "port: 8080", fail = "port: 80" },
}
rule "debug-off" {
  title = "Debugging is off", why = "It tells too much.",
  select = "$.debug", expect = "bool",
  check = function(debug, ctx)
    if debug then ctx:report("debugging is on", { fix = ctx:remove(), safety = "guarded" }) end
  end,
  examples = { pass = "debug: false", fail = "debug: true" },
}
]]

describe("check --fix", function()
  local here

  before_each(function()
    here = cli.folder()
    cli.write(here .. "/rules.lua", RULES)
    cli.write(here .. "/a.yaml", "# head\nport:   80   # mine\ndebug: true\nz: 'q'\n")
  end)
  after_each(function()
    cli.remove(here)
  end)

  it("settles the safe ones, keeps every other byte, and finds nothing to do again", function()
    local r = cli.run(here, "check -p rules.lua a.yaml --fix")
    assert.equal("# head\nport:   8080   # mine\ndebug: true\nz: 'q'\n", cli.read(here .. "/a.yaml"))
    assert.equal(0, r.status)
    assert.truthy(r.out:find("1 warning in 1 file, 1 document by 2 rules (1 fixed)\n", 1, true), r.out)
    r = cli.run(here, "check -p rules.lua a.yaml --fix=guarded")
    assert.equal("# head\nport:   8080   # mine\nz: 'q'\n", cli.read(here .. "/a.yaml"))
    assert.truthy(r.out:find("(1 fixed)", 1, true))
    assert.equal("no findings in 1 file, 1 document by 2 rules\n", cli.run(here, "check -p rules.lua a.yaml --fix=guarded").out)
  end)

  it("shows a diff that git applies, and writes nothing, with --dry-run", function()
    local before = cli.read(here .. "/a.yaml")
    local r = cli.run(here, "check -p rules.lua a.yaml --fix=guarded --dry-run")
    assert.equal([[
--- a/a.yaml
+++ b/a.yaml
@@ -1,4 +1,3 @@
 # head
-port:   80   # mine
-debug: true
+port:   8080   # mine
 z: 'q'
]], r.out)
    assert.equal("no findings in 1 file, 1 document by 2 rules (2 fixed)\n", r.err)
    assert.equal(before, cli.read(here .. "/a.yaml"))
    assert.equal(0, cli.shell(here, "$CFGRUN check -p rules.lua a.yaml --fix=guarded -n 2>&- | git apply").status)
    assert.equal("# head\nport:   8080   # mine\nz: 'q'\n", cli.read(here .. "/a.yaml"))
    assert.equal(2, cli.run(here, "check -p rules.lua a.yaml --dry-run").status)
  end)

  it("passes standard input on, changed or not, with the summary on standard error", function()
    local r = cli.shell(here, "printf 'port: 80\\n' | $CFGRUN check -p rules.lua --fix -")
    assert.equal("port: 8080\n", r.out)
    assert.equal("no findings in 1 file, 1 document by 2 rules (1 fixed)\n", r.err)
    r = cli.shell(here, "printf 'a: [ 1 ]\\n' | $CFGRUN check -p rules.lua --fix -")
    assert.equal("a: [ 1 ]\n", r.out)
    r = cli.shell(here, "printf 'a: [ 1\\n' | $CFGRUN check -p rules.lua --fix -")
    assert.equal("a: [ 1\n", r.out)
    assert.equal(1, r.status)
    r = cli.shell(here, "printf 'port: 80\\n' | $CFGRUN check -p rules.lua --fix - --stdin-filename a.yaml")
    assert.equal("port: 8080\n", r.out)
    assert.truthy(cli.read(here .. "/a.yaml"):find("80   # mine", 1, true))
  end)

  it("keeps CRLF, BOM and a missing end of the last line", function()
    for _, case in ipairs {
      { "port: 80\r\nb: 1\r\n", "port: 8080\r\nb: 1\r\n" },
      { "\xef\xbb\xbfport: 80\n", "\xef\xbb\xbfport: 8080\n" },
      { "b: 1\nport: 80", "b: 1\nport: 8080" },
      { '{"port":80}', '{"port":8080}' },
    } do
      cli.write(here .. "/c.yaml", case[1])
      assert.equal(0, cli.run(here, "check -p rules.lua c.yaml --fix").status)
      assert.equal(case[2], cli.read(here .. "/c.yaml"))
    end
  end)

  it("keeps mode and symbolic links, and leaves nothing beside the file", function()
    cli.shell(here, "mkdir t && mv a.yaml t/real.yaml && chmod 640 t/real.yaml && ln -s t/real.yaml a.yaml")
    assert.equal(0, cli.run(here, "check -p rules.lua a.yaml --fix").status)
    assert.equal("640\n", cli.shell(here, "stat -c %a t/real.yaml").out)
    assert.truthy(cli.shell(here, "readlink a.yaml").out == "t/real.yaml\n")
    assert.truthy(cli.read(here .. "/t/real.yaml"):find("8080", 1, true))
    assert.equal("real.yaml\n", cli.shell(here, "ls -A t").out)
  end)

  it("keeps the owner", function()
    if not cli.is_root() then
      pending "only root can write a file of somebody else and give it back"
      return
    end
    cli.shell(here, "chown 1234:4321 a.yaml")
    assert.equal(0, cli.run(here, "check -p rules.lua a.yaml --fix").status)
    assert.equal("1234:4321\n", cli.shell(here, "stat -c %u:%g a.yaml").out)
  end)

  it("leaves the original when it cannot be replaced, tells it, and mends the other files", function()
    cli.write(here .. "/locked/b.yaml", "port: 81\n")
    cli.write(here .. "/t/c.yaml", "port: 82\n")
    cli.shell(here, "chmod 555 locked")
    local r = cli.run(here, "check -p rules.lua locked t --fix")
    if not cli.is_root() then -- to whom no folder is locked
      assert.equal(2, r.status)
      assert.truthy(r.err:find("locked/b.yaml: cannot write: permission denied", 1, true), r.err)
      assert.equal("port: 81\n", cli.read(here .. "/locked/b.yaml"))
    end
    assert.equal("port: 8080\n", cli.read(here .. "/t/c.yaml"))
  end)

  it("leaves the original when the disk is full", function()
    local before = cli.read(here .. "/a.yaml") .. ("# much\n"):rep(3000)
    cli.write(here .. "/a.yaml", before)
    local r = cli.shell(here, "ulimit -f 8; trap '' XFSZ; $CFGRUN check -p rules.lua a.yaml --fix")
    assert.equal(2, r.status)
    assert.truthy(r.err:find("a.yaml: cannot write: it would become too large", 1, true), r.err)
    assert.equal(before, cli.read(here .. "/a.yaml"))
    assert.equal("a.yaml\nrules.lua\n", cli.shell(here, "ls -A").out)
  end)

  it("leaves out a fix that does not settle its finding or brings another, and says so", function()
    cli.write(here .. "/bad.lua", [[
rule "wants-b" { title = "t", why = "w", severity = "error", select = "$.a",
  check = function(a, ctx) if a ~= "b" then ctx:report("a is not b", { fix = ctx:replace("c") }) end end,
  examples = { pass = "a: b" } }
rule "small" { title = "t", why = "w", severity = "error", select = "$.n", expect = "int",
  check = function(n, ctx) if n > 9 then ctx:report("n is large", { fix = ctx:replace(-1) }) end end,
  examples = { pass = "n: 1" } }
rule "positive" { title = "t", why = "w", severity = "error", select = "$.n", expect = "int",
  check = function(n, ctx) if n < 0 then ctx:report("n is negative") end end,
  examples = { pass = "n: 1" } }
]])
    cli.write(here .. "/d.yaml", "a: x\nn: 10\nport: 80\n")
    local r = cli.run(here, "check -p rules.lua -p bad.lua d.yaml --fix")
    assert.equal("a: x\nn: 10\nport: 8080\n", cli.read(here .. "/d.yaml"))
    assert.equal(1, r.status)
    assert.truthy(r.out:find("not fixed: the finding is still there after the fix", 1, true), r.out)
    assert.truthy(r.out:find("not fixed: the fix would cause a finding of 'positive': n is negative", 1, true), r.out)
  end)

  it("mends the other files, and the rest of a file, when a rule fails on one", function()
    cli.write(here .. "/fails.lua", [[rule "fails" { title = "t", why = "w", select = "$.boom",
      check = function() error "no" end, examples = { pass = "a: 1" } }]])
    cli.write(here .. "/e.yaml", "boom: 1\nport: 80\n")
    local r = cli.run(here, "check -p rules.lua -p fails.lua a.yaml e.yaml --fix")
    assert.equal(2, r.status)
    assert.equal("boom: 1\nport: 8080\n", cli.read(here .. "/e.yaml"))
    assert.truthy(cli.read(here .. "/a.yaml"):find("8080", 1, true))
    local _, told = r.err:gsub("rule 'fails' failed on e.yaml", "")
    assert.equal(1, told)
  end)

  it("settles thousands at once, beside some that cannot be", function()
    cli.write(here .. "/stubborn.lua", [[rule "stubborn" { title = "t", why = "w", select = "$..q",
      check = function(q, ctx) ctx:report("q", { fix = ctx:replace(q + 1) }) end, examples = { fail = "q: 1" } }]])
    local before, after = { "list:\n" }, { "list:\n" }
    for i = 1, 3000 do
      local q = i % 100 == 0 and ", q: 1" or ""
      before[i + 1], after[i + 1] = ("- {port: %d%s}\n"):format(i % 1000, q), ("- {port: 8080%s}\n"):format(q)
    end
    cli.write(here .. "/many.yaml", table.concat(before))
    local r = cli.shell(here, "$CFGRUN check -p rules.lua -p stubborn.lua many.yaml --fix -n >d.patch; echo $?; git apply d.patch")
    assert.equal("0\n", r.out)
    assert.equal("30 warnings in 1 file, 1 document by 3 rules (3000 fixed)\n", r.err)
    assert.equal(table.concat(after), cli.read(here .. "/many.yaml"))
    cli.write(here .. "/many.yaml", table.concat(before))
    cli.run(here, "check -p rules.lua -p stubborn.lua many.yaml --fix")
    assert.equal(table.concat(after), cli.read(here .. "/many.yaml"))
  end)

  it("does not touch what was waived or allowed", function()
    cli.write(here .. "/w.yaml", "port: 80 # cfgrun: allow low-port -- ours\n")
    cli.run(here, "check -p rules.lua w.yaml --fix")
    assert.equal("port: 80 # cfgrun: allow low-port -- ours\n", cli.read(here .. "/w.yaml"))
    -- Nor after a round that settled something else in the same file.
    cli.write(here .. "/w.yaml", "a: {port: 80} # cfgrun: allow low-port -- ours\nb: {port: 81}\n")
    local r = cli.run(here, "check -p rules.lua w.yaml --fix")
    assert.equal("a: {port: 80} # cfgrun: allow low-port -- ours\nb: {port: 8080}\n", cli.read(here .. "/w.yaml"))
    assert.truthy(r.out:find("(1 fixed, 1 allowed inline)", 1, true), r.out)
  end)
end)
