-- Workflows as graphs: which step may follow which, circles, reach, and the longest way through.
--
-- Steps are run in the order they stand in, unless they say otherwise: `depends_on` names what must come
-- before, `output.to` and the branches of a condition what comes after. In a workflow where nobody waits, a step
-- that does not say where its output goes is followed by its neighbour, unless another step sends there.
-- The one-line form gives its edges directly.
--
-- Everything here is a loop, not a recursion: a workflow of any length must not end a rule.

local M = {}

---@class Node
---@field id string
---@field step Step?
---@field agent string?
---@field next integer[] indices of nodes that may follow
---@field user boolean does it answer the caller

---@class Graph
---@field nodes Node[]
---@field roots integer[] where a run begins
---@field dynamic boolean are there edges nobody can see before the stack runs

local function add_edge(nodes, from, to)
  if nodes[from].seen[to] then return end
  nodes[from].seen[to] = true
  nodes[from].next[#nodes[from].next + 1] = to
  nodes[to].incoming = nodes[to].incoming + 1
end

--- The graph of a workflow's steps.
---@param workflow Workflow
---@param explicit boolean? only edges that are written down, not those by neighbourhood
---@return Graph
function M.of_steps(workflow, explicit)
  local nodes, by_id = {}, {}
  for i, step in ipairs(workflow.steps) do
    nodes[i] = { id = step.id, step = step, agent = step.agent and step.agent.name, next = {}, seen = {},
      incoming = 0, user = step.to_user }
    if by_id[step.id] == nil then by_id[step.id] = i end
  end
  local graph = { nodes = nodes, roots = {}, dynamic = false }
  for i, step in ipairs(workflow.steps) do
    graph.dynamic = graph.dynamic or step.dynamic
    for _, ref in ipairs(step.needs) do
      if by_id[ref.name] then add_edge(nodes, by_id[ref.name], i) else graph.dynamic = true end
    end
    for _, ref in ipairs(step.to) do
      if by_id[ref.name] then add_edge(nodes, i, by_id[ref.name]) else graph.dynamic = true end
    end
  end
  -- Where anybody waits for anybody, those who wait for nobody all begin at once; else the order of the list
  -- holds.
  local waits, began = false, {}
  for i, step in ipairs(workflow.steps) do
    waits = waits or #step.needs > 0
    began[i] = nodes[i].incoming == 0
  end
  for i, step in ipairs(workflow.steps) do
    if i == 1 or (waits and began[i]) then graph.roots[#graph.roots + 1] = i end
    local follows = not explicit and not waits and not step.routed and #step.to == 0
    if follows and began[i + 1] then add_edge(nodes, i, i + 1) end
  end
  return graph
end

--- The graph of the one-line form.
---@param workflow Workflow
---@return Graph
function M.of_line(workflow)
  local graph = { nodes = {}, roots = {}, dynamic = false }
  local before = {}
  for _, part in ipairs(workflow.line.parsed.parts) do
    local now = {}
    for _, name in ipairs(part.names) do
      local node = { id = name, agent = name ~= "user" and name or nil, next = {}, seen = {}, incoming = 0,
        user = name == "user" }
      graph.nodes[#graph.nodes + 1] = node
      now[#now + 1] = #graph.nodes
      for _, from in ipairs(before) do add_edge(graph.nodes, from, #graph.nodes) end
      if #before == 0 then graph.roots[#graph.roots + 1] = #graph.nodes end
    end
    before = now
  end
  return graph
end

--- The graph of whichever form the workflow has.
function M.of(workflow)
  if #workflow.steps > 0 then return M.of_steps(workflow) end
  if workflow.line then return M.of_line(workflow) end
  return { nodes = {}, roots = {}, dynamic = false }
end

--- Removes nodes nothing leads to until none is left (Kahn). What stays lies on or behind a circle.
---@return integer[] order, table<integer, boolean> done
local function sorted(graph)
  local count, order, done = {}, {}, {}
  for i, node in ipairs(graph.nodes) do count[i] = node.incoming end
  for i in ipairs(graph.nodes) do
    if count[i] == 0 then order[#order + 1] = i end
  end
  local at = 1
  while order[at] do
    local i = order[at]
    at = at + 1
    done[i] = true
    for _, to in ipairs(graph.nodes[i].next) do
      count[to] = count[to] - 1
      if count[to] == 0 then order[#order + 1] = to end
    end
  end
  return order, done
end

--- One circle of the graph as indices, its first node again at the end; nil when there is none.
---@param graph Graph
---@return integer[]?
function M.cycle(graph)
  local _, done = sorted(graph)
  local before = {}
  for i, node in ipairs(graph.nodes) do
    if not done[i] then
      for _, to in ipairs(node.next) do
        if not done[to] and before[to] == nil then before[to] = i end
      end
    end
  end
  local start
  for i in ipairs(graph.nodes) do
    if not done[i] then
      start = i
      break
    end
  end
  if start == nil then return nil end
  -- walking backwards from anywhere behind a circle ends up going round it
  local seen, at = {}, start
  while at and not seen[at] do
    seen[at] = true
    at = before[at]
  end
  if at == nil then return nil end
  local backwards, stop = { at }, at
  at = before[at]
  while at ~= stop do
    backwards[#backwards + 1] = at
    at = before[at]
  end
  local circle = {}
  for i = #backwards, 1, -1 do circle[#circle + 1] = backwards[i] end
  -- begin with the step that is written first
  local first = 1
  for i = 1, #circle do
    if circle[i] < circle[first] then first = i end
  end
  local out = {}
  for i = 0, #circle - 1 do out[#out + 1] = circle[(first - 1 + i) % #circle + 1] end
  out[#out + 1] = out[1]
  return out
end

--- The nodes that a run can come to.
---@return table<integer, boolean>
function M.reached(graph)
  local seen, queue = {}, {}
  for _, i in ipairs(graph.roots) do
    seen[i] = true
    queue[#queue + 1] = i
  end
  local at = 1
  while queue[at] do
    local node = graph.nodes[queue[at]]
    at = at + 1
    for _, to in ipairs(node.next) do
      if not seen[to] then
        seen[to] = true
        queue[#queue + 1] = to
      end
    end
  end
  return seen
end

--- The largest sum of `weight(node)` along any way through; nil when the graph has a circle.
---@param graph Graph
---@param weight fun(node: Node): number
---@return number?
function M.longest(graph, weight)
  local order = sorted(graph)
  if #order < #graph.nodes then return nil end
  local sum, best = {}, 0
  for _, i in ipairs(order) do
    sum[i] = (sum[i] or 0) + weight(graph.nodes[i])
    if sum[i] > best then best = sum[i] end
    for _, to in ipairs(graph.nodes[i].next) do
      if sum[i] > (sum[to] or 0) then sum[to] = sum[i] end
    end
  end
  return best
end

return M
