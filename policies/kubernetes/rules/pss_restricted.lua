--- Pod Security Standards, level restricted: what a well-behaved pod gives up of its own accord.
--
-- One rule a check of the standard, each complete in itself, so that what the baseline forbids is named here as well.
-- What is missing is reported at the nearest place that exists, and once for a pod where the pod can say it for all;
-- where the pod says the wrong thing for all, that is the one mistake to report.

local safe = import "safe"
local pods = import "pods"
local pss = import "pss"
local example = import "example"

local container = example.container
local pod = example.pod
local TAGS = { "pss", "restricted" }

--- An edit that sets a key in the security context of a pod spec or a container, which need not have one.
local function set_in_context(ctx, node, key, value)
  local context = safe.map(node, "securityContext")
  if context then return ctx:set(context, key, value) end
  return ctx:set(node, "securityContext", tree.map { [key] = value })
end

rule "pss-restricted-volume-types" {
  title = "Volumes are of types that bring nothing of the node or the network in by themselves",
  why = "Other types name servers, disks and paths directly, past the claims by which a cluster hands out storage.",
  severity = "warning",
  tags = TAGS,
  options = { version = pss.VERSION },
  check = function(root, ctx)
    local allowed = {}
    for _, name in ipairs(ctx.data.pss.volumes) do allowed[name] = true end
    for _, one in ipairs(pods.of(root)) do
      for _, volume in safe.items(one.spec, "volumes") do
        local right, wrong = false, nil
        for key, value in pairs(volume) do
          if allowed[key] and value ~= nil then
            right = true
          elseif key ~= "name" and value ~= nil then
            wrong = key
          end
        end
        -- Of no type at all is right: the API server makes it an emptyDir.
        if wrong and not right then
          ctx:report("volume '{name}' is of the type {type}",
            { name = safe.string(volume, "name") or "?", type = wrong, at = tree.place(volume, wrong) })
        end
      end
    end
  end,
  examples = {
    pass = pod [[
volumes:
  - {name: a, emptyDir: {}}
  - {name: b, persistentVolumeClaim: {claimName: b}}
  - {name: c, image: {reference: c}}]],
    { fail = pod "volumes:\n  - {name: a, nfs: {server: a, path: /}}\n  - {name: b, emptyDir: {}}",
      at = "/spec/volumes/0/nfs", message = "volume 'a' is of the type nfs" },
    { title = "without a source it is an emptyDir", pass = pod "volumes: [{name: a}]" },
    skip = example.OTHER,
  },
}

--- allowPrivilegeEscalation: false contradicts these, and the API server refuses the two together.
local function needs_escalation(context)
  if safe.bool(context, "privileged") then return true end
  for _, name in safe.each(safe.map(context, "capabilities"), "add") do
    if name == "SYS_ADMIN" or name == "CAP_SYS_ADMIN" then return true end
  end
  return false
end

rule "pss-restricted-privilege-escalation" {
  title = "Containers refuse privilege escalation",
  why = "Without it a process can gain rights that its parent has not, by set-user-ID programs for example.",
  severity = "warning",
  tags = TAGS,
  options = { version = pss.VERSION },
  check = function(root, ctx)
    if not pss.since(ctx, 8) then return end
    pods.each_container(root, function(one, its_pod)
      if pods.windows(its_pod) and pss.since(ctx, 25) then return end
      local context = safe.map(one.node, "securityContext")
      if safe.bool(context, "allowPrivilegeEscalation") == false then return end
      ctx:report("{who} does not set allowPrivilegeEscalation: false", {
        who = one.label,
        at = tree.place(one.node, "securityContext", "allowPrivilegeEscalation"),
        fix = not needs_escalation(context) and set_in_context(ctx, one.node, "allowPrivilegeEscalation", false) or nil,
        safety = "guarded",
      })
    end)
  end,
  examples = {
    pass = {
      container "securityContext: {allowPrivilegeEscalation: false}",
      pod "os: {name: windows}\ncontainers: [{name: app}]",
    },
    { fail = container "securityContext:\n  allowPrivilegeEscalation: true",
      at = "/spec/containers/0/securityContext/allowPrivilegeEscalation",
      fixed = container "securityContext:\n  allowPrivilegeEscalation: false" },
    { fail = container "securityContext:\n  readOnlyRootFilesystem: true", at = "/spec/containers/0/securityContext",
      fixed = container "securityContext:\n  readOnlyRootFilesystem: true\n  allowPrivilegeEscalation: false" },
    { fail = container "ports: []", at = "/spec/containers/0" },
    { title = "no fix where it would contradict", fail = container "securityContext: {privileged: true}",
      at = "/spec/containers/0/securityContext", fixed = container "securityContext: {privileged: true}" },
    skip = example.OTHER,
  },
}

--- Reports once for a pod what its containers leave unset and the pod does not set for them.
local function report_unset(ctx, one, names, message, key, value)
  if #names == 0 then return end
  ctx:report(message, {
    who = table.concat(names, ", "),
    at = tree.place(one.spec, "securityContext"),
    fix = set_in_context(ctx, one.spec, key, value),
    safety = "guarded",
  })
end

rule "pss-restricted-run-as-non-root" {
  title = "Containers are required to run as another user than root",
  why = "Root in a container is root on the node once it gets out, unless the pod has a user namespace of its own.",
  severity = "warning",
  tags = TAGS,
  options = { version = pss.VERSION },
  check = function(root, ctx)
    local function explicit(context, label)
      local at = tree.place(context, "runAsNonRoot")
      ctx:report("{who} sets runAsNonRoot: false",
        { who = label, at = at, fix = ctx:replace(true, at), safety = "guarded" })
    end
    for _, one in ipairs(pods.of(root)) do
      if not (pods.own_users(one) and pss.since(ctx, 35)) then
        local context = safe.map(one.spec, "securityContext")
        local for_all = safe.bool(context, "runAsNonRoot")
        local unset = {}
        if for_all == false then explicit(context, "the pod") end
        for _, its in ipairs(pods.containers(one)) do
          context = safe.map(its.node, "securityContext")
          local own = safe.bool(context, "runAsNonRoot")
          if own == false then
            explicit(context, its.label)
          elseif own == nil and for_all == nil then
            unset[#unset + 1] = its.label
          end
        end
        report_unset(ctx, one, unset, "neither the pod nor {who} sets runAsNonRoot: true", "runAsNonRoot", true)
      end
    end
  end,
  examples = {
    pass = {
      pod "securityContext: {runAsNonRoot: true}\ncontainers: [{name: app}]",
      container "securityContext: {runAsNonRoot: true}",
      pod "hostUsers: false\ncontainers: [{name: app}]",
    },
    { fail = pod [[
securityContext:
  runAsUser: 1000
containers:
  - {name: app}
  - {name: log}]], at = "/spec/securityContext",
      message = "neither the pod nor container 'app', container 'log' sets runAsNonRoot: true",
      fixed = pod [[
securityContext:
  runAsUser: 1000
  runAsNonRoot: true
containers:
  - {name: app}
  - {name: log}]] },
    { fail = pod [[
securityContext: {runAsNonRoot: true}
containers:
  - {name: app, securityContext: {runAsNonRoot: false}}]],
      at = "/spec/containers/0/securityContext/runAsNonRoot",
      fixed = pod [[
securityContext: {runAsNonRoot: true}
containers:
  - {name: app, securityContext: {runAsNonRoot: true}}]] },
    { fail = pod "hostUsers: false\ncontainers: [{name: app}]", options = { version = "1.34" }, at = "/spec" },
    skip = example.OTHER,
  },
}

rule "pss-restricted-run-as-user" {
  title = "No container is told to run as user 0",
  why = "User 0 is root in the container, and on the node once it gets out, unless the pod has a user namespace of its own.",
  severity = "warning",
  tags = TAGS,
  options = { version = pss.VERSION },
  check = function(root, ctx)
    if not pss.since(ctx, 23) then return end
    pods.each_context(root, function(context, label, its_pod)
      if pods.own_users(its_pod) and pss.since(ctx, 35) then return end
      if safe.number(context, "runAsUser") == 0 then
        ctx:report("{who} runs as user 0", { who = label, at = tree.place(context, "runAsUser") })
      end
    end)
  end,
  examples = {
    pass = {
      container "securityContext: {runAsUser: 1000}",
      pod "hostUsers: false\nsecurityContext: {runAsUser: 0}\ncontainers: []",
    },
    { fail = pod "securityContext: {runAsUser: 0}\ncontainers: [{name: app, securityContext: {runAsUser: 0}}]",
      at = { "/spec/securityContext/runAsUser", "/spec/containers/0/securityContext/runAsUser" } },
    skip = example.OTHER,
  },
}

rule "pss-restricted-seccomp" {
  title = "Containers have a seccomp profile",
  why = "Without one a container may make every system call of the kernel, those made for attackers included.",
  severity = "warning",
  tags = TAGS,
  options = { version = pss.VERSION },
  check = function(root, ctx)
    if not pss.since(ctx, 19) then return end
    local function explicit(context, label, kind)
      local at = tree.place(context, "seccompProfile", "type")
      ctx:report("{who} sets the seccomp profile {type}", {
        who = label, type = kind or "to no type", at = at,
        fix = kind and ctx:replace("RuntimeDefault", at), safety = "guarded",
      })
    end
    for _, one in ipairs(pods.of(root)) do
      if not (pods.windows(one) and pss.since(ctx, 25)) then
        local context = safe.map(one.spec, "securityContext")
        local there, for_all, kind = pss.profile(context, "seccompProfile")
        local unset = {}
        if there and not for_all then explicit(context, "the pod", kind) end
        for _, its in ipairs(pods.containers(one)) do
          context = safe.map(its.node, "securityContext")
          local own, right, its_kind = pss.profile(context, "seccompProfile")
          if own and not right then
            explicit(context, its.label, its_kind)
          elseif not own and not there then
            unset[#unset + 1] = its.label
          end
        end
        report_unset(ctx, one, unset, "neither the pod nor {who} sets a seccomp profile",
          "seccompProfile", tree.map { type = "RuntimeDefault" })
      end
    end
  end,
  examples = {
    pass = {
      pod "securityContext: {seccompProfile: {type: RuntimeDefault}}\ncontainers: [{name: app}]",
      container "securityContext: {seccompProfile: {type: Localhost, localhostProfile: a.json}}",
      pod "os: {name: windows}\ncontainers: [{name: app}]",
    },
    { fail = pod "securityContext:\n  runAsNonRoot: true\ncontainers: [{name: app}]", at = "/spec/securityContext",
      fixed = pod [=[
securityContext:
  runAsNonRoot: true
  seccompProfile:
    type: RuntimeDefault
containers: [{name: app}]]=] },
    { fail = container "securityContext: {seccompProfile: {type: Unconfined}}",
      at = "/spec/containers/0/securityContext/seccompProfile/type",
      fixed = container "securityContext: {seccompProfile: {type: RuntimeDefault}}" },
    skip = example.OTHER,
  },
}

rule "pss-restricted-capabilities" {
  title = "Containers drop all capabilities and add at most NET_BIND_SERVICE",
  why = "The default set still lets a container forge packets, change owners and read past file permissions.",
  severity = "warning",
  tags = TAGS,
  options = { version = pss.VERSION },
  check = function(root, ctx)
    if not pss.since(ctx, 22) then return end
    pods.each_container(root, function(one, its_pod)
      if pods.windows(its_pod) and pss.since(ctx, 25) then return end
      local capabilities = safe.map(one.node, "securityContext", "capabilities")
      local dropped = false
      for _, name in safe.each(capabilities, "drop") do
        if name == "ALL" then dropped = true end
      end
      if not dropped then
        local drop = safe.list(capabilities, "drop")
        local fix
        if drop then
          fix = ctx:insert(drop, nil, "ALL")
        elseif capabilities then
          fix = ctx:set(capabilities, "drop", tree.list { "ALL" })
        else
          fix = set_in_context(ctx, one.node, "capabilities", tree.map { drop = tree.list { "ALL" } })
        end
        ctx:report("{who} does not drop all capabilities", {
          who = one.label, at = tree.place(one.node, "securityContext", "capabilities", "drop"),
          fix = fix, safety = "guarded",
        })
      end
      for index, name in safe.each(capabilities, "add") do
        if name ~= "NET_BIND_SERVICE" and tree.kind(name) == "string" then
          local at = tree.place(capabilities, "add", index)
          ctx:report("{who} adds the capability {name}",
            { who = one.label, name = name, at = at, fix = ctx:remove(at), safety = "guarded" })
        end
      end
    end)
  end,
  examples = {
    pass = {
      container "securityContext: {capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}}",
      pod "os: {name: windows}\ncontainers: [{name: app}]",
    },
    { fail = container "securityContext:\n  capabilities:\n    drop:\n      - NET_RAW",
      at = "/spec/containers/0/securityContext/capabilities/drop",
      fixed = container "securityContext:\n  capabilities:\n    drop:\n      - NET_RAW\n      - ALL" },
    { fail = container "ports: []", at = "/spec/containers/0" },
    { fail = container "securityContext:\n  capabilities: {drop: [ALL], add: [CHOWN]}",
      at = "/spec/containers/0/securityContext/capabilities/add/0" },
    { title = "the word is exact", fail = container "securityContext: {capabilities: {drop: [all]}}",
      at = "/spec/containers/0/securityContext/capabilities/drop" },
    skip = example.OTHER,
  },
}

rule "pss-restricted-proc-mount" {
  title = "/proc is masked",
  why = "The masks of /proc hide what would let a container read and change settings of the node's kernel.",
  severity = "warning",
  tags = TAGS,
  options = { version = pss.VERSION },
  check = function(root, ctx)
    -- Until 1.35 the baseline knew no exception, and this check was not needed.
    if not pss.since(ctx, 35) then return end
    pods.each_container(root, function(one) pss.proc_mount(ctx, one) end)
  end,
  examples = {
    pass = container "securityContext: {procMount: Default}",
    { fail = pod "hostUsers: false\ncontainers: [{name: app, securityContext: {procMount: Unmasked}}]",
      at = "/spec/containers/0/securityContext/procMount",
      fixed = pod "hostUsers: false\ncontainers: [{name: app, securityContext: {procMount: Default}}]" },
    skip = example.OTHER,
  },
}
