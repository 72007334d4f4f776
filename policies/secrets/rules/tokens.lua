--- Credentials that can be told by their form, whatever they are called.

local walk = import "walk"
local values = import "values"
local tokens = import "tokens"
local base64 = import "base64"
local addresses = import "addresses"
local given = import "examples"

-- Every rule of this pack. Reports show no source line for findings with this tag, so that no value gets into a log.
local TAGS = { "secret" }

rule "token-in-plain-text" {
  title = "No token of a known service stands in the configuration",
  why = "Whoever reads the file, its history or a backup has the access. Take the token back: it counts as known.",
  severity = "error",
  tags = TAGS,
  check = function(root, ctx)
    local data = ctx.data.tokens
    walk.leaves(root, function(value, _, node, key, in_secret)
      if type(value) ~= "string" then return end
      local what, found = tokens.find(value, data)
      if what == nil and in_secret then what, found = tokens.find(base64.decode(value) or "", data) end
      if what then
        ctx:report("{what} in plain text: {shown}",
          { what = what, shown = values.shown(found), at = tree.place(node, key) })
      end
    end)
  end,
  examples = {
    pass = {
      "token: ${GITHUB_TOKEN}",
      "key: AKIAIOSFODNN7EXAMPLE",
      "image: sha256:9b7a4ab6a3e2c9b7a4ab6a3e2c9b7a4ab6a3e2c9b7a4ab6a3e2c9b7a4ab6a3e2",
      "task: ask-me-anything-about-this-very-long-name",
    },
    { fail = "anything: " .. given.GITHUB, at = "/anything", message = "GitHub token in plain text: ghp_" },
    { fail = "llm:\n  headers:\n    - 'Authorization: Bearer " .. given.OPENAI .. "'\n", at = "/llm/headers/0",
      message = "OpenAI API key" },
    { fail = "env: [AWS_ACCESS_KEY_ID=" .. given.AWS .. "]", at = "/env/0", message = "AWS access key" },
    { fail = "script: |\n  curl -u " .. given.STRIPE .. ": https://api.example.com\n", at = "/script", message = "Stripe key" },
    { fail = "a: " .. given.JWT, at = "/a", message = "JSON Web Token" },
    { title = "encoded in a Kubernetes Secret", at = "/data/token",
      fail = "apiVersion: v1\nkind: Secret\ndata: {token: Z2hwX2ExQjJhMUIyYTFCMmExQjJhMUIyYTFCMmExQjJhMUIyYTFCMg==}" },
  },
}

local BASE64_RUN = ("[%w+/]"):rep(16)

-- Is there a private key in PEM, and not just its first line?
local function has_private_key(value)
  local _, last = value:find "%-%-%-%-%-BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*%-%-%-%-%-"
  if last == nil then return false end
  -- Past line breaks, written out or not, and past the headers of old encrypted keys.
  local rest = value:sub(last + 1, last + 400):gsub("\\[nr]", "\n"):gsub("\n[%a-]+: [^\n]*", "")
  return rest:find("^%s+" .. BASE64_RUN) ~= nil
end

rule "private-key-in-plain-text" {
  title = "No private key stands in the configuration",
  why = "Whoever reads the file can be who the key says, and read what was meant for him. Replace the key: it counts as known.",
  severity = "error",
  tags = TAGS,
  check = function(root, ctx)
    walk.leaves(root, function(value, _, node, key)
      if type(value) ~= "string" or #value < 60 then return end
      -- "-----BEGIN" in base64.
      if text.starts(value, "LS0tLS1CRUdJTi") then value = base64.decode(value) or "" end
      if has_private_key(value) or text.starts(value, "PuTTY-User-Key-File-") then
        ctx:report("a private key in plain text", { at = tree.place(node, key) })
      end
    end)
  end,
  examples = {
    pass = {
      "cert: |\n    -----BEGIN CERTIFICATE-----\n    MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQsw\n    -----END CERTIFICATE-----\n",
      "key: |\n    -----BEGIN PRIVATE KEY-----\n    ...\n    -----END PRIVATE KEY-----\n",
      "key: /etc/tls/private.key",
    },
    { fail = "tls:\n  key: |\n    " .. given.KEY .. "\n", at = "/tls/key" },
    { title = "encoded", at = "/data/tls.key", fail = "apiVersion: v1\nkind: Secret\ndata:\n  tls.key: "
      .. "LS0tLS1CRUdJTiBQUklWQVRF" .. "IEtFWS0tLS0tCk1JSUV2UUlCQURBTkJna3Foa2lHOXcwQkFRRUZBQVND\n" },
  },
}

rule "password-in-connection" {
  title = "Addresses and connection strings carry no password",
  why = "Addresses are logged, shown in errors and passed on. Name the password apart, by reference.",
  severity = "error",
  tags = TAGS,
  check = function(root, ctx)
    walk.leaves(root, function(value, _, node, key)
      if type(value) ~= "string" or #value < 8 then return end
      local kind, secret = addresses.password_kind(value)
      if kind == "literal" then
        ctx:report("a password in an address: {shown}",
          { shown = values.shown(secret), at = tree.place(node, key) })
      end
    end)
  end,
  examples = {
    pass = {
      "url: postgres://shop@db/shop",
      "url: postgres://shop:${DB_PASSWORD}@db/shop",
      "url: postgres://user:password@localhost/shop",
      "image: registry:5000/team/app@sha256:1b2c",
      "dsn: 'Server=db;Password={{ password }};'",
    },
    { fail = "url: postgres://shop:tr0ub4dor@db/shop", at = "/url" },
    { fail = "args: [--redis=redis://:tr0ub4dor@cache:6379/0]", at = "/args/0" },
    { fail = "dsn: 'Server=db;User Id=shop;Password=tr0ub4dor;'", at = "/dsn", message = "(9 characters)" },
  },
}
