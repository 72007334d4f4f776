--- The parts of a workflow: events, jobs, steps.

local safe = import "safe"

local workflow = {}

--- The events that start a workflow, with their settings and places.
---@param root any
---@return { name: string, config: any, place: any, key: boolean }[]
function workflow.events(root)
  local on, out = safe.get(root, "on"), {}
  if safe.kind(on) == "mapping" then
    for name, config in tree.entries(on) do
      out[#out + 1] = { name = name, config = config, place = tree.place(on, name), key = true }
    end
  else
    for _, one in ipairs(safe.strings(root, "on")) do
      out[#out + 1] = { name = one.value, place = one.place, key = false }
    end
  end
  return out
end

--- Is the workflow started by this event?
---@param root any
---@param name string
---@return boolean
function workflow.has_event(root, name)
  for _, event in ipairs(workflow.events(root)) do
    if event.name == name then return true end
  end
  return false
end

--- Calls visit(name, job) for each job that is a mapping.
---@param root any
---@param visit fun(name: string, job: any)
function workflow.jobs(root, visit)
  for name, job in safe.entries(safe.get(root, "jobs")) do
    if safe.kind(job) == "mapping" then visit(name, job) end
  end
end

--- Calls visit(step, index, holder) for each step of a job, or of a composite action's `runs`.
---@param holder any
---@param visit fun(step: any, index: integer, steps: any)
function workflow.steps(holder, visit)
  local steps = safe.list(holder, "steps")
  for i = 1, steps and #steps or 0 do
    if safe.kind(steps[i]) == "mapping" then visit(steps[i], i, steps) end
  end
end

--- Calls visit(step, index, steps, job name) for each step of a workflow or composite action.
---@param root any
---@param visit fun(step: any, index: integer, steps: any, job: any)
function workflow.each_step(root, visit)
  workflow.jobs(root, function(_, job)
    workflow.steps(job, function(step, index, steps) visit(step, index, steps, job) end)
  end)
  if safe.string(safe.get(root, "runs"), "using") then
    workflow.steps(root.runs, function(step, index, steps) visit(step, index, steps, root.runs) end)
  end
end

--- Does the text hold an expression?
---@param value string
---@return boolean
function workflow.dynamic(value)
  return value:find("${{", 1, true) ~= nil
end

return workflow
