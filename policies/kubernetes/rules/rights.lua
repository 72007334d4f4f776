--- Who may do what: roles and their bindings.

local safe = import "safe"
local resources = import "resources"
local example = import "example"

local RBAC = "rbac.authorization.k8s.io"

rule "rbac-no-wildcards" {
  title = "Roles name what they allow",
  why = "A `*` grants what exists today and all that is added later, the right to grant rights included.",
  severity = "warning",
  tags = { "rbac" },
  check = function(root, ctx)
    for _, resource in ipairs(resources.of(root)) do
      if resources.is(resource, "Role", RBAC) or resources.is(resource, "ClusterRole", RBAC) then
        for _, one in safe.items(resource.node, "rules") do
          for _, key in ipairs { "verbs", "resources" } do
            for index, word in safe.each(one, key) do
              if word == "*" then
                ctx:report("{what} allows all {key}", {
                  what = resources.label(resource), key = key, at = tree.place(one, key, index),
                })
              end
            end
          end
        end
      end
    end
  end,
  examples = {
    pass = [[
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]
]],
    { fail = [[
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: a}
rules: [{apiGroups: [''], resources: ['*'], verbs: [get, '*']}]
]],
      at = { "/rules/0/resources/0", "/rules/0/verbs/1" } },
    skip = example.OTHER,
  },
}

rule "rbac-no-cluster-admin" {
  title = "Nobody is bound to cluster-admin",
  why = "Who has it owns the cluster; a stolen token of that account is a stolen cluster.",
  severity = "warning",
  tags = { "rbac" },
  check = function(root, ctx)
    for _, resource in ipairs(resources.of(root)) do
      local role = safe.map(resource.node, "roleRef")
      if resource.group == RBAC and safe.string(role, "name") == "cluster-admin" then
        ctx:report("{what} gives the rights of cluster-admin",
          { what = resources.label(resource), at = tree.place(role, "name") })
      end
    end
  end,
  examples = {
    pass = [[
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
roleRef: {kind: ClusterRole, name: view}
]],
    { fail = [[
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: a}
roleRef: {kind: ClusterRole, name: cluster-admin}
]],
      at = "/roleRef/name" },
    skip = example.OTHER,
  },
}
