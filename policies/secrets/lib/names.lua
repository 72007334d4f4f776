--- Does a name promise a secret?
--
-- "strong": nothing else is kept there (password, passphrase). "firm": nothing else but a word that says where it comes from
-- (api_key, client_secret). "fair": the name of a resource at times (token, secret). "weak": a secret only if the value
-- looks like one (key, auth, salt).

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
local FIRM = {
  apikey = true, apikeys = true, secretkey = true, accesskey = true, accesstoken = true, authtoken = true,
  privatekey = true, clientsecret = true, passwords = true, authkey = true,
}
-- The two last words.
local FIRM_PAIRS = {
  api_key = true, api_keys = true, api_token = true, api_secret = true, private_key = true, access_key = true,
  access_token = true, auth_token = true, bearer_token = true, refresh_token = true, bot_token = true,
  client_secret = true, app_secret = true, webhook_secret = true, signing_key = true, signing_secret = true,
  encryption_key = true, master_key = true, shared_key = true, account_key = true, storage_key = true, auth_key = true,
  license_key = true, deploy_key = true, hmac_key = true, admin_key = true, session_key = true, session_secret = true,
  subscription_key = true, integration_key = true, jwt_secret = true,
}
local FAIR = {
  secret = true, secrets = true, token = true, tokens = true, credential = true, credentials = true,
}
-- Also what a Kubernetes operator calls the key of a Secret (secretKey), or a queue its address (routing_key).
local FAIR_PAIRS = { secret_key = true, service_key = true }
local NO_PAIRS = { routing_key = true, foreign_key = true, primary_key = true, partition_key = true }
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
---@return string|nil "strong", "firm", "fair", "weak" or nil
function names.promise(name)
  if name == nil or #name > 128 or not re.test(name, HINT) then return nil end
  local words = words_of(name)
  local last = words[#words]
  if last == nil or ABOUT[last] or NOT[words[1]] then return nil end
  -- db_password_2
  if last:find "^%d+$" and #words > 1 then last = words[#words - 1] end
  if STRONG[last] or last:find "password$" then return "strong" end
  if FIRM[last] then return "firm" end
  local two = #words > 1 and words[#words - 1] .. "_" .. last
  if two and NO_PAIRS[two] then return nil end
  if two and FIRM_PAIRS[two] then return "firm" end
  if FAIR[last] or (two and FAIR_PAIRS[two]) then return "fair" end
  return WEAK[last] and "weak" or nil
end

--- names.promise for a walk over a document, in which the same few names come again and again.
---@return fun(name: string|nil): string|nil
function names.remembering()
  local known = {}
  return function(name)
    if name == nil then return nil end
    local promise = known[name]
    if promise == nil then
      promise = names.promise(name) or false
      known[name] = promise
    end
    return promise or nil
  end
end

return names
