--- What works, and is better done otherwise.

local safe = import "safe"
local compose = import "compose"

-- Declares a rule that looks at each service.
local function service_rule(name, fields, look)
  fields.check = function(root, ctx)
    compose.services(root, function(own, service, services) look(ctx, service, own, services) end)
  end
  rule(name)(fields)
end

service_rule("service-image-tag-pinned", {
  title = "Images name a version",
  why = "What latest is changes from one pull to the next.",
  severity = "warning",
  examples = {
    pass = "services: {a: {image: 'a:1.2'}, b: {image: 'r:5000/b@sha256:1'}, c: {image: '${I}'}, d: {image: d, build: .}}\n",
    { fail = "services: {a: {image: a}}\n", at = "/services/a/image", message = "without a tag" },
    { fail = "services: {a: {image: 'r:5000/a:latest'}}\n", at = "/services/a/image", message = "latest" },
  },
}, function(ctx, service)
  local image = safe.string(service, "image")
  if not image or compose.dynamic(image) or tree.has(service, "build") or image:find("@", 1, true) then return end
  local tag = image:match "^.*:([^/:]*)$"
  if not tag or tag == "latest" then
    ctx:report(tag and "the image '{image}' is whatever is latest" or "the image '{image}' is without a tag, so it is whatever is latest",
      { image = image, at = tree.place(service, "image") })
  end
end)

service_rule("not-privileged", {
  title = "Services are not privileged",
  why = "A privileged container is root on the host.",
  severity = "warning",
  tags = { "security" },
  examples = {
    pass = "services: {a: {image: a, privileged: false}}\n",
    { fail = "services: {a: {image: a, privileged: true}}\n", at = "/services/a/privileged" },
  },
}, function(ctx, service)
  if service.privileged == true then ctx:report("the service is privileged", { at = tree.place(service, "privileged") }) end
end)

service_rule("no-docker-socket", {
  title = "Services do not hold the socket of Docker",
  why = "Who can write to the socket can start a container that is root on the host; :ro does not hinder it.",
  severity = "warning",
  tags = { "security" },
  examples = {
    pass = "services: {a: {image: a, volumes: ['./a:/a']}}\n",
    { fail = "services: {a: {image: a, volumes: ['/var/run/docker.sock:/var/run/docker.sock:ro']}}\n", at = "/services/a/volumes/0" },
    { fail = "services: {a: {image: a, volumes: [{type: bind, source: /run/docker.sock, target: /s}]}}\n", at = "/services/a/volumes/0" },
  },
}, function(ctx, service)
  local volumes = safe.list(service, "volumes")
  for i = 1, volumes and #volumes or 0 do
    local entry = volumes[i]
    local source = safe.kind(entry) == "string" and entry:match "^[^:]*" or safe.string(entry, "source")
    if source and source:find "/docker%.sock$" then
      ctx:report("the service holds the socket of Docker", { at = tree.place(volumes, i) })
    end
  end
end)

service_rule("host-namespaces-not-shared", {
  title = "Services do not share the network, processes or IPC of the host",
  why = "The container sees, and can disturb, what runs on the host.",
  severity = "warning",
  tags = { "security" },
  examples = {
    pass = "services: {a: {image: a, network_mode: none}}\n",
    { fail = "services: {a: {image: a, network_mode: host}}\n", at = "/services/a/network_mode" },
    { fail = "services: {a: {image: a, pid: host}}\n", at = "/services/a/pid" },
  },
}, function(ctx, service)
  for _, key in ipairs { "network_mode", "pid", "ipc", "userns_mode", "uts" } do
    if safe.get(service, key) == "host" then
      ctx:report("'{key}' is that of the host", { key = key, at = tree.place(service, key) })
    end
  end
end)

local STRONG = { ALL = true, SYS_ADMIN = true, SYS_MODULE = true, SYS_PTRACE = true, SYS_RAWIO = true, DAC_READ_SEARCH = true, BPF = true }

service_rule("capabilities-few", {
  title = "Services add no capability that amounts to root",
  why = "With it a process can leave its container.",
  severity = "warning",
  tags = { "security" },
  examples = {
    pass = "services: {a: {image: a, cap_add: [NET_BIND_SERVICE]}}\n",
    { fail = "services: {a: {image: a, cap_add: [CAP_SYS_ADMIN]}}\n", at = "/services/a/cap_add/0" },
    { fail = "services: {a: {image: a, cap_add: [ALL]}}\n", at = "/services/a/cap_add/0" },
  },
}, function(ctx, service)
  for _, one in ipairs(safe.strings(service, "cap_add")) do
    if STRONG[(one.value:upper():gsub("^CAP_", ""))] then
      ctx:report("the capability {name} amounts to root", { name = one.value, at = one.place })
    end
  end
end)

service_rule("links-replaced", {
  title = "Services find each other by name, without links",
  why = "Links are a legacy of Docker; services of one network know each other by name.",
  severity = "info",
  examples = {
    pass = "services: {a: {image: a}, b: {image: b}}\n",
    { fail = "services: {a: {image: a, links: [b]}, b: {image: b}}\n", at = "/services/a/links" },
  },
}, function(ctx, service)
  if tree.has(service, "links") then
    ctx:report("'links' is a legacy; services know each other by name", { at = tree.place(service, "links"), at_key = true })
  end
end)

service_rule("user-not-root", {
  title = "Services are not told to run as root",
  why = "What breaks out of the container is root on the host.",
  severity = "info",
  tags = { "security" },
  examples = {
    pass = "services: {a: {image: a, user: '1000'}}\n",
    { fail = "services: {a: {image: a, user: 'root'}}\n", at = "/services/a/user" },
    { fail = "services: {a: {image: a, user: '0:0'}}\n", at = "/services/a/user" },
  },
}, function(ctx, service)
  local user = safe.get(service, "user")
  local name = (type(user) == "string" or math.type(user)) and tostring(user):match "^[^:]*"
  if name == "0" or name == "root" then ctx:report("the service runs as root", { at = tree.place(service, "user") }) end
end)

service_rule("service-root-filesystem-read-only", {
  title = "Services cannot write to their own image",
  why = "Who gets into the container cannot leave programs there.",
  severity = "info",
  enabled = false,
  tags = { "security" },
  examples = {
    pass = "services: {a: {image: a, read_only: true}}\n",
    { fail = "services: {a: {image: a}}\n", at = "/services/a" },
  },
}, function(ctx, service, name, services)
  if service.read_only ~= true and tree.has(service, "image") then
    ctx:report("'{name}' can write to its image", { name = name, at = tree.place(services, name), at_key = true })
  end
end)
