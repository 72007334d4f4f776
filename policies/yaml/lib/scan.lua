--- Walks a document as its author wrote it, and finds what stands on a line of it.
--
-- What came in through an alias or a merge key is written elsewhere and met there; walking it again would report one
-- mistake as often as it is used.

local scan = {}

local DEEPEST = 200

-- Could there be aliases at all? The spans of most documents need never be asked for.
local function has_aliases(source)
  return source:find "[%s:,%[{-]%*[%w_]" ~= nil
end

-- Does a span begin at or after a place of the text? What an alias brings in is always written before it.
local function follows(span, line, column)
  return span.line > line or (span.line == line and span.column >= column)
end

local function is_container(kind)
  return kind == "mapping" or kind == "sequence"
end

local function step(node, visit, aliases, depth)
  if depth > DEEPEST then return end
  local here = aliases and tree.span(node)
  local line, column = here and here.line, here and here.column
  for key, value in tree.entries(node) do
    local span = aliases and tree.span(tree.place(node, key))
    if not span or follows(span, line, column) then
      local kind = tree.kind(node, key)
      visit(node, key, value, kind)
      if is_container(kind) then step(value, visit, aliases, depth + 1) end
      if span then line, column = span.end_line, span.end_column end
    end
  end
end

--- Calls visit(node, key, value, kind) for everything below the root, in the author's order.
---@param ctx any
---@param visit fun(node: any, key: string|integer, value: any, kind: string)
function scan.each(ctx, visit)
  if is_container(ctx.root ~= nil and tree.kind(ctx.root)) then
    step(ctx.root, visit, has_aliases(ctx.doc.text), 0)
  end
end

--- Calls visit(node, key, value) for each string that is written plainly, without quotes, and for which likely(value) holds.
--- What it says is asked first: to look at a string costs less than to ask how it is written.
---@param ctx any
---@param likely fun(value: string): any
---@param visit fun(node: any, key: string|integer, value: string)
function scan.plain_strings(ctx, likely, visit)
  scan.each(ctx, function(node, key, value, kind)
    if kind == "string" and likely(value) and tree.style(node, key) == "plain" then visit(node, key, value) end
  end)
end

--- Calls visit(mapping) for each mapping, the root included.
---@param ctx any
---@param visit fun(mapping: any)
function scan.mappings(ctx, visit)
  if ctx.root ~= nil and tree.kind(ctx.root) == "mapping" then visit(ctx.root) end
  scan.each(ctx, function(_, _, value, kind)
    if kind == "mapping" then visit(value) end
  end)
end

--- The key under which a value stands; for an item, the key of its list.
---@param ctx any
---@param node any
---@param key string|integer
---@return string|nil
function scan.name(ctx, node, key)
  if type(key) == "string" then return key end
  local outer = ctx:parent(node)
  if outer == nil or tree.kind(outer) ~= "mapping" then return nil end
  for name, value in tree.entries(outer) do
    if value == node then return name end
  end
  return nil
end

--- The deepest place whose text covers a line, and of its children the first that begins on or after the line.
---@param ctx any
---@param line integer
---@return any, any
function scan.at_line(ctx, line)
  local place = ctx.place
  for _ = 1, DEEPEST do
    local value = tree.value(place)
    if value == nil or not is_container(tree.kind(value)) then return place, nil end
    local inner, following
    local before = tree.span(place)
    local from_line, from_column = before.line, before.column
    for key in tree.entries(value) do
      local child = tree.place(value, key)
      local span = tree.span(child)
      if follows(span, from_line, from_column) then
        from_line, from_column = span.end_line, span.end_column
        if span.line <= line and line <= span.end_line then
          inner = child
        elseif span.line > line and following == nil then
          following = child
        end
      end
    end
    if inner == nil then return place, following end
    place = inner
  end
  return place, nil
end

--- The lines of the source on which this document stands: first, last.
---@param ctx any
---@return integer, integer
function scan.range(ctx)
  local span = tree.span(ctx.place)
  return span.line, span.end_line
end

--- Is a key written without quotes? Told from the lines above its value.
---@param lines string[] of the source
---@param node any
---@param key string
---@return boolean
function scan.key_is_plain(lines, node, key)
  local last = tree.span(tree.place(node, key)).line
  local first = tree.span(node).line
  local name = re.escape(key)
  for line = math.min(last, #lines), math.max(first, last - 3), -1 do
    if re.test(lines[line], [[(?:"]] .. name .. [["|']] .. name .. [[')\s*:]]) then return false end
    if re.test(lines[line], [[(?:^|[\s{,?-])]] .. name .. [[\s*:(?:\s|$)]]) then return true end
  end
  return false
end

return scan
