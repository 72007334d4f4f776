-- stdlib/inputs.lua: from the words of a command line to the files it means.
--
-- A file named is always taken. A folder gives the files of known formats in it that git does not ignore. A word with
-- glob characters that names nothing is matched against the files below. Names given to rules are relative to the project.

local core = require "core"
local files = core.files

local M = {}

---@param name string
---@return boolean
local function is_known(name)
  return core.format_of_name(name) ~= nil
end

local function any(globs, name)
  for _, glob in ipairs(globs) do
    if files.glob(glob, name) or files.glob(glob:gsub("/$", "") .. "/**", name) or files.glob("**/" .. glob, name) then
      return true
    end
  end
  return false
end

--- How a path of the working folder is called in the project.
---@param project Project
---@return fun(path: string): string
function M.namer(project)
  local root = files.real(project.root) or files.cwd()
  local here = files.cwd()
  return function(path)
    local plain = path:gsub("^%./", "")
    if project.root == "." and not plain:find "^/" and not plain:find "%.%." then
      return plain
    end
    local full = files.real(path) or (here .. "/" .. plain)
    if full:sub(1, #root + 1) == root .. "/" then
      return full:sub(#root + 2)
    end
    return plain
  end
end

local function fail(message, hint)
  error({ message = message, hint = hint, exit = 2 }, 0)
end

--- The folder that a glob surely stays in: "config/**/x.yaml" gives "config".
local function fixed_part(glob)
  local folder = glob:match "^([^*?%[{]*)/" or "."
  return folder == "" and "/" or folder
end

---@param word string
---@param take fun(path: string)
---@param exclude string[]
---@param name fun(path: string): string
---@param troubles table[]
local function expand_folder(word, take, exclude, name, troubles, accept)
  local found, trouble = files.walk(word, { ignore = true, hidden = true, want = function(below, is_folder)
    local full = word == "." and below or word .. "/" .. below
    return not any(exclude, name(full)) and (is_folder or accept(full))
  end })
  if not found then
    error(trouble, 0)
  end
  for _, t in ipairs(trouble) do
    troubles[#troubles + 1] = t
  end
  for _, file in ipairs(found) do
    take(file.path)
  end
end

--- Lines of a git command, or nil.
local function git(command)
  local pipe = io.popen("git " .. command .. " 2>/dev/null")
  if not pipe then
    return nil
  end
  local out = pipe:read "a"
  if not pipe:close() then
    return nil
  end
  local lines = {}
  for line in out:gmatch "[^%z]+" do
    lines[#lines + 1] = line
  end
  return lines
end

--- Files that differ from a revision, and untracked ones, in the whole repository; by their real paths.
---@param revision string
---@return table<string, boolean>
function M.changed(revision)
  if revision:find "^%-" or revision:find "[^%w%._/@{}~^%-]" then
    fail(("'%s' is no revision"):format(revision))
  end
  local set = {}
  local top = git "rev-parse --show-toplevel"
  local root = top and top[1] and top[1]:gsub("\n$", "")
  local differing = git(("diff --no-ext-diff --no-relative --name-only -z --diff-filter=d '%s' --"):format(revision))
  local untracked = git "ls-files --others --exclude-standard --full-name -z -- :/"
  if not root or not differing or not untracked then
    fail(("git cannot tell what changed since '%s'"):format(revision), "is this a git repository with that revision?")
  end
  for _, list in ipairs { differing, untracked } do
    for _, file in ipairs(list) do
      set[files.real(root .. "/" .. file) or file] = true
    end
  end
  return set
end

--- The files of a run: list of { path, name }, and what could not be looked into.
---@param words string[]
---@param project Project
---@param options { exclude: string[]?, changed: string|true|nil, accept: nil|fun(name: string): boolean, go_on: boolean? }
---  accept: files of folders; go_on: a word that means nothing is one of the troubles, and the others hold
---@return { path: string, name: string }[] files, table[] troubles
function M.expand(words, project, options)
  local name = M.namer(project)
  local exclude = table.move(options.exclude or {}, 1, #(options.exclude or {}), #project.exclude + 1,
    table.move(project.exclude, 1, #project.exclude, 1, {}))
  local changed = options.changed and M.changed(options.changed == true and "HEAD" or options.changed)
  local seen, list, troubles = {}, {}, {}
  local function take(path)
    local plain = path:gsub("^%./+", "")
    local real = files.real(path) or plain
    if not seen[real] and not (changed and not changed[real]) then
      seen[real] = true
      list[#list + 1] = { path = plain, name = name(path) }
    end
  end
  local function expand(word)
    local kind, why = files.kind(word)
    if kind == "folder" then
      expand_folder((word:gsub("(.)/+$", "%1")), take, exclude, name, troubles, options.accept or is_known)
    elseif kind then
      take(word)
    elseif word:find "[*?%[{]" then
      local before, glob = #list, word:gsub("^%./+", "")
      expand_folder(fixed_part(glob), take, exclude, name, troubles, function(path)
        return files.glob(glob, path)
      end)
      if #list == before and not changed then
        fail(("no file matches '%s'"):format(word))
      end
    else
      fail(("'%s' cannot be read: %s"):format(word, why), "give files, folders or globs; `-` is standard input")
    end
  end
  for _, word in ipairs(#words > 0 and words or { "." }) do
    local good, problem = true, nil
    if options.go_on then
      good, problem = pcall(expand, word)
    else
      expand(word)
    end
    if type(problem) == "table" then
      troubles[#troubles + 1] = problem
    elseif not good then
      error(problem, 0)
    end
  end
  return list, troubles
end

return M
