-- cli/commands/insert.lua: something more in a sequence or a mapping.

local editing = require "editing"

local M = {
  name = "insert",
  group = "change",
  summary = "insert into a sequence, or add a key that is not there",
  usage = "FILE POINTER VALUE",
  text = "/list/2 inserts before what is now at index 2, /list/- at the end. In a mapping the last name of POINTER is the key "
    .. "to add, and it must not be there. VALUE is read as YAML.",
  least = 2,
  most = 3,
  options = editing.with(editing.value_options),
  examples = {
    { "cfgrun insert ci.yaml /jobs/test/steps/0 '{uses: actions/checkout@v4}'", "at the beginning" },
    { "cfgrun insert app.json /hosts/- example.org", "at the end" },
  },
}

---@param options table
---@param words string[]
---@return integer status
function M.run(options, words)
  if (options.value_file ~= nil) == (words[3] ~= nil) then
    editing.fail("insert: it needs FILE POINTER VALUE, or --value-file in place of VALUE")
  end
  local parent, name = editing.split(words[2])
  if not parent then
    editing.fail("nothing can be inserted beside the root", "set FILE '' VALUE replaces it")
  end
  local status = editing.direct(words[1], options, function()
    -- In place of a null, 0 is a key.
    local index = parent:sub(1, 1) == "/" and editing.index(name)
    return index and index ~= 0 and { { op = "insert", at = parent, index = index ~= "-" and index or nil,
      value = editing.given(options, words[3]) } } or nil
  end)
  if status then
    return status
  end
  local edit = editing.open(words[1], options)
  local node = editing.node(edit, parent)
  local value = editing.given(options, words[3], edit.document)
  local kind, made = node:kind(), nil
  if kind == "sequence" or (kind == "null" and name == "-") then
    local index = editing.index(name)
    if not index then
      error({ file = edit.name, path = parent, message = ("'%s' is no index of a sequence"):format(name),
        hint = "an index, or - for the end", exit = 2 }, 0)
    end
    made = { op = "insert", at = parent, index = index ~= "-" and index or nil, value = value }
  elseif kind == "mapping" or kind == "null" then
    local there = kind == "mapping" and node:find(name)
    if there then
      local span = there:span() or {}
      error({ file = edit.name, path = words[2], line = span.line, column = span.column,
        message = ("the key '%s' is there already"):format(name), hint = "`cfgrun set` replaces its value", exit = 2 }, 0)
    end
    made = { op = "set", at = parent, key = name, value = value }
  else
    editing.node(edit, words[2])
  end
  return editing.finish(edit, { made })
end

return M
