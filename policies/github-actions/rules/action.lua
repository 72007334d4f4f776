--- The metadata of an action, action.yml.

local safe = import "safe"
local words = import "words"
local workflow = import "workflow"

local TOP = words.of "name author description inputs outputs runs branding"
local USING = words.of "node20 node24 docker composite"
local GONE = words.of "node12 node16"
local RUNS = {
  composite = words.of "using steps",
  docker = words.of "using image env entrypoint pre-entrypoint post-entrypoint args pre-if post-if",
  node = words.of "using main pre pre-if post post-if",
}
local NEEDED = { composite = "steps", docker = "image", node = "main" }
local INPUT = words.of "description required default deprecationMessage type options"
local STEP = words.of "id if name uses run working-directory shell with env continue-on-error timeout-minutes"
local ACTION = { kind = "github-action" }

rule "action-valid" {
  title = "An action says what it is and how it is run",
  why = "GitHub refuses the action.",
  severity = "error",
  match = ACTION,
  check = function(root, ctx)
    words.check_keys(ctx, root, TOP, "an action")
    for _, key in ipairs { "name", "description" } do
      if not tree.has(root, key) then ctx:report("the action has no '{key}'", { key = key }) end
    end
    for _, input in safe.entries(safe.get(root, "inputs")) do words.check_keys(ctx, input, INPUT, "an input") end
    local runs = safe.map(root, "runs")
    local using = safe.string(runs, "using")
    if not using then return end
    local at = tree.place(runs, "using")
    if GONE.set[using] then
      ctx:report("GitHub has no '{using}' any more", { using = using, at = at })
    elseif not USING.set[using] then
      ctx:report("there is no '{using}'; there are {list}", { using = using, list = table.concat(USING.list, ", "), at = at })
    end
    local kind = using:find "^node" and "node" or RUNS[using] and using
    if not kind then return end
    words.check_keys(ctx, runs, RUNS[kind], ("an action of %s"):format(using))
    if not tree.has(runs, NEEDED[kind]) then
      ctx:report("an action of {using} needs '{key}'", { using = using, key = NEEDED[kind], at = at })
    end
  end,
  examples = {
    pass = "name: a\ndescription: b\nruns: {using: node24, main: a.js}\n",
    { fail = "name: a\ndescription: b\nruns: {using: node12, main: a.js}\n", at = "/runs/using", message = "any more" },
    { fail = "name: a\ndescription: b\nruns: {using: node24}\n", at = "/runs/using", message = "needs 'main'" },
    { fail = "name: a\ndescription: b\ninput: {}\nruns: {using: docker, image: Dockerfile}\n", at = "/input",
      message = "did you mean 'inputs'?" },
  },
}

rule "action-steps-valid" {
  title = "Steps of a composite action name the shell of their command",
  why = "An action has no default shell: GitHub refuses it.",
  severity = "error",
  match = ACTION,
  check = function(root, ctx)
    workflow.steps(safe.map(root, "runs"), function(step, index, steps)
      words.check_keys(ctx, step, STEP, "a step")
      if tree.has(step, "run") and not tree.has(step, "shell") then
        ctx:report("the step does not name its shell", { at = tree.place(steps, index) })
      end
    end)
  end,
  examples = {
    pass = "runs: {using: composite, steps: [{run: make, shell: bash}]}\n",
    { fail = "runs: {using: composite, steps: [{run: make}]}\n", at = "/runs/steps/0" },
  },
}
