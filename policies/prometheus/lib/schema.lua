--- The shape of prometheus.yml: which keys a mapping has, and what they hold.
---
--- A type is a word ("string", "duration", …), a table of keys (`keys`), a list (`list`) or a mapping of any names (`each`).
--- One walk through the file serves every rule that asks about keys, kinds, durations or labels.

local safe = import "safe"

local schema = {}

local TLS = { keys = {} }
local HTTP = {}
local RELABELS

local function add(keys, line, kind)
  for word in line:gmatch "%S+" do keys[word] = kind end
  return keys
end

local function merge(...)
  local out = {}
  for _, one in ipairs { ... } do
    for key, value in pairs(one) do out[key] = value end
  end
  return out
end

local LABELS = { each = "string", name = "labels" }
local STRINGS = { list = "string" }
local ANY = "any"

add(TLS.keys, "ca cert key ca_file cert_file key_file server_name min_version max_version ca_ref cert_ref key_ref", "string")
add(TLS.keys, "insecure_skip_verify", "bool")

add(HTTP, "bearer_token bearer_token_file proxy_url no_proxy", "string")
add(HTTP, "follow_redirects enable_http2 proxy_from_environment", "bool")
HTTP.tls_config = TLS
HTTP.proxy_connect_header, HTTP.http_headers = ANY, ANY
HTTP.basic_auth = { keys = add({}, "username username_file username_ref password password_file password_ref", "string") }
HTTP.authorization = { keys = add({}, "type credentials credentials_file credentials_ref", "string") }
HTTP.oauth2 = {
  keys = merge(add({}, "client_id client_secret client_secret_file client_secret_ref token_url proxy_url no_proxy grant_type "
    .. "client_certificate_key client_certificate_key_file client_certificate_key_ref client_certificate_key_id iss audience "
    .. "signature_algorithm", "string"),
    { scopes = STRINGS, endpoint_params = LABELS, tls_config = TLS, claims = ANY, proxy_connect_header = ANY,
      proxy_from_environment = "bool" }),
}

local RELABEL = {
  name = "relabel",
  keys = merge(add({}, "separator regex target_label replacement action", "string"),
    { source_labels = STRINGS, modulus = "int" }),
}
RELABELS = { list = RELABEL }

-- Service discovery. What is not written out here is open.
local DISCOVERY = {
  static_configs = { list = { name = "static", keys = { targets = STRINGS, labels = LABELS } } },
  file_sd_configs = { list = { name = "file", keys = { files = STRINGS, refresh_interval = "duration" } } },
  dns_sd_configs = { list = { name = "dns", keys = { names = STRINGS, type = "string", port = "int", refresh_interval = "duration" } } },
  http_sd_configs = { list = { name = "http", keys = merge(HTTP, { url = "string", refresh_interval = "duration" }) } },
  kubernetes_sd_configs = { list = { name = "kubernetes", keys = merge(HTTP, {
    role = "string", api_server = "string", kubeconfig_file = "string", namespaces = ANY, selectors = ANY, attach_metadata = ANY,
  }) } },
}
add(DISCOVERY, "azure_sd_configs consul_sd_configs digitalocean_sd_configs docker_sd_configs dockerswarm_sd_configs ec2_sd_configs "
  .. "eureka_sd_configs gce_sd_configs hetzner_sd_configs ionos_sd_configs kuma_sd_configs lightsail_sd_configs linode_sd_configs "
  .. "marathon_sd_configs nerve_sd_configs nomad_sd_configs openstack_sd_configs oci_sd_configs ovhcloud_sd_configs puppetdb_sd_configs "
  .. "scaleway_sd_configs serverset_sd_configs stackit_sd_configs triton_sd_configs uyuni_sd_configs vultr_sd_configs "
  .. "xds_sd_configs outscale_sd_configs aws_sd_configs", { list = ANY })

local LIMITS = add({}, "sample_limit target_limit label_limit label_name_length_limit label_value_length_limit keep_dropped_targets "
  .. "native_histogram_bucket_limit", "int")
LIMITS.body_size_limit, LIMITS.scrape_protocols = "string", STRINGS
add(LIMITS, "metric_name_validation_scheme metric_name_escaping_scheme", "string")
add(LIMITS, "scrape_native_histograms convert_classic_histograms_to_nhcb always_scrape_classic_histograms extra_scrape_metrics", "bool")
add(LIMITS, "scrape_interval scrape_timeout", "duration")
LIMITS.scrape_failure_log_file = "string"

local SCRAPE = {
  name = "scrape",
  keys = merge(HTTP, DISCOVERY, LIMITS, add({}, "job_name metrics_path scheme fallback_scrape_protocol", "string"),
    add({}, "honor_labels honor_timestamps track_timestamps_staleness scrape_classic_histograms enable_compression", "bool"),
    { params = { each = STRINGS }, relabel_configs = RELABELS, metric_relabel_configs = RELABELS,
      native_histogram_min_bucket_factor = "float" }),
}

local ALERTMANAGER = {
  name = "alertmanager",
  keys = merge(HTTP, DISCOVERY, add({}, "scheme path_prefix api_version", "string"),
    { timeout = "duration", relabel_configs = RELABELS, alert_relabel_configs = RELABELS, sigv4 = ANY }),
}

local QUEUE = merge(add({}, "capacity max_shards min_shards max_samples_per_send", "int"),
  add({}, "batch_send_deadline min_backoff max_backoff sample_age_limit", "duration"), add({}, "retry_on_http_429", "bool"))

local WRITE = {
  name = "remote_write",
  keys = merge(HTTP, add({}, "url name protobuf_message", "string"),
    add({}, "send_exemplars send_native_histograms round_robin_dns", "bool"), {
      remote_timeout = "duration", headers = LABELS, write_relabel_configs = RELABELS, queue_config = { keys = QUEUE },
      metadata_config = { keys = { send = "bool", send_interval = "duration", max_samples_per_send = "int" } },
      sigv4 = ANY, azuread = ANY, google_iam = ANY,
    }),
}

local READ = {
  name = "remote_read",
  keys = merge(HTTP, add({}, "url name", "string"), add({}, "read_recent filter_external_labels", "bool"),
    { remote_timeout = "duration", headers = LABELS, required_matchers = LABELS }),
}

local GLOBAL = {
  name = "global",
  keys = merge(LIMITS, { evaluation_interval = "duration", rule_query_offset = "duration", query_log_file = "string",
    external_labels = LABELS }),
}

schema.root = {
  name = "root",
  keys = {
    global = GLOBAL, rule_files = STRINGS, scrape_config_files = STRINGS, scrape_configs = { list = SCRAPE },
    alerting = { keys = { alert_relabel_configs = RELABELS, alertmanagers = { list = ALERTMANAGER } } },
    remote_write = { list = WRITE }, remote_read = { list = READ },
    storage = { keys = {
      tsdb = { keys = { out_of_order_time_window = "duration", retention = ANY, stale_series_compaction_threshold = "float" } },
      exemplars = { keys = { max_exemplars = "int" } },
    } },
    tracing = { name = "tracing", keys = {
      client_type = "string", endpoint = "string", sampling_fraction = "float", insecure = "bool", tls_config = TLS,
      headers = LABELS, compression = "string", timeout = "duration", http_headers = ANY,
    } },
    otlp = ANY, runtime = { keys = { gogc = "int" } },
  },
}
schema.HTTP = HTTP

--- Words of a type's keys, in order; made once a walk needs them.
---@param kind table
---@return string[]
function schema.names(kind)
  local out = {}
  for key in pairs(kind.keys) do out[#out + 1] = key end
  table.sort(out)
  return out
end

local function walk(kind, value, place, visit, key)
  visit(kind, value, place, key)
  if type(kind) ~= "table" then return end
  local found = safe.kind(value)
  if found == "sequence" and kind.list then
    for i = 1, #value do walk(kind.list, value[i], tree.place(value, i), visit, key) end
  elseif found == "mapping" and not kind.list then
    for name, inner in tree.entries(value) do
      local below = kind.each or kind.keys[name]
      if below and below ~= ANY then walk(below, inner, tree.place(value, name), visit, name) end
    end
  end
end

--- Calls visit(type, value, place, key) for each place that has a type, from the root down.
---@param root any
---@param visit fun(kind: string|table, value: any, place: any, key: string|nil)
function schema.walk(root, visit)
  walk(schema.root, root, tree.place(root), visit)
end

--- The same for the mappings of one name ("scrape", "relabel", …).
---@param root any
---@param name string
---@param visit fun(value: any, place: any, key: string|nil)
function schema.each(root, name, visit)
  schema.walk(root, function(kind, value, place, key)
    if type(kind) == "table" and kind.name == name and safe.kind(value) == "mapping" then visit(value, place, key) end
  end)
end

return schema
