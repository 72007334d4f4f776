-- tests/cli/merge_spec.lua: three files into one, and as the merge driver of a real repository.

local cli = dofile "tests/cli/support.lua"

local BASE = "# head\nserver:\n  port: 80   # the port\n  host: a\njobs:\n  - name: x\n    run: 1\n  - name: y\n    run: 2\n"

describe("merge", function()
  local here

  before_each(function()
    here = cli.folder()
    cli.write(here .. "/base.yaml", BASE)
  end)
  after_each(function()
    cli.remove(here)
  end)

  local function write(ours, theirs)
    cli.write(here .. "/ours.yaml", ours)
    cli.write(here .. "/theirs.yaml", theirs)
  end

  it("takes both sides' changes into the text of ours", function()
    write(BASE:gsub("port: 80 ", "port: 81 "), BASE:gsub("host: a", "host: b"):gsub("run: 2", "run: 3"):gsub("# head", "# other"))
    local r = cli.run(here, "merge base.yaml ours.yaml theirs.yaml")
    assert.equal("", r.out .. r.err)
    assert.equal(0, r.status)
    assert.equal("# head\nserver:\n  port: 81   # the port\n  host: b\njobs:\n  - name: x\n    run: 1\n  - name: y\n    run: 3\n",
      cli.read(here .. "/ours.yaml"))
  end)

  it("merges lists of named things whatever their places", function()
    write(BASE:gsub("  %- name: x\n    run: 1\n", ""), BASE .. "  - name: z\n    run: 4\n")
    local r = cli.run(here, "merge base.yaml ours.yaml theirs.yaml -o -")
    assert.equal(0, r.status)
    assert.equal('["y","z"]\n', cli.shell(here, "$CFGRUN merge base.yaml ours.yaml theirs.yaml -o - | $CFGRUN query - "
      .. "'$.jobs[*].name'").out)
  end)

  it("takes the comments of what only theirs added, and tells of those that have no place", function()
    local added = "  # about z\n  - name: z # beside z\n    # inside\n    run: 4\n# about zone\n# and more\nzone: # beside zone\n"
      .. "  a: 1 # one\n\n  b:\n    - x # first\nlast: 1.10 # kept\n"
    write(BASE .. "mine: 1\n", BASE .. added)
    local r = cli.run(here, "merge base.yaml ours.yaml theirs.yaml -o -")
    assert.equal("", r.err)
    assert.equal(BASE .. "  # about z\n  - name: z # beside z\n    # inside\n    run: 4\nmine: 1\nlast: 1.10 # kept\n"
      .. "# about zone\n# and more\nzone: # beside zone\n  a: 1 # one\n\n  b:\n    - x # first\n", r.out)
    write(BASE .. "mine: {a: 1}\n", BASE .. "mine: {a: 1,\n  # two\n  b: 2} # three\n")
    cli.write(here .. "/base.yaml", BASE .. "mine: {a: 1}\n")
    r = cli.run(here, "merge base.yaml ours.yaml theirs.yaml -o -")
    assert.equal("cfgrun: ours.yaml: 1 comment of what is written anew is not kept\n", r.err)
    assert.equal(BASE .. "mine: {a: 1, b: 2}\n", r.out)
    cli.write(here .. "/base.toml", "a = 1\n")
    cli.write(here .. "/theirs.toml", "a = 1\n# b\nb = 2\n")
    r = cli.run(here, "merge base.toml base.toml theirs.toml -o -")
    assert.equal("a = 1\nb = 2\n", r.out)
    assert.equal("cfgrun: base.toml: 1 comment of what is written anew is not kept\n", r.err)
  end)

  it("takes what programs expand in dotenv as theirs wrote it", function()
    cli.write(here .. "/base.env", "A=1\n")
    cli.write(here .. "/ours.env", "A=1\nB=2")
    cli.write(here .. "/theirs.env", "A=1\n# about C\nC=\"x ${A}\" # c\nD='$A'\n")
    assert.equal("A=1\nB=2\n# about C\nC=\"x ${A}\" # c\nD='$A'", cli.run(here, "merge base.env ours.env theirs.env -o -").out)
    cli.write(here .. "/base.properties", "a=1\n")
    cli.write(here .. "/theirs.properties", "a=1\n! about b\nb=2\n")
    assert.equal("a=1\n# about b\nb=2\n", cli.run(here, "merge base.properties base.properties theirs.properties -o -").out)
  end)

  it("tells each conflict with three places, and writes nothing", function()
    local ours = BASE:gsub("port: 80 ", "port: 81 "):gsub("  %- name: y\n    run: 2\n", "")
    write(ours, BASE:gsub("port: 80 ", "port: 99 "):gsub("run: 2", "run: 5"))
    local r = cli.run(here, "merge base.yaml ours.yaml theirs.yaml")
    assert.equal(1, r.status)
    assert.equal("", r.out)
    assert.truthy(r.err:find("conflict: /server/port: both changed it, differently\n  base    80  base.yaml:3:9\n"
      .. "  ours    81  ours.yaml:3:9\n  theirs  99  theirs.yaml:3:9\n", 1, true), r.err)
    assert.truthy(r.err:find("conflict: /jobs/1: one removed it, the other changed it", 1, true))
    assert.truthy(r.err:find("2 conflicts", 1, true))
    assert.equal(ours, cli.read(here .. "/ours.yaml"))
    local theirs = cli.run(here, "merge base.yaml ours.yaml theirs.yaml -o - --favor theirs")
    assert.equal(0, theirs.status)
    assert.truthy(theirs.out:find("  port: 99   # the port\n", 1, true))
    assert.truthy(theirs.out:find("run: 5", 1, true))
    local mine = cli.run(here, "merge base.yaml ours.yaml theirs.yaml -o - --favor ours")
    assert.equal(0, mine.status)
    assert.equal(ours, mine.out)
  end)

  it("names the file of the repository, not those that git made of it", function()
    write(BASE:gsub("port: 80 ", "port: 81 "), (BASE:gsub("  port: 80 [^\n]*\n", "")))
    local r = cli.run(here, "merge base.yaml ours.yaml theirs.yaml --path conf/app.yaml")
    assert.equal(1, r.status)
    assert.truthy(r.err:find("conflict: conf/app.yaml: /server/port: ", 1, true), r.err)
    assert.truthy(r.err:find("\n  ours    81  line 3, column 9\n  theirs  not there\n", 1, true), r.err)
  end)

  it("knows kinds, additions and orders that clash", function()
    local function conflict(base, ours, theirs)
      cli.write(here .. "/base.yaml", base)
      write(ours, theirs)
      return cli.run(here, "merge base.yaml ours.yaml theirs.yaml -n").err
    end
    assert.truthy(conflict("a: 1\n", "a: {b: 1}\n", "a: [1]\n"):find("values of different kinds", 1, true))
    assert.truthy(conflict("a: 1\n", "a: 1\nb: 1\n", "a: 1\nb: 2\n"):find("/b: both added it, differently", 1, true))
    assert.truthy(conflict("[{id: 1}, {id: 2}, {id: 3}]\n", "[{id: 2}, {id: 1}, {id: 3}]\n", "[{id: 1}, {id: 3}, {id: 2}]\n")
      :find("both changed the order", 1, true))
    assert.truthy(conflict("[1, 2]\n", "[1, 3]\n", "[1, 4, 5]\n"):find("both changed it", 1, true))
  end)

  it("refuses streams that do not have the same documents", function()
    write(BASE, BASE .. "---\nmore: 1\n")
    assert.equal(2, cli.run(here, "merge base.yaml ours.yaml theirs.yaml").status)
  end)

  it("is a merge driver of git", function()
    local function git(line)
      return cli.shell(here .. "/r", line)
    end
    cli.write(here .. "/r/.gitattributes", "*.yaml merge=cfgrun\n")
    cli.write(here .. "/r/s.yaml", BASE)
    local made = git("git init -q . && git config user.email a@b.example && git config user.name n && "
      .. "git config merge.cfgrun.driver \"$CFGRUN merge %O %A %B --path %P --conflict mark\" && git add -A && "
      .. "git commit -qm base && git branch theirs && git branch clash")
    assert.equal(0, made.status, made.err)
    cli.write(here .. "/r/s.yaml", (BASE:gsub("port: 80 ", "port: 81 ")))
    git "git commit -qam ours && git checkout -q theirs"
    cli.write(here .. "/r/s.yaml", (BASE:gsub("host: a", "host: b")))
    git "git commit -qam theirs && git checkout -q clash"
    cli.write(here .. "/r/s.yaml", (BASE:gsub("port: 80 ", "port: 99 ")))
    git "git commit -qam clash && git checkout -q -"
    git "git checkout -q master 2>/dev/null || git checkout -q main"
    local clean = git "git merge -q theirs -m both"
    assert.equal(0, clean.status, clean.err .. clean.out)
    local merged = BASE:gsub("port: 80 ", "port: 81 "):gsub("host: a", "host: b")
    assert.equal(merged, cli.read(here .. "/r/s.yaml"))
    local clash = git "git merge clash -m clash"
    assert.equal(1, clash.status)
    assert.equal("UU s.yaml\n", git("git status --short").out)
    assert.equal((merged:gsub("  port: 81   # the port\n", "<<<<<<< ours\n%0=======\n  port: 99   # the port\n>>>>>>> theirs\n")),
      cli.read(here .. "/r/s.yaml"))
  end)

  it("takes a list that conflicts from one side as a whole, so that no moved element is there twice", function()
    local folder = cli.folder()
    cli.write(folder .. "/b.yaml", "- uses: x\n- name: build\n- name: test\n")
    cli.write(folder .. "/o.yaml", "- uses: x\n- name: test\n- name: build\n  run: all\n")
    cli.write(folder .. "/t.yaml", "- uses: x\n- name: build\n- name: lint\n- name: test\n")
    assert.equal(cli.read(folder .. "/t.yaml"), cli.run(folder, "merge b.yaml o.yaml t.yaml --favor theirs -o -").out)
    assert.equal(cli.read(folder .. "/o.yaml"), cli.run(folder, "merge b.yaml o.yaml t.yaml --favor ours -o -").out)
    assert.equal(1, cli.run(folder, "merge b.yaml o.yaml t.yaml").status)
    cli.remove(folder)
  end)
end)
