-- stdlib/analysis/text.lua: an analysis for a person: what there is, where the bytes are, what to do. Made for 80 columns;
-- in less than 60 nothing would be left beside the numbers.

local advice = require "analysis/advice"
local amount = require "amount"
local core = require "core"
local terminal = require "terminal"

local count, bytes, plural = advice.count, amount.bytes, advice.plural

local M = {}

--- The context of one rendering: lines, paint, columns.
local function writer()
  local w = { lines = {}, paint = terminal.painter(1), width = math.max(math.min(terminal.width(), 100), 60) }
  function w.add(text)
    w.lines[#w.lines + 1] = text
  end
  return w
end

--- A text cut to some columns, from its end or, with `head`, keeping its end.
local function cut(text, columns, keep_end)
  text = terminal.clean(text)
  if core.display_width(text) <= columns then
    return text
  end
  while text ~= "" and core.display_width(text) > columns - 1 do
    text = keep_end and text:sub(utf8.offset(text, 2) or #text + 1) or text:sub(1, (utf8.offset(text, -1) or 1) - 1)
  end
  return keep_end and "…" .. text or text .. "…"
end

--- Words folded to the width, the first line behind a label in some color, the others behind as many blanks.
local function fold(w, label, text, color)
  local columns = core.display_width(label)
  local line, at = label:gsub("%S.*%S", color and function(word)
    return w.paint(word, color)
  end or "%0"), columns
  for word in terminal.clean(text):gmatch "%S+" do
    local needs = core.display_width(word)
    if at > columns and at + 1 + needs > w.width then
      w.add(line)
      line, at = (" "):rep(columns), columns
    end
    line, at = line .. (at > columns and " " or "") .. word, at + (at > columns and 1 or 0) + needs
  end
  w.add(line)
end

--- A label on the left, columns on the right.
local function row(w, label, right)
  local room = w.width - core.display_width(right) - 2
  label = cut(label, room)
  w.add(label .. (" "):rep(room + 2 - core.display_width(label)) .. right)
end

local function percent(part, whole)
  local share = whole > 0 and 100 * part / whole or 0
  return share > 0 and share < 0.1 and "<0.1 %" or share < 10 and ("%.1f %%"):format(share) or ("%.0f %%"):format(share)
end

local NAMING = { "name", "id", "metadata/name", "title", "key" }

--- What people call a mapping without a key: its name or id.
local function called(node)
  if node:kind() ~= "mapping" then
    return nil
  end
  for _, key in ipairs(NAMING) do
    local name = node:get("/" .. key)
    if name and (name:kind() == "string" or name:kind() == "int") and #tostring(name:value()) <= 60 then
      return tostring(name:value())
    end
  end
end

--- How a row of the table of sections is called.
local function section_name(analysis, share)
  if share.rest then
    return ("… %s more"):format(count(share.rest))
  elseif share.path == "" then
    local node = share.node
    local kind = node:kind() == "mapping" and node:get "/kind"
    local name = called(node)
    kind = kind and kind:kind() == "string" and kind:value() or nil
    local what = kind and name and kind .. " " .. name or name or kind
    local which = share.document and ("document %d"):format(share.document) or nil
    local parts = {}
    for _, part in ipairs { #analysis.files > 1 and cut(share.file, 44, true) or false, which or false, what or false } do
      parts[#parts + 1] = part or nil
    end
    return table.concat(parts, "  ")
  end
  local token = share.path:match "([^/]*)$":gsub("~1", "/"):gsub("~0", "~")
  local name = not share.node:key() and called(share.node)
  return (share.node:key() and token or "[" .. token .. "]") .. (name and "  " .. name or "")
end

--- Where: the file is named when there are several.
local function place(spot, w)
  if not spot.line then
    return spot.file
  end
  return w and w.single and ("line %d"):format(spot.line) or ("%s:%d"):format(spot.file, spot.line)
end

--- Place and path in so many columns: of names that are too long the end is kept.
local function where(w, spot, columns)
  local at, path = terminal.clean(place(spot, w)), terminal.clean(spot.path or "")
  local needs = core.display_width(path)
  if path == "" then
    return cut(at, columns, true)
  end
  at = cut(at, math.max(columns // 2, columns - needs - 2), true)
  return at .. "  " .. cut(path, columns - core.display_width(at) - 2, true)
end

local function heading(w, left, right)
  w.add ""
  if not right then
    return w.add(w.paint(left, "bold"))
  end
  local gap = w.width - core.display_width(left) - core.display_width(right)
  w.add(w.paint(left, "bold") .. (" "):rep(math.max(gap, 1)) .. w.paint(right, "faint"))
end

local FORMATS = { yaml = "YAML", json = "JSON", jsonc = "JSONC", jsonl = "JSONL", toml = "TOML" }

local function about_files(w, analysis)
  for i, file in ipairs(analysis.files) do
    if i > 12 then
      w.add(("… and %s more"):format(plural(#analysis.files - 12, "file")))
      break
    end
    local parts = { FORMATS[file.format] or file.format, bytes(file.bytes), plural(file.lines, "line") }
    if file.documents ~= 1 then
      parts[#parts + 1] = plural(file.documents, "document")
    end
    parts[#parts + 1] = plural(file.nodes, "value")
    local text = table.concat(parts, ", ")
    w.add(w.paint(cut(file.file, math.max(w.width - #text - 2, 20), true), "bold") .. "  " .. text)
  end
  local tree, sidecar = 0, 0
  for _, file in ipairs(analysis.files) do
    tree, sidecar = tree + file.tree, sidecar + file.sidecar
  end
  fold(w, "  ", ("%s in memory: text %s, tree %s, places %s"):format(bytes(analysis.bytes + tree + sidecar),
    bytes(analysis.bytes), bytes(tree), bytes(sidecar)))
end

local function about_sections(w, analysis)
  if #analysis.sections == 0 then
    return
  end
  heading(w, "Where the bytes are", "bytes    share    values")
  for _, share in ipairs(analysis.sections) do
    row(w, ("  "):rep(share.level + 1) .. section_name(analysis, share), ("%10s %8s %9s"):format(bytes(share.bytes),
      percent(share.bytes, analysis.bytes), count(share.nodes)))
  end
end

local MAKEUP = { { "values", "values" }, { "keys", "keys" }, { "blanks", "white space" }, { "marks", "punctuation" },
  { "comments", "comments" } }

local function about_makeup(w, analysis)
  local sums, parts = {}, {}
  for _, file in ipairs(analysis.files) do
    for name, n in pairs(file.makeup) do
      sums[name] = (sums[name] or 0) + n
    end
  end
  for _, part in ipairs(MAKEUP) do
    if (sums[part[1]] or 0) > 0 then
      parts[#parts + 1] = ("%s %s"):format(part[2], percent(sums[part[1]], analysis.bytes))
    end
  end
  if #parts > 0 then
    heading(w, "What it is made of")
    fold(w, "  text     ", table.concat(parts, ", "))
  end
end

local KINDS = { "mapping", "sequence", "string", "int", "float", "bool", "null", "other" }

--- Keys that are written a thousand times and more.
local function about_keys(w, analysis)
  local often = {}
  for _, key in ipairs(analysis.keys) do
    if key.count >= 1000 and #often < 4 then
      often[#often + 1] = ("%s %s times (%s)"):format(cut(key.key, 24), count(key.count), bytes(key.bytes))
    end
  end
  local long = analysis.long_keys[1]
  if analysis.distinct_keys > 0 then
    fold(w, "  keys     ", ("%s different"):format(count(analysis.distinct_keys)) .. (#often > 0 and "; "
      .. table.concat(often, ", ") or "") .. (long and #long.key > 40 and ("; the longest, of %d bytes, in %s"):format(#long.key,
      place(long, w)) or ""))
  end
end

local function extreme(w, label, spot, what)
  local right = ("%s  %s"):format(what, cut(place(spot, w), 40, true))
  local room = w.width - core.display_width(right) - 13
  row(w, ("  %s  %s"):format(label, cut(spot.path == "" and "the root" or spot.path, room, true)), right)
end

local function about_shape(w, analysis)
  local kinds, parts = {}, {}
  for _, file in ipairs(analysis.files) do
    for name, n in pairs(file.kinds) do
      kinds[name] = (kinds[name] or 0) + n
    end
  end
  for _, kind in ipairs(KINDS) do
    if kinds[kind] and kinds[kind] > 0 then
      parts[#parts + 1] = kind .. " " .. count(kinds[kind])
    end
  end
  if #parts > 0 then
    fold(w, "  kinds    ", table.concat(parts, ", "))
  end
  about_keys(w, analysis)
  if analysis.deepest and analysis.depth > 0 then
    extreme(w, "deepest", analysis.deepest, plural(analysis.depth, "level"))
  end
  if analysis.widest and analysis.widest.size > 0 then
    extreme(w, "widest ", analysis.widest,
      plural(analysis.widest.size, analysis.widest.node:kind() == "mapping" and "key" or "element"))
  end
end

local function about_repeats(w, analysis, top)
  if #analysis.repeats == 0 then
    return
  end
  heading(w, "What stands more than once", "times  repeated  in memory")
  for i, r in ipairs(analysis.repeats) do
    if i > top then
      break
    end
    local note = r.nodes == 0 and "  (mostly the same)" or r.groups > 1 and ("  (%s values)"):format(count(r.groups))
      or ""
    local first = r.places[1]
    local name = (first.path == "" and first.document and cut(section_name(analysis, first), w.width - 33 - #note)
      or where(w, first, w.width - 33 - #note)) .. note
    row(w, "  " .. name, ("%8s %9s %10s"):format(count(r.count), bytes(r.saved), bytes(r.memory)))
  end
  local rest, groups = analysis.repeat_saved, analysis.repeat_groups
  for i = 1, math.min(#analysis.repeats, top) do
    local r = analysis.repeats[i]
    if r.nodes > 0 or r.how == "merge" then
      rest, groups = rest - r.saved, groups - r.groups
    end
  end
  if groups > 0 and rest > 0 then
    row(w, ("  … %s more"):format(count(groups)), ("%8s %9s %10s"):format("", bytes(rest), ""))
  end
end

local function about_aliases(w, analysis)
  if #analysis.expansions == 0 then
    return
  end
  heading(w, "What aliases become", "uses   written  in memory")
  for _, e in ipairs(analysis.expansions) do
    row(w, "  " .. where(w, e, w.width - 33), ("%8s %9s %10s"):format(count(e.uses), bytes(e.written), bytes(e.memory)))
  end
end

--- Further places: "again in lines 40, 68 and 12 more"; those in other files with their names.
local function others(words)
  local first, parts, places = words.places[1], {}, words.places
  for i = 2, math.min(#places, 7) do
    parts[#parts + 1] = places[i].file == first.file and tostring(places[i].line) or place(places[i])
  end
  local more = #places - 1 - #parts + (words.more or 0)
  local one = #parts == 1 and more == 0
  return (parts[1]:find "^%d+$" and (one and "line " or "lines ") or "") .. table.concat(parts, ", ")
    .. (more > 0 and (" and %s more"):format(count(more)) or "")
end

local function one_advice(w, number, words, whole)
  local saves = ("%s  %6s"):format(bytes(words.saved), percent(words.saved, whole))
  local label = ("%3d. %s"):format(number, words.what)
  local room = w.width - #saves - 2
  label = cut(label, room)
  w.add(w.paint(label, "bold") .. (" "):rep(room + 2 - core.display_width(label)) .. w.paint(saves, "green"))
  local first = words.places[1]
  if first then
    w.add("     " .. where(w, first, w.width - 5))
  end
  if #words.places > 1 then
    fold(w, "     ", (words.kind == "anchors" and "and " or (words.groups or 1) > 1 and "others: " or "again: ") .. others(words))
  end
  fold(w, "     how: ", words.how, "cyan")
  if words.note then
    fold(w, "     but: ", words.note, "yellow")
  end
end

local function about_advice(w, analysis)
  if #analysis.advice == 0 then
    heading(w, "Nothing to advise")
    return
  end
  heading(w, "Advice", "saves")
  for i, item in ipairs(analysis.advice) do
    one_advice(w, i, advice.words(analysis, item), analysis.bytes)
  end
  if #analysis.advice > 1 then
    w.add ""
    w.add(("All of it saves %s, %s of the text."):format(bytes(analysis.saved), percent(analysis.saved, analysis.bytes)))
  end
end

---@param analysis table
---@param top integer
---@return string
function M.render(analysis, top)
  local w = writer()
  w.single = #analysis.files == 1
  if #analysis.files == 0 then
    return "no document\n"
  end
  about_files(w, analysis)
  about_sections(w, analysis)
  about_makeup(w, analysis)
  about_shape(w, analysis)
  about_repeats(w, analysis, top)
  about_aliases(w, analysis)
  about_advice(w, analysis)
  return table.concat(w.lines, "\n") .. "\n"
end

return M
