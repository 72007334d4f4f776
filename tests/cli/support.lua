-- tests/cli/support.lua: run the program as a person's shell does, in an empty folder, and look at what comes out.

local M = {}

local root = io.popen("pwd"):read "l"
M.program = os.getenv "CFGRUN" or root .. "/build/release/cfgrun"
M.root = root
M.shared = os.getenv "CFGRUN_SHARED" or root .. "/../shared"

-- Called by hand, the tests leave the person's own cache alone.
if not os.getenv "CFGRUN_CACHE" then
  M.cache = io.popen("mktemp -d"):read "l"
  M.sweeper = setmetatable({}, { __gc = function() os.execute("rm -rf '" .. M.cache .. "'") end })
end

--- A new empty folder; removed by the caller's after_each.
function M.folder()
  local pipe = io.popen "mktemp -d"
  local path = pipe:read "l"
  pipe:close()
  return path
end

function M.remove(path)
  os.execute("chmod -R u+rwx '" .. path .. "' && rm -rf '" .. path .. "'")
end

---@param path string
---@param text string
function M.write(path, text)
  os.execute(("mkdir -p '%s'"):format(path:match "^(.*)/"))
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

---@param path string
---@return string
function M.read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "a"
  file:close()
  return text
end

--- Runs a shell line in a folder, with $CFGRUN as the program.
---@param folder string
---@param line string
---@return { out: string, err: string, status: integer }
function M.shell(folder, line)
  local err = os.tmpname()
  local own = M.cache and ("CFGRUN_CACHE='%s'"):format(M.cache) or ""
  local pipe = io.popen(("cd '%s' && export CFGRUN='%s' %s && ( %s ) 2>'%s'"):format(folder, M.program, own, line, err))
  local out = pipe:read "a"
  local _, _, status = pipe:close()
  local result = { out = out, err = M.read(err), status = status or 0 }
  os.remove(err)
  return result
end

---@param path string
---@return boolean
function M.exists(path)
  return M.shell(".", ("test -e '%s'"):format(path)).status == 0
end

---@return boolean
function M.is_root()
  return M.shell(".", "id -u").out == "0\n"
end

--- Runs cfgrun with arguments.
function M.run(folder, arguments)
  return M.shell(folder, "$CFGRUN " .. arguments)
end

return M
