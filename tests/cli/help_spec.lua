-- tests/cli/help_spec.lua: every command says what it is, its examples are command lines, and its manual page is clean.

local cli = dofile "tests/cli/support.lua"

--- The description of a command, read outside the program; what it needs of `core` at loading is not needed here.
local function load_description(name)
  package.path = cli.root .. "/stdlib/?.lua;" .. cli.root .. "/cli/?.lua;" .. package.path
  local silent
  silent = setmetatable({}, { __index = function()
    return silent
  end, __call = function()
    return {}
  end })
  package.preload.core = package.preload.core or function()
    return setmetatable({ distance = function()
      return 99
    end, version = "0" }, { __index = silent })
  end
  local description = require("commands/" .. name)
  for _, option in ipairs(description.options) do
    option.choices = nil
  end
  return description, require "args"
end

--- The words of the cfgrun commands in a line of shell.
local function command_lines(line)
  local list, words, word, quote = {}, {}, nil, nil
  local function finish()
    words[#words + 1] = word
    word = nil
  end
  local function finish_line()
    finish()
    if words[1] == "cfgrun" then
      list[#list + 1] = words
    end
    words = {}
  end
  for c in line:gmatch "." do
    if quote then
      if c == quote then
        quote = nil
      else
        word = word .. c
      end
    elseif c == "'" or c == '"' then
      quote, word = c, word or ""
    elseif c == " " then
      finish()
    elseif c:find "[|&;<>()]" then
      finish_line()
    else
      word = (word or "") .. c
    end
  end
  finish_line()
  return list
end

describe("help", function()
  local names = {}

  setup(function()
    for name in cli.run(".", "complete command -- ''").out:gmatch "([%w-]+)\t" do
      names[#names + 1] = name
    end
    assert(#names > 10)
  end)

  it("of every command: a summary, a group, documented options, examples that parse", function()
    for _, name in ipairs(names) do
      local description, args = load_description(name)
      assert.equal(name, description.name)
      assert.truthy(#description.summary > 10 and not description.summary:find "[%.\n]$", name .. ": summary")
      assert.truthy(description.examples and #description.examples > 0, name .. " has no examples")
      for _, option in ipairs(args.options(description)) do
        assert.truthy(option.help and #option.help > 5, ("%s --%s has no help"):format(name, option[1]))
        assert.truthy(not option.value or option.value:find "^[%u%[]", ("%s --%s: value"):format(name, option[1]))
      end
      for _, example in ipairs(description.examples) do
        local lines = command_lines(example[1])
        assert.truthy(#lines > 0 or example[1]:find("cfgrun " .. name, 1, true),
          ("%s: the example '%s' does not call cfgrun"):format(name, example[1]))
        assert.truthy(example[2] and #example[2] > 2, name .. ": an example without a meaning")
        for _, words in ipairs(lines) do
          local parsed, problem = pcall(args.parse, (load_description(words[2])), words, 3)
          assert.truthy(parsed, ("%s: %s: %s"):format(name, example[1], parsed or problem.message or problem))
          for i, word in ipairs(words) do
            words[i] = "'" .. word:gsub("'", "'\\''") .. "'"
          end
          -- The real choices are in the program.
          local r = cli.run(".", words[2] .. " --help " .. table.concat(words, " ", 3) .. " </dev/null")
          assert.equal(0, r.status, example[1] .. ": " .. r.err)
        end
      end
    end
  end)

  it("puts every command under one heading", function()
    local overview = cli.run(".", "help")
    assert.equal(0, overview.status)
    for _, name in ipairs(names) do
      local count = select(2, overview.out:gsub("\n  " .. name:gsub("%-", "%%-") .. " +%l", ""))
      assert.equal(1, count, name)
    end
    assert.falsy(overview.out:find("\n  complete ", 1, true))
    assert.equal(overview.out, cli.run(".", "--help").out)
    assert.equal(overview.out, cli.run(".", "").err)
  end)

  it("of a command: examples, options with their choices, in the width there is", function()
    local r = cli.run(".", "check --help")
    assert.equal(r.out, cli.run(".", "help check").out)
    assert.truthy(r.out:find("\nExamples:\n  cfgrun check", 1, true))
    assert.truthy(r.out:find("(error, warning, info, never)", 1, true) or r.out:find "error or .- never")
    for _, name in ipairs(names) do
      for line in cli.shell(".", "COLUMNS=60 $CFGRUN help " .. name).out:gmatch "[^\n]+" do
        local words = select(2, line:gsub("%S+", ""))
        assert.truthy(utf8.len(line) <= 60 or line:find "^  cfgrun" or line:find "^  %-" or line:find "^  [%a_.]+.*cfgrun"
          or line:find "^Usage" or line:find "^cfgrun" or words < 3, name .. ": " .. line)
      end
    end
  end)

  it("on topics", function()
    for topic, wanted in pairs { limits = "depth", ["exit-codes"] = "interrupted", environment = "NO_COLOR",
      formats = "yaml, json", reports = "sarif" } do
      local r = cli.run(".", "help " .. topic)
      assert.equal(0, r.status)
      assert.truthy(r.out:find(wanted, 1, true), topic)
    end
    local r = cli.run(".", "help enviroment")
    assert.equal(2, r.status)
    assert.equal("cfgrun: there is no help on 'enviroment'\nhint: did you mean 'cfgrun help environment'?\n", r.err)
  end)

  it("as manual pages that roff reads without a warning, with every option in them", function()
    local here = cli.folder()
    local r = cli.run(here, "help --man -o pages")
    assert.equal(0, r.status, r.err)
    assert.equal(#names + 1, tonumber(cli.shell(here, "ls pages | wc -l").out))
    local groff = cli.shell(here, "command -v groff").status == 0
    for _, name in ipairs(names) do
      local page = ("pages/cfgrun-%s.1"):format(name)
      assert.equal(cli.read(here .. "/" .. page), cli.run(here, "help --man " .. name).out)
      if groff then
        local checked = cli.shell(here, ("groff -man -Tutf8 -ww -z '%s' 2>&1"):format(page))
        assert.equal("", checked.out, page)
        local text = cli.shell(here, ("groff -man -Tascii -P-cbou '%s'"):format(page)).out
        for option in cli.run(here, "help " .. name).out:match "\nOptions:\n(.-)\n\n":gmatch "\n  [^\n]-%-%-([%w-]+)" do
          assert.truthy(text:find("--" .. option, 1, true), page .. " lacks --" .. option)
        end
      end
    end
    if groff then
      assert.equal("", cli.shell(here, "groff -man -Tutf8 -ww -z pages/cfgrun.1 2>&1").out)
    end
    cli.remove(here)
  end)
end)

describe("cfgrun.yaml(5)", function()
  it("is docs/project-file.md, in roff without a warning, with no line of it lost", function()
    local made = cli.shell(cli.root, "lua5.4 tools/manual_page.lua docs/project-file.md cfgrun.yaml 5 1.0")
    assert.equal(0, made.status, made.err)
    if cli.shell(".", "command -v groff").status ~= 0 then
      return pending "groff is not installed"
    end
    local page = "lua5.4 tools/manual_page.lua docs/project-file.md cfgrun.yaml 5 1.0 | groff -man "
    assert.equal("", cli.shell(cli.root, page .. "-Tutf8 -ww -z 2>&1").out)
    local text = cli.shell(cli.root, page .. "-Tascii -P-cbou -rLL=300n").out:gsub("%s+", " ")
    local words = 0
    for line in cli.read(cli.root .. "/docs/project-file.md"):gmatch "[^\n]+" do
      if line:find "^[%l ]" and not line:find "[`%[*|\128-\255]" then
        words = words + 1
        assert.truthy(text:find(line:gsub("%s+", " "):match "^ ?(.-) ?$", 1, true), line)
      end
    end
    assert.truthy(words > 10)
  end)
end)

describe("what was misspelt", function()
  for line, wanted in pairs {
    ["chekc"] = "there is no command 'chekc'\nhint: did you mean 'cfgrun check'?",
    ["check --foramt json"] = "check: there is no option '--foramt'\nhint: did you mean '--format'?",
    ["check --fail-on eror"] = "check: --fail-on cannot be 'eror'\nhint: did you mean 'error'? It is one of error, warning, info, never",
    ["check -f srif"] = "there is no format 'srif'\nhint: did you mean 'sarif'?",
    ["check --isolated -p pack:yaml --only no-tasb"] = "no rule is named 'no-tasb'\nhint: did you mean 'no-tabs'?",
    ["check --isolated -p pack:yaml --skip no-tasb"] = "no rule is named 'no-tasb'\nhint: did you mean 'no-tabs'?",
    ["test --isolated pack:yaml --only no-tasb"] = "no rule is named 'no-tasb'\nhint: did you mean 'no-tabs'?",
    ["rules no-tasb"] = "no rule is named 'no-tasb'\nhint: did you mean 'no-tabs'?",
    ["check --limit dpth=3 ."] = "did you mean 'depth'?",
    ["zzzzzz"] = "there is no command 'zzzzzz'\nhint: `cfgrun help` lists the commands",
  } do
    it("is named with what was meant: cfgrun " .. line, function()
      local here = cli.folder()
      cli.write(here .. "/a.yaml", "a: 1\n")
      local r = cli.run(here, line)
      cli.remove(here)
      assert.equal(2, r.status)
      assert.truthy(r.err:find(wanted, 1, true), r.err)
    end)
  end
end)
