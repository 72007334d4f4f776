-- stdlib/editorconfig.lua: what .editorconfig files say of a file's white space (https://editorconfig.org).
--
-- They are looked for in the file's folder and upward, until one says `root = true`; what stands nearer wins, and in one
-- file what stands later.

local files = require("core").files

local M = {}

---@type table<string, table|false>
local known = {} -- folder: its parsed file

--- `{1..12}` as `{1,2,…}`; braces around one word are themselves.
local function spelled_out(glob)
  glob = glob:gsub("{(-?%d+)%.%.(-?%d+)}", function(from, to)
    local first, last, numbers = math.tointeger(tonumber(from)) or 0, math.tointeger(tonumber(to)) or 0, {}
    for i = first, math.min(last, first + 999) do -- nobody means more
      numbers[#numbers + 1] = tostring(i)
    end
    return #numbers > 1 and "{" .. table.concat(numbers, ",") .. "}" or numbers[1]
  end)
  return (glob:gsub("{([^{},]*)}", "\\{%1\\}"))
end

--- A list of { glob, values }; `root` when it says so.
local function parse(text)
  local sections, current = {}, nil
  for line in (text:gsub("^\xEF\xBB\xBF", "") .. "\n"):gmatch "([^\n]*)\n" do
    line = line:match "^%s*(.-)%s*$"
    local glob = line:match "^%[(.*)%]$"
    local key, value = line:match "^([^=:]-)%s*[=:]%s*(.-)$"
    if glob then
      current = { glob = spelled_out(glob), values = {} }
      sections[#sections + 1] = current
    elseif key and not line:find "^[#;]" then
      local to = current and current.values or sections
      to[key:lower()] = value:gsub("%s+[#;].*$", ""):lower()
    end
  end
  return sections
end

local function of_folder(folder)
  if known[folder] == nil then
    local file = (folder == "/" and "" or folder) .. "/.editorconfig"
    local text = files.kind(file) == "file" and files.read(file)
    known[folder] = text and parse(text) or false
  end
  return known[folder]
end

--- Does a section's glob mean the file? Without a slash, in any folder below.
local function matches(glob, name)
  if glob:find("/", 1, true) then
    return files.glob((glob:gsub("^/", "")), name)
  end
  return files.glob(glob, name:match "[^/]*$")
end

--- The properties of a file, by its path.
---@param path string
---@return table<string, string>
function M.of(path)
  local full = files.real(path)
  if not full and path:find "^/" then
    full = path
  elseif not full then
    full = files.cwd() .. "/" .. path:gsub("^%./", "")
  end
  local chain, folder = {}, full:match "^(.*)/[^/]*$"
  while folder do
    local found = of_folder(folder == "" and "/" or folder)
    if found then
      table.insert(chain, 1, { folder = folder, sections = found })
    end
    if found and found.root == "true" then
      break
    end
    folder = folder:match "^(.*)/[^/]*$"
  end
  local out = {}
  for _, link in ipairs(chain) do
    for _, section in ipairs(link.sections) do
      if matches(section.glob, full:sub(#link.folder + 2)) then
        for key, value in pairs(section.values) do
          out[key] = value ~= "unset" and value or nil
        end
      end
    end
  end
  return out
end

return M
