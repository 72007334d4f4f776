--- Secrets that can be told by what they are called.

local walk = import "walk"
local names = import "names"
local values = import "values"
local tokens = import "tokens"
local base64 = import "base64"
local addresses = import "addresses"
local given = import "examples"

local TAGS = { "secret" }

-- Files of translations have a word for "password" under `password`.
local function is_translation(file)
  return re.test(file, [[(?i)(?:^|[/_.-])(?:locales?|i18n|l10n|lang|languages|translations?|messages)(?:[/_.-]|$)]])
end

-- What a name promises, what the value is, and the value as text; nil when the name promises nothing.
local function judge(promise_of, value, name, node, key)
  local promise = promise_of(name)
  if promise == nil then return nil end
  if type(value) ~= "string" then
    value = tree.raw(node, key) or tostring(value)
    -- A number is a password only under a name that leaves no doubt, and not if it is a length or a count.
    if promise ~= "strong" or not value:find "^%d%d%d%d+$" then return nil end
    return promise, "literal", value
  end
  if text.contains(value, "\n") then return nil end
  local bare = value:match "^[Bb]earer%s+(.+)$" or value:match "^[Bb]asic%s+(.+)$" or value
  return promise, values.kind(bare), bare
end

-- A value that some other rule of this pack reports already.
local function known_otherwise(value, ctx)
  return tokens.find(value, ctx.data.tokens) ~= nil or text.contains(value, "://") or text.contains(value, "-----BEGIN")
end

-- Does a value deserve the alarm that the name promises?
local function alarming(promise, value)
  if promise == "strong" then return #value >= 3 and not value:find "%s" end
  if promise == "firm" then return not values.is_words(value) end
  return promise == "fair" and not values.is_words(value) and not values.is_resource_name(value)
end

rule "secret-in-plain-text" {
  title = "Passwords, tokens and keys are referred to, not written down",
  why = "Whoever reads the file, its history or a backup has the access, and changing it means changing the file.",
  severity = "error",
  tags = TAGS,
  check = function(root, ctx)
    if is_translation(ctx.doc.file) then return end
    local promise_of = names.remembering()
    walk.leaves(root, function(held, name, node, key, in_secret)
      if in_secret then return end
      local promise, kind, value = judge(promise_of, held, name, node, key)
      if kind == "literal" and alarming(promise, value) and not known_otherwise(value, ctx) then
        ctx:report("'{name}' is in plain text: {shown}",
          { name = name, shown = values.shown(value), at = tree.place(node, key) })
      end
    end)
  end,
  examples = {
    pass = {
      "db: {password: '${DB_PASSWORD}', user: shop}",
      "password: $DB_PASSWORD",
      "password: '{{ vault_password }}'",
      "password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6232\n",
      "password: env:DB_PASSWORD",
      "api_key: OPENAI_API_KEY",
      "password_file: /run/secrets/db",
      "password: /run/secrets/db",
      "password_env: DB_PASSWORD",
      "password: changeme",
      "password: null",
      "max_tokens: 4096\ntoken_limit: 12000\ntokenizer: cl100k_base",
      "secret: team-orders-tls",
      "secretName: db-credentials-2024",
      "token: write\nid-token: write",
      "password_hash: 5f4dcc3b5aa765d61d8327deb882cf99",
      "password: $2y$10$abcdefghijklmnopqrstuv",
      "token: 123e4567-e89b-12d3-a456-426614174000",
      "env: [{name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}]",
      "environment: [POSTGRES_PASSWORD_FILE=/run/secrets/db, DB_PASSWORD]",
      "parameters: {password: {type: string, description: The password of the account}}",
      "passwordSecret: {name: db, key: password}",
    },
    { title = "a translation", file = "locales/de.yaml", pass = "login: {password: Passwort}" },
    { fail = "db:\n  password: tr0ub4dor\n", at = "/db/password", message = "'password' is in plain text: (9 characters)" },
    { fail = "password: 12345678", at = "/password" },
    { fail = "env: [{name: DB_PASSWORD, value: tr0ub4dor}]", at = "/env/0/value", message = "'DB_PASSWORD'" },
    { fail = "environment: [POSTGRES_PASSWORD=tr0ub4dor]", at = "/environment/0" },
    { fail = "args: [--user, shop, --password, tr0ub4dor]", at = "/args/3" },
    { fail = "api_key: sk-abc123", at = "/api_key" },
    { fail = "clientSecret: " .. given.RANDOM, at = "/clientSecret" },
    { fail = "aws: {secret_access_key: " .. given.RANDOM .. given.RANDOM .. "}", at = "/aws/secret_access_key" },
    { fail = "security: {api_keys: [" .. given.RANDOM .. "]}", at = "/security/api_keys/0" },
  },
}

-- "user:password" in base64, as in the header of basic authentication.
local function is_basic_auth(value)
  local decoded = #value >= 8 and base64.decode(value)
  return decoded and decoded:find "^[%w._@+-]+:[%g]+$" ~= nil
end

rule "random-value-in-plain-text" {
  title = "What is named like a secret and looks drawn at random is not written down",
  why = "A long random value under such a name is a key, or it may be taken for one.",
  severity = "warning",
  tags = TAGS,
  check = function(root, ctx)
    local promise_of = names.remembering()
    walk.leaves(root, function(held, name, node, key, in_secret)
      if in_secret then return end
      local promise, kind, value = judge(promise_of, held, name, node, key)
      if promise == "weak" and kind == "literal" and (values.random(value) or is_basic_auth(value)) and not known_otherwise(value, ctx) then
        ctx:report("'{name}' holds what looks like a key: {shown}",
          { name = name, shown = values.shown(value), at = tree.place(node, key) })
      end
    end)
  end,
  examples = {
    pass = {
      "key: app.kubernetes.io/name",
      "auth: basic",
      "session: '${SESSION_KEY}'",
      "key: build-linux-amd64-go-1.22-modules",
      "checksum: 9b7a4ab6a3e2c9b7a4ab6a3e2c9b7a4a",
      "name: " .. given.RANDOM,
    },
    { fail = "cookie: " .. given.RANDOM, at = "/cookie" },
    { fail = "headers: {Authorization: Bearer " .. given.RANDOM .. "}", at = "/headers/Authorization" },
    { fail = "headers: {authorization: Basic c2hvcDp0cjB1YjRkb3I=}", at = "/headers/authorization" },
    { fail = "salt: 9b7a4ab6a3e2c9b7a4ab6a3e2c9b7a4a", at = "/salt" },
  },
}

-- Not tagged as secret: a placeholder is none, and reports may show it.
rule "placeholder-for-secret" {
  title = "No placeholder stands for a secret",
  why = "A placeholder that nobody replaced is a password that everybody knows.",
  severity = "info",
  check = function(root, ctx)
    if is_translation(ctx.doc.file) then return end
    local promise_of = names.remembering()
    walk.leaves(root, function(value, name, node, key, in_secret)
      local promise, kind = judge(promise_of, value, name, node, key)
      if kind == "placeholder" and promise ~= "weak" and not in_secret then
        ctx:report("'{name}' holds a placeholder", { name = name, at = tree.place(node, key) })
      elseif type(value) == "string" and addresses.password_kind(value) == "placeholder" then
        ctx:report("the password in this address is a placeholder", { at = tree.place(node, key) })
      end
    end)
  end,
  examples = {
    pass = { "password: ${DB_PASSWORD}", "password: tr0ub4dor", "key: example" },
    { fail = "password: changeme", at = "/password" },
    { fail = "env: [{name: API_TOKEN, value: your-token-here}]", at = "/env/0/value" },
    { fail = "api_key: <your key>", at = "/api_key" },
    { fail = "url: postgres://shop:password@db/shop", at = "/url" },
    { fail = "smtp_auth_password: password", at = "/smtp_auth_password" },
  },
}

-- A line that sets a name: `export NAME=value`, `name = "value"`, `name: value`.
local LINE = [[^[ \t]*(?:export[ \t]+|set[ \t]+|-[ \t]+)?["']?([A-Za-z_][\w.-]*)["']?]]
  .. [=[[ \t]*[=:][ \t]*["']?([^"'\s#,;(){}<>\[\]$]+)["']?[,;]?[ \t]*$]=]
local LONGEST_LINE = 512
local HINT = "(?i)pass|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key"

rule "secret-in-embedded-file" {
  title = "Files inside values hold no secrets either",
  why = "A ConfigMap or a script is read by more people than a secret store, and kept in the history of the file.",
  severity = "error",
  tags = TAGS,
  check = function(root, ctx)
    walk.leaves(root, function(value, _, node, key, in_secret)
      if type(value) ~= "string" or in_secret or not text.contains(value, "\n") then return end
      for line in value:gmatch "[^\r\n]+" do
        local name, held
        if #line <= LONGEST_LINE and re.test(line, HINT) then name, held = re.match(line, LINE) end
        local promise = names.promise(name)
        if promise and promise ~= "weak" and #held >= 6 and values.kind(held) == "literal"
          and alarming(promise, held) and not known_otherwise(held, ctx) then
          ctx:report("'{name}' in this text is in plain text: {shown}",
            { name = name, shown = values.shown(held), at = tree.place(node, key) })
          return
        end
      end
    end)
  end,
  examples = {
    pass = {
      "script: |\n  export DB_PASSWORD=$(cat /run/secrets/db)\n  password=\"$1\"\n",
      "text: |\n  password: required\n  The password is asked for.\n",
      "password: tr0ub4dor",
    },
    { fail = "data:\n  app.properties: |\n    db.user=shop\n    db.password=tr0ub4dor\n", at = "/data/app.properties",
      message = "'db.password' in this text is in plain text: (9 characters)" },
  },
}
