-- stdlib/library.lua: the library `cfgrun` for scripts that people run (`cfgrun run`) and for the shell (`cfgrun repl`).
--
-- Values look as they do in rules (docs/rules.md): scalars are Lua values, a mapping or sequence is a read-only view that
-- is indexed, counted and walked like a table; two views of one place are equal. docs/scripts.md is the manual.

local core = require "core"
local ok = require("problem").check

local M = { version = core.version }
local tree = {}
M.tree = tree

-- ---- views ----

local node_of = setmetatable({}, { __mode = "k" })
local View = { __name = "cfgrun.value" }

local SCALARS = { bool = true, int = true, float = true, string = true, other = true }

--- A node as a script sees it.
---@param node userdata
---@return any
local function value_of(node)
  local kind = node:kind()
  if kind == "null" then
    return nil
  elseif SCALARS[kind] then
    return (node:value())
  end
  local view = setmetatable({}, View)
  node_of[view] = node
  return view
end

--- The node of a view, else an error that names what was given.
---@param value any
---@return userdata
local function check_node(value)
  local node = value ~= nil and node_of[value]
  if not node then
    local kind = type(value)
    error(("a mapping or sequence of a document was needed, got %s"):format(kind == "table" and "a plain table" or kind), 3)
  end
  return node
end

--- The child at a key, or at an index from 1.
local function child_of(node, key)
  if type(key) == "string" then
    return node:find(key)
  elseif math.type(key) == "integer" and key >= 1 and node:kind() == "sequence" then
    return (node:get("/" .. key - 1))
  end
end

function View:__index(key)
  local child = child_of(node_of[self], key)
  return child and value_of(child)
end

function View.__newindex()
  error("documents do not change: tree.totable(value) gives a copy that does, `cfgrun set` edits a file", 2)
end

function View:__len()
  local node = node_of[self]
  return node:kind() == "sequence" and node:size() or 0
end

function View.__eq(a, b)
  local one, other = node_of[a], node_of[b]
  return one ~= nil and other ~= nil and one:same(other)
end

function View:__tostring()
  return node_of[self]:text { format = "yaml" } or "?"
end

function View:__pairs()
  return tree.entries(self)
end

-- ---- tree ----

--- Key and value in the author's order (index and value of a sequence); nulls are passed over.
---@param view any
function tree.entries(view)
  local node = check_node(view)
  local children, i = node:children(), 0
  return function()
    while children[i + 1] do
      i = i + 1
      local value = value_of(children[i])
      if value ~= nil then
        return children[i]:key() or i, value
      end
    end
  end
end

---@return string[] keys in the author's order
function tree.keys(view)
  local out = {}
  for i, child in ipairs(check_node(view):children()) do
    out[i] = child:key() or i
  end
  return out
end

--- "a.b[0].c" as a JSON Pointer; pointers pass.
local function pointer(path)
  if type(path) ~= "string" then
    error(("a path is a string as \"a.b[0].c\", got %s; view[key] takes keys and indices"):format(type(path)), 3)
  elseif path == "" or path:sub(1, 1) == "/" then
    return path
  end
  local out = {}
  for word in path:gsub("%[(%d+)%]", ".%1"):gmatch "[^.]+" do
    out[#out + 1] = "/" .. word:gsub("~", "~0"):gsub("/", "~1")
  end
  return table.concat(out)
end

--- The value at "a.b[0].c" or at a JSON Pointer, or nil.
---@param view any
---@param path string
function tree.get(view, path)
  local node = check_node(view):get(pointer(path))
  return node and value_of(node)
end

---@return boolean is the key there, null included
function tree.has(view, key)
  return child_of(check_node(view), key) ~= nil
end

--- Its kind, or that of the child at a key.
---@return string?
function tree.kind(view, key)
  if not node_of[view] and key == nil then
    local kinds = { string = "string", boolean = "bool", table = "mapping" }
    return kinds[type(view)] or math.type(view)
  end
  local node = check_node(view)
  if key ~= nil then
    node = child_of(node, key)
  end
  return node and node:kind()
end

--- The values that a JSONPath selects.
---@return any[]
function tree.select(view, query)
  local out = {}
  for _, node in ipairs(ok(check_node(view):select(query))) do
    out[#out + 1] = value_of(node)
  end
  return out
end

--- Where it stands: {file, line, column, end_line, end_column}; with a key, that child, a scalar's too.
---@return table?
function tree.span(view, key)
  local node = check_node(view)
  if key ~= nil then
    node = child_of(node, key)
  end
  return node and node:span()
end

---@return string pointer of the value, or of its child at a key
function tree.path(view, key)
  local node = check_node(view)
  if key ~= nil then
    node = child_of(node, key)
  end
  return node and ok(node:path())
end

--- A plain table that may be changed. Nulls are left out: in a list, they leave holes.
function tree.totable(view)
  local null = core.null
  local function strip(t)
    if type(t) ~= "table" then
      return t ~= null and t or nil
    end
    for k, v in pairs(t) do
      t[k] = strip(v)
    end
    return t
  end
  return strip(check_node(view):totable())
end

--- As text: format is "yaml" (the default), "json" or another name that `cfgrun convert --to` knows.
---@param view any
---@param format? string
---@param compact? boolean JSON on one line
---@return string
function tree.text(view, format, compact)
  return (ok(check_node(view):text { format = format or "yaml", compact = compact }))
end

-- ---- reading ----

--- The documents of a file; "-" is standard input.
local function documents_of(file, options)
  options = options or {}
  local how = { format = options.format, limits = options.limits }
  if file == "-" then
    how.text = ok(core.files.read_input { limits = options.limits })
  end
  return ok(core.read(file == "-" and "<stdin>" or file, how))
end

--- The value of the only document.
local function only_value(documents, name)
  if #documents > 1 then
    error({ file = name, message = ("the stream has %d documents"):format(#documents),
      hint = "cfgrun.read_all reads those of a file", exit = 2 }, 0)
  end
  return documents[1] and value_of(documents[1]:root())
end

--- All documents of a file, as values; empty ones (a comment between two `---`) are left out. Options: format, limits.
---@param file string
---@param options? { format: string?, limits: table? }
---@return any[]
function M.read_all(file, options)
  local out = {}
  for _, document in ipairs(documents_of(file, options)) do
    out[#out + 1] = value_of(document:root())
  end
  return out
end

--- The one document of a file.
---@param file string
---@param options? table
function M.read(file, options)
  return only_value(documents_of(file, options), file)
end

--- The one document of a text.
---@param text string
---@param options? { name: string?, format: string?, limits: table? }
function M.parse(text, options)
  options = options or {}
  if type(text) ~= "string" then
    error(("the text of a document was needed, got %s"):format(type(text)), 2)
  end
  local name = options.name or "<text>"
  return only_value(ok(core.read(name, { text = text, format = options.format or "yaml", limits = options.limits })), name)
end

--- Paths of the configuration files that words mean (files, folders, globs), as `cfgrun check` takes them.
---@param ... string
---@return string[]
function M.files(...)
  local project = require("project").of {}
  local out = {}
  for i, file in ipairs((require("inputs").expand({ ... }, project, {}))) do
    out[i] = file.path
  end
  return out
end

--- What `cfgrun check` finds. Options: paths, policies (default: those of the project file), only, skip, config, now.
--- Secrets are masked.
---@param options { paths: string[]?, policies: string[]?, only: string[]?, skip: string[]?, config: string?, now: string? }
---@return { findings: table[], failures: table[], counts: table }
function M.check(options)
  local check, project = require("checking").new(options, nil, options.policies)
  for _, file in ipairs((require("inputs").expand(options.paths or {}, project, {}))) do
    ok(check:file(file.path, file.name))
  end
  ok(check:run())
  return require("secrecy").apply(check:outcome {})
end

-- ---- writing reports ----

--- A node as a table that the JSON writer knows: nulls stay, and an empty list is one.
local function for_json(node)
  local kind = node:kind()
  local out = kind == "sequence" and require("json").list {} or {}
  if kind ~= "sequence" and kind ~= "mapping" then
    return kind == "null" and core.null or (node:value())
  end
  for i, child in ipairs(node:children()) do
    out[kind == "sequence" and i or child:key()] = for_json(child)
  end
  return out
end

--- A plain Lua value as JSON, keys sorted; views may be inside.
---@param value any
---@param compact? boolean
---@return string
function M.json(value, compact)
  local function plain(v)
    if node_of[v] then
      return for_json(node_of[v])
    elseif type(v) == "table" then
      local out = setmetatable({}, getmetatable(v))
      for k, x in next, v do
        out[k] = plain(x)
      end
      return out
    end
    return v
  end
  return require("json").encode(plain(value), compact)
end

--- Rows of cells as text in columns, as wide as they must be; numbers to the right.
---@param rows any[][]
---@return string
function M.columns(rows)
  local widths = {}
  for _, row in ipairs(rows) do
    for i, cell in ipairs(row) do
      widths[i] = math.max(widths[i] or 0, core.display_width(tostring(cell)))
    end
  end
  local out = {}
  for _, row in ipairs(rows) do
    local cells = {}
    for i, cell in ipairs(row) do
      local text = tostring(cell)
      local pad = (" "):rep(widths[i] - core.display_width(text))
      cells[i] = type(cell) == "number" and pad .. text or text .. pad
    end
    out[#out + 1] = (table.concat(cells, "  "):gsub(" +$", ""))
  end
  return table.concat(out, "\n") .. (#out > 0 and "\n" or "")
end

-- ---- for commands that hand documents to scripts ----

M.value_of = value_of
M.node = check_node

---@return boolean
function M.is_view(value)
  return value ~= nil and node_of[value] ~= nil
end

return M
