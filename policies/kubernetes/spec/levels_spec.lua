--- A pod that gives up what the restricted level asks for breaks no rule of either level.

local GOOD = [[
apiVersion: v1
kind: Pod
metadata: {name: web, annotations: {container.apparmor.security.beta.kubernetes.io/app: runtime/default}}
spec:
  securityContext:
    runAsNonRoot: true
    runAsUser: 1000
    seccompProfile: {type: RuntimeDefault}
    sysctls: [{name: net.ipv4.tcp_syncookies, value: '1'}]
  containers:
    - name: app
      image: app:1.2.3
      ports: [{containerPort: 8080}]
      securityContext:
        allowPrivilegeEscalation: false
        capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}
        seLinuxOptions: {type: container_t}
        procMount: Default
  volumes:
    - {name: tmp, emptyDir: {}}
    - {name: keys, secret: {secretName: keys}}
]]

local function standards(source)
  local names = {}
  for _, finding in ipairs(check(source)) do
    if finding.rule:find "^pss%-" then names[#names + 1] = finding.rule end
  end
  table.sort(names)
  return names
end

describe("the restricted level", function()
  it("is content with a pod that gives up everything", function()
    assert.same({}, standards(GOOD))
  end)

  it("misses each thing that a pod does not give up", function()
    assert.same({
      "pss-restricted-capabilities", "pss-restricted-privilege-escalation", "pss-restricted-run-as-non-root",
      "pss-restricted-seccomp",
    }, standards "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: app, image: app:1}]}\n")
  end)

  it("asks of Windows pods only what Windows has", function()
    assert.same({ "pss-restricted-run-as-non-root" },
      standards "apiVersion: v1\nkind: Pod\nspec: {os: {name: windows}, containers: [{name: app, image: app:1}]}\n")
  end)

  it("lets pods with users of their own be root in there", function()
    local pod = "apiVersion: v1\nkind: Pod\nspec: {hostUsers: false, securityContext: {runAsUser: 0}, containers: [{name: app}]}\n"
    assert.equal(0, #check(pod, { rule = "pss-restricted-run-as-user" }))
    assert.equal(0, #check(pod, { rule = "pss-restricted-run-as-non-root" }))
    assert.equal(1, #check(pod, { rule = "pss-restricted-run-as-user", options = { version = "1.34" } }))
  end)
end)

describe("the guarded fixes", function()
  local BARE = [[
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      hostNetwork: true
      containers:
        - name: app  # the shop
          image: app:1.2.3
        - name: log
          image: log:1.2.3
          securityContext:
            privileged: true
]]

  it("of several rules settle all that the standards ask for, though each changes where the others stand", function()
    local fixed = fix(BARE)
    assert.same({}, standards(fixed))
    assert.truthy(fixed:find("- name: app  # the shop", 1, true))
    assert.equal(fixed, fix(fixed))
  end)
end)
