--- What starts a workflow.

local safe = import "safe"
local words = import "words"
local workflow = import "workflow"
local cron = import "cron"
local example = import "example"

rule "events-known" {
  title = "Workflows are started by events that GitHub has",
  why = "GitHub refuses the workflow.",
  severity = "error",
  check = function(root, ctx)
    local names = {}
    for name in pairs(ctx.data.events) do names[#names + 1] = name end
    for _, event in ipairs(workflow.events(root)) do
      if not ctx.data.events[event.name] and not workflow.dynamic(event.name) then
        local meant = words.meant(event.name, names)
        ctx:report("there is no event '{name}'{hint}", {
          name = event.name, hint = words.hint(event.name, names), at = event.place, at_key = event.key,
          fix = meant and (event.key and ctx:rename(meant, event.place) or ctx:replace(meant, event.place)) or nil,
          safety = "guarded",
        })
      end
    end
  end,
  examples = {
    pass = { example.on "push:", "on: [push, pull_request]\njobs: {}\n" },
    { fail = "on: pull-request\njobs: {}\n", at = "/on", message = "did you mean 'pull_request'?",
      fixed = "on: pull_request\njobs: {}\n" },
    { fail = "on: [push, pul_request]\njobs: {}\n", at = "/on/1" },
  },
}

rule "event-settings-valid" {
  title = "Events have activity types and filters that they know",
  why = "GitHub refuses the workflow, or it never starts.",
  severity = "error",
  check = function(root, ctx)
    for _, event in ipairs(workflow.events(root)) do
      local known = ctx.data.events[event.name]
      if known and safe.kind(event.config) == "mapping" then
        local keys = {}
        if known.types then keys[1] = "types" end
        for _, filter in ipairs(known.filters or {}) do keys[#keys + 1] = filter end
        words.check_keys(ctx, event.config, words.of(table.concat(keys, " ")), ("event '%s'"):format(event.name))
        local types = {}
        for i, one in ipairs(known.types or {}) do types[i] = one end
        for _, one in ipairs(known.types and types[1] ~= "*" and safe.strings(event.config, "types") or {}) do
          local found = workflow.dynamic(one.value)
          for _, name in ipairs(types) do found = found or name == one.value end
          if not found then
            ctx:report("event '{event}' has no activity '{name}'{hint}",
              { event = event.name, name = one.value, hint = words.hint(one.value, types), at = one.place })
          end
        end
        for _, filter in ipairs { "branches", "tags", "paths" } do
          if tree.has(event.config, filter) and tree.has(event.config, filter .. "-ignore") then
            ctx:report("'{filter}' and '{filter}-ignore' cannot stand together; exclude with '!' in '{filter}'",
              { filter = filter, at = tree.place(event.config, filter .. "-ignore"), at_key = true })
          end
        end
        if event.name == "workflow_run" and not tree.has(event.config, "workflows") then
          ctx:report("'workflow_run' does not say after which workflows", { at = event.place, at_key = true })
        end
      elseif known and event.name == "workflow_run" and event.config == nil then
        ctx:report("'workflow_run' does not say after which workflows", { at = event.place, at_key = event.key })
      end
    end
  end,
  examples = {
    pass = { example.on "push: {branches: [main]}\nissues: {types: [opened]}\nrepository_dispatch: {types: [mine]}" },
    { fail = example.on "issues: {types: [open]}", at = "/on/issues/types/0" },
    { fail = example.on "issues: {branches: [main]}", at = "/on/issues/branches" },
    { fail = example.on "push: {branches: [a], branches-ignore: [b]}", at = "/on/push/branches-ignore" },
  },
}

rule "schedule-valid" {
  title = "Schedules can be read, and ask for no more than every five minutes",
  why = "GitHub refuses a schedule it cannot read, and starts none more often than every five minutes.",
  severity = "error",
  check = function(root, ctx)
    local schedule = safe.list(safe.get(root, "on"), "schedule")
    for _, event in ipairs(workflow.events(root)) do
      if event.name == "schedule" and safe.kind(event.config) ~= "sequence" then
        ctx:report("'schedule' does not say when", { at = event.place, at_key = event.key })
      end
    end
    for i = 1, schedule and #schedule or 0 do
      local line = safe.string(schedule[i], "cron")
      if line == nil then
        if safe.kind(schedule[i]) == "mapping" and not tree.has(schedule[i], "cron") then
          ctx:report("the schedule has no 'cron'", { at = tree.place(schedule, i) })
        end
      else
        local problem = cron.problem(line)
        if problem then ctx:report("{problem}", { problem = problem, at = tree.place(schedule[i], "cron") }) end
      end
    end
  end,
  examples = {
    pass = { example.on "schedule: [{cron: '*/5 0-6 * JAN-DEC MON,FRI'}]", example.on "schedule: [{cron: '0 4 1 */2 *'}]" },
    { fail = "on: schedule\njobs: {}\n", at = "/on" },
    { fail = example.on "schedule: [{cron: '0 24 * * *'}]", at = "/on/schedule/0/cron", message = "hour" },
    { fail = example.on "schedule: [{cron: '0 4 * *'}]", at = "/on/schedule/0/cron", message = "five fields" },
    { fail = example.on "schedule: [{cron: '*/3 * * * *'}]", at = "/on/schedule/0/cron", message = "every 3 minutes" },
  },
}

local TYPES = {
  workflow_dispatch = words.of "string number boolean choice environment",
  workflow_call = words.of "string number boolean",
}
local INPUT_KEYS = {
  workflow_dispatch = words.of "description required default type options deprecationMessage",
  workflow_call = words.of "description required default type deprecationMessage",
}
local KIND_OF = { string = { string = true, int = true, float = true }, number = { int = true, float = true }, boolean = { bool = true } }

local function check_input(ctx, event, inputs, name, input)
  words.check_keys(ctx, input, INPUT_KEYS[event], "an input")
  local kind = safe.string(input, "type")
  if kind == nil and event == "workflow_call" and not tree.has(input, "type") then
    ctx:report("input '{name}' has no type", { name = name, at = tree.place(inputs, name), at_key = true })
  elseif kind and not TYPES[event].set[kind] then
    ctx:report("an input of {event} cannot be of type '{type}'{hint}", {
      event = event, type = kind, hint = words.hint(kind, TYPES[event].list), at = tree.place(input, "type"),
    })
  end
  local default = safe.get(input, "default")
  local given = tree.kind(input, "default")
  if kind and default ~= nil and KIND_OF[kind] and not KIND_OF[kind][given]
    and not (given == "string" and workflow.dynamic(default)) and kind ~= "string" then
    -- GitHub reads 'true' in quotes for a boolean, too.
    local reads = kind == "boolean" and (default == "true" or default == "false") or kind == "number" and tonumber(default)
    if not reads then
      ctx:report("the default of input '{name}' is no {type}", { name = name, type = kind, at = tree.place(input, "default") })
    end
  end
  local options = safe.list(input, "options")
  if kind == "choice" and not options and not tree.has(input, "options") then
    ctx:report("input '{name}' is a choice without options", { name = name, at = tree.place(inputs, name), at_key = true })
  elseif kind == "choice" and options and default ~= nil then
    for i = 1, #options do
      if tostring(options[i]) == tostring(default) then return end
    end
    ctx:report("the default of input '{name}' is none of its options", { name = name, at = tree.place(input, "default") })
  elseif kind and kind ~= "choice" and tree.has(input, "options") then
    ctx:report("only an input of type choice has options", { at = tree.place(input, "options"), at_key = true })
  end
end

rule "inputs-valid" {
  title = "Inputs have a type that is there and a default that fits it",
  why = "GitHub refuses the workflow.",
  severity = "error",
  check = function(root, ctx)
    for _, event in ipairs { "workflow_dispatch", "workflow_call" } do
      local inputs = safe.map(root, "on", event, "inputs")
      for name, input in safe.entries(inputs) do
        if safe.kind(input) == "mapping" then check_input(ctx, event, inputs, name, input) end
      end
    end
  end,
  examples = {
    pass = example.on "workflow_dispatch: {inputs: {level: {type: choice, options: [a, b], default: a}, x: {default: 1}}}",
    { fail = example.on "workflow_dispatch: {inputs: {level: {type: text}}}", at = "/on/workflow_dispatch/inputs/level/type" },
    { fail = example.on "workflow_dispatch: {inputs: {level: {type: choice}}}", at = "/on/workflow_dispatch/inputs/level" },
    { fail = example.on "workflow_dispatch: {inputs: {level: {type: choice, options: [a], default: b}}}",
      at = "/on/workflow_dispatch/inputs/level/default" },
    { fail = example.on "workflow_call: {inputs: {level: {required: true}}}", at = "/on/workflow_call/inputs/level" },
    { fail = example.on "workflow_call: {inputs: {level: {type: boolean, default: maybe}}}",
      at = "/on/workflow_call/inputs/level/default" },
  },
}

-- What is wrong with a filter of branches, tags or paths?
local function glob_problem(pattern, is_path)
  if pattern == "" then return "is empty" end
  if pattern == "!" then return "excludes nothing" end
  if not is_path and pattern:find "[ ~^:\\]" and not pattern:find "\\[%[%]?+*!#\\]" then
    return "holds a character that no name of a branch or tag can hold"
  end
  if not is_path and (pattern:find "^/" or pattern:find "/$" or pattern:find "//") then
    return "can match no name: names neither begin nor end with '/'"
  end
  if is_path and pattern:find "^!?%.%.?/" then return "can match no path: paths begin without './'" end
  local class = pattern:gsub("\\.", ""):match "%[([^%]]*)%]?"
  local plain = pattern:gsub("\\.", "")
  if plain:gsub("%b[]", ""):find("[", 1, true) then return "has a '[' that is not closed" end
  if class == "" and plain:find("[]", 1, true) then return "has an empty '[]'" end
  for low, high in plain:gmatch "%[[^%]]-(%w)%-(%w)[^%]]*%]" do
    if low > high then return ("has a range %s-%s that is empty"):format(low, high) end
  end
  if plain:find "^!?[?+]" then return "has a '" .. plain:match "^!?([?+])" .. "' with nothing before it" end
  return nil
end

rule "filters-valid" {
  title = "Filters of branches, tags and paths can match something",
  why = "A filter that can match nothing keeps the workflow from ever starting.",
  severity = "error",
  check = function(root, ctx)
    for _, event in ipairs(workflow.events(root)) do
      if safe.kind(event.config) == "mapping" then
        for _, filter in ipairs { "branches", "branches-ignore", "tags", "tags-ignore", "paths", "paths-ignore" } do
          local list, all_negative = safe.strings(event.config, filter), true
          for _, one in ipairs(list) do
            local problem = glob_problem(one.value, filter:find "^paths" ~= nil)
            all_negative = all_negative and one.value:sub(1, 1) == "!"
            if problem then
              ctx:report("the filter '{value}' {problem}", { value = one.value, problem = problem, at = one.place })
            end
          end
          if #list > 0 and all_negative and not filter:find "ignore" then
            ctx:report("'{filter}' only excludes, so that nothing is left; use '{filter}-ignore'",
              { filter = filter, at = tree.place(event.config, filter), at_key = true })
          end
        end
      end
    end
  end,
  examples = {
    pass = example.on "push: {branches: [main, 'v[0-9]+.*', '!x'], paths: ['**.lua', 'a b']}",
    { fail = example.on "push: {branches: ['a b']}", at = "/on/push/branches/0" },
    { fail = example.on "push: {branches: ['v[0-9']}", at = "/on/push/branches/0" },
    { fail = example.on "push: {paths: ['./src/**']}", at = "/on/push/paths/0" },
    { fail = example.on "push: {branches: ['!x']}", at = "/on/push/branches" },
  },
}
