-- tools/embed.lua: turns files into one C source, so that the program travels alone.
--
--   lua5.4 tools/embed.lua ROOT OUT.c SYMBOL PATH...
--
-- Writes `const struct cfr_embedded SYMBOL[]` (lua/embedded.h), sorted by name, names relative to ROOT. With --compiled
-- as the first PATH, each file also as it is compiled (tools/nameless.lua): the program's own, which is loaded at every start.
local root, out, symbol = arg[1], arg[2], arg[3]
local compiled = arg[4] == "--compiled"
local dump = dofile(root .. "/tools/nameless.lua")

---@param folder string
---@return string[]
local function list(folder)
  local names = {}
  local pipe = assert(io.popen(("cd '%s' && find '%s' -type f | LC_ALL=C sort"):format(root, folder)))
  for name in pipe:lines() do
    names[#names + 1] = name
  end
  pipe:close()
  return names
end

local names = {}
for i = compiled and 5 or 4, #arg do
  for _, name in ipairs(list(arg[i])) do
    names[#names + 1] = name
  end
end
table.sort(names)

-- The release of this Lua, "Lua 5.4.4": what it compiles is for this one only.
local function release()
  local pipe = io.popen(("'%s' -v 2>&1"):format(arg[-1]))
  local text = pipe and pipe:read "a" or ""
  if pipe then
    pipe:close()
  end
  return text:match "^Lua %d+%.%d+%.%d+"
end

local file = assert(io.open(out, "w"))

---@param kind string
---@param i integer
---@param bytes string
local function write(kind, i, bytes)
  file:write(("static const unsigned char %s_%d[] = {"):format(kind, i))
  local row = {}
  for at = 1, #bytes do
    row[#row + 1] = bytes:byte(at)
    if #row == 64 then
      file:write(table.concat(row, ","), ",\n")
      row = {}
    end
  end
  row[#row + 1] = 0
  file:write(table.concat(row, ","), "};\n")
end

compiled = compiled and release()
local codes = {}
file:write('/* Made by tools/embed.lua; do not edit. */\n#include "lua/embedded.h"\n\n')
for i, name in ipairs(names) do
  local input = assert(io.open(root .. "/" .. name, "rb"))
  local bytes = input:read("a")
  input:close()
  write("file", i, bytes)
  local chunk = compiled and load(bytes, "=" .. name)
  if chunk then
    codes[i] = true
    write("code", i, dump(chunk))
  end
end
file:write(("\nconst struct cfr_embedded %s[] = {\n"):format(symbol))
for i, name in ipairs(names) do
  local code = codes[i] and ('(const char *)code_%d, sizeof(code_%d) - 1, "%s"'):format(i, i, compiled) or "0, 0, 0"
  file:write(('\t{ "%s", (const char *)file_%d, sizeof(file_%d) - 1, %s },\n'):format(name, i, i, code))
end
file:write("\t{ 0, 0, 0, 0, 0, 0 }\n};\n")
file:close()
