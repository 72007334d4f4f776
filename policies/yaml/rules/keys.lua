--- Keys: two that were meant to be one, and keys that are not what they look like.

local scan = import "scan"

local YAML = { formats = { "yaml" } }

-- Beyond that a mapping is data, and comparing each key with each other takes too long.
local MOST_KEYS = 100

rule "keys-differ-by-more-than-case" {
  title = "No two keys of a mapping differ by case alone",
  why = "One of them is not read, and which one depends on the program.",
  severity = "warning",
  match = YAML,
  check = function(_, ctx)
    scan.mappings(ctx, function(mapping)
      local first = {}
      for key in tree.entries(mapping) do
        local lower = key:lower()
        local other = first[lower]
        -- Programs look for http_proxy in both cases, so both are set.
        if other and not lower:find "_proxy$" then
          ctx:report("'{key}' differs from '{other}' by case alone", {
            key = key, other = other, at = tree.place(mapping, key), at_key = true,
            related = { { tree.place(mapping, other), "the other key" } },
          })
        elseif not other then
          first[lower] = key
        end
      end
    end)
  end,
  examples = {
    pass = { "name: a\nnames: b", "env: {http_proxy: a, HTTP_PROXY: a}" },
    { fail = "server: {port: 80, Port: 81}", at = "/server/Port", message = "'Port' differs from 'port'" },
  },
}

local CONTAINER = { mapping = true, sequence = true }

-- The words of which a key is made up.
local function parts_of(key)
  local parts = {}
  for part in key:gsub("(%l)(%u)", "%1_%2"):gmatch "[^-_./ ]+" do parts[#parts + 1] = part:lower() end
  return parts
end

-- Are two keys one apart because one of them is misspelt? Numbered and lettered keys are not, nor is a name beside its
-- plural where one of them holds more than a scalar: the one and the many.
local function misspelt(a, b, kind_a, kind_b)
  if math.abs(#a - #b) > 1 or #a < 5 or #b < 5 then return false end
  if a:lower() == b:lower() or a:gsub("%d", "") == b:gsub("%d", "") then return false end
  if text.distance(a, b) ~= 1 then return false end
  if #a == #b and #a < 7 and a:sub(1, 1) ~= b:sub(1, 1) then return false end
  if (a .. "s" == b or b .. "s" == a) and (CONTAINER[kind_a] or CONTAINER[kind_b]) then return false end
  local of_a, of_b = parts_of(a), parts_of(b)
  if #of_a ~= #of_b then return true end
  for i, part in ipairs(of_a) do
    if part ~= of_b[i] and (#part < 4 or #of_b[i] < 4) then return false end
  end
  return true
end

local function pair_of(a, b)
  if a > b then a, b = b, a end
  return a .. " " .. b
end

rule "keys-not-misspelt" {
  title = "No two keys of a mapping look like one key misspelt",
  why = "A program reads the one it knows; the other is dropped silently, and with it the change somebody made.",
  severity = "info",
  match = YAML,
  check = function(_, ctx)
    local known = ctx.data.pairs
    scan.mappings(ctx, function(mapping)
      local keys = tree.keys(mapping)
      if #keys > MOST_KEYS then return end
      for i, key in ipairs(keys) do
        for j = 1, i - 1 do
          local other = keys[j]
          if misspelt(key, other, tree.kind(mapping, key), tree.kind(mapping, other)) and not known[pair_of(key, other)] then
            ctx:report("'{key}' looks like '{other}'", {
              key = key, other = other, at = tree.place(mapping, key), at_key = true,
              related = { { tree.place(mapping, other), "the other key" } },
            })
          end
        end
      end
    end)
  end,
  examples = {
    pass = {
      "cpu1: a\ncpu2: b",
      "host: a\nhosts: [a, b]",
      "team-a: 1\nteam-b: 2",
      "urls: {http: 1, https: 2}",
    },
    { fail = "replicas: 3\nreplica: 2", at = "/replica", message = "'replica' looks like 'replicas'" },
    { fail = "server: {timeout: 3, timeotu: 4}", at = "/server/timeotu" },
  },
}

rule "keys-are-text" {
  title = "Keys that are numbers, booleans or null are quoted",
  why = "To some programs the key is a number, to others a word, and the two do not find each other.",
  severity = "info",
  enabled = false,
  match = YAML,
  check = function(_, ctx)
    local lines
    scan.mappings(ctx, function(mapping)
      for key in tree.entries(mapping) do
        if key:find "^[-+]?%d[%d.]*$" or key == "true" or key == "false" or key == "null" or key == "~" then
          lines = lines or text.lines(ctx.doc.text)
          if scan.key_is_plain(lines, mapping, key) then
            ctx:report("the key {key} is not text", { key = key, at = tree.place(mapping, key), at_key = true })
          end
        end
      end
    end)
  end,
  examples = {
    pass = "responses: {'200': ok}\nv1: a",
    { fail = "responses:\n  200: ok\n", at = "/responses/200" },
  },
}

rule "no-merge-keys" {
  title = "Mappings are written out, not merged with <<",
  why = "Merge keys belong to YAML 1.1: a reader of 1.2 may take `<<` for a key like any other.",
  severity = "info",
  enabled = false,
  match = YAML,
  check = function(_, ctx)
    if not text.contains(ctx.doc.text, "<<") then return end
    local lines = text.lines(ctx.doc.text)
    local first, last = scan.range(ctx)
    for line = first, math.min(last, #lines) do
      if lines[line]:find "^%s*<<%s*:" or lines[line]:find "[-{,]%s*<<%s*:" then
        local place = scan.at_line(ctx, line)
        local value = tree.value(place)
        if value ~= nil and tree.kind(value) == "mapping" then
          ctx:report("this mapping is merged with another", { at = place })
        end
      end
    end
  end,
  examples = {
    pass = { "a: &a {b: 1}\nc: *a", "script: |\n  cat <<: EOF\n" },
    { fail = "base: &base {a: 1}\nweb:\n  b: 2\n  <<: *base\n", at = "/web" },
  },
}

rule "anchors-used" {
  title = "Every anchor is used",
  why = "An anchor without an alias does nothing; somebody wrote out what it was for, and the two now drift apart.",
  severity = "info",
  match = YAML,
  check = function(_, ctx)
    local source = ctx.doc.text
    if not source:find "&[%w_]" then return end
    local lines = text.lines(source)
    local first, last = scan.range(ctx)
    for line = first, math.min(last, #lines) do
      local before, name = re.match(lines[line], [[^(.*?(?:^|[\s,\[{:-]))&([\w.-]+)(?=[\s,\]}]|$)]])
      if name and not before:find "^%s*#" and not before:find "%s#"
        and not re.test(source, [[\*]] .. re.escape(name) .. [[(?![\w.-])]]) then
        local place, following = scan.at_line(ctx, line)
        local value = tree.value(place)
        local kind = value ~= nil and tree.kind(value)
        -- In the text of a value an ampersand is one.
        local within_text = kind == "string" and text.contains(tree.raw(place) or "", "&" .. name)
        if not within_text and not (kind == "string" and tree.span(place).line < line) then
          local above = tree.span(place).line < line
          ctx:report("the anchor '{name}' is not used", { name = name, at = above and following or place })
        end
      end
    end
  end,
  examples = {
    pass = {
      "a: &a 1\nb: *a",
      "run: |\n  server &pid\nnext: a &b c",
      "# see &this\na: 1",
    },
    { fail = "x: 1\nbase: &base\n  a: 1\nweb: {a: 1}\n", at = "/base", message = "the anchor 'base' is not used" },
  },
}
