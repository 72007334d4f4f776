-- tools/embed.lua: turns files into one C source, so that the program travels alone.
--
--   lua5.4 tools/embed.lua ROOT OUT.c SYMBOL PATH...
--
-- Writes `const struct cfr_embedded SYMBOL[]` (lua/embedded.h), sorted by name, names relative to ROOT.
local root, out, symbol = arg[1], arg[2], arg[3]

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
for i = 4, #arg do
  for _, name in ipairs(list(arg[i])) do
    names[#names + 1] = name
  end
end
table.sort(names)

local file = assert(io.open(out, "w"))
file:write('/* Made by tools/embed.lua; do not edit. */\n#include "lua/embedded.h"\n\n')
for i, name in ipairs(names) do
  local input = assert(io.open(root .. "/" .. name, "rb"))
  local bytes = input:read("a")
  input:close()
  file:write(("static const unsigned char file_%d[] = {"):format(i))
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
file:write(("\nconst struct cfr_embedded %s[] = {\n"):format(symbol))
for i, name in ipairs(names) do
  file:write(('\t{ "%s", (const char *)file_%d, sizeof(file_%d) - 1 },\n'):format(name, i, i))
end
file:write("\t{ 0, 0, 0 }\n};\n")
file:close()
