--- Does a name promise a secret?
--
-- "strong": nothing else is kept there (password, passphrase). "fair": a secret most of the time, a resource's name or a
-- word at others (token, secret, api_key). "weak": a secret only if the value looks like one (key, auth, salt).

local names = {}

local HINT = "(?i)pass|pwd|secret|token|key|cred|auth|salt|cookie|session|signature|dsn|webhook|license|seed|pat$|sas$"

-- A name that ends so speaks about a secret; it does not hold one.
local ABOUT = {}
for word in ([[
  file files path paths dir env var variable ref refs name names url uri endpoint host port length len size min max policy
  policies hash hashed digest algorithm alg type ttl expiry expires expiration lifetime timeout interval enabled required
  field header headers prefix suffix param parameter format template store provider manager backend id ids arn selector
  source rotation version count limit limits budget attempts mode label title description help prompt message error hint
  regex pattern issuer audience scope scopes class method flow engine namespace annotations labels mount volume fingerprint
  checksum location bytes chars strength complexity history age reset check validation generator length window usage
  per second minute overlap price cost rate ratio
]]):gmatch "%S+" do ABOUT[word] = true end

-- And one that begins so.
local NOT = {
  max = true, min = true, num = true, total = true, is = true, has = true, use = true, enable = true, disable = true,
  no = true, require = true, allow = true, public = true, forgot = true, reset = true, show = true, hide = true,
  skip = true, existing = true, cache = true, primary = true, foreign = true, sort = true, partition = true,
}

local STRONG = {
  password = true, passwd = true, pwd = true, passphrase = true, pass = true, passcode = true, userpassword = true,
}
local FAIR = {
  secret = true, token = true, apikey = true, credential = true, credentials = true, secretkey = true, accesskey = true,
  accesstoken = true, authtoken = true, privatekey = true, clientsecret = true, secrets = true, tokens = true,
  passwords = true, apikeys = true, webpassword = true, authkey = true,
}
-- Two last words.
local FAIR_PAIRS = {
  api_key = true, api_keys = true, private_key = true, access_key = true, secret_key = true, signing_key = true,
  encryption_key = true, master_key = true, shared_key = true, account_key = true, storage_key = true, auth_key = true,
  service_key = true, license_key = true, deploy_key = true, hmac_key = true, admin_key = true, session_key = true,
  subscription_key = true, integration_key = true, routing_key = false,
}
local WEAK = {
  key = true, keys = true, auth = true, authorization = true, salt = true, cookie = true, session = true, signature = true,
  dsn = true, webhook = true, license = true, seed = true, pat = true, sas = true, bearer = true,
}

-- awsSecretKey → { aws, secret, key }
local function words_of(name)
  local snake = name:gsub("(%l)(%u)", "%1_%2"):gsub("(%u)(%u%l)", "%1_%2"):lower()
  local words = {}
  for word in snake:gmatch "[%a%d]+" do words[#words + 1] = word end
  return words
end

---@param name string|nil
---@return string|nil "strong", "fair", "weak" or nil
function names.promise(name)
  if name == nil or #name > 128 or not re.test(name, HINT) then return nil end
  local words = words_of(name)
  local last = words[#words]
  if last == nil or ABOUT[last] or NOT[words[1]] then return nil end
  -- db_password_2
  if last:find "^%d+$" and #words > 1 then last = words[#words - 1] end
  if STRONG[last] or last:find "password$" then return "strong" end
  if FAIR[last] then return "fair" end
  local two = #words > 1 and words[#words - 1] .. "_" .. words[#words]
  if two and FAIR_PAIRS[two] ~= nil then return FAIR_PAIRS[two] and "fair" or nil end
  return WEAK[last] and "weak" or nil
end

return names
