--- PromQL, read by recursive descent: is the expression well formed, and do its parts have the types that they are used with?
---
--- Every function that reads an expression returns a small table: its type ("scalar", "string", "instant vector", "range
--- vector") and what the next step must know of it (is it a bare selector, was there an offset). Precedence climbs as in the
--- Prometheus parser; problems are raised as {problem, at} and caught once, at the door.

local lexer = import "lexer"
local functions = import "functions"
local duration = import "duration"
local re2 = import "re2"

local promql = {}

local fail = lexer.fail
local DEEPEST = 60  -- expressions in expressions

local COMPARES = { ["=="] = true, ["!="] = true, ["<"] = true, [">"] = true, ["<="] = true, [">="] = true }
local SETS = { ["and"] = true, ["or"] = true, ["unless"] = true }
local POWER = {
  ["or"] = 1, ["and"] = 2, ["unless"] = 2, ["+"] = 4, ["-"] = 4, ["*"] = 5, ["/"] = 5, ["%"] = 5, atan2 = 5, ["^"] = 6,
}
for sign in pairs(COMPARES) do POWER[sign] = 3 end
local UNARY = 5

-- Words that no metric can be called by.
local RESERVED = { on = true, ignoring = true, group_left = true, group_right = true, bool = true, atan2 = true }

---@class promql.reader
---@field tokens promql.token[]
---@field next integer
---@field depth integer
---@field ranges { name: string, milliseconds: number }[]

local function peek(reader, ahead) return reader.tokens[math.min(reader.next + (ahead or 0), #reader.tokens)] end

local function take(reader)
  local token = peek(reader)
  if reader.next < #reader.tokens then reader.next = reader.next + 1 end
  return token
end

local function name_of(token) return token.kind == "end" and "the end" or ("'%s'"):format(token.text) end

local function want(reader, kind, where)
  local token = take(reader)
  if token.kind ~= kind then fail(("%s instead of '%s' %s"):format(name_of(token), kind, where), token.at) end
  return token
end

--- Is the next token this word, in whatever case?
local function is_word(reader, word)
  local token = peek(reader)
  return token.kind == "word" and token.text:lower() == word
end

local function a(kind) return (kind:find "^i" and "an " or "a ") .. kind end

local function bare(token) return token.text:sub(2, -2) end

local expression

--- (a, b, c): names of labels.
local function labels(reader, where)
  want(reader, "(", where)
  local out = {}
  while peek(reader).kind ~= ")" do
    local token = take(reader)
    if token.kind ~= "word" and token.kind ~= "string" or token.text:find(":", 1, true) and token.kind == "word" then
      fail(("%s is no name of a label %s"):format(name_of(token), where), token.at)
    end
    out[#out + 1] = token
    if peek(reader).kind ~= ")" then want(reader, ",", where) end
  end
  take(reader)
  return out
end

--- The text of a string token with its escapes of backslashes undone, as far as a regular expression needs.
local function pattern_of(token)
  local body = bare(token)
  if token.text:sub(1, 1) == "`" then return body end
  if body:find "\\[^\\]" then return nil end
  return (body:gsub("\\\\", "\\"))
end

local function check_pattern(token)
  local pattern = pattern_of(token)
  local problem = pattern and re2.problem(pattern)
  if problem then fail(("the regular expression %s: %s"):format(token.text, problem), token.at) end
  return pattern == nil or re.test("", "^(?:" .. pattern .. ")$")
end

--- {a="b", …}: answers whether something is matched that is not empty, and whether the name of the metric is.
local function matchers(reader)
  local open = want(reader, "{", "of a selector")
  local matches, named = false, false
  while peek(reader).kind ~= "}" do
    local label = take(reader)
    if label.kind == "end" then fail("the selector's '{' is not closed", open.at) end
    if label.kind ~= "word" and label.kind ~= "string" then
      fail(("%s instead of the name of a label"):format(name_of(label)), label.at)
    end
    local operator = peek(reader)
    if label.kind == "string" and (operator.kind == "," or operator.kind == "}") then
      matches, named = true, true
    else
      take(reader)
      local kind = operator.kind
      if kind ~= "=" and kind ~= "!=" and kind ~= "=~" and kind ~= "!~" then
        fail(("%s instead of =, !=, =~ or !~ behind the label %s"):format(name_of(operator), label.text), operator.at)
      end
      local value = take(reader)
      if value.kind ~= "string" then
        fail(("%s instead of a quoted value for the label %s"):format(name_of(value), label.text), value.at)
      end
      local empty = bare(value) == ""
      if kind == "=~" or kind == "!~" then empty = check_pattern(value) end
      if (kind == "=" or kind == "=~") ~= empty then matches = true end
      if label.text == "__name__" and kind == "=" then named = true end
    end
    local stop = peek(reader)
    if stop.kind == "," then
      take(reader)
    elseif stop.kind ~= "}" then
      fail(("%s instead of ',' or '}' in a selector"):format(name_of(stop)), stop.at)
    end
  end
  take(reader)
  return matches, named
end

local function selector(reader)
  local token = peek(reader)
  local metric = token.kind == "word" and take(reader) or nil
  if metric and RESERVED[metric.text:lower()] then
    fail(("%s does not stand here"):format(name_of(metric)), metric.at)
  end
  local matches, named = metric ~= nil, false
  if peek(reader).kind == "{" then
    local some
    some, named = matchers(reader)
    matches = matches or some
  end
  if metric and named then fail("the name of the metric is given twice", token.at) end
  if not matches then fail("the selector matches everything; at least one matcher must not match the empty value", token.at) end
  return { type = "instant vector", selector = true, name = metric and metric.text, at = token.at }
end

--- A length of time: a duration, or a number of seconds.
local function length(reader, where)
  local token = take(reader)
  if token.kind == "duration" then return duration.parse(token.text), token end
  if token.kind == "number" then return tonumber((token.text:gsub("_", ""))) * 1000, token end
  fail(("%s instead of a duration such as 5m %s"):format(name_of(token), where), token.at)
end

--- [5m] or [1h:5m] behind an expression.
local function range(reader, inner)
  take(reader)
  local span, token = length(reader, "in brackets")
  if span <= 0 then fail("a range is longer than nothing", token.at) end
  if peek(reader).kind == ":" then
    take(reader)
    if peek(reader).kind ~= "]" then
      local step, at = length(reader, "behind ':'")
      if step <= 0 then fail("a step is longer than nothing", at.at) end
    end
    want(reader, "]", "behind a range")
    if inner.type ~= "instant vector" and inner.type ~= "scalar" then
      fail(("a subquery of %s; only of an instant vector"):format(a(inner.type)), inner.at)
    end
    return { type = "range vector", subquery = true, at = inner.at }
  end
  want(reader, "]", "behind a range")
  if not inner.selector or inner.type ~= "instant vector" then
    fail("a range stands behind a selector only; a subquery is written [5m:]", token.at)
  end
  if inner.moved or inner.pinned then fail("'offset' and '@' stand behind the range", token.at) end
  return { type = "range vector", selector = true, span = span, at = inner.at }
end

local function movable(inner, word, at)
  if not inner.selector and not inner.subquery then
    fail(("'%s' stands behind a selector or a subquery only"):format(word), at)
  end
end

--- offset 5m
local function offset(reader, inner)
  local word = take(reader)
  movable(inner, "offset", word.at)
  if inner.moved then fail("'offset' stands here twice", word.at) end
  if peek(reader).kind == "-" or peek(reader).kind == "+" then take(reader) end
  length(reader, "behind 'offset'")
  inner.moved = true
end

--- @ 1700000000, @ start()
local function pin(reader, inner)
  local sign = take(reader)
  movable(inner, "@", sign.at)
  if inner.pinned then fail("'@' stands here twice", sign.at) end
  inner.pinned = true
  if is_word(reader, "start") or is_word(reader, "end") then
    take(reader)
    want(reader, "(", "behind '@ start'")
    want(reader, ")", "behind '@ start('")
    return
  end
  if peek(reader).kind == "-" or peek(reader).kind == "+" then take(reader) end
  local token = take(reader)
  if token.kind ~= "number" then fail(("%s instead of a time behind '@'"):format(name_of(token)), token.at) end
end

local function postfix(reader, inner)
  while true do
    if peek(reader).kind == "[" then
      inner = range(reader, inner)
    elseif is_word(reader, "offset") then
      offset(reader, inner)
    elseif peek(reader).kind == "@" then
      pin(reader, inner)
    else
      return inner
    end
  end
end

--- Arguments in parentheses.
local function arguments(reader, name)
  want(reader, "(", ("behind %s"):format(name))
  local out = {}
  if peek(reader).kind == ")" then
    take(reader)
    return out
  end
  while true do
    out[#out + 1] = expression(reader, 0)
    local token = take(reader)
    if token.kind == ")" then return out end
    if token.kind ~= "," then fail(("%s instead of ',' or ')' among the arguments of %s"):format(name_of(token), name), token.at) end
    if peek(reader).kind == ")" then fail(("the arguments of %s end in a comma"):format(name), token.at) end
  end
end

local function expect(argument, wanted, name, index)
  if argument.type ~= wanted then
    fail(("argument %d of %s is %s, not %s"):format(index, name, a(argument.type), a(wanted)), argument.at)
  end
end

local function call(reader)
  local token = take(reader)
  local name = token.text
  local known = functions.known[name]
  if not known then
    local meant = functions.known[name:lower()] and name:lower() or text.nearest(name, functions.names)
    fail(("there is no function '%s'%s"):format(name, meant and ("; did you mean '%s'?"):format(meant) or ""), token.at)
  end
  local args = arguments(reader, name)
  if #args < known.least or #args > known.most then
    local count = known.least == known.most and tostring(known.least)
      or known.most == math.huge and ("at least %d"):format(known.least) or ("%d to %d"):format(known.least, known.most)
    fail(("%s takes %s argument%s, not %d"):format(name, count, count == "1" and "" or "s", #args), token.at)
  end
  for i, argument in ipairs(args) do
    expect(argument, known.args[math.min(i, #known.args)], name, i)
    if argument.span and reader.ranges then
      reader.ranges[#reader.ranges + 1] = { name = name, milliseconds = argument.span }
    end
  end
  return { type = known.gives, at = token.at }
end

local function aggregation(reader)
  local token = take(reader)
  local name = token.text:lower()
  local grouped = is_word(reader, "by") or is_word(reader, "without")
  if grouped then labels(reader, ("behind '%s'"):format(take(reader).text)) end
  local args = arguments(reader, name)
  if is_word(reader, "by") or is_word(reader, "without") then
    if grouped then fail(("%s is grouped twice"):format(name), peek(reader).at) end
    labels(reader, ("behind '%s'"):format(take(reader).text))
  end
  local parameter = functions.aggregations[name]
  local count = parameter == "" and 1 or 2
  if #args ~= count then
    fail(("%s takes %d argument%s, not %d"):format(name, count, count == 1 and "" or "s", #args), token.at)
  end
  if count == 2 then expect(args[1], parameter, name, 1) end
  expect(args[count], "instant vector", name, count)
  return { type = "instant vector", at = token.at }
end

local function primary(reader)
  local token = peek(reader)
  local kind = token.kind
  if kind == "number" or kind == "duration" then
    take(reader)
    return { type = "scalar", at = token.at }
  elseif kind == "string" then
    take(reader)
    return { type = "string", at = token.at }
  elseif kind == "(" then
    take(reader)
    local inner = expression(reader, 0)
    local close = take(reader)
    if close.kind ~= ")" then
      fail(("%s instead of ')'; the parenthesis at %d is not closed"):format(name_of(close), token.at), close.at)
    end
    return { type = inner.type, subquery = inner.subquery, at = token.at }
  elseif kind == "{" then
    return selector(reader)
  elseif kind == "word" then
    local lower = token.text:lower()
    local follows = peek(reader, 1)
    if functions.aggregations[lower] then
      local after = follows.kind == "word" and follows.text:lower()
      if follows.kind == "(" or after == "by" or after == "without" then return aggregation(reader) end
    elseif follows.kind == "(" and not RESERVED[lower] then
      return call(reader)
    end
    if lower == "inf" or lower == "nan" then
      take(reader)
      return { type = "scalar", at = token.at }
    end
    return selector(reader)
  end
  fail(("%s instead of an expression"):format(name_of(token)), token.at)
end

--- bool, on (…), ignoring (…), group_left (…) behind an operator.
local function modifiers(reader, operator)
  local out = {}
  if is_word(reader, "bool") then
    if not COMPARES[operator.text] then fail("'bool' stands behind a comparison only", peek(reader).at) end
    take(reader)
    out.bool = true
  end
  if is_word(reader, "on") or is_word(reader, "ignoring") then
    local word = take(reader).text:lower()
    out.matching = word
    local names = labels(reader, ("behind '%s'"):format(word))
    if is_word(reader, "group_left") or is_word(reader, "group_right") then
      local group = take(reader)
      if SETS[operator.text:lower()] then
        fail(("'%s' does not go with '%s'"):format(group.text, operator.text), group.at)
      end
      local on = {}
      for _, label in ipairs(names) do on[label.text] = word == "on" end
      for _, label in ipairs(peek(reader).kind == "(" and labels(reader, "of the group") or {}) do
        if on[label.text] then fail(("the label %s stands in both 'on' and '%s'"):format(label.text, group.text), label.at) end
      end
    end
  elseif is_word(reader, "group_left") or is_word(reader, "group_right") then
    fail(("'%s' needs 'on' or 'ignoring' before it"):format(peek(reader).text), peek(reader).at)
  end
  return out
end

local function check_sides(operator, mods, left, right)
  local name = operator.text:lower()
  for _, side in ipairs { left, right } do
    if side.type ~= "scalar" and side.type ~= "instant vector" then
      fail(("'%s' does not take %s"):format(name, a(side.type)), side.at)
    end
  end
  local scalars = (left.type == "scalar" and 1 or 0) + (right.type == "scalar" and 1 or 0)
  if SETS[name] and scalars > 0 then fail(("'%s' takes no scalar"):format(name), operator.at) end
  if COMPARES[name] and scalars == 2 and not mods.bool then
    fail(("'%s' between scalars needs 'bool'"):format(name), operator.at)
  end
  if mods.matching and scalars > 0 then fail(("'%s' stands between two vectors only"):format(mods.matching), operator.at) end
  return { type = scalars == 2 and "scalar" or "instant vector", at = left.at }
end

local function operand(reader)
  local sign = peek(reader)
  if sign.kind == "-" or sign.kind == "+" then
    take(reader)
    local inner = expression(reader, UNARY + 1)
    if inner.type ~= "scalar" and inner.type ~= "instant vector" then
      fail(("'%s' before %s"):format(sign.text, a(inner.type)), sign.at)
    end
    return { type = inner.type, at = sign.at }
  end
  return postfix(reader, primary(reader))
end

--- An expression of operators that bind at least as tightly as `least`.
function expression(reader, least)
  reader.depth = reader.depth + 1
  if reader.depth > DEEPEST then error({ deep = true }, 0) end
  local left = operand(reader)
  while true do
    local operator = peek(reader)
    local power = (operator.kind == "word" or operator.kind == operator.text) and POWER[operator.text:lower()]
    if not power or power < least then break end
    take(reader)
    local mods = modifiers(reader, operator)
    local right = expression(reader, operator.text == "^" and power or power + 1)
    left = check_sides(operator, mods, left, right)
  end
  reader.depth = reader.depth - 1
  return left
end

---@class promql.result
---@field type string|nil  of the whole
---@field problem string|nil
---@field at integer|nil   byte of the problem
---@field ranges { name: string, milliseconds: number }[]  selectors with a range, and the functions that take them

--- Reads an expression; a result without type and problem is one nested too deeply to be judged.
---@param source string
---@return promql.result
function promql.parse(source)
  local ranges = {}
  local fine, result = pcall(function()
    local reader = { tokens = lexer.tokens(source), next = 1, depth = 0, ranges = ranges }
    local whole = expression(reader, 0)
    local rest = peek(reader)
    if rest.kind ~= "end" then fail(("%s behind the end of the expression"):format(name_of(rest)), rest.at) end
    return whole
  end)
  if fine then return { type = result.type, ranges = ranges } end
  if type(result) ~= "table" then error(result, 0) end
  return { problem = result.problem, at = result.at, ranges = ranges }
end

--- Is it LogQL, whose rules are written in files of the same form? Its filters begin with a bar, which PromQL has not.
---@param source string
---@return boolean
function promql.is_logql(source)
  return source:gsub('"[^"]*"', ""):gsub("`[^`]*`", ""):gsub("'[^']*'", ""):find("|", 1, true) ~= nil
end

return promql
