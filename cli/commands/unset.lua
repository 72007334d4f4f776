-- cli/commands/unset.lua: entries that go.

local editing = require "editing"

local M = {
  name = "unset",
  group = "change",
  summary = "remove entries with their comments",
  usage = "FILE POINTER...",
  text = "An entry goes with its lines, the comment behind it and the comment lines directly above it. A POINTER that begins "
    .. "with $ is a query: every place that it finds goes. Exit status 1 when there is nothing at a place.",
  least = 2,
  options = editing.with {
    { "ignore-missing", help = "what is not there is fine" },
  },
  examples = {
    { "cfgrun unset deploy.yaml /metadata/annotations", "an entry" },
    { "cfgrun unset compose.yaml '$.services[?@.profiles]' -n", "show what would go" },
  },
}

---@param options table
---@param words string[]
---@return integer status
function M.run(options, words)
  local status = editing.direct(words[1], options, function()
    local edits = {}
    for i = 2, #words do
      edits[i - 1] = words[i]:sub(1, 1) == "/" and { op = "remove", at = words[i] } or nil
    end
    return #edits == #words - 1 and editing.apart { table.unpack(words, 2) } and edits or nil
  end)
  if status then
    return status
  end
  local edit = editing.open(words[1], options)
  local pointers, gone = {}, {}
  for i = 2, #words do
    local is_query = words[i]:sub(1, 1) == "$"
    if not (is_query and options.ignore_missing
      and #require("problem").check(edit.document:root():select(words[i])) == 0) then
      for _, pointer in ipairs(editing.places(edit, words[i])) do
        if is_query or not options.ignore_missing or edit.document:root():get(pointer) then
          if not is_query then
            editing.node(edit, pointer)
          end
          pointers[#pointers + 1] = pointer
          gone[pointer] = true
        end
      end
    end
  end
  local edits, taken = {}, {}
  for _, pointer in ipairs(pointers) do
    -- What lies inside of something that goes, goes with it.
    local inside, up = false, pointer:match "^(.*)/[^/]*$"
    while up and not inside do
      inside = gone[up] == true
      up = up:match "^(.*)/[^/]*$"
    end
    if not inside and not taken[pointer] then
      taken[pointer] = true
      edits[#edits + 1] = { op = "remove", at = pointer }
    end
  end
  return editing.finish(edit, edits)
end

return M
