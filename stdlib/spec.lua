-- stdlib/spec.lua: describe, it, before_each and assert for *_spec.lua files.
--
-- Runs in the sandbox of the rules, once for each spec file, before it. `describe` bodies run at once and collect their
-- tests; the host then runs each test with a budget of its own. Everything a failure says comes from `show`, so that it
-- is one line without addresses.

local line_of = ... -- the line of a caller, told by the host

local tests = {}
local group = { names = {}, before = {} }

local function show(value, depth)
  if type(value) == "string" then
    local text = value:gsub("[%c\\\"]", function(c)
      return c == "\n" and "\\n" or c == "\t" and "\\t" or c == "\r" and "\\r"
        or (c == "\\" or c == '"') and "\\" .. c or ("\\x%02X"):format(c:byte())
    end)
    return '"' .. text .. '"'
  elseif type(value) ~= "table" then
    return tostring(value)
  elseif (depth or 0) > 3 then
    return "{…}"
  end
  local parts, count = {}, 0
  for key, item in pairs(value) do
    count = count + 1
    if count > 12 then
      parts[count] = "…"
      break
    end
    local name = math.type(key) == "integer" and key == count and "" or tostring(key) .. " = "
    parts[count] = name .. show(item, (depth or 0) + 1)
  end
  return "{" .. table.concat(parts, ", ") .. "}"
end

local function same(a, b, depth)
  if type(a) ~= "table" or type(b) ~= "table" then
    if type(a) == "userdata" or type(b) == "userdata" then
      return tree.equal(a, b)
    end
    return a == b and math.type(a) == math.type(b)
  end
  assert(depth < 100, "a table contains itself")
  for key, item in pairs(a) do
    if not same(item, b[key], depth + 1) then
      return false
    end
  end
  for key in pairs(b) do
    if a[key] == nil then
      return false
    end
  end
  return true
end

local function fail(text, note)
  error(note and tostring(note) .. ": " .. text or text, 3)
end

local check = {}

function check.equal(expected, actual, note)
  if expected ~= actual then
    fail(("expected %s, got %s"):format(show(expected), show(actual)), note)
  end
end

function check.same(expected, actual, note)
  if not same(expected, actual, 0) then
    fail(("expected %s, got %s"):format(show(expected), show(actual)), note)
  end
end

function check.truthy(value, note)
  if not value then
    fail(("expected something true, got %s"):format(show(value)), note)
  end
end

function check.falsy(value, note)
  if value then
    fail(("expected false or nil, got %s"):format(show(value)), note)
  end
end

--- A Lua pattern that occurs in the text.
function check.matches(pattern, text, note)
  if type(text) ~= "string" or not text:find(pattern) then
    fail(("expected text matching %s, got %s"):format(show(pattern), show(text)), note)
  end
end

--- A function that raises; its message holds `part`.
function check.error(body, part, note)
  local ok, message = pcall(body)
  if ok then
    fail("expected an error, and there was none", note)
  elseif part and not tostring(message):find(part, 1, true) then
    fail(("expected an error with %s, got %s"):format(show(part), show(message)), note)
  end
end

local function full_name(name)
  local names = table.move(group.names, 1, #group.names, 1, {})
  names[#names + 1] = name
  return table.concat(names, ": ")
end

local function describe(name, body)
  local outer = group
  group = {
    names = table.move(outer.names, 1, #outer.names, 1, {}),
    before = table.move(outer.before, 1, #outer.before, 1, {}),
  }
  group.names[#group.names + 1] = tostring(name)
  body()
  group = outer
end

local function it(name, body)
  local before = group.before -- the list itself: a before_each further down counts, too
  if type(body) ~= "function" then
    error("it wants a name and a function", 2)
  end
  tests[#tests + 1] = {
    name = full_name(tostring(name)),
    line = line_of(),
    run = function()
      for _, prepare in ipairs(before) do
        prepare()
      end
      body()
    end,
  }
end

local function before_each(body)
  if type(body) ~= "function" then
    error("before_each wants a function", 2)
  end
  group.before[#group.before + 1] = body
end

return { describe = describe, it = it, before_each = before_each, assert = check }, tests
