-- tests/cli/integrations_spec.lua: the hooks, the GitHub Action and the GitLab job, each run in a throw-away repository.

local cli = dofile "tests/cli/support.lua"

local RULE = [[
rule "port-is-free" {
  title = "Servers listen on a port above 1023", why = "w", severity = "error", select = "$..port", expect = "int",
  check = function(port, ctx)
    if port < 1024 then
      ctx:report("port {port} needs privileges", { port = port, fix = ctx:replace(8080) })
    end
  end,
  examples = { fail = "port: 1" },
}
]]

describe("in a repository", function()
  local here

  --- A shell line there, with cfgrun on PATH.
  local function sh(line)
    return cli.shell(here .. "/repo", ("export PATH='%s/bin':\"$PATH\" HOME='%s' GIT_CONFIG_NOSYSTEM=1 && %s"):format(here, here, line))
  end

  before_each(function()
    here = cli.folder()
    cli.shell(here, 'mkdir bin repo && ln -s "$CFGRUN" bin/cfgrun')
    cli.write(here .. "/repo/policies/port.lua", RULE)
    cli.write(here .. "/repo/cfgrun.yaml", "policies: ./policies\n")
    cli.write(here .. "/repo/server file.yaml", "server:\n  port: 80  # mine\n")
    cli.write(here .. "/repo/good.yaml", "server:\n  port: 8080\n")
    local r = sh "git init -q . && git config user.email a@example.org && git config user.name a && git add . && git commit -q -m a"
    assert.equal(0, r.status, r.err)
  end)
  after_each(function()
    cli.remove(here)
  end)

  describe("pre-commit", function()
    local function hooks()
      if cli.shell(".", "command -v pre-commit").status ~= 0 then
        return false
      end
      -- The hooks as they are, in a repository of their own, which is what pre-commit takes them from.
      local r = cli.shell(here, ("mkdir hooks && cp '%s/.pre-commit-hooks.yaml' hooks && cd hooks && git init -q . && git add . && "
        .. "git -c user.email=a@example.org -c user.name=a commit -q -m a"):format(cli.root))
      assert.equal(0, r.status, r.err)
      return true
    end

    it("checks, fixes and formats what is staged", function()
      if not hooks() then
        return pending "pre-commit is not installed"
      end
      local r = sh "pre-commit try-repo ../hooks cfgrun-check --all-files"
      assert.equal(1, r.status, r.out .. r.err)
      assert.truthy(r.out:find("cfgrun check.-Failed"), r.out)
      assert.truthy(r.out:find("server file.yaml:2:9: error: port 80 needs privileges", 1, true), r.out)
      r = sh "pre-commit try-repo ../hooks cfgrun-check --files good.yaml"
      assert.equal(0, r.status, r.out .. r.err)

      r = sh "pre-commit try-repo ../hooks cfgrun-fix --all-files"
      assert.equal(1, r.status)
      assert.truthy(r.out:find("files were modified by this hook", 1, true), r.out)
      assert.equal("server:\n  port: 8080  # mine\n", cli.read(here .. "/repo/server file.yaml"))
      assert.equal(0, sh("git add -u && pre-commit try-repo ../hooks cfgrun-check --all-files").status)

      cli.write(here .. "/repo/good.yaml", "server:\n  port: 8080   \n\n\n")
      r = sh "git add -u && pre-commit try-repo ../hooks cfgrun-fmt --all-files"
      assert.equal(1, r.status, r.out .. r.err)
      assert.equal("server:\n  port: 8080\n", cli.read(here .. "/repo/good.yaml"))
    end)

    it("stops a commit", function()
      if not hooks() then
        return pending "pre-commit is not installed"
      end
      local revision = cli.shell(here .. "/hooks", "git rev-parse HEAD").out:match "%x+"
      cli.write(here .. "/repo/.pre-commit-config.yaml",
        ("repos:\n- repo: ../hooks\n  rev: %s\n  hooks: [{id: cfgrun-check}]\n"):format(revision))
      assert.equal(0, sh("pre-commit install && git add .pre-commit-config.yaml && git commit -q -m b").status)
      cli.write(here .. "/repo/other.json", '{"port": 22}\n')
      local r = sh "git add other.json && git commit -q -m c"
      assert.equal(1, r.status)
      assert.truthy((r.out .. r.err):find("other.json:1:10: error: port 22 needs privileges", 1, true), r.out .. r.err)
      assert.truthy(sh("git log --oneline | wc -l").out:find "^2\n")
    end)
  end)

  describe("the GitHub Action", function()
    local function act(inputs, action_path, environment)
      local r = cli.run(here, ("convert '%s/action.yml' --to json > action.json"):format(cli.root))
      assert.equal(0, r.status, r.err)
      r = sh(("%s python3 '%s/tests/cli/shell/run_action.py' ../action.json '%s' %s"):format(environment or "", cli.root,
        action_path or cli.root, inputs))
      assert.equal(0, r.status, r.err)
      local function get(pointer)
        return (cli.run(here, "get repo/outcome.json " .. pointer).out:gsub("\n$", ""))
      end
      return { out = r.out, err = r.err, status = get "/status", sarif = get "/outputs/sarif", told = get "/outputs/status",
        summary = cli.read(here .. "/repo/summary.md") }
    end

    it("annotates, writes SARIF and a summary, and fails", function()
      local r = act "sarif=out.sarif"
      assert.equal("1", r.status, r.out .. r.err)
      assert.equal("1", r.told)
      assert.equal("::error file=server file.yaml,line=2,col=9,endLine=2,endColumn=11,title=port-is-free::port 80 needs privileges\n",
        r.out)
      assert.truthy(r.summary:find("| error | server file.yaml:2 | port 80 needs privileges | port-is-free |", 1, true), r.summary)
      assert.equal("out.sarif", r.sarif)
      assert.equal('["port-is-free"]\n', cli.run(here, "query --from json repo/out.sarif '$.runs[*].results[*].ruleId'").out)
    end)

    it("takes paths, policies and a level; clean is 0", function()
      local r = act "paths='good.yaml cfgrun.yaml' policies='pack:yaml pack:secrets' fail-on=warning"
      assert.equal("0", r.status, r.out .. r.err)
      assert.equal("0", r.told)
      assert.truthy(r.summary:find("no findings", 1, true), r.summary)
      assert.equal("1", act("paths='good.yaml server*.yaml'").status) -- a glob is cfgrun's, and finds a name with a blank
      assert.equal("0", act("fail-on=never").status)
    end)

    it("builds cfgrun where there is none, by ./quickstart build", function()
      cli.shell(here, "rm bin/cfgrun && mkdir action")
      cli.write(here .. "/action/quickstart", "#!/bin/sh\n[ \"$*\" = build ] && cd \"$(dirname \"$0\")\" && mkdir -p build/release "
        .. "&& ln -s \"$CFGRUN\" build/release/cfgrun && echo building\n")
      cli.shell(here, "chmod +x action/quickstart")
      local path = "PATH=/usr/bin:/bin"
      if sh(path .. " command -v cfgrun").status == 0 then
        return pending "cfgrun is installed on this machine"
      end
      local r = act("", here .. "/action", path)
      assert.equal("1", r.status, r.out .. r.err)
      assert.truthy(r.out:find("^::error file=server file.yaml"), r.out) -- the building is told elsewhere
      local script = cli.read(cli.root .. "/quickstart")
      assert.truthy(script:find("\nbuild)\n  install_missing", 1, true)) -- the real one has that word
    end)

    it("refuses another version, and takes nothing of an input for code", function()
      local r = act "version=9.9.9"
      assert.equal("2", r.status)
      assert.truthy(r.out:find("^::error title=cfgrun::version 9.9.9 is wanted, this is cfgrun "), r.out)
      act [[paths='$(touch owned); `touch owned`' policies='; touch owned']]
      assert.falsy(cli.exists(here .. "/repo/owned"))
      assert.equal("2", act("fail-on=eror").status)
    end)
  end)

  describe("the GitLab job", function()
    --- Its script as a runner has it: the lines one after the other in one shell that stops at the first failure.
    local function job(variables)
      cli.write(here .. "/script.py", 'import json, sys\njob = json.load(sys.stdin)["cfgrun"]\nprint("set -e")\n'
        .. 'for name in job["variables"]:\n    print(": ${%s:=}" % name)\nprint("\\n".join(job["script"]))\n')
      local r = cli.shell(here, ("$CFGRUN convert '%s/ci/gitlab/cfgrun.yml' --to json | python3 script.py >script.sh"):format(cli.root))
      assert.equal(0, r.status, r.err)
      return sh(variables .. " sh ../script.sh")
    end

    it("writes the artifacts that it promises, and fails on findings", function()
      local r = job ""
      assert.equal(1, r.status, r.out .. r.err)
      for _, kind in ipairs { "codequality", "junit" } do
        local file = cli.run(here, ("get '%s/ci/gitlab/cfgrun.yml' /cfgrun/artifacts/reports/%s"):format(cli.root, kind)).out:gsub("\n", "")
        assert.truthy(cli.exists(here .. "/repo/" .. file), file)
      end
      assert.equal('["server file.yaml"]\n', cli.run(here, "query repo/gl-code-quality-report.json '$[*].location.path'").out)
      assert.equal(0, cli.shell(here, ("xmllint --noout --schema '%s/tests/cli/schemas/junit.xsd' repo/cfgrun-junit.xml")
        :format(cli.root)).status)
      assert.equal(0, job("CFGRUN_LEVEL=never").status)
      r = job "CFGRUN_PATHS='good.yaml cfgrun.yaml' CFGRUN_POLICIES='pack:yaml pack:secrets'"
      assert.equal(0, r.status, r.out .. r.err)
    end)
  end)
end)
