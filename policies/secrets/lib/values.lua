--- What a value is: a literal secret, a reference to one, a placeholder, or nothing of the kind.

local values = {}

-- Words that stand where a secret could, and say that there is none.
local NOTHING = {}
for word in ([[
  true false yes no on off none null nil undefined required optional inherit enabled disabled auto always never default
  basic bearer digest plain md5 sha1 sha256 sha512 scram jwt oauth oauth2 oidc string str bytes any int integer number
  boolean object read write admin:read password_hash env vault prompt ask manual generated random unknown empty
  header query cookie body iam ldap saml kerberos mtls tls ssl aes rsa ed25519 hmac public private
]]):gmatch "%S+" do NOTHING[word] = true end

-- Words that stand for a secret until somebody puts one there.
local PLACEHOLDER = {}
for word in ([[
  password passwd pass pwd secret token key apikey api_key api-key username user test testing foo bar baz foobar abc
  todo tbd fixme n/a na dummy fake mock sample changeit s3cr3t secret123 password123 test123
]]):gmatch "%S+" do PLACEHOLDER[word] = true end

local PLACEHOLDERS = [[(?xi)
    change[-_\s]?(?:me|this|it) | replace[-_\s]?(?:me|this|with) | place[-_\s]?holder | example | dummy | redacted
  | (?:^|[-_\s"'=])(?:your|my)[-_\s]?(?:[A-Za-z0-9]+[-_\s]){0,3}(?:password|passwd|secret|token|key|api|credential|access)
  | ^your | _here$ | -here$ | fill[-_\s]?(?:me|in) | ^todo | insert[-_\s] | ^enter[-_\s] | not[-_]?a[-_]?real | ^fake | ^sample
  | ^mock[-_] | ^test[-_](?:key|token|secret|password|api) | x{4,} | \*{3,} | \.\.\. | \x{2026} | ^[<\[(].*[>\])]$
  | ^(.)\1*$ | ^x{2,} | ^sk-\w{0,4}$
]]

-- References, in the notations of templates, shells and secret stores; ciphertext; hashes; and what is no secret by its form.
local REFERENCES = {
  [[\$\{|\$\(|\$\[\[|\{\{|\{%|<%|%\{|^\$\w+$|^%\w+%$|^%\(\w+\)s$]],
  [[^(?i:env|environ|environment|vault|secrets?|file|ref|ssm|secretsmanager|aws-?sm|gcp-?sm|gsm|azkv|akv|keyvault|op|doppler]]
    .. [[|keyring|keychain|kms|sops|cmd|exec|cipher|sealed|arn|conjur|bitwarden|var|vars|os\.environ|process\.env]]
    .. [[|awssecretsmanager|from_env|getenv|lookup|infisical|hashivault|berglas|gcpsecretmanager)(?::|\.|/|\[|\()\S]],
  [[^@Microsoft\.KeyVault\(|^ENC[\[(]|^\$ANSIBLE_VAULT;|^-----BEGIN (?:AGE ENCRYPTED|PGP MESSAGE)|^projects/[^/]+/secrets/]],
  [[^[A-Za-z_][\w.]*\(.*\)$]],
  [[^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$]],
  [[^(?:~|\.{1,2})?/[\w.@ -]+(?:/[\w.@ -]*)*$|^[A-Za-z]:\\|\.(?:txt|pem|key|crt|cert|cer|json|ya?ml|env|p12|pfx|jks|conf|ini)$]],
  [[^[a-z][a-z0-9+.-]*://[^@\s]*$]],
  [[^\$\$?(?:2[abxy]?|1|5|6|y|argon2\w*|pbkdf2\S*|scrypt)\$|^\{(?:S?SHA\d*|CRYPT|MD5|BCRYPT)\}|^(?i:sha\d+|md5|pbkdf2|scrypt)[:-]\S{16,}]],
  [[^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$]],
  [[^-----BEGIN (?:CERTIFICATE|[A-Z ]*PUBLIC KEY|TRUSTED|X509)|^ssh-(?:rsa|ed25519|dss) |^ecdsa-sha2-]],
  [[^\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?$|^v?\d+(?:\.\d+)+(?:[-+][\w.]+)?$|^\d{4}-\d\d-\d\d|^\d+(?:ms|s|m|h|d|w|y|Ki|Mi|Gi|MB|KB|%)$]],
}

---@param value string
---@return boolean
local function is_reference(value)
  for _, pattern in ipairs(REFERENCES) do
    if re.test(value, pattern) then return true end
  end
  return false
end

-- The beginning of a text, cut between characters. What a value is shows there, and patterns stay within their limits.
local function head(value, length)
  if #value <= length then return value end
  local after = length + 1
  while after > 1 and value:byte(after) >= 0x80 and value:byte(after) < 0xC0 do after = after - 1 end
  return value:sub(1, after - 1)
end

local LONGEST = 512

--- Classifies a text: "nothing", "reference", "placeholder" or "literal".
---@param value string
---@return string
function values.kind(value)
  local word = text.trim(head(value, LONGEST))
  if word == "" or NOTHING[word:lower()] then return "nothing" end
  if is_reference(word) then return "reference" end
  if PLACEHOLDER[word:lower()] or re.test(word, PLACEHOLDERS) then return "placeholder" end
  return "literal"
end

local LONG_LINE = 8192

--- Is a value so long that patterns had better see it in pieces?
---@param value string
---@return boolean
function values.is_long(value)
  return #value > LONG_LINE
end

--- The parts of a value in which something may be looked for: itself, or of a long text its lines, each up to a length.
---@param value string
function values.pieces(value)
  local at = 1
  return function()
    while at <= #value do
      local stop = #value > LONG_LINE and value:find("\n", at, true) or #value + 1
      local piece = value:sub(at, stop - 1)
      at = stop + 1
      if piece ~= "" then return head(piece, LONG_LINE) end
    end
    return nil
  end
end

--- Is a literal too much of a word to be a token? "write", "team.orders".
---@param value string
---@return boolean
function values.is_words(value)
  if #value < 8 or value:find "%s" then return true end
  if #value > LONGEST or not re.test(value, [[^[A-Za-z]+(?:[-_./:][A-Za-z]+)*$]]) then return false end
  return #value < 16 or text.entropy(value) < 3.5 or value:find "[-_./:]" ~= nil
end

--- Is it formed like the name of a resource? "db-password-2".
---@param value string
---@return boolean
function values.is_resource_name(value)
  return #value < 24 and re.test(value, [[^[a-z][a-z0-9]*(?:[-.][a-z0-9]+)+$]])
end

--- Does a value look drawn at random: long, mixed, with many different characters for its length?
---@param value string
---@return boolean
function values.random(value)
  local token = value:match "^%a+%s+(%S+)$" or value  -- "Bearer …"
  if #token < 20 or #token > LONGEST or not re.test(token, [[^[A-Za-z0-9+/=_.~-]+$]]) then return false end
  if re.test(token, "^[0-9a-fA-F]{32,}$") then return true end
  local mixed = token:find "%l" and token:find "%u" and token:find "%d"
  return mixed ~= nil and mixed ~= false and text.entropy(token) >= 3.7
end

--- A value as it may be shown: of a short one, only its length.
---@param value string
---@return string
function values.shown(value)
  if #value < 12 then return ("(%d characters)"):format(utf8.len(value) or #value) end
  return text.mask(value)
end

return values
