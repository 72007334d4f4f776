--- Jobs: what they wait for, where they run, what they may do.

local safe = import "safe"
local words = import "words"
local workflow = import "workflow"
local example = import "example"

rule "needs-known" {
  title = "Jobs wait for jobs that are there",
  why = "GitHub refuses the workflow.",
  severity = "error",
  check = function(root, ctx)
    local jobs, known, names = safe.map(root, "jobs"), {}, {}
    for name in safe.entries(jobs) do
      known[name:lower()] = true
      names[#names + 1] = name
    end
    workflow.jobs(root, function(name, job)
      local seen = {}
      for _, need in ipairs(safe.strings(job, "needs")) do
        local lower = need.value:lower()
        if seen[lower] then
          ctx:report("'{need}' is named twice", { need = need.value, at = need.place })
        elseif lower == name:lower() then
          ctx:report("job '{name}' waits for itself", { name = name, at = need.place })
        elseif not known[lower] then
          local meant = words.meant(need.value, names)
          ctx:report("there is no job '{need}'{hint}", {
            need = need.value, hint = words.hint(need.value, names), at = need.place,
            fix = meant and meant ~= name and ctx:replace(meant, need.place) or nil, safety = "guarded",
          })
        end
        seen[lower] = true
      end
    end)
  end,
  examples = {
    pass = "on: push\njobs: {a: {}, b: {needs: a}, c: {needs: [a, b]}}\n",
    { fail = "on: push\njobs: {build: {}, b: {needs: biuld}}\n", at = "/jobs/b/needs", message = "did you mean 'build'?",
      fixed = "on: push\njobs: {build: {}, b: {needs: build}}\n" },
    { fail = "on: push\njobs: {a: {needs: a}}\n", at = "/jobs/a/needs" },
  },
}

rule "needs-acyclic" {
  title = "Jobs do not wait for each other in a circle",
  why = "None of them could start; GitHub refuses the workflow.",
  severity = "error",
  check = function(root, ctx)
    local jobs, state, path = {}, {}, {}
    workflow.jobs(root, function(name, job) jobs[name:lower()] = { name = name, job = job } end)
    local function visit(id)
      state[id] = "open"
      path[#path + 1] = jobs[id].name
      for _, need in ipairs(safe.strings(jobs[id].job, "needs")) do
        local to = need.value:lower()
        if jobs[to] and to ~= id then
          if state[to] == "open" then
            local from = 1
            while path[from]:lower() ~= to do from = from + 1 end
            ctx:report("these jobs wait for each other: {circle}", {
              circle = table.concat(path, " -> ", from) .. " -> " .. jobs[to].name, at = need.place,
            })
          elseif not state[to] and #path < 150 then
            visit(to)
          end
        end
      end
      path[#path] = nil
      state[id] = "done"
    end
    workflow.jobs(root, function(name)
      if not state[name:lower()] then visit(name:lower()) end
    end)
  end,
  examples = {
    pass = "on: push\njobs: {a: {}, b: {needs: a}, c: {needs: [a, b]}}\n",
    { fail = "on: push\njobs: {a: {needs: b}, b: {needs: a}}\n", at = "/jobs/b/needs", message = "a -> b -> a" },
  },
}

local LABELS = words.of(
  "ubuntu-latest ubuntu-slim ubuntu-26.04 ubuntu-26.04-arm ubuntu-24.04 ubuntu-24.04-arm ubuntu-22.04 ubuntu-22.04-arm "
  .. "windows-latest windows-2025 windows-2025-vs2026 windows-2022 windows-11-arm windows-11-vs2026-arm "
  .. "windows-latest-8-cores ubuntu-latest-4-cores ubuntu-latest-8-cores ubuntu-latest-16-cores "
  .. "macos-latest macos-latest-large macos-latest-xlarge macos-26 macos-26-intel macos-26-large macos-26-xlarge "
  .. "macos-15 macos-15-intel macos-15-large macos-15-xlarge macos-14 macos-14-large macos-14-xlarge "
  .. "self-hosted linux macos windows x64 arm arm64 gpu")
local GONE = words.of("ubuntu-20.04 ubuntu-18.04 ubuntu-16.04 windows-2019 windows-2016 macos-10.15 macos-11 macos-11.0 macos-12 "
  .. "macos-12-xl macos-12-large macos-12-xlarge macos-13 macos-13-large macos-13-xlarge macos-13-xl macos-latest-xl")

-- The values that a label of the form ${{ matrix.x }} takes, when they stand in the workflow.
local function labels_of(job)
  local out = {}
  for _, one in ipairs(safe.strings(job, "runs-on")) do
    local name = one.value:match "^%${{%s*matrix%.([%w_-]+)%s*}}$"
    if name then
      for _, value in ipairs(safe.strings(safe.map(job, "strategy", "matrix"), name)) do out[#out + 1] = value end
      local include = safe.list(safe.map(job, "strategy", "matrix"), "include")
      for i = 1, include and #include or 0 do
        for _, value in ipairs(safe.strings(include[i], name)) do out[#out + 1] = value end
      end
    else
      out[#out + 1] = one
    end
  end
  for _, one in ipairs(safe.strings(safe.map(job, "runs-on"), "labels")) do out[#out + 1] = one end
  return out
end

rule "runner-known" {
  title = "Jobs run on runners that GitHub has, or on labels of one's own",
  why = "A job that asks for a runner nobody has waits for a day, and fails.",
  severity = "warning",
  options = { labels = {} },  -- of self-hosted and larger runners
  check = function(root, ctx)
    workflow.jobs(root, function(_, job)
      local labels = labels_of(job)
      for _, one in ipairs(labels) do
        if one.value:lower() == "self-hosted" then return end
      end
      local group = safe.map(job, "runs-on") ~= nil
      for _, one in ipairs(labels) do
        local label = one.value:lower()
        if GONE.set[label] then
          ctx:report("GitHub has no runner '{label}' any more", { label = one.value, at = one.place })
        elseif not group and not LABELS.set[label] and not ctx.options.labels:has(one.value) and not workflow.dynamic(label)
          and (label:find "^ubuntu" or label:find "^windows" or label:find "^macos" or words.meant(label, LABELS.list)) then
          ctx:report("GitHub has no runner '{label}'{hint}",
            { label = one.value, hint = words.hint(one.value, LABELS.list), at = one.place })
        end
      end
    end)
  end,
  examples = {
    pass = { example.job "steps: []", "on: push\njobs: {a: {runs-on: [self-hosted, ubuntu-box]}}\n",
      "on: push\njobs: {a: {runs-on: our-big-machine}}\n" },
    { fail = "on: push\njobs: {a: {runs-on: ubuntu-lastest}}\n", at = "/jobs/a/runs-on", message = "did you mean 'ubuntu-latest'?" },
    { fail = "on: push\njobs: {a: {runs-on: '${{ matrix.os }}', strategy: {matrix: {os: [ubuntu-24.04, macos-11]}}}}\n",
      at = "/jobs/a/strategy/matrix/os/1", message = "any more" },
    { pass = "on: push\njobs: {a: {runs-on: ubuntu-big}}\n", options = { labels = { "ubuntu-big" } } },
  },
}

local SHELLS = words.of "bash pwsh python sh cmd powershell"

rule "shell-known" {
  title = "Commands run in shells that the runners have",
  why = "The step fails.",
  severity = "error",
  match = { kind = { "github-actions", "github-action" } },
  check = function(root, ctx)
    local function look(node)
      local shell = safe.string(node, "shell")
      -- A command of one's own holds {0}, the place of the script.
      if shell and not SHELLS.set[shell:lower()] and not workflow.dynamic(shell) and not shell:find("{0}", 1, true) then
        ctx:report("there is no shell '{shell}'{hint}; a command of one's own holds {{0}}", {
          shell = shell, hint = words.hint(shell, SHELLS.list), at = tree.place(node, "shell"),
        })
      end
    end
    look(safe.map(root, "defaults", "run"))
    workflow.jobs(root, function(_, job) look(safe.map(job, "defaults", "run")) end)
    workflow.each_step(root, function(step) look(step) end)
  end,
  examples = {
    pass = example.steps "- run: make\n  shell: bash\n- run: make\n  shell: perl {0}",
    { fail = example.steps "- run: make\n  shell: bsah", at = "/jobs/test/steps/0/shell", message = "did you mean 'bash'?" },
  },
}

local SCOPES = words.of("actions artifact-metadata attestations checks contents deployments discussions id-token issues models "
  .. "packages pages pull-requests repository-projects security-events statuses")
local LEVELS = { ["read-all"] = true, ["write-all"] = true }

local function check_permissions(ctx, node)
  local value = safe.get(node, "permissions")
  if safe.kind(value) == "string" then
    if not LEVELS[value] then
      ctx:report("permissions are read-all, write-all or a mapping, not '{value}'",
        { value = value, at = tree.place(node, "permissions") })
    end
    return
  end
  for scope, level in safe.entries(value) do
    local at = tree.place(value, scope)
    if not SCOPES.set[scope] then
      local meant = words.meant(scope, SCOPES.list)
      ctx:report("there is no permission '{scope}'{hint}", {
        scope = scope, hint = words.hint(scope, SCOPES.list), at = at, at_key = true,
        fix = meant and not tree.has(value, meant) and ctx:rename(meant, at) or nil, safety = "guarded",
      })
    elseif level ~= "read" and level ~= "write" and level ~= "none" then
      ctx:report("a permission is read, write or none, not '{level}'", { level = tostring(level), at = at })
    elseif scope == "id-token" and level == "read" or scope == "models" and level == "write" then
      ctx:report("'{scope}' cannot be '{level}'", { scope = scope, level = level, at = at })
    end
  end
end

rule "permissions-valid" {
  title = "Permissions are scopes and levels that GitHub has",
  why = "GitHub refuses the workflow, or the token lacks a right that was meant.",
  severity = "error",
  check = function(root, ctx)
    check_permissions(ctx, root)
    workflow.jobs(root, function(_, job) check_permissions(ctx, job) end)
  end,
  examples = {
    pass = "on: push\npermissions: {contents: read}\njobs: {a: {permissions: read-all}}\n",
    { fail = "on: push\npermissions: {content: read}\njobs: {}\n", at = "/permissions/content",
      fixed = "on: push\npermissions: {contents: read}\njobs: {}\n" },
    { fail = "on: push\npermissions: {contents: admin}\njobs: {}\n", at = "/permissions/contents" },
    { fail = "on: push\npermissions: read\njobs: {}\n", at = "/permissions" },
  },
}

local function uses_problem(uses)
  if uses:find "^%./" or uses:find "^%.%./" or uses == "." then return nil end
  if uses:find "^docker://" then return not uses:find "^docker://." and "names no image" or nil end
  if not uses:find("@", 1, true) then return "does not say which version: owner/repository@ref" end
  if not uses:find "^[^/@]+/[^@]+@.+$" then return "is not of the form owner/repository@ref" end
  return nil
end

local function workflow_problem(uses)
  if uses:find "^%./" then
    if uses:find("@", 1, true) then return "is local, and is taken at the same commit: without '@'" end
    return nil
  end
  if not uses:find "^[^/@]+/[^/@]+/[^@]+@.+$" then
    return "is not of the form owner/repository/.github/workflows/file.yml@ref or ./.github/workflows/file.yml"
  end
  return nil
end

rule "uses-valid" {
  title = "What is used is named as GitHub can find it",
  why = "GitHub refuses the workflow.",
  severity = "error",
  match = { kind = { "github-actions", "github-action" } },
  check = function(root, ctx)
    workflow.each_step(root, function(step)
      local uses = safe.string(step, "uses")
      local problem = uses and not workflow.dynamic(uses) and uses_problem(uses)
      if uses and workflow.dynamic(uses) then problem = "cannot hold an expression" end
      if problem then
        ctx:report("'{uses}' {problem}", { uses = uses, problem = problem, at = tree.place(step, "uses") })
      end
    end)
    workflow.jobs(root, function(_, job)
      local uses = safe.string(job, "uses")
      local problem = uses and not workflow.dynamic(uses) and workflow_problem(uses)
      if problem then
        ctx:report("'{uses}' {problem}", { uses = uses, problem = problem, at = tree.place(job, "uses") })
      end
    end)
  end,
  examples = {
    pass = example.steps "- uses: actions/checkout@v4\n- uses: ./here\n- uses: docker://alpine:3\n- uses: o/r/sub@v1",
    { fail = example.steps "- uses: actions/checkout", at = "/jobs/test/steps/0/uses" },
    { fail = example.steps "- uses: checkout@v4", at = "/jobs/test/steps/0/uses" },
    { fail = "on: push\njobs: {a: {uses: o/r@v1}}\n", at = "/jobs/a/uses" },
  },
}

rule "concurrency-valid" {
  title = "Concurrency names a group",
  why = "GitHub refuses the workflow.",
  severity = "error",
  check = function(root, ctx)
    local function look(node)
      local value = safe.map(node, "concurrency")
      if not value then return end
      words.check_keys(ctx, value, words.of "group cancel-in-progress queue", "'concurrency'")
      if not tree.has(value, "group") then
        ctx:report("'concurrency' has no group", { at = tree.place(node, "concurrency"), at_key = true })
      end
    end
    look(root)
    workflow.jobs(root, function(_, job) look(job) end)
  end,
  examples = {
    pass = "on: push\nconcurrency: {group: a, cancel-in-progress: true}\njobs: {}\n",
    { fail = "on: push\nconcurrency: {cancel-in-progress: true}\njobs: {}\n", at = "/concurrency" },
  },
}

rule "timeout-set" {
  title = "Jobs have a timeout of their own",
  why = "A job that hangs is stopped only after six hours, all of which count.",
  severity = "info",
  enabled = false,
  check = function(root, ctx)
    workflow.jobs(root, function(name, job)
      if tree.has(job, "steps") and not tree.has(job, "timeout-minutes") then
        ctx:report("job '{name}' has no 'timeout-minutes'", { name = name, at = tree.place(root.jobs, name), at_key = true })
      end
    end)
  end,
  examples = {
    pass = example.job "timeout-minutes: 5\nsteps: []",
    { fail = example.job "steps: []", at = "/jobs/test" },
  },
}
