-- tests/cli/completion_spec.lua: the generated scripts in real shells: what each offers at the end of a line.

local cli = dofile "tests/cli/support.lua"

local function has(program)
  return cli.shell(".", "command -v " .. program).status == 0
end

-- A line, what is offered (all of it with `all`), and what is not.
local CASES = {
  { "cfgrun che", all = { "check" } },
  { "cfgrun check --fa", all = { "--fail-on" } },
  { "cfgrun check --fail-on ", all = { "error", "warning", "info", "never" } },
  { "cfgrun check --fail-on=w", all = { "warning" } },
  { "cfgrun check --fail-on never -j 3 de", all = { "deploy.yaml" } },
  { "cfgrun check --fix=", some = { "safe", "guarded" } },
  { "cfgrun check -f sar", all = { "sarif" } },
  { "cfgrun check -p pack:ku", all = { "pack:kubernetes" } },
  { "cfgrun check --policy=pack:ku", all = { "pack:kubernetes" } },
  { "cfgrun check --only my-", all = { "my-first-rule", "my-other-rule" } },
  { "cfgrun check -p pack:yaml --only=no-t", all = { "no-tabs" } },
  { "cfgrun check --skip tag:o", all = { "tag:odd" } },
  { "cfgrun check --config de", all = { "deploy.yaml" } },
  { "cfgrun check --limit dep", all = { "depth=" } },
  { "cfgrun get deploy.yaml /spec/re", all = { "/spec/replicas" } },
  { "cfgrun get deploy.yaml -f json /sp", all = { "/spec", "/spec/" } },
  { "cfgrun rules my-f", all = { "my-first-rule" } },
  { "cfgrun rules new ", none = { "deploy.yaml" } },
  { "cfgrun help env", all = { "environment" } },
  { "cfgrun help ch", all = { "check" } },
  { "cfgrun completion ", all = { "bash", "zsh", "fish" } },
  { "cfgrun check -p nothing.lua --only my-", all = {} }, -- what cannot be read offers nothing and says nothing
}

describe("completion", function()
  local here

  setup(function()
    here = cli.folder()
    local rule = 'rule "%s" { title = "T", why = "w", tags = { "odd" }, select = "$.x", check = function() end, '
      .. 'examples = { pass = "x: 1" } }\n'
    cli.write(here .. "/work/cfgrun.yaml", "policies: ../rules.lua\n")
    cli.write(here .. "/rules.lua", rule:format "my-first-rule" .. rule:format "my-other-rule")
    cli.write(here .. "/work/deploy.yaml", "spec: {replicas: 1, template: {}}\n")
    cli.shell(here, 'mkdir bin && ln -s "$CFGRUN" bin/cfgrun')
    for _, shell in ipairs { "bash", "zsh", "fish" } do
      cli.write(here .. "/script." .. shell, cli.run(here, "completion " .. shell).out)
    end
  end)
  teardown(function()
    cli.remove(here)
  end)

  --- Runs a line of shell in which $LINE is what was typed; checks what it prints against a case.
  local function ask(case, command, strip)
    local r = cli.shell(here .. "/work", ("export PATH='%s/bin':$PATH LINE='%s'; %s"):format(here, case[1], command))
    assert.equal("", r.err, case[1])
    local offered, count = {}, 0
    for line in r.out:gmatch "[^\n]+" do
      line = line:match "^[^\t]*"
      if strip then
        line = line:gsub("^%-%-[^=]*=(.)", "%1")
      end
      offered[line] = true
      count = count + 1
    end
    for _, word in ipairs(case.all or case.some or {}) do
      assert.truthy(offered[word], ("'%s' does not offer '%s': %s"):format(case[1], word, r.out))
    end
    assert.falsy(case.all and count ~= #case.all, ("'%s' offers %s"):format(case[1], r.out))
    for _, word in ipairs(case.none or {}) do
      assert.falsy(offered[word], ("'%s' offers '%s'"):format(case[1], word))
    end
  end

  it("bash", function()
    for _, case in ipairs(CASES) do
      -- Bash has the rest behind ':' and '=' in its hands and is given that only.
      local typed = { [1] = case[1], all = case.all and {}, some = case.some, none = case.none }
      for i, word in ipairs(case.all or {}) do
        typed.all[i] = case[1]:find "pack:[^ ]*$" and word:gsub("^pack:", "") or case[1]:find "tag:[^ ]*$"
          and word:gsub("^tag:", "") or word
      end
      ask(typed, ("bash '%s/tests/cli/shell/bash_words.sh' ../script.bash \"$LINE\""):format(cli.root))
    end
  end)

  it("bash, with somebody typing", function()
    for typed, wanted in pairs { ["cfgrun check --fail-on=w\\t"] = "=warning ", ["cfgrun check -p pack:kub\\t"] = "pack:kubernetes ",
      ["cfgrun get dep\\t/spec/repl\\t"] = "deploy.yaml /spec/replicas ", ["cfgrun check --onl\\tmy-f\\t"] = "--only my-first-rule " } do
      local r = cli.shell(here .. "/work", ("PATH='%s/bin':$PATH python3 '%s/tests/cli/shell/bash_types.py' ../script.bash . '%s' '%s'")
        :format(here, cli.root, typed, wanted))
      assert.equal(0, r.status, r.err)
    end
  end)

  it("zsh", function()
    if not has "zsh" then
      return pending "zsh is not installed"
    end
    for _, case in ipairs(CASES) do
      ask(case, ("zsh -f '%s/tests/cli/shell/zsh_words.zsh' ../script.zsh \"$LINE\""):format(cli.root))
    end
  end)

  it("fish", function()
    if not has "fish" then
      return pending "fish is not installed"
    end
    for _, case in ipairs(CASES) do
      ask(case, "fish -N -c 'source ../script.fish; complete -C \"$LINE\"'", true)
    end
  end)

  it("names every command and option that there is, in each shell", function()
    local commands = {}
    for name in cli.run(here, "complete command -- ''").out:gmatch "([%w-]+)\t" do
      commands[#commands + 1] = name
    end
    assert.truthy(#commands > 10)
    for _, shell in ipairs { "bash", "zsh", "fish" } do
      local script = cli.read(here .. "/script." .. shell)
      for _, name in ipairs(commands) do
        assert.truthy(script:find(name, 1, true))
        for option in cli.run(here, "help " .. name).out:match "\nOptions:\n(.-)\n\n":gmatch "%-%-([%w-]+)" do
          assert.truthy(script:find(shell == "fish" and "-l " .. option or "--" .. option, 1, true),
            ("%s does not know --%s of %s"):format(shell, option, name))
        end
      end
    end
  end)

  it("of an unknown shell is refused, with the nearest", function()
    local r = cli.run(here, "completion bahs")
    assert.equal(2, r.status)
    assert.equal("cfgrun: there is no script for 'bahs'\nhint: did you mean 'bash'?\n", r.err)
  end)
end)
