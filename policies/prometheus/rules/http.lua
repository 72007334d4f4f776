--- How targets and remotes are reached: addresses, authentication, TLS.

local safe = import "safe"
local schema = import "schema"

local function job(body) return "scrape_configs: [{job_name: a, " .. body .. "}]\n" end
local AT = "/scrape_configs/0"

--- Calls visit for each mapping with the keys of an HTTP client.
local function clients(root, visit)
  schema.walk(root, function(kind, value, place)
    if type(kind) == "table" and kind.keys and kind.keys.basic_auth and safe.kind(value) == "mapping" then visit(value, place) end
  end)
end

rule "auth-single" {
  title = "There is one way of authentication",
  why = "Prometheus refuses the whole file.",
  severity = "error",
  tags = { "auth" },
  check = function(root, ctx)
    local function only(node, keys)
      local first
      for _, key in ipairs(keys) do
        if safe.get(node, key) ~= nil then
          if first then
            ctx:report("'{key}' beside '{first}'; at most one of them", { key = key, first = first,
              at = tree.place(node, key), at_key = true })
            return
          end
          first = key
        end
      end
    end
    clients(root, function(one)
      only(one, { "basic_auth", "authorization", "oauth2", "bearer_token", "bearer_token_file", "sigv4", "azuread", "google_iam" })
      only(safe.map(one, "basic_auth"), { "password", "password_file", "password_ref" })
      only(safe.map(one, "basic_auth"), { "username", "username_file", "username_ref" })
      only(safe.map(one, "authorization"), { "credentials", "credentials_file", "credentials_ref" })
      only(safe.map(one, "oauth2"), { "client_secret", "client_secret_file", "client_secret_ref" })
    end)
  end,
  examples = {
    pass = job "basic_auth: {username: a, password_file: b}",
    { fail = job "basic_auth: {username: a}, bearer_token_file: b", at = AT .. "/bearer_token_file" },
    { fail = job "authorization: {credentials_file: a}, oauth2: {client_id: a, token_url: b}", at = AT .. "/oauth2" },
    { fail = job "basic_auth: {password: a, password_file: b}", at = AT .. "/basic_auth/password_file" },
  },
}

rule "auth-complete" {
  title = "Authentication and TLS have all their parts",
  why = "Prometheus refuses the whole file.",
  severity = "error",
  tags = { "auth" },
  check = function(root, ctx)
    clients(root, function(one)
      local kind = safe.string(safe.get(one, "authorization"), "type")
      if kind and text.trim(kind):lower() == "basic" then
        ctx:report("'authorization' is not for type basic; there is 'basic_auth'", { at = tree.place(one, "authorization", "type") })
      end
      local oauth = safe.map(one, "oauth2")
      for _, key in ipairs(oauth and { "client_id", "token_url" } or {}) do
        if (safe.get(oauth, key) or "") == "" then ctx:report("'oauth2' needs '{key}'", { key = key, at = oauth }) end
      end
      local tls = safe.map(one, "tls_config")
      local cert = safe.get(tls, "cert_file") or safe.get(tls, "cert") or safe.get(tls, "cert_ref")
      local key = safe.get(tls, "key_file") or safe.get(tls, "key") or safe.get(tls, "key_ref")
      if (cert == nil) ~= (key == nil) then
        ctx:report("a certificate and its key go together; the {missing} is missing", { missing = cert and "key" or "certificate",
          at = tls })
      end
    end)
  end,
  examples = {
    pass = job "oauth2: {client_id: a, token_url: b}, tls_config: {cert_file: a, key_file: b}",
    { fail = job "authorization: {type: Basic}", at = AT .. "/authorization/type" },
    { fail = job "oauth2: {client_id: a}", at = AT .. "/oauth2" },
    { fail = job "tls_config: {cert_file: a}", at = AT .. "/tls_config" },
  },
}

rule "remote-url-valid" {
  title = "Remotes and HTTP discovery have a URL with http:// or https:// and a host",
  why = "Prometheus refuses the whole file.",
  severity = "error",
  check = function(root, ctx)
    local function look(one, place, discovery)
      local url = safe.get(one, "url")
      if url == nil or url == "" then
        ctx:report("a 'url' is missing", { at = place })
      elseif discovery and safe.kind(url) == "string" and not url:lower():find "^https?://[^/]" then
        ctx:report("'{url}' is no URL with http:// or https:// and a host", { url = url, at = tree.place(one, "url") })
      end
    end
    for _, name in ipairs { "remote_write", "remote_read" } do
      schema.each(root, name, function(one, place) look(one, place, false) end)
    end
    schema.each(root, "http", function(one, place) look(one, place, true) end)
  end,
  examples = {
    pass = "remote_write: [{url: 'https://a/b'}]\n",
    { fail = "remote_write: [{name: a}]\n", at = "/remote_write/0" },
    { fail = job "http_sd_configs: [{url: a}]", at = AT .. "/http_sd_configs/0/url" },
  },
}

rule "scheme-valid" {
  title = "The scheme is http or https",
  why = "Every scrape fails.",
  severity = "error",
  check = function(root, ctx)
    for _, name in ipairs { "scrape", "alertmanager" } do
      schema.each(root, name, function(one)
        local scheme = safe.string(one, "scheme")
        if scheme and scheme ~= "http" and scheme ~= "https" and scheme ~= "" then
          local meant = scheme:lower():match "^(https?)%f[%W]"
          local at = tree.place(one, "scheme")
          ctx:report("there is no scheme '{scheme}'", { scheme = scheme, at = at,
            fix = meant and ctx:replace(meant, at) or nil, safety = "guarded" })
        end
      end)
    end
  end,
  examples = {
    pass = job "scheme: https",
    { fail = job "scheme: htps", at = AT .. "/scheme" },
    { fail = job "scheme: HTTPS", at = AT .. "/scheme", fixed = job "scheme: https" },
  },
}

rule "target-address" {
  title = "Targets are host:port, without scheme and path",
  why = "Prometheus refuses the whole file. The scheme is 'scheme', the path 'metrics_path'.",
  severity = "error",
  check = function(root, ctx)
    schema.each(root, "static", function(one)
      for _, target in ipairs(safe.strings(one, "targets")) do
        if target.value:find("/", 1, true) then
          local bare = target.value:match "^%a+://([^/]+)/?$"
          ctx:report("'{target}' is no host:port", { target = target.value, at = target.place,
            fix = bare and ctx:replace(bare, target.place) or nil, safety = "guarded" })
        end
      end
    end)
  end,
  examples = {
    pass = job "static_configs: [{targets: ['a:80', 'b', '[::1]:80']}]",
    { fail = job "static_configs: [{targets: ['http://a:80']}]", at = AT .. "/static_configs/0/targets/0",
      fixed = job "static_configs: [{targets: ['a:80']}]" },
    { fail = job "static_configs: [{targets: ['a:80/metrics']}]", at = AT .. "/static_configs/0/targets/0" },
  },
}

rule "file-names-valid" {
  title = "Files of targets end in .json, .yml or .yaml; a * stands in the last part of a path only",
  why = "Prometheus refuses the whole file.",
  severity = "error",
  check = function(root, ctx)
    schema.each(root, "file", function(one, place)
      local files = safe.strings(one, "files")
      if #files == 0 then ctx:report("no 'files'", { at = place }) end
      for _, file in ipairs(files) do
        local stem = file.value:match "^(.*)%.json$" or file.value:match "^(.*)%.ya?ml$" or file.value:match "^(.*)%.JSON$"
          or file.value:match "^(.*)%.YA?ML$"
        if not stem or not stem:find "^[^*]*%*?[^/*]*$" then
          ctx:report("'{file}' is no name of a file of targets", { file = file.value, at = file.place })
        end
      end
    end)
    local rules = safe.strings(root, "rule_files")
    for _, file in ipairs(rules) do
      if not file.value:find "^[^*]*%*?[^/]*$" then
        ctx:report("'{file}': a * stands in the last part of the path only", { file = file.value, at = file.place })
      end
    end
  end,
  examples = {
    pass = job "file_sd_configs: [{files: ['a/*.yml', b.json]}]" .. "rule_files: ['a/*.rules']\n",
    { fail = job "file_sd_configs: [{files: [a.txt]}]", at = AT .. "/file_sd_configs/0/files/0" },
    { fail = job "file_sd_configs: [{}]", at = AT .. "/file_sd_configs/0" },
    { fail = job "file_sd_configs: [{files: ['*/a.yml']}]", at = AT .. "/file_sd_configs/0/files/0" },
  },
}
