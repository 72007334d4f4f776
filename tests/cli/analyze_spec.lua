-- tests/cli/analyze_spec.lua: what `cfgrun analyze` counts and advises. Advice is followed, and must save what it says.

local cli = dofile "tests/cli/support.lua"

describe("cfgrun analyze", function()
  local folder

  before_each(function()
    folder = cli.folder()
  end)
  after_each(function()
    cli.remove(folder)
  end)

  local function write(name, text)
    cli.write(folder .. "/" .. name, text)
  end

  --- A field of the report: a jq path of a few words, by the program's own queries.
  local function field(files, pointer)
    local r = cli.shell(folder, ("$CFGRUN analyze -f json %s > report.json && $CFGRUN get report.json %s"):format(files, pointer))
    assert.equal("", r.err)
    return (r.out:gsub("\n$", ""))
  end

  --- Advice followed: the value is as before, and the text shorter by what was said.
  local function followed(before, after, index)
    write("before.yaml", before)
    write("after.yaml", after)
    local saved = math.tointeger(tonumber(field("before.yaml", ("/advice/%d/saved"):format(index or 0))))
    assert.equal(#before - #after, saved)
    local r = cli.shell(folder, "$CFGRUN diff before.yaml after.yaml")
    assert.equal("", r.out .. r.err)
    assert.equal(0, r.status)
  end

  local PROBE = "      path: /healthz/ready/and/alive\n      period: 10\n      timeout: 5\n      headers: [accept, x-probe]\n"

  it("says what an anchor saves, to the byte", function()
    local before, after = "jobs:\n", "jobs:\n"
    for i = 1, 6 do
      local head = ("  j%d:\n    n: %d\n"):format(i, i)
      before = before .. head .. "    probe:\n" .. PROBE
      after = after .. head .. (i == 1 and "    probe: &probe\n" .. PROBE or "    probe: *probe\n")
    end
    followed(before, after)
    assert.equal("anchor", field("before.yaml", "/repeated/told/0/how"))
    assert.equal("6", field("before.yaml", "/repeated/told/0/count"))
  end)

  it("says what an anchor in a list saves, and gives it a name that is free", function()
    local item = "name: a text that is long enough to be worth it\n  kind: a kind of thing\n  size: 12\n"
    local other = "x: &items 1\ny: *items\n"
    local before = other .. "items:\n" .. ("- " .. item):rep(9)
    local after = other .. "items:\n- &items-2\n  " .. item .. ("- *items-2\n"):rep(8)
    write("before.yaml", before)
    write("after.yaml", after)
    assert.equal(#before - #after, math.tointeger(tonumber(field("before.yaml", "/advice/0/saved"))))
    assert.equal("items-2", field("before.yaml", "/repeated/told/0/name"))
    assert.equal(0, cli.shell(folder, "$CFGRUN diff before.yaml after.yaml").status)
  end)

  it("says what long texts save", function()
    local text = ("words and words "):rep(20)
    local before, after = "", ""
    for i = 1, 4 do
      before = before .. ("k%d: |\n  %s\n  end\n"):format(i, text)
      after = after .. (i == 1 and ("k1: &k1 |\n  %s\n  end\n"):format(text) or ("k%d: *k1\n"):format(i))
    end
    followed(before, after)
  end)

  it("says what siblings save that are mostly the same", function()
    local before, after = "services:\n", "services:\n"
    local common = { "image: registry.example.com/team/app:1.2.3", "restart: always", "logging: json-file", "strategy: rolling" }
    for i = 1, 10 do
      local own = ("  s%d:\n"):format(i)
      before = before .. own .. "    number: " .. i .. "\n    " .. table.concat(common, "\n    ") .. "\n"
      after = after .. (i == 1 and "  s1: &s1\n    number: 1\n    " .. table.concat(common, "\n    ") .. "\n"
        or own .. "    <<: *s1\n    number: " .. i .. "\n")
    end
    followed(before, after)
    assert.equal("merge", field("before.yaml", "/repeated/told/0/how"))
  end)

  it("says what the values of one key save together", function()
    local before, after = "tools:\n", "tools:\n"
    for i = 1, 600 do
      local kind = (i - 1) % 120 + 1
      local limits = ("    cpu: %d00m\n    memory: %dMi\n    disk: 10Gi\n"):format(kind, kind * 128)
      local head = ("- name: t%03d\n  number: %d\n"):format(i, i)
      before = before .. head .. "  limits:\n" .. limits
      after = after .. head .. (i <= 120 and ("  limits: &limits-%03d\n%s"):format(kind, limits)
        or ("  limits: *limits-%03d\n"):format(kind))
    end
    followed(before, after)
    assert.equal("120", field("before.yaml", "/repeated/told/0/groups"))
    assert.equal("600", field("before.yaml", "/repeated/told/0/count"))
  end)

  it("counts the blanks of a copy within a copy once", function()
    local inner = "    a: some text of a certain length\n    b: some more text of a certain length\n"
    local outer = "  p:\n" .. inner .. "  q:\n" .. inner
    write("a.yaml", "one:\n" .. outer .. "two:\n" .. outer .. "three:\n" .. inner)
    -- two is one; then p, q and three have the same: 2 + 3, not 2 + 5.
    assert.equal("2", field("a.yaml", "/repeated/groups"))
    assert.equal("2", field("a.yaml", "/repeated/told/0/count"))
    assert.equal("3", field("a.yaml", "/repeated/told/1/count"))
  end)

  it("says what a layer saves, and the layers come to the same", function()
    local base, own = "server:\n  port: 80\n  host: a.example.com\n", "server:\n  port: 443\n"
    local rest = ""
    for i = 1, 20 do
      rest = rest .. ("key%02d: a value of some length\n"):format(i)
    end
    write("base.yaml", base .. rest)
    write("prod.yaml", own .. "  host: a.example.com\n" .. rest)
    write("layer.yaml", own)
    assert.equal(tostring(#rest + #"  host: a.example.com\n"), field("base.yaml prod.yaml", "/advice/0/saved"))
    assert.equal("layer", field("base.yaml prod.yaml", "/repeated/told/0/how"))
    local r = cli.shell(folder, "$CFGRUN compose base.yaml layer.yaml > made.yaml && $CFGRUN diff made.yaml prod.yaml")
    assert.equal(0, r.status)
  end)

  it("advises a file to include for what stands in several files, and it comes to the same", function()
    local shared = ""
    for i = 1, 40 do
      shared = shared .. ("  option%02d: a value of some length\n"):format(i)
    end
    local sum = 0
    for i, name in ipairs { "a", "b", "c" } do
      write(name .. ".yaml", ("n%d: %d\nlimits:\n%s"):format(i, i, shared))
      write("short/" .. name .. ".yaml", ("n%d: %d\nlimits:\n  include: limits.yaml\n"):format(i, i))
      sum = sum + #cli.read(folder .. "/" .. name .. ".yaml") - #cli.read(folder .. "/short/" .. name .. ".yaml")
    end
    write("short/limits.yaml", (shared:gsub("  option", "option")))
    assert.equal("include", field("a.yaml b.yaml c.yaml", "/repeated/told/0/how"))
    assert.equal("limits", field("a.yaml b.yaml c.yaml", "/repeated/told/0/name"))
    local saved = tonumber(field("a.yaml b.yaml c.yaml", "/advice/0/saved"))
    local truth = sum - #cli.read(folder .. "/short/limits.yaml")
    assert.is_true(saved <= truth and saved > truth - 200, ("%d of %d"):format(saved, truth))
    local r = cli.shell(folder, "$CFGRUN compose --include short/b.yaml > made.yaml && $CFGRUN diff made.yaml b.yaml")
    assert.equal("", r.out .. r.err)
  end)

  it("does not advise a layer that would bring a key back", function()
    local rest = ("x"):rep(40)
    local text = ""
    for i = 1, 20 do
      text = text .. ("key%02d: %s%d\n"):format(i, rest, i)
    end
    write("base.yaml", "debug: true\n" .. text)
    write("prod.yaml", text)
    assert.equal("[]", (field("base.yaml prod.yaml", "/advice --format json")))
  end)

  it("says what a reference saves in JSON, and the composition is the same", function()
    local limits = '{"cpu":"100m","memory":"256Mi","disk":"10Gi","network":"1Gbit","gpu":null}'
    local before, after = {}, {}
    for i = 1, 40 do
      before[i] = ('"j%02d":{"n":%d,"limits":%s}'):format(i, i, limits)
      after[i] = i == 1 and before[1] or ('"j%02d":{"n":%d,"limits":"${ref:/j01/limits}"}'):format(i, i)
    end
    before, after = "{" .. table.concat(before, ",") .. "}", "{" .. table.concat(after, ",") .. "}"
    write("before.json", before)
    write("after.json", after)
    assert.equal(tostring(#before - #after), field("before.json", "/advice/0/saved"))
    local r = cli.shell(folder, "$CFGRUN compose --interpolate after.json -f json > made.json; "
      .. "$CFGRUN diff made.json before.json")
    assert.equal("", r.out .. r.err)
  end)

  it("agrees with an independent count", function()
    write("count.py", [[
import json, random, sys
random.seed(7)
def value(depth):
    k = random.random()
    if depth == 0 or k < 0.3:
        text = "a text that is long enough to be looked at, when it stands alone: " + str(random.randrange(9))
        return random.choice([1, True, None, "short", text])
    if k < 0.6:
        return [value(depth - 1) for _ in range(random.randrange(4))]
    return {random.choice("abcdefgh") + str(i): value(depth - 1) for i in range(random.randrange(4))}
data = {"k%d" % i: value(4) for i in range(400)}
json.dump(data, open("a.json", "w"), separators=(",", ":"))
# The same search, done plainly: all places by value, the largest first, each copy gone with all that is in it.
written = lambda v: json.dumps(v, separators=(",", ":"))
size = lambda v: 1 + sum(map(size, v.values() if isinstance(v, dict) else v)) if isinstance(v, (dict, list)) else 1
places, order = {}, []
def walk(v, path, key):
    text = written(v)
    whole = len(text) + (len(key) + 3 if key is not None else 0)
    if (isinstance(v, (dict, list)) and v and whole >= 32) or (isinstance(v, str) and len(v) >= 64):
        places.setdefault(json.dumps(v, sort_keys=True), []).append((path, v))
    if isinstance(v, dict):
        for k, x in v.items(): walk(x, path + (k,), k)
    elif isinstance(v, list):
        for i, x in enumerate(v): walk(x, path + (str(i),), None)
for k, x in data.items(): walk(x, (k,), k)
gone, groups, saved = set(), 0, 0
inside = lambda p: any(p[:n] in gone for n in range(1, len(p) + 1))
for text, at in sorted(places.items(), key=lambda t: -size(t[1][0][1])):
    live = [p for p, v in at if not inside(p)]
    if len(live) < 2: continue
    less = (len(live) - 1) * (len(written(at[0][1])) - len("/" + "/".join(live[0])) - len('"${ref:}"'))
    if less <= 0: continue
    groups += 1; saved += less
    gone.update(live[1:])
print(groups, saved)
]])
    local counted = cli.shell(folder, "python3 count.py")
    assert.equal("", counted.err)
    local groups, saved = counted.out:match "(%d+) (%d+)"
    assert.is_true(tonumber(groups) > 10)
    assert.equal(groups, field("a.json", "/repeated/groups"))
    assert.equal(saved, field("a.json", "/repeated/saved"))
  end)

  it("finds anchors that nobody uses, and scalars that are files", function()
    write("a.yaml", "one: &one 1\ntwo: &two 2\nthree: *two\ncert: |\n  -----BEGIN CERTIFICATE-----\n"
      .. ("  " .. ("MIID"):rep(16) .. "\n"):rep(80) .. "  -----END CERTIFICATE-----\n")
    assert.equal("one", field("a.yaml", "/unused_anchors/0/name"))
    assert.equal("certificate", field("a.yaml", "/giants/0/looks"))
    local r = cli.shell(folder, "COLUMNS=80 $CFGRUN analyze a.yaml")
    assert.equal(0, r.status)
    assert.truthy(r.out:find("Keep a certificate in a file of its own", 1, true))
    assert.truthy(r.out:find("${file:cert.pem}", 1, true))
    assert.truthy(r.out:find("cert.pem, with an empty line at its end, and", 1, true))
    local cert = cli.shell(folder, "$CFGRUN get a.yaml /cert").out
    write("cert.pem", cert:gsub("\n*$", "\n\n", 1))
    write("b.yaml", 'cert: "${file:cert.pem}"\n')
    local same = cli.shell(folder, "$CFGRUN query a.yaml '$.cert' >1; $CFGRUN compose --interpolate b.yaml >c.yaml; "
      .. "$CFGRUN query c.yaml '$.cert' | cmp - 1")
    assert.equal("", same.out .. same.err)
    assert.truthy(r.out:find("Remove an anchor that nobody uses", 1, true))
    assert.truthy(r.out:find("how: take out &one\n", 1, true))
    for line in r.out:gmatch "[^\n]+" do
      assert.is_true(utf8.len(line) <= 80, line)
    end
  end)

  it("has a sum that is that of the advice", function()
    write("a.yaml", ("- {name: x, kind: service, host: host.example.com, port: 8080}\n"):rep(30) .. "- &unused [1]\n")
    local r = cli.shell(folder, "$CFGRUN analyze -f json a.yaml > r.json; $CFGRUN query r.json '$.advice[*].saved'")
    local sum = 0
    for n in r.out:gmatch "%d+" do
      sum = sum + tonumber(n)
    end
    assert.equal(tostring(sum), field("a.yaml", "/saved"))
    assert.is_true(sum > 0)
  end)

  it("tells documents of a stream by what they are", function()
    write("k.yaml", "kind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3}\n---\nkind: Service\nmetadata: {name: web}\n")
    local r = cli.shell(folder, "$CFGRUN analyze k.yaml")
    assert.truthy(r.out:find("document 1  Deployment web", 1, true))
    assert.truthy(r.out:find("document 2  Service web", 1, true))
    assert.truthy(r.out:find("Nothing to advise", 1, true))
  end)

  it("tells documents of a stream that are mostly the same, and advises nothing", function()
    local text, common = "", "spec:\n  selector: {app: web}\n  template: a template of some length\n"
    for i = 1, 5 do
      text = text .. ("---\nkind: Deployment\nname: d%d\n%s"):format(i, common)
    end
    write("k.yaml", text .. "---\nkind: Service\nname: s\n" .. common)
    assert.equal("5", field("k.yaml", "/repeated/told/0/count"))
    assert.equal("0", field("k.yaml", "/repeated/told/0/values"))
    assert.equal(tostring(4 * #("kind: Deployment\n" .. common)), field("k.yaml", "/repeated/told/0/saved"))
    assert.equal("[]", field("k.yaml", "/advice --format json"))
  end)

  it("reads all formats and standard input", function()
    write("a.toml", "[a]\nx = 1\n")
    write("a.env", "A=1\n")
    write("a.properties", "a.b=1\n")
    write("a.jsonc", "{\"a\": 1, // c\n}\n")
    local r = cli.shell(folder, "$CFGRUN analyze a.toml a.env a.properties a.jsonc "
      .. "&& printf '{\"a\":{}}' | $CFGRUN analyze - && echo | $CFGRUN analyze - --from yaml")
    assert.equal("", r.err)
    assert.equal(0, r.status)
    assert.truthy(r.out:find("no document\n$"))
  end)

  it("tells what it cannot read", function()
    write("bad.yaml", "a: [\n")
    assert.equal(2, cli.shell(folder, "$CFGRUN analyze nothere.yaml").status)
    assert.equal(2, cli.shell(folder, "$CFGRUN analyze bad.yaml").status)
    local r = cli.shell(folder, "$CFGRUN analyze --top x bad.yaml")
    assert.equal(2, r.status)
    assert.truthy(r.err:find("--top cannot be 'x'", 1, true))
  end)

  it("obeys no control characters of what it shows", function()
    write("a.yaml", "\"a\\e[31mb\": [{name: \"\\e]0;x\\a\"}]\n")
    local r = cli.shell(folder, "$CFGRUN analyze --color never a.yaml")
    assert.is_nil(r.out:find "\27")
    assert.equal(0, r.status)
  end)

  it("takes large and strange files in its stride", function()
    write("wide.yaml", ("- {cpu: 100m, memory: 128Mi, disk: 10Gi}\n"):rep(200000))
    write("deep.json", ("["):rep(120) .. "1" .. ("]"):rep(120))
    write("many.yaml", ("a: 1\n---\n"):rep(5000))
    local r = cli.shell(folder, "timeout 60 $CFGRUN analyze wide.yaml | grep -c 200,000 "
      .. "&& timeout 20 $CFGRUN analyze deep.json >/dev/null && timeout 20 $CFGRUN analyze many.yaml | tail -1")
    assert.equal("", r.err)
    assert.truthy(r.out:find "Nothing to advise\n$")
  end)
end)

describe("amounts of bytes", function()
  it("are written the same in every report", function()
    local here = cli.folder()
    cli.write(here .. "/big.yaml", "a: 1\nt: " .. ("x"):rep(1310720 - 9) .. "\n") -- 1.25 MiB and no byte more
    local function says(line, text)
      local r = cli.shell(here, line)
      assert.truthy((r.out .. r.err):find(text, 1, true), line .. "\n" .. r.out .. r.err)
    end
    says("$CFGRUN query big.yaml '$.a' --no-cache --stats", "  1.2 MiB\n")
    says("$CFGRUN analyze big.yaml", "YAML, 1.2 MiB, 2 lines")
    says("CFGRUN_CACHE=kept $CFGRUN cache warm big.yaml", "1 file read, 1.2 MiB: 1.2 MiB parsed")
    says("CFGRUN_CACHE=kept $CFGRUN query big.yaml '$.a' --profile", " 1.2 MiB\n")
    says("CFGRUN_CACHE=kept $CFGRUN query big.yaml '$.a' --profile --no-cache", " MiB/s")
    says("$CFGRUN profile -n 2 query big.yaml '$.a'", "\npeak memory MiB ")
    cli.remove(here)
  end)
end)
