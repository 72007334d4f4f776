--- Workflows for examples: a rule's example then shows only what it is about.

local example = {}

local function indent(lines, by)
  return (lines:gsub("[^\n]+", (" "):rep(by) .. "%0"))
end

--- A workflow of one job with these lines in the job, beside runs-on.
---@param lines string
---@return string
function example.job(lines)
  return "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n" .. indent(lines, 4) .. "\n"
end

--- A workflow of one job with these steps.
---@param lines string
---@return string
function example.steps(lines)
  return example.job("steps:\n" .. indent(lines, 2))
end

--- A workflow with these events and a job that does nothing much.
---@param lines string
---@return string
function example.on(lines)
  return "on:\n" .. indent(lines, 2) .. "\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n"
end

return example
