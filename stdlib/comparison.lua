-- stdlib/comparison.lua: what `diff` and `merge` know about files: reading two sides, and which document is which.
--
-- Documents of a stream are matched by what they are (kind, namespace and name, as Kubernetes has them) when each has
-- that and no two are the same, else by their place.

local core = require "core"
local ok = require("problem").check

local M = {}

---@type Option[]
M.options = {
  { "from", value = "FORMAT", choices = core.formats(), help = "the format of all files, when their names do not tell it" },
  { "document", value = "N", help = "compare only this document of each stream, from 1" },
  { "key", short = "k", value = "PATH=KEY", many = true,
    help = "match the elements of the lists at PATH by their entry KEY; * stands for a name or an index, ** for any number; "
      .. "an empty KEY matches by content" },
}

--- The words of --key as core has them.
---@param options table
---@return table[]
function M.keys(options)
  local list = {}
  for i, word in ipairs(options.key or {}) do
    local at, key = word:match "^(.*)=([^=]*)$"
    if not at or (at ~= "" and at:sub(1, 1) ~= "/") then
      error({ message = ("--key '%s' is not of the form PATH=KEY"):format(word),
        hint = "PATH is a JSON Pointer: --key '/jobs/*/steps=id'", exit = 2 }, 0)
    end
    list[i] = { at = at, key = key }
  end
  return list
end

local function name_of(file)
  return file == "-" and "<stdin>" or file
end

local function read_one(file, options)
  return require("reading").all(file, { from = options.from, limits = options.limits })
end

--- The documents of two files, read at the same time where both are files.
---@param a string
---@param b string
---@param options table
---@return userdata[] a, userdata[] b
function M.read_two(a, b, options)
  if a == "-" and b == "-" then
    error({ message = "standard input cannot be both sides", exit = 2 }, 0)
  elseif a == "-" or b == "-" then
    return read_one(a, options), read_one(b, options)
  end
  local one, two, language = core.read_pair(a, b, { format = options.from, limits = options.limits })
  if not one then
    if language then
      two.hint = ("it looks like a %s template: compare what it makes instead"):format(language)
    end
    error(two, 0)
  end
  return one, two
end

local function text_at(node, pointer)
  local found = node:kind() == "mapping" and node:get(pointer)
  return found and found:kind() == "string" and found:value() or nil
end

--- What a document is, or nil.
local function identity(document)
  local root = document:root()
  local kind, name = text_at(root, "/kind"), text_at(root, "/metadata/name")
  local space = text_at(root, "/metadata/namespace")
  return kind and name and ("%s %s%s"):format(kind, space and space .. "/" or "", name) or nil
end

--- Identity to index; nil when some document has none, or two the same.
local function identities(documents)
  local map, list = {}, {}
  for i, document in ipairs(documents) do
    local id = identity(document)
    if not id or map[id] then
      return nil
    end
    map[id], list[i] = i, id
  end
  return map, list
end

---@class DocumentPair
---@field before userdata? document
---@field after userdata?
---@field index integer? in the first stream, from 1
---@field after_index integer? in the second
---@field name string? what the document is, in a stream
---@field at string? of documents that hold one entry: its pointer

local function one_document(documents, wanted, file)
  local number = math.tointeger(tonumber(wanted))
  if not (number and documents[number]) then
    error({ file = name_of(file), message = ("there is no document %s: the stream has %d"):format(wanted, #documents),
      exit = 2 }, 0)
  end
  return documents[number], number
end

--- Which document belongs to which.
---@param a userdata[]
---@param b userdata[]
---@param options table
---@param files string[]
---@return DocumentPair[]
function M.pairs(a, b, options, files)
  if options.document then
    local before, index = one_document(a, options.document, files[1])
    local after = one_document(b, options.document, files[2])
    return { { before = before, after = after, index = index, after_index = index } }
  end
  local map_a, ids_a = identities(a)
  local map_b, ids_b = identities(b)
  local out = {}
  if (#a > 1 or #b > 1) and map_a and map_b then
    for i, document in ipairs(a) do
      local other = map_b[ids_a[i]]
      out[#out + 1] = { before = document, after = other and b[other], index = i, after_index = other, name = ids_a[i] }
    end
    for i, document in ipairs(b) do
      if not map_a[ids_b[i]] then
        out[#out + 1] = { after = document, after_index = i, name = ids_b[i] }
      end
    end
    return out
  end
  for i = 1, math.max(#a, #b) do
    out[i] = { before = a[i], after = b[i], index = a[i] and i, after_index = b[i] and i,
      name = (#a > 1 or #b > 1) and ("document %d"):format(i) or nil }
  end
  return out
end

--- Two large files of which only the entry with the one change is read, as the only pair; nil when they must be read
--- whole. `pair.at` is where the entry stands; the roots of the two documents hold nothing else.
---@param a string
---@param b string
---@param options table
---@return DocumentPair[]?
function M.changed(a, b, options)
  if options.document or options.key or core.files.kind(a) ~= "file" or core.files.kind(b) ~= "file" then
    return nil -- a pipe can be read once
  end
  local before, after, at = core.read_changed(a, b, { format = options.from, limits = options.limits })
  return before and { { before = before, after = after, index = 1, after_index = 1, at = at } }
end

--- The pointer of a node of a change, in its whole document.
---@param change table
---@param node userdata
---@return string
function M.path(change, node)
  local path = node:path()
  return change.at and change.at .. path:gsub("^/[^/]*", "") or path
end

--- Where a change stands among the others: in the order of the first file, and additions behind what they come into, in
--- the order of the second.
local function place(change)
  local node = change.before or change.inside
  local span = node and node:span()
  if not span then
    return 0
  end
  return change.before and span.first or span.last + 0.5
end

--- Compares the documents of each pair; `pair.changes` gets the list, `pair.diff` the diff.
---@param list DocumentPair[]
---@param options table
---@return boolean equal
function M.compare(list, options)
  local equal, keys = true, M.keys(options)
  for _, pair in ipairs(list) do
    pair.changes = {}
    if pair.before and pair.after then
      local before, after = pair.before:root(), pair.after:root()
      if pair.at then
        before, after = before:children()[1], after:children()[1]
      end
      pair.diff = ok(core.compare(before, after, { keys = keys, limits = options.limits }))
      pair.changes = pair.diff:changes()
      for i, change in ipairs(pair.changes) do
        local span = not change.before and change.after:span()
        change.order, change.index, change.at = place(change), i, pair.at
        change.second = span and span.first or 0
      end
      table.sort(pair.changes, function(x, y)
        if x.order ~= y.order then
          return x.order < y.order
        elseif x.second ~= y.second then
          return x.second < y.second
        end
        return x.index < y.index
      end)
    end
    equal = equal and pair.diff ~= nil and #pair.changes == 0
  end
  return equal
end

--- A value as text: a scalar on one line as YAML has it, a collection as YAML lines. The nearest when there is none.
---@param node userdata
---@return string text, boolean lines
function M.value(node)
  local kind = node:kind()
  if kind == "string" and node:value():find "[\n\r]" then
    return require("json").encode(node:value()), false
  end
  local text = ok(node:text { format = "yaml", losses = true }):gsub("\n$", "")
  if kind == "other" then
    text = text:gsub("^!!timestamp ", "")
  end
  if (kind == "mapping" or kind == "sequence") and node:size() > 0 then
    return text, true
  end
  return text, false
end

--- A value as JSON text; the nearest when JSON has none.
---@param node userdata
---@return string
function M.json(node)
  return (ok(node:text { format = "json", compact = true, losses = true }):gsub("\n$", ""))
end

--- file:line:column of a node.
---@param node userdata
---@return string
function M.place(node)
  local span = node:span()
  return span and ("%s:%d:%d"):format(span.file, span.line, span.column) or ""
end

return M
