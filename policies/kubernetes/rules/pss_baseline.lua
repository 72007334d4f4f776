--- Pod Security Standards, level baseline: what lets a container out of its box.
--
-- One rule a check of the standard. Each decides as the API server's admission plugin decides, on pods and on everything
-- that contains a pod template. Fixes are guarded: they take away a right that the container may need.

local safe = import "safe"
local pods = import "pods"
local pss = import "pss"
local example = import "example"

local container = example.container
local pod = example.pod
local TAGS = { "pss", "baseline" }

-- A set of the strings in a data list.
local function set_of(list)
  local set = {}
  for _, name in ipairs(list) do set[name] = true end
  return set
end

rule "pss-baseline-host-process" {
  title = "Windows containers are no HostProcess containers",
  why = "A HostProcess container runs in the node's own namespaces, with the rights of the account it names.",
  severity = "error",
  tags = TAGS,
  options = { version = pss.VERSION },
  check = function(root, ctx)
    pods.each_context(root, function(context, label)
      local windows = safe.map(context, "windowsOptions")
      if safe.bool(windows, "hostProcess") then
        local at = tree.place(windows, "hostProcess")
        ctx:report("{who} sets hostProcess", { who = label, at = at, fix = ctx:replace(false, at), safety = "guarded" })
      end
    end)
  end,
  examples = {
    pass = {
      container "securityContext: {windowsOptions: {hostProcess: false}}",
      container "securityContext: {windowsOptions: {runAsUserName: app}}",
    },
    { fail = container "securityContext: {windowsOptions: {hostProcess: true}}",
      at = "/spec/containers/0/securityContext/windowsOptions/hostProcess",
      fixed = container "securityContext: {windowsOptions: {hostProcess: false}}" },
    { fail = pod "securityContext: {windowsOptions: {hostProcess: true}}\ncontainers: []",
      at = "/spec/securityContext/windowsOptions/hostProcess", message = "the pod sets hostProcess" },
    skip = example.OTHER,
  },
}

rule "pss-baseline-host-namespaces" {
  title = "Pods do not share the node's network, process or IPC namespace",
  why = "In the node's namespaces a pod sees and reaches what belongs to the node and to every other pod on it.",
  severity = "error",
  tags = TAGS,
  options = { version = pss.VERSION },
  check = function(root, ctx)
    for _, one in ipairs(pods.of(root)) do
      for _, key in ipairs { "hostNetwork", "hostPID", "hostIPC" } do
        if safe.bool(one.spec, key) then
          local at = tree.place(one.spec, key)
          ctx:report("{key} shares a namespace of the node",
            { key = key, at = at, fix = ctx:remove(at), safety = "guarded" })
        end
      end
    end
  end,
  examples = {
    pass = { pod "hostNetwork: false\nhostPID: null\ncontainers: []", pod "containers: []" },
    { fail = pod "hostNetwork: true\nhostPID: true\nhostIPC: true\ncontainers: []",
      at = { "/spec/hostNetwork", "/spec/hostPID", "/spec/hostIPC" } },
    { title = "a word that YAML 1.1 readers, kubectl among them, take for true",
      fail = pod "hostNetwork: yes\ncontainers: []", at = "/spec/hostNetwork" },
    { fail = pod "containers: []\nhostPID: true", at = "/spec/hostPID", fixed = pod "containers: []" },
    skip = example.OTHER,
  },
}

rule "pss-baseline-privileged" {
  title = "Containers are not privileged",
  why = "A privileged container has every device and nearly every right of the node: it is root on it.",
  severity = "error",
  tags = TAGS,
  options = { version = pss.VERSION },
  check = function(root, ctx)
    pods.each_container(root, function(one)
      local context = safe.map(one.node, "securityContext")
      if safe.bool(context, "privileged") then
        local at = tree.place(context, "privileged")
        ctx:report("{who} is privileged", { who = one.label, at = at, fix = ctx:replace(false, at), safety = "guarded" })
      end
    end)
  end,
  examples = {
    pass = { container "securityContext: {privileged: false}", container "securityContext: {privileged: null}" },
    { fail = container "securityContext:\n  privileged: true  # for now",
      at = "/spec/containers/0/securityContext/privileged",
      fixed = container "securityContext:\n  privileged: false  # for now",
      message = "container 'app' is privileged" },
    { title = "inside a list",
      fail = [[
apiVersion: v1
kind: List
items:
  - apiVersion: batch/v1
    kind: CronJob
    metadata: {name: a}
    spec:
      jobTemplate:
        spec:
          template:
            spec:
              initContainers:
                - name: setup
                  securityContext: {privileged: true}
]],
      at = "/items/0/spec/jobTemplate/spec/template/spec/initContainers/0/securityContext/privileged" },
    { title = "in the resource of an operator",
      fail = [[
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: a}
spec:
  template:
    spec:
      containers:
        - {name: app, securityContext: {privileged: true}}
]],
      at = "/spec/template/spec/containers/0/securityContext/privileged" },
    skip = example.OTHER,
  },
}

rule "pss-baseline-capabilities" {
  title = "Containers add no capability beyond the default set",
  why = "Each further capability opens a part of the kernel; several of them amount to root on the node.",
  severity = "error",
  tags = TAGS,
  options = { version = pss.VERSION },
  check = function(root, ctx)
    local allowed = set_of(ctx.data.pss.capabilities)
    pods.each_container(root, function(one)
      local capabilities = safe.map(one.node, "securityContext", "capabilities")
      for index, name in safe.each(capabilities, "add") do
        if not allowed[name] and tree.kind(name) == "string" then
          local at = tree.place(capabilities, "add", index)
          ctx:report("{who} adds the capability {name}",
            { who = one.label, name = name, at = at, fix = ctx:remove(at), safety = "guarded" })
        end
      end
    end)
  end,
  examples = {
    pass = {
      container "securityContext: {capabilities: {add: [CHOWN, NET_BIND_SERVICE], drop: [ALL]}}",
      container "securityContext: {capabilities: {}}",
    },
    { fail = container "securityContext:\n  capabilities:\n    add:\n      - CHOWN\n      - SYS_ADMIN",
      at = "/spec/containers/0/securityContext/capabilities/add/1",
      fixed = container "securityContext:\n  capabilities:\n    add:\n      - CHOWN" },
    { title = "names are exact", fail = container "securityContext: {capabilities: {add: [chown, CAP_CHOWN]}}",
      at = { "/spec/containers/0/securityContext/capabilities/add/0",
             "/spec/containers/0/securityContext/capabilities/add/1" } },
    skip = example.OTHER,
  },
}

rule "pss-baseline-host-path" {
  title = "Pods mount no path of the node",
  why = "A hostPath volume hands the node's files to the container, its credentials and sockets among them.",
  severity = "error",
  tags = TAGS,
  options = { version = pss.VERSION },
  check = function(root, ctx)
    for _, one in ipairs(pods.of(root)) do
      for _, volume in safe.items(one.spec, "volumes") do
        if volume.hostPath ~= nil then
          ctx:report("volume '{name}' mounts {path} of the node", {
            name = safe.string(volume, "name") or "?",
            path = safe.string(safe.map(volume, "hostPath"), "path") or "a path",
            at = tree.place(volume, "hostPath"),
          })
        end
      end
    end
  end,
  examples = {
    pass = { pod "containers: []\nvolumes: [{name: tmp, emptyDir: {}}]", pod "volumes: [{name: tmp, hostPath: null}]" },
    { fail = pod "containers: []\nvolumes:\n  - {name: docker, hostPath: {path: /var/run/docker.sock}}",
      at = "/spec/volumes/0/hostPath", message = "volume 'docker' mounts /var/run/docker.sock of the node" },
    { fail = pod "volumes: [{name: any, hostPath: {}}]", at = "/spec/volumes/0/hostPath" },
    skip = example.OTHER,
  },
}

rule "pss-baseline-host-ports" {
  title = "Containers claim no port of the node",
  why = "A host port exposes the container past Services and network policies, and only one pod a node can have it.",
  severity = "error",
  tags = TAGS,
  options = { version = pss.VERSION },
  check = function(root, ctx)
    pods.each_container(root, function(one)
      for _, port in safe.items(one.node, "ports") do
        local host = safe.number(port, "hostPort")
        if host and host ~= 0 then
          local at = tree.place(port, "hostPort")
          ctx:report("{who} claims port {port} of the node",
            { who = one.label, port = host, at = at, fix = ctx:remove(at), safety = "guarded" })
        end
      end
    end)
  end,
  examples = {
    pass = { container "ports: [{containerPort: 80}]", container "ports: [{containerPort: 80, hostPort: 0}]" },
    { fail = container "ports:\n  - containerPort: 80\n    hostPort: 8080", at = "/spec/containers/0/ports/0/hostPort",
      fixed = container "ports:\n  - containerPort: 80" },
    skip = example.OTHER,
  },
}

-- The places of a container where a probe or a lifecycle handler can name a host.
local HANDLERS = {
  { "livenessProbe" }, { "readinessProbe" }, { "startupProbe" }, { "lifecycle", "postStart" }, { "lifecycle", "preStop" },
}

rule "pss-baseline-host-probes" {
  title = "Probes and lifecycle handlers ask the pod itself",
  why = "The node's agent makes these requests. With a host of its own choice a pod uses it to reach what it cannot itself.",
  severity = "error",
  tags = TAGS,
  options = { version = pss.VERSION },
  check = function(root, ctx)
    if not pss.since(ctx, 34) then return end
    pods.each_container(root, function(one)
      for _, keys in ipairs(HANDLERS) do
        local handler = safe.map(one.node, table.unpack(keys))
        for _, action in ipairs { "httpGet", "tcpSocket" } do
          local request = safe.map(handler, action)
          local host = safe.string(request, "host")
          if host and host ~= "" then
            local at = tree.place(request, "host")
            ctx:report("{what} of {who} names the host '{host}'", {
              what = keys[#keys], who = one.label, host = host, at = at, fix = ctx:remove(at), safety = "guarded",
            })
          end
        end
      end
    end)
  end,
  examples = {
    pass = {
      container "livenessProbe: {httpGet: {path: /, port: 80}}",
      container "livenessProbe: {httpGet: {path: /, port: 80, host: ''}}",
    },
    { pass = container "livenessProbe: {tcpSocket: {port: 80, host: 127.0.0.1}}", options = { version = "1.33" } },
    { fail = container "livenessProbe:\n  httpGet:\n    port: 80\n    host: 10.0.0.1",
      at = "/spec/containers/0/livenessProbe/httpGet/host",
      fixed = container "livenessProbe:\n  httpGet:\n    port: 80" },
    { fail = container "lifecycle: {preStop: {tcpSocket: {port: 80, host: localhost}}}",
      at = "/spec/containers/0/lifecycle/preStop/tcpSocket/host" },
    skip = example.OTHER,
  },
}

local ARMOR = "container.apparmor.security.beta.kubernetes.io/"

rule "pss-baseline-app-armor" {
  title = "AppArmor profiles are the runtime's or the node's own",
  why = "Without its AppArmor profile a container may do whatever its user may.",
  severity = "error",
  tags = TAGS,
  options = { version = pss.VERSION },
  check = function(root, ctx)
    pods.each_context(root, function(context, label)
      local there, right, kind = pss.profile(context, "appArmorProfile")
      if there and not right then
        local at = tree.place(context, "appArmorProfile", "type")
        ctx:report("{who} sets the AppArmor profile {type}", {
          who = label, type = kind or "to no type", at = at,
          fix = kind and ctx:replace("RuntimeDefault", at), safety = "guarded",
        })
      end
    end)
    for _, one in ipairs(pods.of(root)) do
      local annotations = safe.map(one.metadata, "annotations")
      for key, value in pairs(annotations or {}) do
        if text.starts(key, ARMOR) and tree.kind(value) == "string"
          and value ~= "" and value ~= "runtime/default" and not text.starts(value, "localhost/") then
          local at = tree.place(annotations, key)
          ctx:report("the annotation for '{name}' sets the AppArmor profile {value}", {
            name = key:sub(#ARMOR + 1), value = value, at = at, fix = ctx:replace("runtime/default", at), safety = "guarded",
          })
        end
      end
    end
  end,
  examples = {
    pass = {
      container "securityContext: {appArmorProfile: {type: RuntimeDefault}}",
      container "securityContext: {appArmorProfile: {type: Localhost, localhostProfile: web}}",
      [[
apiVersion: v1
kind: Pod
metadata:
  annotations: {container.apparmor.security.beta.kubernetes.io/app: localhost/web}
spec: {containers: []}
]],
    },
    { fail = container "securityContext:\n  appArmorProfile: {type: Unconfined}",
      at = "/spec/containers/0/securityContext/appArmorProfile/type",
      fixed = container "securityContext:\n  appArmorProfile: {type: RuntimeDefault}" },
    { fail = [[
apiVersion: v1
kind: Pod
metadata:
  annotations:
    container.apparmor.security.beta.kubernetes.io/app: unconfined
spec: {containers: []}
]],
      at = "/metadata/annotations/container.apparmor.security.beta.kubernetes.io~1app",
      fixed = [[
apiVersion: v1
kind: Pod
metadata:
  annotations:
    container.apparmor.security.beta.kubernetes.io/app: runtime/default
spec: {containers: []}
]] },
    skip = example.OTHER,
  },
}

rule "pss-baseline-selinux" {
  title = "SELinux types are those of containers; user and role are not set",
  why = "Another type, user or role takes the container out of the confinement that SELinux gives it.",
  severity = "error",
  tags = TAGS,
  options = { version = pss.VERSION },
  check = function(root, ctx)
    local allowed = pss.allowed(ctx, ctx.data.pss.selinux_types)
    pods.each_context(root, function(context, label)
      local selinux = safe.map(context, "seLinuxOptions")
      local kind = safe.string(selinux, "type")
      if kind and kind ~= "" and not allowed[kind] then
        ctx:report("{who} sets the SELinux type {type}", { who = label, type = kind, at = tree.place(selinux, "type") })
      end
      for _, key in ipairs { "user", "role" } do
        local value = safe.string(selinux, key)
        if value and value ~= "" then
          local at = tree.place(selinux, key)
          ctx:report("{who} sets the SELinux {key}",
            { who = label, key = key, at = at, fix = ctx:remove(at), safety = "guarded" })
        end
      end
    end)
  end,
  examples = {
    pass = {
      container "securityContext: {seLinuxOptions: {type: container_t, level: 's0:c1'}}",
      container "securityContext: {seLinuxOptions: {type: container_engine_t}}",
      container "securityContext: {seLinuxOptions: {user: '', role: ''}}",
    },
    { fail = container "securityContext: {seLinuxOptions: {type: spc_t}}",
      at = "/spec/containers/0/securityContext/seLinuxOptions/type" },
    { fail = container "securityContext: {seLinuxOptions: {type: container_engine_t}}", options = { version = "1.30" },
      at = "/spec/containers/0/securityContext/seLinuxOptions/type" },
    { fail = pod "containers: []\nsecurityContext:\n  seLinuxOptions:\n    level: s0\n    user: sysadm_u",
      at = "/spec/securityContext/seLinuxOptions/user",
      fixed = pod "containers: []\nsecurityContext:\n  seLinuxOptions:\n    level: s0" },
    skip = example.OTHER,
  },
}

rule "pss-baseline-proc-mount" {
  title = "/proc is masked, except in a user namespace of the pod",
  why = "The masks of /proc hide what would let a container read and change settings of the node's kernel.",
  severity = "error",
  tags = TAGS,
  options = { version = pss.VERSION },
  check = function(root, ctx)
    pods.each_container(root, function(one, its_pod)
      if pods.own_users(its_pod) and pss.since(ctx, 35) then return end
      pss.proc_mount(ctx, one)
    end)
  end,
  examples = {
    pass = {
      container "securityContext: {procMount: Default}",
      pod "hostUsers: false\ncontainers: [{name: app, securityContext: {procMount: Unmasked}}]",
    },
    { fail = container "securityContext:\n  procMount: Unmasked", at = "/spec/containers/0/securityContext/procMount",
      fixed = container "securityContext:\n  procMount: Default" },
    { fail = pod "hostUsers: false\ncontainers: [{name: app, securityContext: {procMount: Unmasked}}]",
      options = { version = "1.34" }, at = "/spec/containers/0/securityContext/procMount" },
    skip = example.OTHER,
  },
}

local SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod"
local SECCOMP_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/"

-- Before 1.19 the profile stood in annotations, which later versions ignore.
local function seccomp_annotations(root, ctx)
  for _, one in ipairs(pods.of(root)) do
    local annotations = safe.map(one.metadata, "annotations")
    local function look(key)
      local value = safe.string(annotations, key)
      if value and value ~= "runtime/default" and value ~= "docker/default" and not text.starts(value, "localhost/") then
        ctx:report("the annotation sets the seccomp profile {value}", { value = value, at = tree.place(annotations, key) })
      end
    end
    look(SECCOMP_POD)
    for _, its in ipairs(pods.containers(one)) do
      if its.name then look(SECCOMP_CONTAINER .. its.name) end
    end
  end
end

rule "pss-baseline-seccomp" {
  title = "Seccomp profiles that are set are the runtime's or the node's own",
  why = "An unconfined container may make every system call of the kernel, those made for attackers included.",
  severity = "error",
  tags = TAGS,
  options = { version = pss.VERSION },
  check = function(root, ctx)
    if not pss.since(ctx, 19) then return seccomp_annotations(root, ctx) end
    pods.each_context(root, function(context, label)
      local there, right, kind = pss.profile(context, "seccompProfile")
      if there and not right then
        local at = tree.place(context, "seccompProfile", "type")
        ctx:report("{who} sets the seccomp profile {type}", {
          who = label, type = kind or "to no type", at = at,
          fix = kind and ctx:replace("RuntimeDefault", at), safety = "guarded",
        })
      end
    end)
  end,
  examples = {
    pass = {
      container "securityContext: {seccompProfile: {type: RuntimeDefault}}",
      container "securityContext: {seccompProfile: {type: Localhost, localhostProfile: web.json}}",
      container "securityContext: {}",
    },
    { fail = container "securityContext:\n  seccompProfile:\n    type: Unconfined",
      at = "/spec/containers/0/securityContext/seccompProfile/type",
      fixed = container "securityContext:\n  seccompProfile:\n    type: RuntimeDefault" },
    { title = "a profile without a type", fail = pod "containers: []\nsecurityContext: {seccompProfile: {}}",
      at = "/spec/securityContext/seccompProfile" },
    { title = "the annotations of old clusters", options = { version = "1.18" },
      fail = [[
apiVersion: v1
kind: Pod
metadata:
  annotations: {seccomp.security.alpha.kubernetes.io/pod: unconfined}
spec: {containers: []}
]],
      at = "/metadata/annotations/seccomp.security.alpha.kubernetes.io~1pod" },
    skip = example.OTHER,
  },
}

rule "pss-baseline-sysctls" {
  title = "Pods set only sysctls that are safe to set",
  why = "Other sysctls reach past the pod: they change the node for every container on it.",
  severity = "error",
  tags = TAGS,
  options = { version = pss.VERSION },
  check = function(root, ctx)
    local allowed = pss.allowed(ctx, ctx.data.pss.sysctls)
    for _, one in ipairs(pods.of(root)) do
      local context = safe.map(one.spec, "securityContext")
      for index, sysctl in safe.items(context, "sysctls") do
        local name = safe.string(sysctl, "name") or ""
        if not allowed[name] then
          ctx:report("the sysctl '{name}' is not among the safe ones", {
            name = name, at = tree.place(sysctl, "name"),
            fix = ctx:remove(tree.place(context, "sysctls", index)), safety = "guarded",
          })
        end
      end
    end
  end,
  examples = {
    pass = {
      pod "containers: []\nsecurityContext: {sysctls: [{name: net.ipv4.tcp_syncookies, value: '0'}]}",
      pod "containers: []\nsecurityContext: {sysctls: []}",
    },
    { fail = pod [[
containers: []
securityContext:
  sysctls:
    - {name: net.ipv4.tcp_rmem, value: '1'}
    - {name: kernel.msgmax, value: '1'}]],
      at = "/spec/securityContext/sysctls/1/name",
      fixed = pod "containers: []\nsecurityContext:\n  sysctls:\n    - {name: net.ipv4.tcp_rmem, value: '1'}" },
    { fail = pod "containers: []\nsecurityContext: {sysctls: [{name: net.ipv4.tcp_rmem, value: '1'}]}",
      options = { version = "v1.31" }, at = "/spec/securityContext/sysctls/0/name" },
    skip = example.OTHER,
  },
}
