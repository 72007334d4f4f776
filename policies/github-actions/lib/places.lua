--- Every expression of a workflow, with where it stands: which contexts and functions are there depends on that.
--
-- `scope` is a name of the table CONTEXTS below, which follows GitHub's table of context availability.

local safe = import "safe"
local words = import "words"
local expression = import "expression"

local places = {}

local JOB = "github needs strategy matrix vars inputs"
local STEP = "github needs strategy matrix job runner env vars secrets steps inputs"

places.CONTEXTS = {
  ["run-name"] = words.of "github inputs vars",
  concurrency = words.of "github inputs vars",
  env = words.of "github secrets inputs vars",
  ["call-default"] = words.of "github inputs vars",
  ["call-output"] = words.of "github jobs vars inputs",
  job = words.of(JOB),
  ["job-if"] = words.of "github needs vars inputs",
  strategy = words.of "github needs vars inputs",
  ["job-env"] = words.of(JOB .. " secrets"),
  ["job-outputs"] = words.of(STEP),
  ["job-defaults"] = words.of(JOB .. " env"),
  credentials = words.of(JOB .. " env secrets"),
  ["container-env"] = words.of(JOB .. " job runner env secrets"),
  ["environment-url"] = words.of(JOB .. " job runner env steps"),
  ["job-secrets"] = words.of(JOB .. " secrets"),
  step = words.of(STEP),
  ["step-if"] = words.of "github needs strategy matrix job runner env vars steps inputs",
  action = words.of "github inputs runner job strategy matrix steps env",
}

--- Where the functions that ask how the job goes may stand.
places.STATUS = { ["job-if"] = true, ["step-if"] = true }
--- Where there are files to hash.
places.FILES = { step = true, ["step-if"] = true, action = true, ["job-outputs"] = true }

---@class Expression
---@field source string
---@field tree table|nil
---@field problem string|nil
---@field place any
---@field scope string
---@field job string|nil name of the job
---@field steps any the list of steps it stands in
---@field step integer|nil
---@field key string|nil

local DEEPEST = 50

local function add(out, source, place, where)
  local parsed, problem = expression.parse(source)
  out[#out + 1] = {
    source = text.trim(source), tree = parsed, problem = problem, place = place, scope = where.scope,
    job = where.job, steps = where.steps, step = where.step, key = where.key,
  }
end

local function value_of(out, value, place, where, depth)
  local kind = safe.kind(value)
  if kind == "string" then
    if not value:find("${{", 1, true) then return end
    local sources, open = expression.split(value)
    for _, source in ipairs(sources) do add(out, source, place(), where) end
    if open then
      out[#out + 1] = { source = value, problem = "'}}' is missing", place = place(), scope = where.scope, job = where.job }
    end
  elseif (kind == "mapping" or kind == "sequence") and depth < DEEPEST then
    for key, item in tree.entries(value) do
      value_of(out, item, function() return tree.place(value, key) end, where, depth + 1)
    end
  end
end

local function scan(out, node, key, scope, where)
  local value = safe.get(node, key)
  if value == nil then return end
  local inside = { scope = scope, key = key }
  for k, v in pairs(where or {}) do inside[k] = v end
  value_of(out, value, function() return tree.place(node, key) end, inside, 0)
end

-- `if` is an expression without braces, too.
local function condition(out, node, scope, where)
  local value = safe.string(node, "if")
  if not value then return end
  if value:find("${{", 1, true) then
    scan(out, node, "if", scope, where)
  else
    local inside = { scope = scope, key = "if" }
    for k, v in pairs(where) do inside[k] = v end
    add(out, value, tree.place(node, "if"), inside)
  end
end

local function scan_steps(out, holder, job, scope, if_scope)
  local steps = safe.list(holder, "steps")
  for i = 1, steps and #steps or 0 do
    local step = steps[i]
    if safe.kind(step) == "mapping" then
      local where = { job = job, steps = steps, step = i }
      for key in tree.entries(step) do
        if key == "if" then condition(out, step, if_scope, where) else scan(out, step, key, scope, where) end
      end
    end
  end
end

local function scan_container(out, node, where)
  if safe.kind(node) ~= "mapping" then return end
  for key in tree.entries(node) do
    scan(out, node, key, key == "env" and "container-env" or key == "credentials" and "credentials" or "job", where)
  end
end

local JOB_SCOPES = {
  strategy = "strategy", env = "job-env", outputs = "job-outputs", defaults = "job-defaults", secrets = "job-secrets",
}

local function scan_job(out, name, job)
  local where = { job = name }
  for key, value in tree.entries(job) do
    if key == "if" then
      condition(out, job, "job-if", where)
    elseif key == "container" and safe.kind(value) == "mapping" then
      scan_container(out, value, where)
    elseif key == "services" and safe.kind(value) == "mapping" then
      for _, service in tree.entries(value) do scan_container(out, service, where) end
    elseif key == "environment" and safe.kind(value) == "mapping" then
      for inner in tree.entries(value) do
        scan(out, value, inner, inner == "url" and "environment-url" or "job", where)
      end
    elseif key ~= "steps" then
      scan(out, job, key, JOB_SCOPES[key] or "job", where)
    end
  end
  scan_steps(out, job, name, "step", "step-if")
end

--- All expressions of a workflow, or of a composite action.
---@param root any
---@return Expression[]
function places.all(root)
  local out = {}
  scan(out, root, "run-name", "run-name")
  scan(out, root, "concurrency", "concurrency")
  scan(out, root, "env", "env")
  local call = safe.map(root, "on", "workflow_call")
  for _, input in safe.entries(safe.get(call, "inputs")) do scan(out, input, "default", "call-default") end
  for _, output in safe.entries(safe.get(call, "outputs")) do scan(out, output, "value", "call-output") end
  for name, job in safe.entries(safe.get(root, "jobs")) do
    if safe.kind(job) == "mapping" then scan_job(out, name, job) end
  end
  local runs = safe.map(root, "runs")
  if runs then
    for _, output in safe.entries(safe.get(root, "outputs")) do scan(out, output, "value", "action") end
    scan_steps(out, runs, nil, "action", "action")
  end
  return out
end

return places
