--- Expressions: can they be read, and is there what they name?

local safe = import "safe"
local words = import "words"
local workflow = import "workflow"
local places = import "places"
local expression = import "expression"
local example = import "example"

local BOTH = { kind = { "github-actions", "github-action" } }

-- Name in lower case → how it is written, the fewest and the most arguments.
local FUNCTIONS = {
  contains = { "contains", 2, 2 }, startswith = { "startsWith", 2, 2 }, endswith = { "endsWith", 2, 2 },
  format = { "format", 1, 255 }, join = { "join", 1, 2 }, tojson = { "toJSON", 1, 1 }, fromjson = { "fromJSON", 1, 1 },
  hashfiles = { "hashFiles", 1, 255 }, success = { "success", 0, 255 }, always = { "always", 0, 0 },
  cancelled = { "cancelled", 0, 0 }, failure = { "failure", 0, 255 }, case = { "case", 3, 255 },
}
local STATUS = { success = true, always = true, cancelled = true, failure = true }
local NAMES = {}
for _, one in pairs(FUNCTIONS) do NAMES[#NAMES + 1] = one[1] end
table.sort(NAMES)
local CONTEXTS = words.of "github env vars job jobs steps runner secrets strategy matrix needs inputs"

-- Calls visit(node, expression) for each node of each expression that can be read.
local function each_node(root, visit)
  for _, one in ipairs(places.all(root)) do
    if one.tree then
      expression.walk(one.tree, function(node) visit(node, one) end)
    end
  end
end

local function call_problem(node)
  local known = FUNCTIONS[node.name:lower()]
  if not known then return ("there is no function '%s'%s"):format(node.name, words.hint(node.name, NAMES)) end
  local count = #node.args
  if count < known[2] or count > known[3] then
    return ("%s() takes %s argument%s, not %d"):format(known[1],
      known[2] == known[3] and tostring(known[2]) or known[3] == 255 and known[2] .. " or more" or known[2] .. " to " .. known[3],
      known[3] == 1 and "" or "s", count)
  end
  if known[1] == "format" and node.args[1].string then
    local most = -1
    for index in node.args[1].value:gsub("{{", ""):gmatch "{(%d+)}" do most = math.max(most, tonumber(index)) end
    if most >= count - 1 then return ("format() has no argument for {%d}"):format(most) end
  end
  if known[1] == "case" and count % 2 == 0 then return "case() takes pairs of a condition and a value, and a default" end
  return nil
end

rule "expressions-valid" {
  title = "Expressions can be read, and call functions that are there",
  why = "GitHub refuses the workflow.",
  severity = "error",
  match = BOTH,
  check = function(root, ctx)
    for _, one in ipairs(places.all(root)) do
      if one.problem then
        ctx:report("in the expression '{source}': {problem}", { source = one.source, problem = one.problem, at = one.place })
      else
        expression.walk(one.tree, function(node)
          local problem = node.op == "call" and call_problem(node)
          if problem then ctx:report("{problem}", { problem = problem, at = one.place }) end
        end)
      end
    end
  end,
  examples = {
    pass = { example.steps "- run: echo ${{ format('{0} {1}', github.ref, toJSON(env.A[0].*)) }}\n  if: always() && !(1 == 2)",
      example.steps "- run: echo ${{ 'it''s }} here' }}" },
    { fail = example.steps "- run: echo ${{ github.ref == \"a\" }}", at = "/jobs/test/steps/0/run", message = "single quotes" },
    { fail = example.steps "- run: echo ${{ startWith('a', 'b') }}",
      at = "/jobs/test/steps/0/run", message = "did you mean 'startsWith'?" },
    { fail = example.steps "- run: echo ${{ contains('a') }}", at = "/jobs/test/steps/0/run", message = "takes 2 arguments, not 1" },
    { fail = example.steps "- run: echo ${{ github.ref", at = "/jobs/test/steps/0/run", message = "is missing" },
    { fail = example.steps "- run: make\n  if: github.ref = 'a'", at = "/jobs/test/steps/0/if" },
    { fail = example.steps "- run: echo ${{ format('{0} {1}', 1) }}", at = "/jobs/test/steps/0/run", message = "{1}" },
  },
}

rule "contexts-available" {
  title = "Expressions use contexts and functions where they are there",
  why = "GitHub refuses the workflow, or puts nothing in its place.",
  severity = "error",
  match = BOTH,
  check = function(root, ctx)
    each_node(root, function(node, one)
      local available = places.CONTEXTS[one.scope]
      if node.op == "ref" then
        local name = node.name:lower()
        if not CONTEXTS.set[name] then
          ctx:report("there is no context '{name}'{hint}", { name = node.name, hint = words.hint(node.name, CONTEXTS.list),
            at = one.place })
        elseif not available.set[name] and not (one.scope == "action" and name == "needs") then
          ctx:report("the context '{name}' is not available here; there are {list}",
            { name = node.name, list = table.concat(available.list, ", "), at = one.place })
        end
      elseif node.op == "call" then
        local name = node.name:lower()
        if STATUS[name] and not places.STATUS[one.scope] and one.key ~= "if" then
          ctx:report("{name}() can only be used in 'if'", { name = node.name, at = one.place })
        elseif name == "hashfiles" and not places.FILES[one.scope] then
          ctx:report("hashFiles() can only be used in steps", { at = one.place })
        end
      end
    end)
  end,
  examples = {
    pass = example.steps "- run: echo ${{ secrets.A }} ${{ matrix.x }}\n  if: failure()",
    { fail = example.steps "- run: make\n  if: secrets.A != ''", at = "/jobs/test/steps/0/if", message = "not available" },
    { fail = example.job "env: {A: '${{ steps.a.outputs.b }}'}\nsteps: []", at = "/jobs/test/env/A" },
    { fail = example.steps "- run: echo ${{ git.ref }}", at = "/jobs/test/steps/0/run" },
    { fail = example.steps "- run: echo ${{ always() }}", at = "/jobs/test/steps/0/run" },
  },
}

local STEP_PARTS = words.of "outputs conclusion outcome"

rule "step-references-known" {
  title = "Expressions name steps that ran before",
  why = "A step that is not there, or comes later, gives an empty text.",
  severity = "error",
  match = BOTH,
  check = function(root, ctx)
    local tables = {}
    -- Step ids of a list of steps: lower-case id → index.
    local function ids_of(steps)
      for _, entry in ipairs(tables) do
        if entry.steps == steps then return entry end
      end
      local entry = { steps = steps, index = {}, names = {} }
      for i = 1, #steps do
        local id = safe.string(steps[i], "id")
        if id then
          entry.index[id:lower()] = entry.index[id:lower()] or i
          entry.names[#entry.names + 1] = id
        end
      end
      tables = { entry }  -- expressions come list by list
      return entry
    end
    each_node(root, function(node, one)
      if node.op ~= "ref" or node.name:lower() ~= "steps" or not node.parts[1] then return end
      local steps = one.steps
      if not steps then
        steps = safe.list(one.job and root.jobs[one.job] or not one.job and safe.map(root, "runs"), "steps")
      end
      if not steps then return end
      local ids = ids_of(steps)
      local index = ids.index[node.parts[1]:lower()]
      if not index then
        ctx:report("no step has the id '{id}'{hint}",
          { id = node.parts[1], hint = words.hint(node.parts[1], ids.names), at = one.place })
      elseif one.step and index >= one.step then
        ctx:report("step '{id}' has not run yet",
          { id = node.parts[1], at = one.place, related = { { tree.place(steps, index), "the step" } } })
      elseif node.parts[2] and not STEP_PARTS.set[node.parts[2]:lower()] then
        ctx:report("a step has no '{part}', only {list}",
          { part = node.parts[2], list = table.concat(STEP_PARTS.list, ", "), at = one.place })
      end
    end)
  end,
  examples = {
    pass = example.steps "- id: a\n  run: make\n- run: echo ${{ steps.a.outputs.x }}",
    { fail = example.steps "- id: build\n  run: make\n- run: echo ${{ steps.biuld.outputs.x }}",
      at = "/jobs/test/steps/1/run", message = "did you mean 'build'?" },
    { fail = example.steps "- run: echo ${{ steps.a.outputs.x }}\n- id: a\n  run: make", at = "/jobs/test/steps/0/run" },
    { fail = example.steps "- id: a\n  run: make\n- run: echo ${{ steps.a.output.x }}", at = "/jobs/test/steps/1/run" },
  },
}

-- The key of a mapping that is the name but for case.
local function find_key(node, name)
  if safe.kind(node) ~= "mapping" then return nil end
  if tree.has(node, name) then return name end
  local lower = name:lower()
  for key in tree.entries(node) do
    if key:lower() == lower then return key end
  end
  return nil
end

rule "needs-references-known" {
  title = "Expressions name jobs that are waited for, and outputs they have",
  why = "The result of a job that is not in 'needs' is an empty text.",
  severity = "error",
  check = function(root, ctx)
    each_node(root, function(node, one)
      if node.op ~= "ref" or not node.parts[1] then return end
      local context, id = node.name:lower(), node.parts[1]
      if context == "needs" and one.job then
        local job = root.jobs[one.job]
        if tree.kind(job, "needs") == "string" and workflow.dynamic(job.needs) then return end
        local found, names = false, {}
        for _, need in ipairs(safe.strings(job, "needs")) do
          found = found or need.value:lower() == id:lower()
          names[#names + 1] = need.value
        end
        if not found then
          ctx:report("job '{job}' does not wait for '{id}'{hint}",
            { job = one.job, id = id, hint = words.hint(id, names), at = one.place })
          return
        end
      elseif not (context == "jobs" and one.scope == "call-output") then
        return
      end
      local name = find_key(root.jobs, id)
      local other = name and root.jobs[name]
      if context == "jobs" and not name then
        ctx:report("there is no job '{id}'", { id = id, at = one.place })
      elseif node.parts[2] and node.parts[2]:lower() ~= "outputs" and node.parts[2]:lower() ~= "result" then
        ctx:report("a job has no '{part}', only outputs and result", { part = node.parts[2], at = one.place })
      elseif node.parts[2] and node.parts[2]:lower() == "outputs" and node.parts[3] and safe.kind(other) == "mapping"
        and not tree.has(other, "uses") and not find_key(other.outputs, node.parts[3]) then
        local names = safe.kind(other.outputs) == "mapping" and tree.keys(other.outputs) or {}
        ctx:report("job '{id}' has no output '{output}'{hint}",
          { id = id, output = node.parts[3], hint = words.hint(node.parts[3], names), at = one.place })
      end
    end)
  end,
  examples = {
    pass = "on: push\njobs: {a: {outputs: {x: y}}, b: {needs: a, env: {A: '${{ needs.a.outputs.x }}'}}}\n",
    { fail = "on: push\njobs: {a: {outputs: {x: y}}, b: {env: {A: '${{ needs.a.outputs.x }}'}}}\n", at = "/jobs/b/env/A" },
    { fail = "on: push\njobs: {a: {outputs: {x: y}}, b: {needs: a, env: {A: '${{ needs.a.outputs.z }}'}}}\n", at = "/jobs/b/env/A" },
  },
}

rule "input-references-known" {
  title = "Expressions name inputs that the workflow or action has",
  why = "An input that is not there is an empty text.",
  severity = "error",
  match = BOTH,
  check = function(root, ctx)
    local lists, known = {}, {}
    if workflow.has_event(root, "workflow_call") then lists[#lists + 1] = safe.map(root, "on", "workflow_call", "inputs") or false end
    if workflow.has_event(root, "workflow_dispatch") then lists[#lists + 1] = safe.map(root, "on", "workflow_dispatch",
      "inputs") or false end
    if safe.map(root, "runs") then lists[#lists + 1] = safe.map(root, "inputs") or false end
    local names = {}
    for _, list in ipairs(lists) do
      for name in safe.entries(list or nil) do
        known[name:lower()] = true
        names[#names + 1] = name
      end
    end
    each_node(root, function(node, one)
      if node.op == "ref" and node.name:lower() == "inputs" and node.parts[1] and not known[node.parts[1]:lower()] then
        ctx:report("there is no input '{name}'{hint}", { name = node.parts[1], hint = words.hint(node.parts[1], names),
          at = one.place })
      end
    end)
  end,
  examples = {
    pass = "on: {workflow_dispatch: {inputs: {level: {}}}}\nenv: {A: '${{ inputs.level }}'}\njobs: {}\n",
    { fail = "on: push\nenv: {A: '${{ inputs.level }}'}\njobs: {}\n", at = "/env/A" },
    { fail = "on: {workflow_dispatch: {inputs: {level: {}}}}\nenv: {A: '${{ inputs.levle }}'}\njobs: {}\n", at = "/env/A" },
  },
}

rule "matrix-references-known" {
  title = "Expressions name values that the matrix has",
  why = "What the matrix does not have is an empty text.",
  severity = "error",
  check = function(root, ctx)
    local cache = {}
    -- The names of a job's matrix; nil when they are not all written down.
    local function names_of(name)
      if cache[name] ~= nil then return cache[name] or nil end
      cache[name] = false
      local strategy = safe.map(root.jobs, name, "strategy")
      if strategy == nil then
        if tree.has(root.jobs[name], "strategy") then return nil end
        cache[name] = { set = {}, list = {} }
        return cache[name]
      end
      local matrix = safe.map(strategy, "matrix")
      if not matrix then return nil end
      local out = { set = {}, list = {} }
      local function add(key)
        out.set[key:lower()] = true
        out.list[#out.list + 1] = key
      end
      for key in tree.entries(matrix) do
        if key ~= "include" and key ~= "exclude" then add(key) end
      end
      if tree.has(matrix, "include") then
        local include = safe.list(matrix, "include")
        if not include then return nil end
        for i = 1, #include do
          if safe.kind(include[i]) ~= "mapping" then return nil end
          for key in tree.entries(include[i]) do add(key) end
        end
      end
      cache[name] = out
      return out
    end
    each_node(root, function(node, one)
      if node.op ~= "ref" or node.name:lower() ~= "matrix" or not node.parts[1] or not one.job then return end
      local names = names_of(one.job)
      if names and not names.set[node.parts[1]:lower()] then
        ctx:report("the matrix has no '{name}'{hint}",
          { name = node.parts[1], hint = words.hint(node.parts[1], names.list), at = one.place })
      end
    end)
  end,
  examples = {
    pass = { example.job "strategy: {matrix: {os: [a], include: [{x: 1}]}}\nenv: {A: '${{ matrix.os }}${{ matrix.x }}'}\nsteps: []",
      example.job "strategy: {matrix: '${{ fromJSON(vars.M) }}'}\nenv: {A: '${{ matrix.os }}'}\nsteps: []" },
    { fail = example.job "strategy: {matrix: {node: [1]}}\nenv: {A: '${{ matrix.ndoe }}'}\nsteps: []", at = "/jobs/test/env/A" },
    { fail = example.steps "- run: echo ${{ matrix.os }}", at = "/jobs/test/steps/0/run" },
  },
}

local PROPERTIES = {
  github = words.of("action action_path action_ref action_repository action_status actor actor_id api_url artifact_cache_size_limit "
    .. "base_ref env event event_name event_path graphql_url head_ref job job_workflow_sha output path ref ref_name ref_protected "
    .. "ref_type repository repository_id repository_owner repository_owner_id repository_visibility repositoryurl retention_days "
    .. "run_id run_number run_attempt secret_source server_url sha state step_summary token triggering_actor workflow workflow_ref "
    .. "workflow_sha workspace"),
  runner = words.of "name os arch temp tool_cache debug environment workspace",
  job = words.of "container services status check_run_id workflow_ref workflow_sha workflow_repository workflow_file_path",
  strategy = words.of "fail-fast job-index job-total max-parallel",
}

rule "context-properties-known" {
  title = "Contexts have the properties that expressions ask for",
  why = "A property that is not there is an empty text.",
  severity = "error",
  match = BOTH,
  check = function(root, ctx)
    each_node(root, function(node, one)
      local known = node.op == "ref" and node.parts[1] and PROPERTIES[node.name:lower()]
      if known and not known.set[node.parts[1]:lower()] then
        ctx:report("the context '{context}' has no '{name}'{hint}", {
          context = node.name, name = node.parts[1], hint = words.hint(node.parts[1], known.list), at = one.place,
        })
      end
    end)
  end,
  examples = {
    pass = example.steps "- run: echo ${{ github.ref_name }} ${{ runner.os }}",
    { fail = example.steps "- run: echo ${{ github.refname }}", at = "/jobs/test/steps/0/run", message = "no 'refname'" },
  },
}

rule "condition-not-constant" {
  title = "Conditions are one expression, so that they can be false",
  why = "Text around ${{ }} makes the condition a text that is not empty, which is always true.",
  severity = "error",
  match = BOTH,
  check = function(root, ctx)
    local function look(node)
      local value = safe.string(node, "if")
      if value and value:find("${{", 1, true) then
        local sources = expression.split(value)
        local rest = value
        if #sources == 1 and not text.trim(value):find "^%${{.*}}$" then rest = nil end
        if #sources > 1 then rest = nil end
        -- A literal block ends in a newline, which is text as well.
        if rest == nil or (value:find "%s$" and value:find "}}%s+$") then
          ctx:report("this condition is always true: there is text beside the expression", { at = tree.place(node, "if") })
        end
      end
    end
    workflow.jobs(root, function(_, job) look(job) end)
    workflow.each_step(root, function(step) look(step) end)
  end,
  examples = {
    pass = example.steps "- run: make\n  if: ${{ github.ref == 'a' }}\n- run: make\n  if: github.ref == 'a'",
    { fail = example.steps "- run: make\n  if: ${{ github.ref == 'a' }} && true", at = "/jobs/test/steps/0/if" },
    { fail = example.steps "- run: make\n  if: ${{ github.ref }} == 'a'", at = "/jobs/test/steps/0/if" },
  },
}
