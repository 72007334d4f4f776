-- Which documents of the run make up one stack.
--
-- A stack may be spread over files by `includes`; what one file lacks another brings. Before a rule says
-- "unknown agent" it asks here for the other documents that belong to the same stack: those this one includes,
-- those that include it, and so on. Rules do not read the disk: a file that is included but not among the
-- files of the run leaves the stack *open*, and nothing can be said to be missing from it.

local safe = import "safe"

local M = {}

--- A path without `.` and `..` and doubled slashes.
function M.normalise(path)
  local out = {}
  local absolute = text.starts(path, "/")
  for part in path:gmatch "[^/]+" do
    if part == ".." and #out > 0 and out[#out] ~= ".." then
      out[#out] = nil
    elseif part ~= "." then
      out[#out + 1] = part
    end
  end
  return (absolute and "/" or "") .. table.concat(out, "/")
end

--- The included path as seen from the including file's folder.
function M.resolve(file, path)
  if text.starts(path, "/") then return M.normalise(path) end
  local folder = file:match "^(.*)/[^/]*$"
  return M.normalise(folder and (folder .. "/" .. path) or path)
end

--- What a document includes: { name, place, path, fixed }. `fixed` is false for globs, addresses and references.
function M.of(root, file)
  local out = {}
  for _, key in ipairs { "includes", "include" } do
    for _, ref in ipairs(safe.strings(safe.map(root), key)) do
      ref.fixed = ref.name:find "[*?%[]" == nil and ref.name:find "://" == nil
      ref.path = M.resolve(file, ref.name)
      out[#out + 1] = ref
    end
    local list = safe.sublist(root, key)
    for i = 1, list and #list or 0 do
      if type(list[i]) == "string" and safe.dynamic(list[i]) then
        out[#out + 1] = { name = list[i], place = tree.place(list, i), fixed = false }
      end
    end
  end
  return out
end

local function includes_something(root)
  local map = safe.map(root)
  return map ~= nil and (tree.has(map, "includes") or tree.has(map, "include"))
end

--- Can other documents belong to the same stack? A run may hold thousands that do not: no more is looked at than
--- whether they include anything, and a whole stack that includes nothing does not even ask.
local function stands_alone(ctx)
  if includes_something(ctx.root) then return false end
  if safe.map(ctx.root) ~= nil and tree.has(ctx.root, "version") then return true end
  local others = ctx.others
  for i = 1, others and #others or 0 do
    if includes_something(others[i].root) then return false end
  end
  return true
end

---@return { file: string, root: any, includes: table }[] by file
local function index(ctx)
  local files = {}
  local function add(file, root)
    local path = M.normalise(file)
    local entry = { file = file, path = path, root = root, includes = M.of(root, file) }
    files[#files + 1] = entry
  end
  add(ctx.doc.file, ctx.root)
  local others = ctx.others
  for i = 1, others and #others or 0 do
    if others[i].root ~= nil then add(others[i].file, others[i].root) end
  end
  return files
end

--- All documents of the run, the asking one first; nothing when that one includes nothing.
function M.including(ctx)
  return includes_something(ctx.root) and index(ctx) or {}
end

---@return { roots: any[], open: boolean }
function M.stack(ctx)
  if stands_alone(ctx) then return { roots = { ctx.root }, open = false } end
  local files = index(ctx)
  local by_path = {}
  for _, file in ipairs(files) do
    by_path[file.path] = by_path[file.path] or file
  end
  local out = { roots = {}, open = false }
  local queue, seen = { files[1] }, { [files[1]] = true }
  local function push(file)
    if not seen[file] then
      seen[file] = true
      queue[#queue + 1] = file
    end
  end
  local at = 1
  while queue[at] do
    local file = queue[at]
    at = at + 1
    out.roots[#out.roots + 1] = file.root
    for _, ref in ipairs(file.includes) do
      local target = ref.fixed and by_path[ref.path]
      if target then push(target) else out.open = true end
    end
    for _, other in ipairs(files) do
      for _, ref in ipairs(other.includes) do
        if ref.path == file.path then push(other) end
      end
    end
  end
  return out
end

--- Gathers `view(root)` over all documents of the stack. `open` says that more may stand elsewhere: in an
--- included file that is not here, or in a file that includes a piece without a version.
---@param ctx any
---@param view fun(root: any): table[]
---@return table[] entries, boolean open
function M.gather(ctx, view)
  local stack = M.stack(ctx)
  local out, open, main = {}, stack.open, false
  for _, root in ipairs(stack.roots) do
    for _, entry in ipairs(view(root)) do out[#out + 1] = entry end
    main = main or (safe.map(root) ~= nil and tree.has(root, "version"))
  end
  return out, open or (not main and #out == 0)
end

return M
