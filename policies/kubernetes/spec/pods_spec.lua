--- Pods are found wherever they stand, and once.

local SPEC = "{containers: [{name: app, image: app:1, securityContext: {privileged: true}}]}"
local RULE = "pss-baseline-privileged"

local function paths(source, options)
  local out = {}
  for _, finding in ipairs(check(source, { rule = RULE, options = options })) do out[#out + 1] = finding.path end
  return out
end

local function manifest(api, kind, body)
  return ("apiVersion: %s\nkind: %s\nmetadata: {name: a}\n%s\n"):format(api, kind, body)
end

local TAIL = "/containers/0/securityContext/privileged"

describe("the pods of a document", function()
  local places = {
    { "v1", "Pod", "spec: " .. SPEC, "/spec" },
    { "v1", "PodTemplate", "template: {spec: " .. SPEC .. "}", "/template/spec" },
    { "v1", "ReplicationController", "spec: {template: {spec: " .. SPEC .. "}}", "/spec/template/spec" },
    { "apps/v1", "Deployment", "spec: {template: {spec: " .. SPEC .. "}}", "/spec/template/spec" },
    { "apps/v1", "ReplicaSet", "spec: {template: {spec: " .. SPEC .. "}}", "/spec/template/spec" },
    { "apps/v1", "StatefulSet", "spec: {template: {spec: " .. SPEC .. "}}", "/spec/template/spec" },
    { "apps/v1", "DaemonSet", "spec: {template: {spec: " .. SPEC .. "}}", "/spec/template/spec" },
    { "extensions/v1beta1", "Deployment", "spec: {template: {spec: " .. SPEC .. "}}", "/spec/template/spec" },
    { "batch/v1", "Job", "spec: {template: {spec: " .. SPEC .. "}}", "/spec/template/spec" },
    { "batch/v1", "CronJob", "spec: {jobTemplate: {spec: {template: {spec: " .. SPEC .. "}}}}",
      "/spec/jobTemplate/spec/template/spec" },
    { "argoproj.io/v1alpha1", "Rollout", "spec: {template: {spec: " .. SPEC .. "}}", "/spec/template/spec" },
    { "serving.knative.dev/v1", "Service", "spec: {template: {spec: " .. SPEC .. "}}", "/spec/template/spec" },
    { "ray.io/v1", "RayCluster", "spec: {workerGroupSpecs: [{template: {spec: " .. SPEC .. "}}]}",
      "/spec/workerGroupSpecs/0/template/spec" },
    { "jobset.x-k8s.io/v1alpha2", "JobSet", "spec: {replicatedJobs: [{template: {spec: {template: {spec: " .. SPEC .. "}}}}]}",
      "/spec/replicatedJobs/0/template/spec/template/spec" },
  }
  for _, place in ipairs(places) do
    it("are found in a " .. place[2] .. " of " .. place[1], function()
      assert.same({ place[4] .. TAIL }, paths(manifest(place[1], place[2], place[3])))
    end)
  end

  it("are found in lists, also of one kind, also within lists", function()
    assert.same({ "/items/0/spec" .. TAIL }, paths("apiVersion: v1\nkind: PodList\nitems: [{spec: " .. SPEC .. "}]\n"))
    assert.same({ "/items/0/items/0/spec/template/spec" .. TAIL }, paths([[
apiVersion: v1
kind: List
items:
  - apiVersion: apps/v1
    kind: DeploymentList
    items: [{spec: {template: {spec: ]] .. SPEC .. "}}}]\n"))
  end)

  it("are not found in a schema that speaks of containers", function()
    assert.same({}, paths(manifest("apiextensions.k8s.io/v1", "CustomResourceDefinition",
      "spec: {versions: [{schema: {template: {spec: " .. SPEC .. "}}}]}")))
  end)

  it("are judged in every list of containers", function()
    local one = "[{name: a, securityContext: {privileged: true}}]"
    assert.equal(3, #paths(manifest("v1", "Pod",
      "spec: {containers: " .. one .. ", initContainers: " .. one .. ", ephemeralContainers: " .. one .. "}")))
  end)
end)

describe("booleans", function()
  it("are read as Kubernetes reads them", function()
    for _, word in ipairs { "true", "yes", "on", "True", "YES", "y" } do
      assert.equal(1, #paths(manifest("v1", "Pod", "spec: {containers: [{securityContext: {privileged: " .. word .. "}}]}")))
    end
    for _, word in ipairs { "false", "no", "'true'", "\"yes\"", "1", "null", "[]" } do
      assert.equal(0, #paths(manifest("v1", "Pod", "spec: {containers: [{securityContext: {privileged: " .. word .. "}}]}")))
    end
  end)
end)
