--- Expressions between ${{ and }}: a lexer, a parser, and a walk over what was parsed.
--
-- or := and ('||' and)*; and := compare ('&&' compare)*; compare := unary (op unary)*; unary := '!' unary | postfix.
-- A reference keeps its way as parts: a string for a known name, false for `*` or what is computed.

local expression = {}

local DEEPEST = 100

---@param source string
---@return table[]|nil tokens
---@return string|nil problem
local function lex(source)
  local out, at = {}, 1
  while true do
    at = source:find("%S", at)
    if not at then break end
    local rest_number = source:match("^-?0x%x+", at) or source:match("^-?%d+%.?%d*[eE][+-]?%d+", at)
      or source:match("^-?%d+%.?%d*", at) or source:match("^-?%.%d+", at)
    local char = source:sub(at, at)
    if source:find("^[%a_]", at) then
      local name = source:match("^[%w_-]+", at)
      out[#out + 1] = { kind = "name", value = name }
      at = at + #name
    elseif rest_number then
      if source:find("^[%w_]", at + #rest_number) then
        return nil, ("'%s' is no number"):format(source:match("^[%w_.+-]+", at))
      end
      out[#out + 1] = { kind = "number", value = rest_number }
      at = at + #rest_number
    elseif char == "'" then
      local stop = at + 1
      while true do
        stop = source:find("'", stop, true)
        if not stop then return nil, "a string is not closed" end
        if source:sub(stop + 1, stop + 1) ~= "'" then break end
        stop = stop + 2
      end
      out[#out + 1] = { kind = "string", value = source:sub(at + 1, stop - 1):gsub("''", "'") }
      at = stop + 1
    elseif char == '"' then
      return nil, "strings stand in single quotes, not in double ones"
    else
      local op = source:match("^[=!<>]=", at) or source:match("^&&", at) or source:match("^||", at)
        or source:match("^[][().,!<>*]", at)
      if not op then return nil, ("'%s' has no meaning in an expression"):format(utf8.char(utf8.codepoint(source, at, at, true))) end
      out[#out + 1] = { kind = op }
      at = at + #op
    end
  end
  out[#out + 1] = { kind = "end" }
  return out
end

local LITERALS = { ["true"] = true, ["false"] = true, null = true, nan = true, infinity = true }
local COMPARE = { ["=="] = true, ["!="] = true, ["<"] = true, [">"] = true, ["<="] = true, [">="] = true }

local function fail(problem)
  error({ expression = problem }, 0)
end

local function show(token)
  if token.kind == "end" then return "the end" end
  return "'" .. tostring(token.value or token.kind) .. "'"
end

local parse_or

local function expect(state, kind)
  local token = state.tokens[state.at]
  if token.kind ~= kind then fail(("'%s' is missing before %s"):format(kind, show(token))) end
  state.at = state.at + 1
end

local function arguments(state)
  local out = {}
  if state.tokens[state.at].kind == ")" then
    state.at = state.at + 1
    return out
  end
  while true do
    out[#out + 1] = parse_or(state)
    if state.tokens[state.at].kind ~= "," then break end
    state.at = state.at + 1
  end
  expect(state, ")")
  return out
end

local function primary(state)
  local token = state.tokens[state.at]
  state.at = state.at + 1
  if token.kind == "name" then
    if state.tokens[state.at].kind == "(" then
      state.at = state.at + 1
      return { op = "call", name = token.value, args = arguments(state) }
    end
    if LITERALS[token.value:lower()] then return { op = "literal", value = token.value } end
    return { op = "ref", name = token.value, parts = {}, args = {} }
  elseif token.kind == "string" or token.kind == "number" then
    return { op = "literal", value = token.value, string = token.kind == "string" }
  elseif token.kind == "(" then
    local inner = parse_or(state)
    expect(state, ")")
    return { op = "group", args = { inner } }
  end
  fail(token.kind == "end" and "the expression is not complete" or ("%s is not expected here"):format(show(token)))
end

local function postfix(state)
  local node = primary(state)
  while true do
    local kind = state.tokens[state.at].kind
    local part
    if kind == "." then
      local token = state.tokens[state.at + 1]
      if token.kind == "name" then
        part = token.value
      elseif token.kind == "*" then
        part = false
      else
        fail(("a name is missing after '.' and before %s"):format(show(token)))
      end
      state.at = state.at + 2
    elseif kind == "[" then
      state.at = state.at + 1
      if state.tokens[state.at].kind == "*" then
        part = false
        state.at = state.at + 1
      else
        local index = parse_or(state)
        part = index.op == "literal" and index.string and index.value or false
        if not part and node.op == "ref" then
          node.args[#node.args + 1] = index
        elseif not part then
          node = { op = "index", args = { node, index } }
        end
      end
      expect(state, "]")
    else
      return node
    end
    if node.op == "ref" then
      node.parts[#node.parts + 1] = part
    elseif node.op == "literal" then
      fail("a literal has no properties")
    end
  end
end

local function unary(state)
  state.depth = state.depth + 1
  if state.depth > DEEPEST then fail("the expression is nested too deeply") end
  local node
  if state.tokens[state.at].kind == "!" then
    state.at = state.at + 1
    node = { op = "not", args = { unary(state) } }
  else
    node = postfix(state)
  end
  state.depth = state.depth - 1
  return node
end

local function binary(state, next_level, ops)
  local node = next_level(state)
  while ops[state.tokens[state.at].kind] do
    local op = state.tokens[state.at].kind
    state.at = state.at + 1
    node = { op = op, args = { node, next_level(state) } }
  end
  return node
end

local AND, OR = { ["&&"] = true }, { ["||"] = true }

local function parse_compare(state) return binary(state, unary, COMPARE) end
local function parse_and(state) return binary(state, parse_compare, AND) end
function parse_or(state) return binary(state, parse_and, OR) end

--- Parses what stands between the braces.
---@param source string
---@return table|nil tree
---@return string|nil problem
function expression.parse(source)
  local tokens, problem = lex(source)
  if not tokens then return nil, problem end
  if #tokens == 1 then return nil, "the expression is empty" end
  local state = { tokens = tokens, at = 1, depth = 0 }
  local ok, result = pcall(parse_or, state)
  if not ok then
    if type(result) == "table" and result.expression then return nil, result.expression end
    error(result, 0)
  end
  if tokens[state.at].kind ~= "end" then
    return nil, ("%s is not expected here"):format(show(tokens[state.at]))
  end
  return result
end

--- The expressions of a text: their sources, and whether the last one is left open.
---@param value string
---@return string[] sources
---@return boolean open
function expression.split(value)
  local out, at = {}, 1
  while true do
    local first = value:find("${{", at, true)
    if not first then return out, false end
    -- `}}` inside a string of the expression does not end it.
    local stop, quoted = first + 3, false
    while true do
      local place = value:find("['}]", stop)
      if not place then return out, true end
      if value:sub(place, place) == "'" then
        quoted = not quoted
        stop = place + 1
      elseif not quoted and value:sub(place + 1, place + 1) == "}" then
        stop = place
        break
      else
        stop = place + 1
      end
    end
    out[#out + 1] = value:sub(first + 3, stop - 1)
    at = stop + 2
  end
end

--- Calls visit(node) for each node of a parsed expression.
---@param node table
---@param visit fun(node: table)
function expression.walk(node, visit)
  visit(node)
  for _, child in ipairs(node.args or {}) do expression.walk(child, visit) end
end

return expression
