-- bench/corpus.lua: a small corpus for bench/run: an agent stack and manifests, as YAML and JSON.
--
--   lua5.4 bench/corpus.lua FOLDER CFGRUN

local folder, program = arg[1], arg[2]
local seed = 1

local function draw(n)
  seed = (seed * 1103515245 + 12345) % 2147483648
  return seed // 65536 % n + 1
end

local MODELS = { "gpt-4o", "gpt-4o-mini", "claude-3-opus-20240229", "gemini-1.5-pro" }

local function stack(agents)
  local out = { 'version: "2.0"\nname: bench\nagents:\n' }
  for i = 1, agents do
    out[#out + 1] = ("  - id: agent_%05d   # number %d\n    name: Agent %d\n    provider: openai\n    model: %s\n"):format(i, i, i,
      MODELS[draw(#MODELS)])
    out[#out + 1] = ("    temperature: 0.%d\n    max_tokens: %d\n    tools: [tool_%05d]\n    system_prompt: |\n"):format(draw(9),
      draw(4000), i)
    out[#out + 1] = "      Answer with a short plan before you act.\n      Cite every source.\n"
    out[#out + 1] = ("    metadata:\n      team: t%d\n      stage: prod\n      cost_center: %d\n"):format(draw(9), draw(9999))
  end
  out[#out + 1] = "tools:\n"
  for i = 1, agents do
    out[#out + 1] = ("  tool_%05d:\n    id: tool_%05d\n    type: builtin\n    enabled: true\n"):format(i, i)
  end
  return table.concat(out)
end

local function manifests(count)
  local out = {}
  for i = 1, count do
    out[i] = ([[
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-%d
  namespace: team-%d
spec:
  replicas: %d
  selector: {matchLabels: {app: app-%d}}
  template:
    metadata: {labels: {app: app-%d}}
    spec:
      containers:
        - name: main
          image: registry.example/app:%d
          ports: [{containerPort: 8080}]
          securityContext: {privileged: %s}
]]):format(i, draw(9), draw(5), i, i, draw(99), draw(4) == 1 and "true" or "false")
  end
  return table.concat(out, "---\n")
end

local function write(name, text)
  local file = assert(io.open(folder .. "/" .. name .. ".yaml", "w"))
  file:write(text)
  file:close()
  os.execute(("'%s' convert '%s/%s.yaml' --to json --slurp --compact > '%s/%s.json'"):format(program, folder, name, folder, name))
end

write("agents-100", stack(100))
write("agents-1000", stack(1000))
write("k8s-300", manifests(300))
