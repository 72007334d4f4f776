-- stdlib/analysis/json.lua: an analysis for programs. docs/analyzing.md has the fields.

local json = require "json"
local advice = require "analysis/advice"

local M = {}

local FIELDS = { "file", "document", "path", "line", "column" }

--- A place without what is no data, with more fields of it.
local function place(spot, more)
  local out = {}
  for _, field in ipairs(FIELDS) do
    out[field] = spot[field]
  end
  for _, field in ipairs(more or {}) do
    out[field] = spot[field]
  end
  return out
end

local function map(list, more)
  local out = json.list {}
  for i, spot in ipairs(list) do
    out[i] = place(spot, more)
  end
  return out
end

local function repeats(list)
  local out = json.list {}
  for i, r in ipairs(list) do
    out[i] = { how = r.how, name = r.name, count = r.count, groups = r.groups, values = r.nodes, bytes = r.bytes,
      saved = r.saved, memory = r.memory, comments = r.comments, places = map(r.places) }
  end
  return out
end

--- Shares of all text, of which there may be none.
local function percent(part, whole)
  return whole > 0 and math.floor(1000 * part / whole + 0.5) / 10 or 0
end

---@param analysis table
---@return string
function M.render(analysis)
  local out = { version = 1, files = json.list {}, advice = json.list {}, sections = json.list {}, depth = analysis.depth,
    distinct_keys = analysis.distinct_keys, bytes = analysis.bytes, saved = analysis.saved,
    repeated = { groups = analysis.repeat_groups, saved = analysis.repeat_saved, told = repeats(analysis.repeats) },
    keys = map(analysis.keys, { "key", "count", "bytes" }), long_keys = map(analysis.long_keys, { "key", "count", "bytes" }),
    unused_anchors = map(analysis.unused, { "name" }), aliases = map(analysis.expansions, { "uses", "written", "memory" }),
    giants = map(analysis.giants, { "looks", "bytes", "saved" }), deepest = analysis.deepest and place(analysis.deepest),
    widest = analysis.widest and place(analysis.widest, { "size" }) }
  for i, file in ipairs(analysis.files) do
    out.files[i] = { file = file.file, format = file.format, documents = file.documents, bytes = file.bytes, lines = file.lines,
      values = file.nodes, kinds = file.kinds, makeup = file.makeup,
      memory = { text = file.bytes, tree = file.tree, sidecar = file.sidecar } }
  end
  for i, share in ipairs(analysis.sections) do
    out.sections[i] = place(share, { "level", "rest", "bytes", "memory" })
    out.sections[i].values, out.sections[i].percent = share.nodes, percent(share.bytes, analysis.bytes)
  end
  for i, item in ipairs(analysis.advice) do
    local words = advice.words(analysis, item)
    out.advice[i] = { kind = words.kind, what = words.what, how = words.how, note = words.note, saved = words.saved,
      percent = percent(words.saved, analysis.bytes), places = map(words.places), more = words.more }
  end
  return json.encode(out) .. "\n"
end

return M
