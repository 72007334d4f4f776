--- Plain words that some readers take for something else than text.
--
-- YAML 1.2 knows true and false. YAML 1.1, which many tools still read (PyYAML, Ruby, older Go), knows eight more words,
-- numbers in base 60 and octal numbers by a leading zero. Text that every reader takes for text needs quotes there.

local scan = import "scan"

local YAML = { formats = { "yaml" } }

local TRUE = { y = true, yes = true, on = true }
local FALSE = { n = true, no = true, off = true }

-- The words as YAML 1.1 spells them: lower, upper or title case.
local function boolean_word(value)
  if #value > 3 or not value:find "^%a+$" then return nil end
  local lower = value:lower()
  if value ~= lower and value ~= lower:upper() and value ~= lower:gsub("^%l", string.upper) then return nil end
  if TRUE[lower] then return true end
  if FALSE[lower] then return false end
  return nil
end

-- Where such words are codes and answers, not switches.
local CODES = [[(?i)countr|lang|locale|region|\bstate|iso|nation|code|currenc|territor|abbr|answer|choice]]
  .. [[|option|label|name|title|word|text|axis|key|^value$]]

rule "boolean-words-quoted" {
  title = "yes, no, on, off, y and n are quoted where they are words, and true or false where they are switches",
  why = "YAML 1.1 readers take them for booleans: in a list of countries, Norway becomes false.",
  severity = "warning",
  match = YAML,
  check = function(_, ctx)
    local function likely(value) return boolean_word(value) ~= nil end
    scan.plain_strings(ctx, likely, function(node, key, value)
      local meaning = boolean_word(value)
      local at = tree.place(node, key)
      local name = scan.name(ctx, node, key)
      -- A switch has a name of its own; an item of a list and a single letter are words.
      local word = type(key) == "number" or #value == 1 or (name and re.test(name, CODES))
      ctx:report("'{value}' is {meaning} to a YAML 1.1 reader", {
        value = value, meaning = tostring(meaning), at = at,
        fix = word and ctx:replace(value, at) or ctx:replace(meaning, at),
        safety = word and "safe" or "guarded",
      })
    end)
  end,
  examples = {
    pass = { "countries: [de, \"no\", 'se']\nenabled: true", "answer: nothing\nturned: oN", "on: {push: {}}" },
    { title = "the Norway problem", fail = "countries: [de, no, se]", at = "/countries/1", message = "'no' is false",
      fixed = "countries: [de, \"no\", se]" },
    { fail = "country: NO  # of residence", at = "/country", fixed = "country: \"NO\"  # of residence" },
    { title = "beside a name a value is mostly text", fail = "env: [{name: DEBUG, value: yes}]", at = "/env/0/value",
      fixed = "env: [{name: DEBUG, value: \"yes\"}]" },
    { fail = "debug: on", at = "/debug", fixed = "debug: true" },
  },
}

rule "boolean-words-as-keys-quoted" {
  title = "Keys that are yes, no, on or off are quoted",
  why = "YAML 1.1 readers make a boolean of the key, and a program that looks for the word finds nothing.",
  severity = "info",
  match = YAML,
  check = function(root, ctx)
    -- GitHub reads `on` as a word, and everybody writes it so.
    local workflow = root ~= nil and tree.kind(root) == "mapping" and tree.has(root, "jobs")
    local lines
    scan.mappings(ctx, function(mapping)
      for key in tree.entries(mapping) do
        if #key > 1 and boolean_word(key) ~= nil and not (workflow and key == "on" and mapping == root) then
          lines = lines or text.lines(ctx.doc.text)
          if scan.key_is_plain(lines, mapping, key) then
            ctx:report("the key '{key}' is {meaning} to a YAML 1.1 reader", {
              key = key, meaning = tostring(boolean_word(key)), at = tree.place(mapping, key), at_key = true,
            })
          end
        end
      end
    end)
  end,
  examples = {
    pass = { "\"no\": Norway\n'on': 1", "on: {push: {}}\njobs: {}", "y: 1\nx: 2" },
    { fail = "countries:\n  no: Norway\n", at = "/countries/no" },
    { fail = "off:\n  - a\n", at = "/off" },
  },
}

local function sexagesimal(value)
  return value:find ":%d" and re.test(value, [[^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$]])
end

rule "sexagesimals-quoted" {
  title = "Times and pairs of numbers are quoted",
  why = "YAML 1.1 readers count in base 60: 22:22 becomes 1342.",
  severity = "warning",
  match = YAML,
  check = function(_, ctx)
    scan.plain_strings(ctx, sexagesimal, function(node, key, value)
      local at = tree.place(node, key)
      ctx:report("'{value}' is a number in base 60 to a YAML 1.1 reader",
        { value = value, at = at, fix = ctx:replace(value, at) })
    end)
  end,
  examples = {
    pass = { "start: '22:22'", "ports: [\"22:22\", 8080:80, 0:30]", "mac: 00:11:22:33:44:55" },
    { fail = "ports:\n  - 22:22\n", at = "/ports/0", fixed = "ports:\n  - \"22:22\"\n" },
    { fail = "start: 12:30:45", at = "/start", fixed = "start: \"12:30:45\"" },
  },
}

local function is_kubernetes(root)
  return root ~= nil and tree.kind(root) == "mapping" and tree.has(root, "apiVersion") and tree.has(root, "kind")
end

local MODES = [[(?i)mode$|umask|perm(?:ission)?s?$|chmod]]

rule "leading-zeros-quoted" {
  title = "Digits with a leading zero are quoted",
  why = "Readers differ: 0123 is 123 to one, 83 to the next, and the text to a third.",
  severity = "warning",
  match = YAML,
  check = function(root, ctx)
    -- Kubernetes reads octal modes, and the manifests of the world rely on it.
    local kubernetes = is_kubernetes(root)
    scan.each(ctx, function(node, key, value, kind)
      if kind ~= "string" and kind ~= "int" or tree.style(node, key) ~= "plain" then return end
      local raw = kind == "string" and value or tree.raw(node, key) or ""
      if not raw:find "^[-+]?0%d+$" then return end
      local name = scan.name(ctx, node, key)
      local mode = name ~= nil and re.test(name, MODES)
      if mode and kubernetes then return end
      local at = tree.place(node, key)
      -- A mode may be wanted as a number; quotes would change that.
      ctx:report("'{raw}' is read in base 8, in base 10 or as text",
        { raw = raw, at = at, fix = not mode and ctx:replace(raw, at) or nil })
    end)
  end,
  examples = {
    pass = { "zip: '01234'\nzero: 0\nhalf: 0.5", "apiVersion: v1\nkind: Pod\nspec: {volumes: [{secret: {defaultMode: 0400}}]}" },
    { fail = "zip: 01234", at = "/zip", fixed = "zip: \"01234\"" },
    { title = "a file mode may be meant as a number", fail = "mode: 0644", at = "/mode", fixed = "mode: 0644" },
  },
}

local VERSIONED = {}
for word in ([[
  version versions ver release releases tag tags python node nodejs go golang ruby php java jdk rust elixir perl dotnet swift
  kotlin scala postgres postgresql mysql mariadb redis mongodb elasticsearch kafka nginx ubuntu debian alpine fedora django
  rails terraform helm kubernetes k8s openssl cuda pytorch tensorflow
]]):gmatch "%S+" do VERSIONED[word] = true end

local function names_version(name)
  if name == nil then return false end
  local last = name:gsub("(%l)(%u)", "%1_%2"):lower():match "([%a%d]+)$"
  return last ~= nil and VERSIONED[last] == true
end

rule "versions-quoted" {
  title = "Versions that end in a zero are quoted",
  why = "Unquoted, 3.10 is a number, and the same one as 3.1.",
  severity = "warning",
  match = YAML,
  check = function(_, ctx)
    scan.each(ctx, function(node, key, _, kind)
      if kind ~= "float" then return end
      local raw = tree.raw(node, key)
      -- Of 1.0 and 2.0 nothing is lost but a zero that nobody misses.
      if raw and raw:find "^%d+%.%d+0$" and names_version(scan.name(ctx, node, key)) then
        local at = tree.place(node, key)
        ctx:report("the version {raw} is read as the number {number}", {
          raw = raw, number = raw:gsub("0+$", ""):gsub("%.$", ""), at = at, fix = ctx:replace(raw, at),
        })
      end
    end)
  end,
  examples = {
    pass = { "python: '3.10'", "version: 3.11\nschema_version: 1.0", "timeout: 0.10" },
    { fail = "python: 3.10", at = "/python", message = "the version 3.10 is read as the number 3.1",
      fixed = "python: \"3.10\"" },
    { fail = "matrix: {python-version: [3.9, 3.10]}", at = "/matrix/python-version/1",
      fixed = "matrix: {python-version: [3.9, \"3.10\"]}" },
    { fail = "goVersion: 1.20  # toolchain", at = "/goVersion", fixed = "goVersion: \"1.20\"  # toolchain" },
  },
}

rule "exponents-quoted" {
  title = "Identifiers that read like numbers with an exponent are quoted",
  why = "A commit such as 1234e56 is read as a number, often as infinity, and the text is lost.",
  severity = "warning",
  match = YAML,
  check = function(_, ctx)
    scan.each(ctx, function(node, key, _, kind)
      if kind ~= "float" then return end
      local raw = tree.raw(node, key)
      if raw == nil or not raw:find "^%d+[eE]%d+$" then return end
      local name = scan.name(ctx, node, key)
      local told = name ~= nil and re.test(name, [[(?i)commit|sha|rev|hash|digest|(?:^|[_-])(?:id|ref|tag|build)$|version]])
      if told or #raw >= 7 then
        local at = tree.place(node, key)
        ctx:report("{raw} is read as a number",
          { raw = raw, at = at, fix = ctx:replace(raw, at), safety = told and "safe" or "guarded" })
      end
    end)
  end,
  examples = {
    pass = { "commit: '1234e56'", "rate: 1e6", "limit: 2.5e10" },
    { fail = "commit: 1234e56", at = "/commit", fixed = "commit: \"1234e56\"" },
  },
}

rule "integers-exact" {
  title = "Integers that programs cannot hold exactly are quoted",
  why = "Beyond 2^53 many readers round: the last digits of a long number are others than written.",
  severity = "info",
  match = YAML,
  check = function(_, ctx)
    scan.each(ctx, function(node, key, value, kind)
      local large = kind == "int" and (value > 9007199254740992 or value < -9007199254740992)
      local raw = (large or kind == "other") and tree.raw(node, key)
      if raw and raw:find "^[-+]?%d+$" and #raw >= 16 then
        local at = tree.place(node, key)
        ctx:report("{raw} is rounded by readers that keep numbers as doubles",
          { raw = raw, at = at, fix = ctx:replace(raw, at), safety = "guarded" })
      end
    end)
  end,
  examples = {
    pass = { "id: '123456789012345678'", "id: 9007199254740992" },
    { fail = "channel: 123456789012345678", at = "/channel", fixed = "channel: \"123456789012345678\"" },
  },
}

local NULLS = { None = true, ["nil"] = true, Nil = true, NIL = true, undefined = true }

rule "null-words-meant" {
  title = "Null is written as null",
  why = "None, nil and undefined are words of other languages: in YAML they are text, and the value is set.",
  severity = "info",
  match = YAML,
  check = function(root, ctx)
    -- None is a word of Kubernetes: clusterIP: None.
    local kubernetes = is_kubernetes(root)
    local function likely(value) return NULLS[value] and not (kubernetes and value == "None") end
    scan.plain_strings(ctx, likely, function(node, key, value)
      local at = tree.place(node, key)
      ctx:report("'{value}' is text, not null", { value = value, at = at, fix = ctx:replace(tree.null, at), safety = "guarded" })
    end)
  end,
  examples = {
    pass = { "a: null\nb: ~\nc: none\nd: 'None'", "apiVersion: v1\nkind: Service\nspec: {clusterIP: None}" },
    { fail = "timeout: None", at = "/timeout", fixed = "timeout: null" },
  },
}

rule "null-spelt-out" {
  title = "Null is written as null, not as ~",
  why = "A tilde is easily overlooked, and readers new to YAML take it for a home directory.",
  severity = "info",
  enabled = false,
  match = YAML,
  check = function(_, ctx)
    scan.each(ctx, function(node, key, _, kind)
      if kind == "null" then
        local raw = tree.raw(node, key)
        if raw == "~" or raw == "Null" or raw == "NULL" then
          ctx:report("null is written as {raw}", { raw = raw, at = tree.place(node, key) })
        end
      end
    end)
  end,
  examples = {
    pass = "a: null\nb: '~'\nc:",
    { fail = "a: ~", at = "/a" },
  },
}

rule "no-empty-values" {
  title = "Keys have values",
  why = "A key with nothing behind it is null; often its lines were meant to follow, indented.",
  severity = "info",
  enabled = false,
  match = YAML,
  check = function(_, ctx)
    scan.each(ctx, function(node, key, _, kind)
      if kind == "null" and type(key) == "string" and (tree.raw(node, key) or "") == "" then
        ctx:report("'{key}' has no value", { key = key, at = tree.place(node, key), at_key = true })
      end
    end)
  end,
  examples = {
    pass = "a: null\nb: ''",
    { fail = "a:\nb: 1", at = "/a" },
  },
}
