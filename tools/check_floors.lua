-- tools/check_floors.lua: does any #include look upward, and does a foreign library leave its room?
--
-- The floors of docs/architecture.md as a table: what each folder may include. A public header (engine/NAME.h) is the door of the
-- room it names; a door may use what its room may.

local MAY = {
  ["engine/base"] = { "engine", "engine/base" },
  ["engine/image"] = { "engine", "engine/base", "engine/image" },
  ["engine/tree"] = { "engine", "engine/base", "engine/image", "engine/tree" },
  ["engine/text"] = { "engine", "engine/base", "engine/image", "engine/tree", "engine/text" },
  ["engine/edit"] = { "engine", "engine/base", "engine/image", "engine/tree", "engine/text", "engine/edit" },
  ["engine/fmt"] = { "engine", "engine/base", "engine/image", "engine/tree", "engine/text", "engine/fmt" },
  ["engine/query"] = { "engine", "engine/base", "engine/image", "engine/tree", "engine/query" },
  ["engine/diff"] = { "engine", "engine/base", "engine/image", "engine/tree", "engine/diff" },
  ["engine/load"] = { "engine", "engine/base", "engine/image", "engine/tree", "engine/text", "engine/load" },
  ["engine/compose"] = { "engine", "engine/base", "engine/tree", "engine/compose" },
  ["engine/analyze"] = { "engine", "engine/base", "engine/tree", "engine/analyze" },
  ["engine/trace"] = { "engine", "engine/base", "engine/trace" },
  ["engine/port"] = { "engine" },
  ["engine/check"] = { "engine", "engine/base", "engine/tree", "engine/port", "engine/check" },
  ["engine"] = { "engine", "engine/base", "engine/image", "engine/tree", "engine/port" },
  ["cache"] = { "engine", "engine/base", "engine/port", "cache" },
  ["lua/sandbox"] = { "engine", "engine/base", "lua/sandbox" },
  ["lua/rules"] = { "engine", "engine/base", "engine/image", "engine/tree", "engine/port", "lua", "lua/sandbox", "lua/rules" },
  ["lua/commands"] = { "engine", "engine/base", "engine/tree", "cache", "lua", "lua/commands" },
  ["lua"] = { "engine", "engine/base", "engine/port", "lua" },
  ["host"] = { "engine", "engine/base", "cache", "lua", "host" },
  ["cli"] = { "host", "lua" },
}

-- Foreign headers and the only places that may include them.
local FOREIGN = {
  ["yaml.h"] = "^engine/[a-z]+/yaml", ["pcre2.h"] = "^engine/base/re%.c$", ["openssl/"] = "^engine/base/digest%.c$",
  ["lua.h"] = "^lua/", ["lauxlib.h"] = "^lua/", ["lualib.h"] = "^lua/",
  ["lmdb.h"] = "^cache/env%.c$", ["xxhash.h"] = "^engine/base/checksum%.c$",
  ["histedit.h"] = "^lua/commands/bind_editor%.c$",
}

local problems, arrows = 0, 0

local function complain(file, line, text)
  problems = problems + 1
  print(("%s:%d: %s"):format(file, line, text))
end

local function folder_of(name)
  return name:match "^(.*)/[^/]*$"
end

local function check_line(file, number, line)
  local ours = line:match '^%s*#%s*include%s*"([^"]+)"'
  local foreign = line:match "^%s*#%s*include%s*<([^>]+)>"
  if ours then
    arrows = arrows + 1
    local from, to, allowed = folder_of(file), folder_of(ours), false
    for _, folder in ipairs(MAY[from] or {}) do
      allowed = allowed or folder == to
    end
    if not allowed then
      complain(file, number, ("%s may not include %s"):format(from, ours))
    end
  elseif foreign then
    for name, where in pairs(FOREIGN) do
      if (foreign == name or (name:find "/$" and foreign:sub(1, #name) == name)) and not file:find(where) then
        complain(file, number, ("<%s> belongs to %s"):format(foreign, where))
      end
    end
  end
end

local pipe = assert(io.popen "find engine cache lua host cli -name '*.[ch]' | LC_ALL=C sort")
for file in pipe:lines() do
  local number = 0
  for line in io.lines(file) do
    number = number + 1
    check_line(file, number, line)
  end
end
pipe:close()
print(("%d includes, %d look where they may not"):format(arrows, problems))
os.exit(problems == 0)
