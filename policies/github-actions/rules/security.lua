--- Workflows that strangers can make do what they like, and tokens that may do too much.

local safe = import "safe"
local workflow = import "workflow"
local expression = import "expression"
local example = import "example"

-- What a stranger writes: the way below `github`, "*" for any step.
local UNTRUSTED = {
  "event.issue.title", "event.issue.body", "event.pull_request.title", "event.pull_request.body",
  "event.discussion.title", "event.discussion.body", "event.comment.body", "event.review.body", "event.review_comment.body",
  "event.pages.*.page_name", "event.commits.*.message", "event.commits.*.author.email", "event.commits.*.author.name",
  "event.head_commit.message", "event.head_commit.author.email", "event.head_commit.author.name",
  "event.pull_request.head.ref", "event.pull_request.head.label", "event.pull_request.head.repo.default_branch",
  "event.workflow_run.head_branch", "event.workflow_run.head_commit.message", "event.workflow_run.head_commit.author.email",
  "event.workflow_run.head_commit.author.name", "event.workflow_run.pull_requests.*.head.ref", "event.workflow_run.display_title",
  "head_ref",
}
local WAYS = {}
for i, way in ipairs(UNTRUSTED) do WAYS[i] = text.split(way, ".") end

local function untrusted(node)
  if node.op ~= "ref" or node.name:lower() ~= "github" then return nil end
  for i, way in ipairs(WAYS) do
    local same = #way == #node.parts
    for n = 1, same and #way or 0 do
      local part = node.parts[n]
      same = same and (not part or way[n] == "*" or part:lower() == way[n])
    end
    -- github.event.* alone says too little.
    if same and node.parts[1] and (way[#way] == "head_ref" or node.parts[#way]) then return "github." .. UNTRUSTED[i] end
  end
  return nil
end

-- What an expression puts out: not what is compared or handed to functions that answer yes or no.
local QUIET = { contains = true, startswith = true, endswith = true, hashfiles = true }
local function flows(node, visit)
  if node.op == "call" and QUIET[node.name:lower()] then return end
  if node.op == "not" or node.op == "==" or node.op == "!=" or node.op == "<" or node.op == ">" or node.op == "<=" or node.op == ">=" then
    return
  end
  visit(node)
  for i, child in ipairs(node.args or {}) do
    -- `a && b` gives b when a is true; a itself only when it is empty.
    if not (node.op == "&&" and i == 1) and node.op ~= "ref" then flows(child, visit) end
  end
end

local function check_script(ctx, source, at)
  if not workflow.dynamic(source) then return end
  local seen = {}
  for _, one in ipairs((expression.split(source))) do
    local parsed = expression.parse(one)
    if parsed then
      flows(parsed, function(node)
        local way = untrusted(node)
        if way and not seen[way] then
          seen[way] = true
          ctx:report("a stranger writes {way}, and it becomes part of the script; hand it over in 'env'", { way = way, at = at })
        end
      end)
    end
  end
end

rule "script-injection" {
  title = "Scripts hold nothing that strangers write",
  why = "The text is put into the script before the shell reads it: a title like \"$(curl …)\" is run with the job's token.",
  severity = "error",
  tags = { "security" },
  match = { kind = { "github-actions", "github-action" } },
  check = function(root, ctx)
    workflow.each_step(root, function(step)
      local run = safe.string(step, "run")
      if run then check_script(ctx, run, tree.place(step, "run")) end
      local uses, with = safe.string(step, "uses"), safe.map(step, "with")
      local script = uses and uses:find "^actions/github%-script@" and safe.string(with, "script")
      if script then check_script(ctx, script, tree.place(with, "script")) end
    end)
  end,
  examples = {
    pass = {
      example.steps "- run: echo \"$TITLE\"\n  env: {TITLE: '${{ github.event.issue.title }}'}",
      example.steps "- run: echo ${{ contains(github.event.issue.title, 'x') }}",
    },
    { fail = example.steps "- run: echo '${{ github.event.issue.title }}'", at = "/jobs/test/steps/0/run" },
    { fail = example.steps "- run: git checkout ${{ github.head_ref || github.ref }}", at = "/jobs/test/steps/0/run" },
    { fail = example.steps "- uses: actions/github-script@v7\n  with: {script: 'f(`${{ github.event.comment.body }}`)'}",
      at = "/jobs/test/steps/0/with/script" },
  },
}

rule "pull-request-target-checkout" {
  title = "Workflows with rights do not check out what a stranger proposes",
  why = "pull_request_target runs with the secrets of the repository; building the pull request's code gives them away.",
  severity = "error",
  tags = { "security" },
  check = function(root, ctx)
    if not workflow.has_event(root, "pull_request_target") and not workflow.has_event(root, "workflow_run") then return end
    workflow.each_step(root, function(step)
      local uses, with = safe.string(step, "uses"), safe.map(step, "with")
      local ref = uses and uses:find "^actions/checkout@" and safe.string(with, "ref")
      if ref and workflow.dynamic(ref) and (ref:find "github%.event%.pull_request%.head%." or ref:find "github%.head_ref"
        or ref:find "refs/pull/" or ref:find "github%.event%.workflow_run%.head_") then
        ctx:report("this checks out the code of the pull request in a workflow that has the repository's secrets",
          { at = tree.place(with, "ref") })
      end
    end)
  end,
  examples = {
    pass = { example.on "pull_request_target:",
      "on: pull_request\njobs: {a: {steps: [{uses: actions/checkout@v4, with: {ref: '${{ github.head_ref }}'}}]}}\n" },
    { fail = "on: pull_request_target\njobs: {a: {steps: [{uses: actions/checkout@v4, "
      .. "with: {ref: '${{ github.event.pull_request.head.sha }}'}}]}}\n",
      at = "/jobs/a/steps/0/with/ref" },
  },
}

rule "actions-pinned" {
  title = "Actions of others are pinned to a commit",
  why = "A tag can be moved, and then other code runs with the job's token.",
  severity = "info",
  enabled = false,
  tags = { "security" },
  options = { trusted = { "actions", "github" } },
  match = { kind = { "github-actions", "github-action" } },
  check = function(root, ctx)
    local function look(node)
      local uses = safe.string(node, "uses")
      local owner, ref = (uses or ""):match "^([^/.:]+)/[^@]*@(.+)$"
      if owner and not ctx.options.trusted:has(owner) and not (#ref >= 40 and ref:find "^%x+$") then
        ctx:report("'{uses}' is not pinned to a commit", { uses = uses, at = tree.place(node, "uses") })
      end
    end
    workflow.each_step(root, function(step) look(step) end)
    workflow.jobs(root, function(_, job) look(job) end)
  end,
  examples = {
    pass = example.steps "- uses: actions/checkout@v4\n- uses: o/r@0123456789012345678901234567890123456789",
    { fail = example.steps "- uses: o/r@v1", at = "/jobs/test/steps/0/uses" },
  },
}

rule "permissions-set" {
  title = "Workflows say what their token may do",
  why = "Otherwise it may do what the repository's settings say, often everything.",
  severity = "info",
  tags = { "security" },
  check = function(root, ctx)
    if tree.has(root, "permissions") or safe.map(root, "jobs") == nil then return end
    local missing = false
    workflow.jobs(root, function(_, job) missing = missing or not tree.has(job, "permissions") end)
    if missing then ctx:report("the workflow does not say which permissions it needs",
      { at = tree.place(root, "jobs"), at_key = true }) end
  end,
  examples = {
    pass = { "on: push\npermissions: {}\njobs: {a: {}}\n", "on: push\njobs: {a: {permissions: {}}}\n" },
    { fail = "on: push\njobs: {a: {}}\n", at = "/jobs" },
  },
}

rule "container-password-secret" {
  title = "Passwords of registries come from secrets",
  why = "Everybody who can read the repository can read the password.",
  severity = "error",
  tags = { "security", "secret" },
  check = function(root, ctx)
    local function look(node)
      local credentials = safe.map(node, "credentials")
      local password = safe.string(credentials, "password")
      if password and not workflow.dynamic(password) then
        ctx:report("the password stands in the workflow; take it from secrets", { at = tree.place(credentials, "password") })
      end
    end
    workflow.jobs(root, function(_, job)
      look(safe.get(job, "container"))
      for _, service in safe.entries(safe.get(job, "services")) do look(service) end
    end)
  end,
  examples = {
    pass = example.job "container: {image: a, credentials: {username: u, password: '${{ secrets.P }}'}}",
    { fail = example.job "container: {image: a, credentials: {username: u, password: hush}}",
      at = "/jobs/test/container/credentials/password" },
  },
}

local COMMANDS = {
  ["set-output"] = "$GITHUB_OUTPUT", ["save-state"] = "$GITHUB_STATE", ["set-env"] = "$GITHUB_ENV", ["add-path"] = "$GITHUB_PATH",
}

rule "workflow-commands-current" {
  title = "Scripts write to the files of GitHub, not to commands that are gone",
  why = "GitHub switched these commands off or is about to: anything printed could give them.",
  severity = "warning",
  match = { kind = { "github-actions", "github-action" } },
  check = function(root, ctx)
    workflow.each_step(root, function(step)
      local run = safe.string(step, "run")
      if not run then return end
      local seen = {}
      for command in run:gmatch "::([a-z-]+)[^:\n]*::" do
        if COMMANDS[command] and not seen[command] then
          seen[command] = true
          ctx:report("the command '{command}' is no more; write to {file}",
            { command = command, file = COMMANDS[command], at = tree.place(step, "run") })
        end
      end
    end)
  end,
  examples = {
    pass = example.steps "- run: echo a=b >> \"$GITHUB_OUTPUT\"",
    { fail = example.steps "- run: echo '::set-output name=a::b'", at = "/jobs/test/steps/0/run", message = "$GITHUB_OUTPUT" },
    { fail = example.steps "- run: echo ::add-path::/bin", at = "/jobs/test/steps/0/run" },
  },
}
