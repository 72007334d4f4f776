--- Keys that GitHub knows, and what a workflow, job and step must have.

local safe = import "safe"
local words = import "words"
local workflow = import "workflow"
local example = import "example"

local TOP = words.of "name run-name on permissions env defaults concurrency jobs"
local JOB = words.of("name permissions needs if runs-on environment concurrency outputs env defaults steps timeout-minutes "
  .. "strategy continue-on-error container services uses with secrets snapshot")
local STEP = words.of "id if name uses run working-directory shell with env continue-on-error timeout-minutes"
local CONTAINER = words.of "image credentials env ports volumes options entrypoint command"
local STRATEGY = words.of "matrix fail-fast max-parallel"
local RUN = words.of "shell working-directory"
local CREDENTIALS = words.of "username password"

rule "workflow-keys-known" {
  title = "Workflows, jobs and steps have the keys that GitHub knows",
  why = "GitHub refuses the whole workflow because of one key it does not know.",
  severity = "error",
  check = function(root, ctx)
    words.check_keys(ctx, root, TOP, "a workflow")
    words.check_keys(ctx, safe.map(root, "defaults"), words.of "run", "'defaults'")
    words.check_keys(ctx, safe.map(root, "defaults", "run"), RUN, "'defaults.run'")
    workflow.jobs(root, function(_, job)
      words.check_keys(ctx, job, JOB, "a job")
      words.check_keys(ctx, safe.get(job, "strategy"), STRATEGY, "'strategy'")
      words.check_keys(ctx, safe.map(job, "defaults", "run"), RUN, "'defaults.run'")
      words.check_keys(ctx, safe.get(job, "container"), CONTAINER, "a container")
      words.check_keys(ctx, safe.map(job, "container", "credentials"), CREDENTIALS, "'credentials'")
      for _, service in safe.entries(safe.get(job, "services")) do
        words.check_keys(ctx, service, CONTAINER, "a service")
        words.check_keys(ctx, safe.get(service, "credentials"), CREDENTIALS, "'credentials'")
      end
      workflow.steps(job, function(step) words.check_keys(ctx, step, STEP, "a step") end)
    end)
  end,
  examples = {
    pass = example.steps "- run: make\n  working-directory: src",
    { fail = example.job "stepz: []", at = "/jobs/test/stepz", message = "did you mean 'steps'?",
      fixed = example.job "steps: []" },
    { fail = example.steps "- run: make\n  working_directory: src", at = "/jobs/test/steps/0/working_directory" },
    { fail = "on: push\njobs: {}\nenvironment: prod\n", at = "/environment", message = "a workflow has no key 'environment'" },
  },
}

rule "job-complete" {
  title = "A job says where it runs and what it does, or which workflow it calls",
  why = "GitHub refuses the workflow.",
  severity = "error",
  check = function(root, ctx)
    workflow.jobs(root, function(name, job)
      local at = tree.place(root.jobs, name)
      if tree.has(job, "uses") then
        for _, key in ipairs { "runs-on", "steps", "container", "services", "environment", "env", "defaults", "outputs",
          "timeout-minutes", "continue-on-error" } do
          if tree.has(job, key) then
            ctx:report("a job that calls a workflow cannot have '{key}'", { key = key, at = tree.place(job, key), at_key = true })
          end
        end
        return
      end
      if not tree.has(job, "runs-on") then
        ctx:report("job '{name}' does not say where it runs ('runs-on')", { name = name, at = at, at_key = true })
      end
      if not tree.has(job, "steps") then
        ctx:report("job '{name}' has no steps", { name = name, at = at, at_key = true })
      end
      for _, key in ipairs { "with", "secrets" } do
        if tree.has(job, key) then
          ctx:report("'{key}' is only for jobs that call a workflow ('uses')", { key = key, at = tree.place(job, key), at_key = true })
        end
      end
    end)
  end,
  examples = {
    pass = { example.steps "- run: make", "on: push\njobs: {a: {uses: o/r/.github/workflows/x.yml@v1}}\n" },
    { fail = "on: push\njobs: {a: {steps: [{run: make}]}}\n", at = "/jobs/a" },
    { fail = "on: push\njobs: {a: {runs-on: ubuntu-latest}}\n", at = "/jobs/a" },
    { fail = "on: push\njobs: {a: {uses: ./.github/workflows/x.yml, runs-on: ubuntu-latest}}\n", at = "/jobs/a/runs-on" },
  },
}

rule "step-runs-or-uses" {
  title = "A step runs a command or uses an action, one of them",
  why = "GitHub refuses the workflow.",
  severity = "error",
  match = { kind = { "github-actions", "github-action" } },
  check = function(root, ctx)
    workflow.each_step(root, function(step, index, steps)
      local at = tree.place(steps, index)
      local run, uses = tree.has(step, "run"), tree.has(step, "uses")
      if run and uses then
        ctx:report("a step either runs a command or uses an action, not both", { at = tree.place(step, "uses"), at_key = true })
      elseif not run and not uses then
        ctx:report("the step has neither 'run' nor 'uses'", { at = at })
      elseif uses and tree.has(step, "shell") then
        ctx:report("'shell' is for steps with 'run'", { at = tree.place(step, "shell"), at_key = true })
      elseif uses and tree.has(step, "working-directory") then
        ctx:report("'working-directory' is for steps with 'run'", { at = tree.place(step, "working-directory"), at_key = true })
      elseif run and tree.has(step, "with") then
        ctx:report("'with' is for steps with 'uses'", { at = tree.place(step, "with"), at_key = true })
      end
    end)
  end,
  examples = {
    pass = example.steps "- run: make\n- uses: actions/checkout@v4",
    { fail = example.steps "- name: nothing", at = "/jobs/test/steps/0" },
    { fail = example.steps "- run: make\n  uses: actions/checkout@v4", at = "/jobs/test/steps/0/uses" },
    { fail = example.steps "- run: make\n  with: {a: b}", at = "/jobs/test/steps/0/with" },
  },
}

-- Key → the kinds of value it may have; a string that is an expression is always possible where `dynamic` is set.
local JOB_KINDS = {
  steps = { "sequence" }, outputs = { "mapping" }, services = { "mapping" }, strategy = { "mapping" },
  ["timeout-minutes"] = { "int", "float", dynamic = true }, ["continue-on-error"] = { "bool", dynamic = true },
  env = { "mapping", dynamic = true }, container = { "string", "mapping" }, environment = { "string", "mapping" },
  needs = { "string", "sequence" }, ["runs-on"] = { "string", "sequence", "mapping" }, concurrency = { "string", "mapping" },
}
local STEP_KINDS = {
  run = { "string", "int", "float", "bool" }, uses = { "string" }, with = { "mapping" }, env = { "mapping", dynamic = true },
  id = { "string" }, ["timeout-minutes"] = { "int", "float", dynamic = true },
  ["continue-on-error"] = { "bool", dynamic = true },
}

local function check_kinds(ctx, node, kinds)
  for key, value in tree.entries(node) do
    local allowed = kinds[key]
    local kind = tree.kind(node, key)
    if allowed then
      local fits = kind == "null" and key == "container" or allowed.dynamic and kind == "string" and workflow.dynamic(value)
        or key == "services" and kind == "string" and workflow.dynamic(value)
      for _, one in ipairs(allowed) do fits = fits or one == kind end
      if not fits then
        ctx:report("'{key}' is {kind}, it must be {wanted}", {
          key = key, kind = kind, wanted = table.concat(allowed, " or "), at = tree.place(node, key),
        })
      end
    end
  end
end

rule "value-kinds-right" {
  title = "Values are of the kind that GitHub expects",
  why = "GitHub refuses the workflow.",
  severity = "error",
  check = function(root, ctx)
    for name, job in safe.entries(safe.get(root, "jobs")) do
      if safe.kind(job) ~= "mapping" then
        ctx:report("a job is a mapping, not {kind}", { kind = safe.kind(job), at = tree.place(root.jobs, name) })
      else
        check_kinds(ctx, job, JOB_KINDS)
        workflow.steps(job, function(step) check_kinds(ctx, step, STEP_KINDS) end)
        local steps = safe.list(job, "steps")
        for i = 1, steps and #steps or 0 do
          if safe.kind(steps[i]) ~= "mapping" then
            ctx:report("a step is a mapping, not {kind}", { kind = safe.kind(steps[i]), at = tree.place(steps, i) })
          end
        end
      end
    end
    if safe.kind(safe.get(root, "jobs")) ~= "mapping" then
      ctx:report("'jobs' must be a mapping of names to jobs", { at = tree.place(root, "jobs") })
    end
  end,
  examples = {
    pass = example.job "timeout-minutes: ${{ matrix.t }}\nsteps: []",
    { fail = example.job "timeout-minutes: soon\nsteps: []", at = "/jobs/test/timeout-minutes" },
    { fail = example.job "steps: {run: make}", at = "/jobs/test/steps" },
    { fail = example.steps "- make", at = "/jobs/test/steps/0" },
  },
}

rule "env-names-valid" {
  title = "Environment variables have names that a shell can read",
  why = "A name with a space, '=' or '&' in it cannot be set.",
  severity = "error",
  check = function(root, ctx)
    local function look(env)
      for name in safe.entries(env) do
        if not workflow.dynamic(name) and (name == "" or name:find "[%s=&]") then
          ctx:report("'{name}' is no name of an environment variable", { name = name, at = tree.place(env, name), at_key = true })
        end
      end
    end
    look(safe.get(root, "env"))
    workflow.each_step(root, function(step) look(safe.get(step, "env")) end)
    workflow.jobs(root, function(_, job)
      look(safe.get(job, "env"))
      look(safe.map(job, "container", "env"))
    end)
  end,
  examples = {
    pass = example.job "env: {A_B: c}\nsteps: []",
    { fail = example.job "env: {'A B': c}\nsteps: []", at = "/jobs/test/env/A B" },
  },
}

local function bad_id(id)
  return not id:find "^[%a_][%w_-]*$" and not workflow.dynamic(id)
end

rule "ids-valid" {
  title = "Jobs and steps have ids of letters, digits, - and _",
  why = "GitHub refuses other ids, and expressions could not name them.",
  severity = "error",
  check = function(root, ctx)
    for name in safe.entries(safe.get(root, "jobs")) do
      if bad_id(name) then
        ctx:report("'{name}' is no id of a job: letters, digits, - and _, first a letter or _",
          { name = name, at = tree.place(root.jobs, name), at_key = true })
      end
    end
    workflow.each_step(root, function(step)
      local id = safe.string(step, "id")
      if id and bad_id(id) then
        ctx:report("'{id}' is no id of a step: letters, digits, - and _, first a letter or _",
          { id = id, at = tree.place(step, "id") })
      end
    end)
  end,
  examples = {
    pass = example.steps "- id: a_b-1\n  run: make",
    { fail = example.steps "- id: a b\n  run: make", at = "/jobs/test/steps/0/id" },
    { fail = "on: push\njobs: {1a: {}}\n", at = "/jobs/1a" },
  },
}

rule "step-ids-unique" {
  title = "The steps of a job have ids of their own",
  why = "GitHub refuses the workflow; ids do not differ by case.",
  severity = "error",
  match = { kind = { "github-actions", "github-action" } },
  check = function(root, ctx)
    local list, first
    workflow.each_step(root, function(step, _, steps)
      if list == nil or list ~= steps then list, first = steps, {} end
      local id = safe.string(step, "id")
      if id and not workflow.dynamic(id) then
        local lower = id:lower()
        if first[lower] then
          ctx:report("the id '{id}' is taken by an earlier step", {
            id = id, at = tree.place(step, "id"), related = { { first[lower], "the earlier step" } },
          })
        else
          first[lower] = tree.place(step, "id")
        end
      end
    end)
  end,
  examples = {
    pass = example.steps "- id: a\n  run: make\n- id: b\n  run: make",
    { fail = example.steps "- id: a\n  run: make\n- id: A\n  run: make", at = "/jobs/test/steps/1/id" },
  },
}

rule "workflow-complete" {
  title = "A workflow says when it starts and which jobs it has",
  why = "GitHub refuses the workflow.",
  severity = "error",
  match = { files = { "**/.github/workflows/*.yml", "**/.github/workflows/*.yaml" } },
  check = function(root, ctx)
    for _, key in ipairs { "on", "jobs" } do
      if safe.kind(root) ~= "mapping" or not tree.has(root, key) then
        ctx:report("the workflow has no '{key}'", { key = key })
      end
    end
  end,
  examples = {
    { pass = "on: push\njobs: {}\n", file = ".github/workflows/a.yml" },
    { fail = "on: push\njob: {}\n", file = ".github/workflows/a.yml", at = "", message = "no 'jobs'" },
  },
}

rule "matrix-excludes-known" {
  title = "What a matrix excludes is in it",
  why = "An exclusion that names nothing of the matrix excludes nothing.",
  severity = "error",
  check = function(root, ctx)
    workflow.jobs(root, function(_, job)
      local matrix = safe.map(job, "strategy", "matrix")
      local list = safe.list(matrix, "exclude")
      if not list then return end
      local known = {}
      for key in tree.entries(matrix) do
        if key ~= "include" and key ~= "exclude" then known[#known + 1] = key end
      end
      for i = 1, #list do
        words.check_keys(ctx, list[i], words.of(table.concat(known, " ")), "the matrix")
      end
    end)
  end,
  examples = {
    pass = example.job "strategy: {matrix: {os: [a, b], exclude: [{os: a}]}}\nsteps: []",
    { fail = example.job "strategy: {matrix: {osys: [a, b], exclude: [{osy: a}]}}\nsteps: []",
      at = "/jobs/test/strategy/matrix/exclude/0/osy", message = "did you mean 'osys'?" },
  },
}
