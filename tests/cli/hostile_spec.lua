-- tests/cli/hostile_spec.lua: files made to break readers, given to the program. Each is a process of its own, held to the
-- verdict, the time and the memory of its manifest. CFR_HOSTILE_SCALE (default 0.01) is 1.0 before a release.

local cli = dofile "tests/cli/support.lua"

local GENERATORS = { "01_yaml_alias_bombs", "03_deep_nesting", "04_encoding", "05_duplicate_keys", "06_key_floods",
  "07_numbers" }

describe("hostile files", function()
  local scale = os.getenv "CFR_HOSTILE_SCALE" or "0.01"
  local slow = cli.shell(".", "grep -qc __asan_init '" .. cli.program .. "'").status == 0 and " --slow" or ""

  for _, name in ipairs(GENERATORS) do
    it("get the verdict of their manifest: " .. name, function()
      local script = ("%s/security/hostile/%s.py"):format(cli.shared, name)
      if not cli.exists(script) then
        pending "the shared folder is not here"
        return
      end
      local here = cli.folder()
      local made = cli.shell(here, ("python3 '%s' files --scale %s"):format(script, scale))
      assert.equal(0, made.status, made.err)
      local r = cli.shell(here, ("python3 '%s/tests/cli/hostile.py' $CFGRUN files%s"):format(cli.root, slow))
      cli.remove(here)
      assert.equal(0, r.status, r.out .. r.err)
      assert.truthy(r.out:find "^%d+ files, 0 wrong, ")
    end)
  end
end)
