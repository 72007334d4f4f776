-- cli/commands/move.lua: an entry to another place.

local editing = require "editing"

local M = {
  name = "move",
  group = "change",
  summary = "move an entry with its comments to another mapping",
  usage = "FILE FROM TO",
  text = "FROM and TO are JSON Pointers; the last name of TO is the key to have there, and it must not be there. Comments "
    .. "directly above and behind the entry go along.",
  least = 3,
  most = 3,
  options = editing.options,
  words = { FROM = "pointer", TO = "pointer" },
  examples = {
    { "cfgrun move values.yaml /image /app/image", "into another mapping" },
    { "cfgrun move app.toml /server/tls /tls", "a table to the top" },
  },
}

---@param options table
---@param words string[]
---@return integer status
function M.run(options, words)
  local status = editing.direct(words[1], options, function()
    local to, name = editing.split(words[3])
    return to and words[2] ~= words[3] and { { op = "move", at = words[2], to = to, key = name } } or nil
  end)
  if status then
    return status
  end
  local edit = editing.open(words[1], options)
  editing.node(edit, words[2])
  local parent, key = editing.split(words[3])
  if not parent then
    editing.fail("an entry cannot be moved to the root", "`cfgrun get` prints it alone")
  end
  if words[2] == words[3] then
    return editing.finish(edit, {})
  end
  local into = editing.node(edit, parent)
  if into:kind() == "sequence" then
    editing.fail("move puts entries into mappings; this is a sequence", "insert a value there, and unset this one")
  end
  return editing.finish(edit, { { op = "move", at = words[2], to = parent, key = key } })
end

return M
