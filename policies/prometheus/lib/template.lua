--- Templates of Go in labels and annotations: are actions closed, strings ended, blocks ended, names known?

local template = {}

local FUNCTIONS = {}
for name in ("and or not len index slice print printf println html js urlquery call eq ne lt le gt ge break continue query "
  .. "first label value strvalue "
  .. "args reReplaceAll safeHtml match title toUpper toLower graphLink tableLink sortByLabel stripPort stripDomain humanize "
  .. "humanize1024 humanizeDuration humanizePercentage humanizeTimestamp toTime toDuration now pathPrefix externalURL parseDuration "
  .. "tmpl urlQueryEscape true false nil"):gmatch "%S+" do
  FUNCTIONS[name] = true
end
local OPENS = { ["if"] = true, range = true, with = true, define = true, block = true }
local VARIABLES = { ["$labels"] = true, ["$value"] = true, ["$externalLabels"] = true, ["$externalURL"] = true, ["$"] = true }
local QUOTES = { ['"'] = true, ["`"] = true, ["'"] = true }

--- The byte behind the string that begins at `at`, or nil when it does not end.
local function string_stop(source, at)
  local quote = source:sub(at, at)
  if quote == "`" then return (select(2, source:find("`", at + 1, true))) end
  local stop = at
  while true do
    stop = source:find("[\\\n" .. quote .. "]", stop + 1)
    local found = stop and source:sub(stop, stop)
    if not stop or found == "\n" then return nil end
    if found == quote then return stop end
    stop = stop + 1
  end
end

--- Reads one action from behind its braces; answers where it ends, its words, or what is wrong.
local function action(source, at, known)
  local words, depth = {}, 0
  local comment = source:match("^%-?%s*()/%*", at)
  if comment then
    local _, stop = source:find("%*/%s*%-?}}", comment)
    if not stop then return nil, "a comment '{{/*' is not closed" end
    return stop + 1, words
  end
  while at <= #source do
    local byte = source:sub(at, at)
    if source:sub(at, at + 1) == "}}" then
      if depth ~= 0 then return nil, "a parenthesis in an action is not closed" end
      return at + 2, words
    elseif source:sub(at, at + 1) == "{{" then
      return nil, "an action '{{' is not closed before the next"
    elseif QUOTES[byte] then
      local stop = string_stop(source, at)
      if not stop then return nil, "a string in an action is not closed" end
      at = stop + 1
    elseif byte == "(" or byte == ")" then
      depth = depth + (byte == "(" and 1 or -1)
      if depth < 0 then return nil, "a ')' too many in an action" end
      at = at + 1
    elseif byte == "$" or byte == "." or byte:find "[%a_]" then
      local word = source:match("^%$?[%w_]*", at)
      local rest = source:match("^[%w_.]*", at + #word)
      if byte ~= "." then words[#words + 1] = word end
      if source:find("^%s*:=", at + #word) or source:find("^%s*,%s*%$[%w_]+%s*:=", at + #word) then known[word] = true end
      if byte == "$" and not known[word] and not VARIABLES[word] then return nil, ("there is no variable '%s'"):format(word) end
      at = at + math.max(#word + #rest, 1)
    else
      at = at + #(source:match("^%d[%w.]*", at) or byte)
    end
  end
  return nil, "an action '{{' is not closed"
end

local KEYWORDS = { ["else"] = true, ["end"] = true, template = true }

--- Nil, or what is wrong.
---@param source string
---@return string|nil
function template.problem(source)
  local at, open, known = 1, 0, {}
  while true do
    local _, start = source:find("{{", at, true)
    if not start then break end
    local stop, words = action(source, start + 1, known)
    if not stop then return words end
    for i, word in ipairs(words) do
      if i == 1 and OPENS[word] then
        open = open + 1
      elseif i == 1 and word == "end" then
        open = open - 1
        if open < 0 then return "an '{{end}}' too many" end
      elseif i == 1 and word == "else" and open == 0 then
        return "an '{{else}}' outside of a block"
      elseif word:sub(1, 1) ~= "$" and not FUNCTIONS[word] and not KEYWORDS[word] and not OPENS[word] then
        return ("there is no function '%s' in templates"):format(word)
      end
    end
    at = stop
  end
  return open > 0 and "a block is not closed by '{{end}}'" or nil
end

return template
