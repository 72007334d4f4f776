-- tools/check_circles.lua BUILD: do files of C need each other in a loop?
--
-- Folders are floors, and so are the files within a folder: each can be read, tested and understood with what stands below it.
-- Includes cannot tell, because the files of a folder share a private header. So the object files are asked, with nm: a
-- file stands above another when it calls what that one defines. BUILD is a build directory, made without link-time optimization.

local FOLDERS = { engine = true, cache = true, lua = true, host = true, cli = true }

-- Arrows that may close a circle, and why no other cut reads better.
local MAY = {
}

local build = assert(arg[1], "check_circles: which build directory?")

---What each object file defines and what it asks for.
---@return table<string, string> home     -- symbol: the file that defines it
---@return table<string, string[]> wants  -- file: symbols
local function symbols()
  local home, wants, there = {}, {}, {}
  local pipe = assert(io.popen(("cd '%s' && find . -name '*.c.o' | LC_ALL=C sort | xargs nm -A"):format(build)))
  for line in pipe:lines() do
    local object, kind, symbol = line:match "^(%S+)%.o:%s*%x*%s+(%a)%s+(%S+)$"
    local file = object and object:match "%.dir/(.+)$"
    if file and there[file] == nil then
      local source = FOLDERS[file:match "^[^/]+"] and io.open(file)
      there[file] = source and source:close() or false  -- a build directory may hold objects of files that are gone
    end
    if file and there[file] then
      wants[file] = wants[file] or {}
      if kind == "U" then
        table.insert(wants[file], symbol)
      elseif kind:find "%u" then
        home[symbol] = file
      end
    end
  end
  pipe:close()
  return home, wants
end

---@param home table<string, string>
---@param wants table<string, string[]>
---@return table<string, table<string, string>> below  -- file: those that it stands on, and one symbol that says so
---@return integer arrows
local function graph(home, wants)
  local below, arrows = {}, 0
  for file, asked in pairs(wants) do
    below[file] = {}
    for _, symbol in ipairs(asked) do
      local other = home[symbol]
      if other and other ~= file and not below[file][other] then
        below[file][other] = symbol
        arrows = arrows + 1
      end
    end
  end
  return below, arrows
end

---@param set table<string, any>
---@return string[]
local function sorted(set)
  local list = {}
  for name in pairs(set) do
    list[#list + 1] = name
  end
  table.sort(list)
  return list
end

local problems = 0

---@param below table<string, table<string, string>>
local function allow(below)
  for arrow in pairs(MAY) do
    local from, to = arrow:match "^(%S+) %-> (%S+)$"
    if below[from] and below[from][to] then
      below[from][to] = nil
    else
      problems = problems + 1
      print(arrow .. ": allowed, but not there")
    end
  end
end

---Walks down from each file; where it comes back to one that it is still under, that is a circle.
---@param below table<string, table<string, string>>
local function look(below)
  local state, way = {}, {}

  local function down(file)
    state[file] = "open"
    way[#way + 1] = file
    for _, other in ipairs(sorted(below[file])) do
      if state[other] == "open" then
        problems = problems + 1
        print "a circle:"
        local first = #way
        while way[first] ~= other do
          first = first - 1
        end
        for i = first, #way do
          local to = way[i + 1] or other
          print(("  %s -> %s: %s"):format(way[i], to, below[way[i]][to]))
        end
      elseif not state[other] then
        down(other)
      end
    end
    way[#way] = nil
    state[file] = "done"
  end

  for _, file in ipairs(sorted(below)) do
    if not state[file] then
      down(file)
    end
  end
end

local below, arrows = graph(symbols())
local files = #sorted(below)
allow(below)
look(below)
print(("%d files, %d arrows, %d problems"):format(files, arrows, problems))
os.exit(problems == 0 and files > 0)
