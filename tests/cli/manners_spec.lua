-- tests/cli/manners_spec.lua: interrupts, broken pipes, closed and full outputs, colours and widths.

local cli = dofile "tests/cli/support.lua"

local DEAF = 'rule "deaf" { title = "t", why = "w", select = "$", check = function() %s end, examples = { pass = "a: 1" } }\n'

describe("a terminal", function()
  local here

  setup(function()
    here = cli.folder()
    cli.write(here .. "/loop.lua", DEAF:format "while true do end")
    cli.write(here .. "/many.lua", 'rule "many" { title = "t", why = "w", select = "$[*].port", check = function(v, ctx) '
      .. 'ctx:report("port {v}", { v = v, fix = ctx:replace(v + 1) }) end, examples = { fail = "[{port: 1}]" } }\n')
    cli.write(here .. "/a.yaml", "a: 1\nb: [1, 2, 3]\n")
    -- About 10 MB, for what takes a while.
    local item = "- {name: %d, port: 8080, text: 'some words that fill the line', list: [1, 2, 3], on: true}\n"
    local rows = {}
    for i = 1, 110000 do
      rows[i] = item:format(i)
    end
    cli.write(here .. "/big.yaml", table.concat(rows))
    cli.write(here .. "/other.yaml", table.concat(rows, "", 2))
    cli.write(here .. "/part.yaml", table.concat(rows, "", 1, 4000))
  end)
  teardown(function()
    cli.remove(here)
  end)

  -- What it does, how long it works at least (ms), what is with its streams, the command line.
  local PHASES = {
    { "reading a file of 10 MB", 250, "-", "convert big.yaml --to toml --lossy --no-cache" },
    { "checking it", 250, "-", "check --isolated -p pack:yaml big.yaml" },
    { "a rule in a loop", 200, "-", "check --isolated -p loop.lua a.yaml --limit time=60000" },
    { "waiting for standard input", 200, "hold", "get - /a" },
    { "waiting for standard input in a check", 200, "hold", "check --isolated -p pack:yaml -" },
    { "waiting for a reader", 200, "unread", "convert part.yaml --to json" },
    { "a report of thousands", 250, "-", "check --isolated -p many.lua -f html big.yaml --limit findings=1000000" },
    { "a diff in Lua", 250, "-", "check --isolated -p many.lua --fix=guarded --dry-run part.yaml" },
    { "a comparison", 250, "-", "diff big.yaml other.yaml" },
    { "formatting", 250, "-", "fmt --isolated --check big.yaml" },
    { "a change", 150, "-", "set big.yaml /100/port 1 --document 1" },
    { "a query", 250, "-", "query big.yaml '$..port'" },
  }
  for _, phase in ipairs(PHASES) do
    it("interrupts " .. phase[1], function()
      local r = cli.shell(here, ("python3 '%s/tests/cli/shell/interrupt.py' 6 %d %s $CFGRUN %s"):format(cli.root, phase[2],
        phase[3], phase[4]))
      assert.equal(0, r.status, r.err)
      assert.truthy(tonumber(r.out) <= 1000, r.out) -- 100 ms where nothing else runs
    end)
  end

  local LINES = { "convert part.yaml --to json", "query part.yaml '$..name' --lines", "help check",
    "check --isolated -p many.lua part.yaml --max-per-rule 0", "check --isolated -p many.lua part.yaml -f sarif",
    "rules", "get part.yaml ''" }

  it("ends quietly when its reader goes", function()
    for _, line in ipairs(LINES) do
      local r = cli.shell(here, ("bash -c '$CFGRUN %s | head -c 1 >/dev/null; echo ${PIPESTATUS[0]}'"):format(line:gsub("'", "'\\''")))
      assert.equal("", r.err, line)
      assert.truthy(r.out == "141\n" or r.out == "0\n" or r.out == "1\n", line .. ": " .. r.out) -- short ones are done before
    end
    local r = cli.shell(here, "bash -c '$CFGRUN convert part.yaml --to json | head -c 1 >/dev/null; echo ${PIPESTATUS[0]}'")
    assert.equal("141\n", r.out)
  end)

  it("says that an output is full, or closed, and exits 2", function()
    for _, line in ipairs(LINES) do
      local r = cli.shell(here, "$CFGRUN " .. line .. " >/dev/full")
      assert.equal(2, r.status, line)
      assert.truthy(r.err:find("the output could not be written", 1, true), line .. ": " .. r.err)
      r = cli.shell(here, "$CFGRUN " .. line .. " >&-")
      assert.equal(2, r.status, line)
      assert.truthy(r.err:find("the output could not be written", 1, true), line .. ": " .. r.err)
    end
    assert.equal(0, cli.run(here, "version 2>&-").status)
    assert.equal(2, cli.run(here, "get - /a <&-").status)
  end)

  it("writes no message into a file that took the place of a closed output", function()
    local r = cli.shell(here, "$CFGRUN check --isolated -p many.lua part.yaml -f json:out.txt -f text >&- 2>&-")
    assert.equal(2, r.status)
    assert.equal("{", cli.read(here .. "/out.txt"):sub(1, 1))
    assert.equal(0, cli.shell(here, "python3 -m json.tool out.txt /dev/null").status)
  end)

  it("is coloured by --color, CFGRUN_COLOR, NO_COLOR, CLICOLOR_FORCE and TERM, in this order", function()
    local typed = "script -qec '%s $CFGRUN get --isolatde a.yaml /a' /dev/null </dev/null" -- a message, on a terminal
    local function coloured(environment)
      return cli.shell(here, typed:format("env -u NO_COLOR -u CFGRUN_COLOR -u CLICOLOR_FORCE " .. environment)).out
        :find("\27[", 1, true) ~= nil
    end
    assert.is_true(coloured "TERM=xterm")
    assert.is_false(coloured "TERM=dumb")
    assert.is_false(coloured "TERM=xterm NO_COLOR=1")
    assert.is_true(coloured "TERM=xterm NO_COLOR=")
    assert.is_true(coloured "TERM=dumb CLICOLOR_FORCE=1")
    assert.is_false(coloured "TERM=dumb CLICOLOR_FORCE=0")
    assert.is_false(coloured "TERM=xterm CLICOLOR_FORCE=1 NO_COLOR=1")
    assert.is_true(coloured "TERM=dumb NO_COLOR=1 CFGRUN_COLOR=always")
    assert.is_false(coloured "TERM=xterm CFGRUN_COLOR=never")
    assert.truthy(cli.shell(here, "CLICOLOR_FORCE=1 $CFGRUN get a.yaml /nope").err:find("\27[", 1, true))
    assert.falsy(cli.shell(here, "$CFGRUN get a.yaml /nope").err:find("\27[", 1, true))
    assert.falsy(cli.shell(here, "CLICOLOR_FORCE=1 $CFGRUN get a.yaml /nope --color=never").err:find("\27[", 1, true))
  end)

  it("underlines what is meant below characters of any width", function()
    cli.write(here .. "/ports.lua", 'rule "p" { title = "t", why = "w", select = "$..port", check = function(v, ctx) '
      .. 'ctx:report "here" end, examples = { fail = "port: 1" } }\n')
    for _, case in ipairs { { "漢字", 4 }, { "u\u{308}", 1 }, { "👨‍👩‍👧", 2 }, { "👍🏿", 2 }, { "🇩🇪", 2 }, { "ab", 2 }, { "é", 1 },
      { "한", 2 }, { "❤️", 2 } } do
      cli.write(here .. "/wide.yaml", ("{%s: 1, port: 80}\n"):format(case[1]))
      local out = cli.run(here, "check --isolated -p ports.lua wide.yaml").out
      local indent, carets = out:match "\n      | ( *)(%^+)\n"
      assert.equal(1 + case[2] + 5 + 6, #indent, case[1] .. "\n" .. out)
      assert.equal(2, #carets)
    end
  end)

  it("shows no more of a line than fits, whatever its characters", function()
    local many, wide = ("\1"):rep(300), ("漢"):rep(300)
    for _, line in ipairs { "a: " .. many, many .. "a", "# " .. many .. "\n? " .. many, "a: " .. wide .. "\1",
      '"' .. wide .. '": \1' .. wide } do
      cli.write(here .. "/long.yaml", line .. "\n")
      local r = cli.shell(here, "COLUMNS=80 $CFGRUN get long.yaml /a")
      local shown, carets = r.err:match "\n *%d+ | ([^\n]*)\n      | ([^\n]*)\n"
      assert.truthy(shown, r.err)
      assert.truthy(#carets <= 72 and carets:find "%^", carets)
      assert.truthy(#shown:gsub("漢", "xx") <= 75, shown)
    end
  end)
end)
