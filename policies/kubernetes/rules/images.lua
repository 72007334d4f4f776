--- Which image a container runs.

local safe = import "safe"
local pods = import "pods"
local example = import "example"

local container = example.container

rule "image-tag-pinned" {
  title = "Images name a version",
  why = "Without one, or with a tag that moves, a restart can bring other software than the last, and no way back.",
  severity = "warning",
  tags = { "images" },
  options = {
    moving = { "latest", "stable", "edge", "nightly", "canary", "main", "master", "dev" },
    digest = false,  -- true: only a digest will do
  },
  check = function(root, ctx)
    pods.each_container(root, function(one)
      local image = safe.string(one.node, "image")
      if image == nil or image == "" or image:find "[${]" then return end
      if image:find "@sha256:%x+$" then return end
      local at = tree.place(one.node, "image")
      -- A colon before the last slash belongs to the registry's port.
      local tag = image:match ":([^:/]+)$"
      if tag == nil then
        ctx:report("{who} takes '{image}' without a tag, which means latest", { who = one.label, image = image, at = at })
      elseif ctx.options.moving:has(tag) then
        ctx:report("{who} takes '{image}', a tag that moves", { who = one.label, image = image, at = at })
      elseif ctx.options.digest then
        ctx:report("{who} takes '{image}' without a digest", { who = one.label, image = image, at = at })
      end
    end)
  end,
  examples = {
    pass = {
      container "",
      example.pod "containers: [{name: a, image: 'registry.example.com:5000/team/app:1.2'}]",
      example.pod "containers: [{name: a, image: 'app@sha256:9b7a4ab6a3e2c9b7a4ab6a3e2c9b7a4ab6a3e2c9b7a4ab6a3e2c9b7a4ab6a3e2'}]",
      example.pod "containers: [{name: a, image: '${IMAGE}'}]",
    },
    { fail = example.pod "containers: [{name: a, image: nginx}]", at = "/spec/containers/0/image",
      message = "without a tag" },
    { fail = example.pod "containers: [{name: a, image: 'registry.example.com:5000/app'}]", at = "/spec/containers/0/image" },
    { fail = example.pod "initContainers: [{name: a, image: 'nginx:latest'}]", at = "/spec/initContainers/0/image" },
    { fail = container "", options = { digest = true }, at = "/spec/containers/0/image" },
    skip = example.OTHER,
  },
}
