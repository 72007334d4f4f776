-- tests/cli/corpus_spec.lua: files that people wrote. YAML to JSON and back is the same value; a check of all of it ends
-- with an answer.

local cli = dofile "tests/cli/support.lua"

--- Regular files of known formats below a folder.
local function list(folder)
  local files = {}
  for name in cli.shell(folder, "find . -type f \\( -name '*.yaml' -o -name '*.yml' -o -name '*.json' \\) | sort").out:gmatch "[^\n]+" do
    files[#files + 1] = name
  end
  return files
end

-- For each file: its canonical form, that of its JSON, and that of the YAML of its JSON. A line for each that differs, and
-- for each that could not be read the first line of why.
local ROUND = [[
while read -r file; do
  if ! $CFGRUN convert "$file" --to json --slurp >"$T/json" 2>"$T/err"; then
    grep -q 'internal error' "$T/err" && echo "broken: $file"
    head -1 "$T/err" | cut -d' ' -f2- | sed 's/^/unread: /'
    continue
  fi
  $CFGRUN convert "$file" --to canonical --slurp >"$T/one" || echo "not canonical: $file"
  $CFGRUN convert "$T/json" --from json --to yaml >"$T/yaml" || echo "no YAML: $file"
  $CFGRUN convert "$T/yaml" --from yaml --to canonical >"$T/three" || echo "YAML not read: $file"
  cmp -s "$T/one" "$T/three" || echo "differs: $file"
done
]]

describe("files that people wrote", function()
  for _, folder in ipairs { "corpus", "configs" } do
    local path = cli.shared .. "/domain/" .. folder
    it("survive YAML to JSON to YAML: " .. folder, function()
      if not cli.exists(path) then
        pending "the shared folder is not here"
        return
      end
      local files, here = list(path), cli.folder()
      cli.write(here .. "/files", table.concat(files, "\n") .. "\n")
      local r = cli.shell(path, ("export T='%s'; { %s } <'%s/files'"):format(here, ROUND, here))
      cli.remove(here)
      local unread, other = 0, {}
      for line in r.out:gmatch "[^\n]+" do
        if line:find "^unread: " then
          unread = unread + 1
          assert.truthy(line:find "^unread: [^:]+:%d+:%d+: " or line:find "^unread: [^:]+: JSON cannot hold ", line)
        else
          other[#other + 1] = line
        end
      end
      assert.equal("", table.concat(other, "\n") .. r.err)
      assert.truthy(#files > 5 and unread * 5 <= #files, ("%d of %d cannot be read"):format(unread, #files))
    end)

    it("can be checked by every pack that ships: " .. folder, function()
      if not cli.exists(path) then
        pending "the shared folder is not here"
        return
      end
      local r = cli.run(path, "check --isolated -p pack:kubernetes -p pack:langswarm -p pack:secrets -p pack:yaml -f json .")
      assert.equal("", r.err:gsub("cfgrun: no rule looks at[^\n]*\n", ""), r.err)
      assert.truthy(r.status <= 1)
      assert.truthy(r.out:find('"failures": []', 1, true))
    end)
  end
end)
