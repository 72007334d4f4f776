--- Finds the tokens of known issuers in a text, by the marks that these put on them.

local values = import "values"

local tokens = {}

-- The first token in one piece of text.
local function find(piece, data)
  -- Nearly every text ends here.
  if #piece < 15 or not re.test(piece, data.run) or not re.test(piece, data.probe) then return nil end
  for _, token in ipairs(data.tokens) do
    local first, last = re.find(piece, token.pattern)
    if first then
      local found = piece:sub(first, last)
      if values.kind(found) ~= "placeholder" then return token.name, found end
    end
  end
  return nil
end

--- The first token in a text: what it is, and its text. A token that says it is an example is none.
---@param value string
---@param data any the pack's data file `tokens`
---@return string|nil, string|nil
function tokens.find(value, data)
  if not values.is_long(value) then return find(value, data) end
  for piece in values.pieces(value) do
    local what, found = find(piece, data)
    if what then return what, found end
  end
  return nil
end

return tokens
