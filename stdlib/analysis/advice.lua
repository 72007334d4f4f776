-- stdlib/analysis/advice.lua: what the engine advises, in words: what, where, and how to do it.

local M = {}

--- 12345 as "12,345".
---@param n integer
---@return string
function M.count(n)
  local text = ("%d"):format(n):reverse():gsub("(%d%d%d)", "%1,"):reverse()
  return (text:gsub("^,", ""))
end

--- "1 value", "12 values".
---@param n integer
---@param word string
---@return string
function M.plural(n, word)
  return ("%s %s%s"):format(M.count(n), word, n == 1 and "" or "s")
end

local count, plural = M.count, M.plural

--- What cannot be put into a shell line as it is.
local function quoted(name)
  return name:find "[^%w%._/%-+:@]" and "'" .. name:gsub("'", "'\\''") .. "'" or name
end

--- How a key is written where an anchor goes behind it: `limits: &limits`, or in a sequence `- &limits`.
local function with_key(node, text)
  local key = node:key()
  if not key then
    return "- " .. text
  end
  return (#key > 40 and "…" or key:gsub("%c", " ")) .. ": " .. text
end

local function kind_of(node)
  local kind = node:kind()
  return kind == "sequence" and "list" or kind == "string" and "text" or kind
end

--- What a file needs besides a text: ${file:} takes the last line end of a file away.
local function ending(node)
  return node:kind() == "string" and node:value():find "\n$" and ", with an empty line at its end," or ","
end

local SHARE = {}

--- "Write a list once that stands 12 times".
local function once(repeated)
  local kind = kind_of(repeated.places[1].node)
  if repeated.groups > 1 then
    return ("Write %s once each that stand %s times"):format(plural(repeated.groups, kind == "text" and "value" or kind),
      count(repeated.count))
  end
  return ("Write a %s once that stands %s times"):format(kind, count(repeated.count))
end

function SHARE.anchor(repeated)
  local first = repeated.places[1]
  local name = repeated.name .. (repeated.groups > 1 and "-1" or "")
  return once(repeated),
    ("`%s` in line %d, and `*%s` in place of %s, if they are meant to stay the same"):format(
      with_key(first.node, "&" .. name), first.line, name, repeated.groups > 1 and "its copies; so with each" or "the copies")
end

function SHARE.merge(repeated)
  local first = repeated.places[1]
  return ("Write once what %s siblings have in common"):format(count(repeated.count)),
    ("`%s` in line %d; in the others `<<: *%s` and only what differs (readers of YAML 1.1 merge keys)"):format(
      with_key(first.node, "&" .. repeated.name), first.line, repeated.name)
end

function SHARE.ref(repeated)
  local first = repeated.places[1]
  return once(repeated),
    ('"${ref:%s}" in place of the copies; programs then read what `cfgrun compose --interpolate %s` makes'):format(
      first.path, quoted(first.file))
end

function SHARE.include(repeated)
  local first = repeated.places[1]
  if first.path == "" then
    return ("%d files are the same"):format(repeated.count), "keep one of them"
  end
  return ("Write a mapping once that stands in %d files"):format(repeated.count),
    ("move it to %s.yaml, and write `include: %s.yaml` in its place; `cfgrun compose --include` puts them together"):format(
      repeated.name, repeated.name)
end

function SHARE.file(repeated)
  local last = ending(repeated.places[1].node)
  return ("Write a text once that stands in %d files"):format(repeated.count),
    ("move it to %s.txt%s and write ${file:%s.txt} in its place; `cfgrun compose --interpolate` puts them together"):format(
      repeated.name, last, repeated.name)
end

function SHARE.layer(repeated)
  local base, above = repeated.places[1].file, repeated.places[2].file
  return ("%s repeats %s: keep what differs"):format(above, base),
    ("as a layer: `cfgrun compose %s %s` puts them together"):format(quoted(base), quoted(above))
end

--- Of a Kubernetes ConfigMap, which has a better way.
local function is_config_map(root)
  local kind = root:kind() == "mapping" and root:get "/kind"
  return kind and kind:kind() == "string" and kind:value() == "ConfigMap"
end

local ENDINGS = { certificate = "pem", ["private key"] = "pem", script = "sh", JSON = "json", markup = "xml", base64 = "b64" }

local function move(giant)
  local key = (giant.path:match "([^/]*)$"):gsub("~1", "-"):gsub("~0", "-"):gsub("[^%w%._-]+", "-")
  local name = key:find "%.%w+$" and key or (key == "" and "text" or key) .. "." .. (ENDINGS[giant.looks] or "txt")
  local what = ("Keep %s in a file of its own"):format(giant.looks == "text" and "a long text"
    or giant.looks == "base64" and "base64 data" or giant.looks == "JSON" and "JSON" or giant.looks == "markup" and "markup"
    or "a " .. giant.looks)
  if giant.looks == "private key" then
    return what, "better in a store of secrets than in a configuration; in any case not beside what is public"
  elseif is_config_map(giant.root) then
    return what, ("%s with kustomize's configMapGenerator, or `kubectl create configmap --from-file`"):format(name)
  end
  local last = ending(giant.node)
  return what, ("%s%s and ${file:%s} in its place; `cfgrun compose --interpolate` puts them together"):format(name,
    last, name)
end

--- One piece of advice: {what, how, saved, places, note}.
---@param analysis table
---@param advice table
---@return table
function M.words(analysis, advice)
  local out = { kind = advice.kind, saved = advice.saved, places = {} }
  if advice.kind == "share" then
    local repeated = analysis.repeats[advice.item]
    out.what, out.how = SHARE[repeated.how](repeated)
    out.places = repeated.places
    out.more, out.groups = (repeated.groups > 1 and repeated.groups or repeated.count) - #repeated.places, repeated.groups
    if repeated.comments > 0 then
      out.note = ("%s in the copies would go with them"):format(plural(repeated.comments, "line") .. " of comment")
    end
  elseif advice.kind == "move" then
    local giant = analysis.giants[advice.item]
    out.what, out.how = move(giant)
    out.places = { giant }
  elseif advice.kind == "anchors" then
    local file = analysis.files[advice.item]
    local names = {}
    for _, unused in ipairs(analysis.unused) do
      if unused.file == file.file then
        out.places[#out.places + 1] = unused
        names[#names + 1] = #names < 6 and "&" .. unused.name or nil
      end
    end
    out.what = ("Remove %s that nobody uses"):format(#out.places == 1 and "an anchor" or count(#out.places) .. " anchors")
    out.how = "take out " .. table.concat(names, ", ")
      .. (#out.places > #names and (" and %s more"):format(count(#out.places - #names)) or "")
  else
    local file = analysis.files[advice.item]
    out.places = { { file = file.file } }
    if advice.kind == "compact" then
      out.what = ("%.0f %% of the text is white space"):format(100 * file.makeup.blanks / file.bytes)
      out.how = ("if only programs read it: `cfgrun convert %s --to json --compact -o %s`"):format(quoted(file.file), quoted(file.file))
    else
      out.what = "Blanks before line ends"
      out.how = ("`cfgrun fmt %s`"):format(quoted(file.file))
    end
  end
  return out
end

return M
