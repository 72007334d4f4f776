-- stdlib/compositions.lua: compositions of the project file and of a command line, brought to the engine.
--
-- The project file declares them by name (`compositions:`, docs/composition.md); a command line may also name files, each
-- a layer over the one before. Here the description becomes the arguments of core.compose, and options add to it: which
-- layers hold (`--when`), single values on top (`--set`), variables (`--env`).

local args = require "args"
local core = require "core"

local M = {}

---@class Layer
---@field file string
---@field name? string
---@field when? string[]
---@field optional? boolean
---@field interpolate? boolean
---@field delete? string[]
---@field declared? { file: string, line: integer, column: integer } where the project file names it
---@field deleted_at? { file: string, line: integer, column: integer }[]

---@class Composition
---@field name string
---@field root string
---@field layers Layer[]
---@field merge { path: string, how: string, key: string? }[]
---@field merge-key? string the key under which files declare strategies
---@field include? string the key that includes
---@field interpolate? boolean
---@field dialect? string

---@type Option[]
M.options = {
  { "when", value = "WORD", many = true, help = "take the layers, too, that are declared `when: WORD`" },
  { "set", short = "s", value = "POINTER=VALUE", many = true, help = "a value on top of all layers; VALUE is read as YAML" },
  { "env", short = "e", value = "VAR=VALUE", many = true, help = "a variable for references, before those of the environment" },
}

---@type Option[]
M.file_options = {
  { "merge", value = "POINTER=HOW", many = true,
    help = "for files: how to merge there: merge, replace, append, prepend, union, by:KEY" },
  { "interpolate", help = "for files: resolve references (${NAME}) in them" },
  { "include", help = "for files: `include:` brings in other files" },
  { "root", value = "FOLDER", help = "for files: the folder that includes do not leave (default: that of the first file)" },
}

-- Where LangSwarm looks for its configuration, in this order.
local FOLDERS = { ".", "config", "configs", "~/.langswarm", "/etc/langswarm" }
local NAMES = { "langswarm.yaml", "langswarm.yml", "config.yaml", "config.yml", ".langswarm.yaml", ".langswarm.yml" }

local function usage(message, hint)
  error({ message = message, hint = hint, exit = 2 }, 0)
end

--- "by:id" or "append".
---@return { path: string, how: string, key: string? }?
function M.strategy(path, word)
  local key = word:match "^by:(.+)$"
  if key then
    return { path = path, how = "by", key = key }
  end
  for _, known in ipairs(core.strategies()) do
    if known.name == word and word ~= "by" then
      return { path = path, how = word }
    end
  end
end

-- --- the project file ---

local function strategies(tools)
  return function(node)
    local out = {}
    for i, child in ipairs(tools.need(node, "mapping"):children()) do
      local path = child:key()
      if path ~= "" and not path:find "^/" then
        tools.refuse(child, ("'%s' is no JSON Pointer"):format(path),
          "a pointer begins with a slash; * stands for any one token: /services/*/ports", "key")
      end
      if child:kind() == "mapping" then
        local by = tools.fields(child, { by = tools.text }, { "by" })
        out[i] = { path = path, how = "by", key = by.by }
      else
        out[i] = M.strategy(path, tools.text(child))
          or tools.refuse(child, ("'%s' is no way to merge"):format(child:value()),
            "known are merge, replace, append, prepend, union and { by: KEY }")
      end
    end
    return out
  end
end

local function layer(tools)
  return function(node)
    if node:kind() == "string" then
      return { file = node:value(), declared = node:span() }
    end
    local declared, deleted_at = nil, {}
    local made = tools.fields(node, {
      file = function(value)
        declared = value:span()
        return tools.text(value)
      end,
      name = tools.text, when = tools.list_of(tools.text), optional = tools.flag, interpolate = tools.flag,
      delete = tools.list_of(function(value)
        deleted_at[#deleted_at + 1] = value:span()
        return tools.pointer(value)
      end),
    }, { "file" })
    made.declared, made.deleted_at = declared, deleted_at
    return made
  end
end

--- The reader of `compositions:`; `tools` are the readers of the project file.
---@param tools table
---@return fun(node: userdata): Composition[]
function M.reader(tools)
  return function(node)
    local out = {}
    for i, child in ipairs(tools.need(node, "mapping"):children()) do
      local made = tools.fields(child, {
        root = tools.text,
        layers = tools.list_of(layer(tools)),
        merge = strategies(tools),
        ["merge-key"] = tools.text,
        interpolate = tools.flag,
        include = function(value)
          return value:kind() == "bool" and (value:value() and "include" or nil) or value:kind() ~= "bool"
            and tools.text(value) or nil
        end,
        dialect = function(value)
          return tools.text(value) == "langswarm" and "langswarm"
            or tools.refuse(value, ("'%s' is no dialect"):format(value:value()), "known is langswarm")
        end,
      })
      if not made.layers and not made.dialect then
        tools.refuse(child, "'layers' is missing", "they are files, the lowest first", "key")
      end
      made.name = child:key()
      out[i] = made
    end
    return out
  end
end

--- A file of the project file in `root`, as seen from the working folder.
function M.beside(root, path)
  if path:find "^/" or root == "." then
    return path
  end
  return (root == "/" and "" or root) .. "/" .. path:gsub("^%./", "")
end

-- --- composing ---

--- The first file that LangSwarm would take.
local function search(root)
  local home, searched = os.getenv "HOME", {}
  for _, folder in ipairs(FOLDERS) do
    local at = folder:gsub("^~", home or "~")
    at = at == "." and root or M.beside(root, at)
    for _, name in ipairs(NAMES) do
      local file = at == "." and name or at .. "/" .. name
      if core.files.kind(file) == "file" then
        return file
      end
    end
    searched[#searched + 1] = at
  end
  error({ message = "no LangSwarm configuration is to be found", exit = 2,
    hint = ("searched: %s; for %s"):format(table.concat(searched, ", "), table.concat(NAMES, ", ")) }, 0)
end

--- The words that layers wait for, each once, in order.
---@param composition Composition
---@return string[]
function M.words(composition)
  local seen, list = {}, {}
  for _, one in ipairs(composition.layers or {}) do
    for _, word in ipairs(one.when or {}) do
      if not seen[word] then
        seen[word] = true
        list[#list + 1] = word
      end
    end
  end
  return list
end

local function holds(one, when)
  if not one.when then
    return true
  end
  for _, word in ipairs(one.when) do
    for _, given in ipairs(when) do
      if word == given then
        return true
      end
    end
  end
  return false
end

--- "POINTER=VALUE"; a `=` in the pointer is not meant.
local function pair(option, word, what)
  local name, value = word:match "^([^=]*)=(.*)$"
  if not name or (name == "" and what ~= "POINTER=HOW") then -- the root is a place, too
    usage(("--%s '%s' is not %s"):format(option, word, what))
  end
  return name, value
end

local function sets(layers, options)
  for _, word in ipairs(options.set or {}) do
    local pointer, value = pair("set", word, "POINTER=VALUE")
    if not pointer:find "^/" then
      usage(("--set '%s' does not begin with a JSON Pointer"):format(word), "write --set /server/port=8080")
    end
    layers[#layers + 1] = { name = "--set " .. pointer, at = pointer, text = value == "" and "''" or value }
  end
end

local function variables(options)
  local env = {}
  for _, word in ipairs(options.env or {}) do
    local name, value = pair("env", word, "VAR=VALUE")
    env[name] = value
  end
  return env
end

--- Who took away what is not there: the highest layer that deletes the place, or one around it.
local function deleter(layers, pointer)
  for i = #layers, 1, -1 do
    for k, gone in ipairs(layers[i].delete or {}) do
      if pointer == gone or pointer:sub(1, #gone + 1) == gone .. "/" then
        local at = (layers[i].deleted_at or {})[k]
        return ("layer '%s' deletes '%s'%s"):format(layers[i].name, gone, at and (" (%s:%d:%d)"):format(at.file, at.line, at.column) or "")
      end
    end
  end
end

--- Composes. `when` are the words that hold.
---@param composition Composition
---@param root string the folder that its files are named from
---@param options table
---@param when string[]
---@return userdata snapshot or, with `options.at`, the one node there
---@return userdata? snapshot with `options.at`: what knows the node's origin
function M.compose(composition, root, options, when)
  local layers = {}
  local declared = composition.layers or { { file = search(root), name = "langswarm" } }
  for _, one in ipairs(declared) do
    if holds(one, when) then
      layers[#layers + 1] = { file = composition.layers and M.beside(root, one.file) or one.file, name = one.name or one.file,
        optional = one.optional, delete = one.delete, declared = one.declared, deleted_at = one.deleted_at,
        interpolate = one.interpolate == nil and (composition.interpolate or composition.dialect ~= nil) or one.interpolate }
    end
  end
  sets(layers, options)
  local what = { name = composition.name,
    root = composition.root and M.beside(root, composition.root) or root, layers = layers, merge = composition.merge,
    merge_key = composition["merge-key"], dialect = composition.dialect, env = variables(options),
    include = composition.include or composition.dialect and "includes" or nil, limits = options.limits }
  local made, problem -- or, behind a node, its snapshot
  if options.at then
    made, problem = core.compose_at(what, options.at)
  else
    made, problem = core.compose(what)
  end
  if not made and problem.nowhere then
    problem.file = composition.name
    problem.hint = deleter(layers, options.at) or problem.hint
    error(problem, 0)
  elseif not made then
    problem.exit = 2 -- whatever is missing: there is no result
    error(problem, 0)
  end
  return made, options.at and problem or nil
end

-- --- command lines ---

local function find(project, name)
  for _, composition in ipairs(project.compositions) do
    if composition.name == name then
      return composition
    end
  end
end

local function of_files(words, options)
  local made = { name = table.concat(words, " + "), layers = {}, merge = {}, interpolate = options.interpolate,
    include = options.include and "include" or nil }
  for i, word in ipairs(words) do
    if word == "-" then
      usage "a layer cannot be standard input"
    end
    made.layers[i] = { file = word }
  end
  for i, word in ipairs(options.merge or {}) do
    local path, how = pair("merge", word, "POINTER=HOW")
    made.merge[i] = M.strategy(path, how)
      or usage(("--merge '%s': '%s' is no way to merge"):format(word, how),
        "known are merge, replace, append, prepend, union and by:KEY")
  end
  local folder = words[1]:match "^(.*)/[^/]*$"
  folder = folder == "" and "/" or folder or "."
  made.root = options.root or core.files.kind(folder) == "folder" and folder or "." -- else the file is told to be missing
  return made
end

local function need_words(composition, when)
  local known = M.words(composition)
  for _, word in ipairs(when) do
    local there = false
    for _, one in ipairs(known) do
      there = there or one == word
    end
    if not there then
      local near = args.nearest(word, known)
      usage(("no layer of '%s' is declared `when: %s`"):format(composition.name, word), near and ("did you mean '%s'?"):format(near)
        or #known > 0 and "known are " .. table.concat(known, ", ") or nil)
    end
  end
end

--- The composition that words mean: a name of the project file, files, or, without words, the only one there is.
---@param words string[]
---@param project Project
---@param options table
---@return userdata snapshot or node, as of M.compose
---@return Composition composition
---@return userdata? snapshot of the node
function M.of_words(words, project, options)
  local list, composition, root = project.compositions, nil, project.root
  if #words == 0 then
    if #list ~= 1 then
      local names = {}
      for i, one in ipairs(list) do
        names[i] = one.name
      end
      usage(#list == 0 and "the project file declares no composition" or "which composition?",
        #list == 0 and "give files, each a layer over the one before, or declare `compositions:` in cfgrun.yaml"
          or "there are " .. table.concat(names, ", "))
    end
    composition = list[1]
  elseif #words == 1 then
    composition = find(project, words[1])
  end
  if composition then
    for _, option in ipairs(M.file_options) do
      if options[option[1]] then
        usage(("--%s goes with files; composition '%s' says it in the project file"):format(option[1], composition.name))
      end
    end
  else
    composition, root = of_files(words, options), "."
    for _, word in ipairs(words) do
      if #words == 1 and not word:find "[./]" and not core.files.kind(word) then
        local names = {}
        for i, one in ipairs(list) do
          names[i] = one.name
        end
        local near = args.nearest(word, names)
        usage(("there is neither a composition nor a file '%s'"):format(word), near and ("did you mean '%s'?"):format(near))
      end
    end
  end
  need_words(composition, options.when or {})
  local made, snapshot = M.compose(composition, root, options, options.when or {})
  return made, composition, snapshot
end

return M
