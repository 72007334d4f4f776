-- cli/commands/rename.lua: another key for an entry.

local editing = require "editing"

local M = {
  name = "rename",
  group = "change",
  summary = "give an entry of a mapping another key",
  usage = "FILE POINTER KEY",
  text = "The entry stays where it is, with its value and its comments. In TOML every header and dotted key that goes through "
    .. "the entry is renamed.",
  least = 3,
  most = 3,
  options = editing.with {},
  examples = {
    { "cfgrun rename compose.yaml /services/db postgres", "a service" },
    { "cfgrun rename app.toml /server listener", "[server] and [server.tls]" },
  },
}

---@param options table
---@param words string[]
---@return integer status
function M.run(options, words)
  if words[3]:sub(1, 1) == "/" then
    editing.fail(("'%s' is a place; rename takes the key alone"):format(words[3]), "`cfgrun move FILE FROM TO` moves an entry")
  end
  if words[3] == "" then -- "$NAME" of a variable that is empty
    editing.fail("rename: the key is empty", "`cfgrun move FILE FROM TO` gives an entry any key: TO ends in / for this one")
  end
  local status = editing.direct(words[1], options, function()
    local _, old = editing.split(words[2])
    return old ~= words[3] and { { op = "rename", at = words[2], key = words[3] } } or nil
  end)
  if status then
    return status
  end
  local edit = editing.open(words[1], options)
  editing.node(edit, words[2])
  local _, key = editing.split(words[2])
  return editing.finish(edit, key == words[3] and {} or { { op = "rename", at = words[2], key = words[3] } })
end

return M
