--- Cuts a PromQL expression into tokens, from left to right, once.

local duration = import "duration"

local lexer = {}

---@class promql.token
---@field kind string  "word", "number", "duration", "string", "end", or the sign itself
---@field text string
---@field at integer

local SIGNS = {}
for sign in ("== != =~ !~ <= >= = < > + - * / % ^ ( ) { } [ ] , @ :"):gmatch "%S+" do SIGNS[sign] = true end

local function fail(problem, at)
  error({ problem = problem, at = at }, 0)
end
lexer.fail = fail

--- The end of the string that begins at `at`.
local function string_end(source, at)
  local quote = source:sub(at, at)
  if quote == "`" then
    return source:find("`", at + 1, true) or fail("the string is not closed", at)
  end
  local stop = at
  repeat
    stop = source:find("[\\\n" .. quote .. "]", stop + 1)
    if not stop then fail("the string is not closed", at) end
    local found = source:sub(stop, stop)
    if found == "\n" then fail("the string is not closed on its line", at) end
    if found == "\\" then
      local letter = source:sub(stop + 1, stop + 1)
      if not letter:find "[abfnrtv\\0-7xuU]" and letter ~= quote then
        fail(("there is no escape \\%s in a string"):format(letter), stop)
      end
      stop = stop + 1
      found = ""
    end
  until found == quote
  return stop
end

--- A number or a duration; both begin with a digit or a point.
local function number_token(source, at)
  local word = source:match("^0[xX][%x_]+", at) or source:match("^[%d_]+[ywdhms][%w]*", at)
    or source:match("^[%d_]*%.?[%d_]*[eE][+-]?%d+", at) or source:match("^[%d_]*%.?[%d_]*", at)
  local stop = at + #word
  if source:find("^[%w_]", stop) then fail(("'%s' is no number and no duration"):format(source:match("^[%w_.]+", at)), at) end
  if word:find "[ywdhms]" and not word:find "^0[xX]" then
    local _, problem = duration.parse(word)
    if problem then fail(problem, at) end
    return { kind = "duration", text = word, at = at }, stop
  end
  if not tonumber((word:gsub("_", ""))) then fail(("'%s' is no number"):format(word), at) end
  return { kind = "number", text = word, at = at }, stop
end

--- The tokens of an expression; raises {problem, at}.
---@param source string
---@return promql.token[]
function lexer.tokens(source)
  local out, at, braces, brackets = {}, 1, 0, 0
  while true do
    at = source:find("%S", at)
    if not at then break end
    local byte = source:sub(at, at)
    if byte == "#" then
      at = source:find("\n", at, true) or #source + 1
    elseif byte == '"' or byte == "'" or byte == "`" then
      local stop = string_end(source, at)
      out[#out + 1] = { kind = "string", text = source:sub(at, stop), at = at }
      at = stop + 1
    elseif byte:find "%d" or source:find("^%.%d", at) then
      out[#out + 1], at = number_token(source, at)
    elseif byte:find "[%a_]" or (byte == ":" and brackets == 0) then
      local word = source:match(braces + brackets > 0 and "^[%w_]+" or "^[%w_:]+", at)
      out[#out + 1] = { kind = "word", text = word, at = at }
      at = at + #word
    else
      local sign = source:sub(at, at + 1)
      if not SIGNS[sign] then sign = byte end
      if not SIGNS[sign] then fail(("'%s' means nothing here"):format(source:match("^" .. utf8.charpattern, at) or byte), at) end
      braces = braces + (sign == "{" and 1 or sign == "}" and -1 or 0)
      brackets = brackets + (sign == "[" and 1 or sign == "]" and -1 or 0)
      out[#out + 1] = { kind = sign, text = sign, at = at }
      at = at + #sign
    end
  end
  out[#out + 1] = { kind = "end", text = "the end", at = #source + 1 }
  return out
end

return lexer
