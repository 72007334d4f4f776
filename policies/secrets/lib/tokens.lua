--- Finds the tokens of known issuers in a text, by the marks that these put on them.

local values = import "values"

local tokens = {}

--- The first token in a text: what it is, and its text. A token that says it is an example is none.
---@param value string
---@param data any the pack's data file `tokens`
---@return string|nil, string|nil
function tokens.find(value, data)
  if #value < 12 then return nil end
  for piece in values.pieces(value) do
    -- Nearly every text ends here.
    if re.test(piece, data.probe) then
      for _, token in ipairs(data.tokens) do
        local first, last = re.find(piece, token.pattern)
        if first then
          local found = piece:sub(first, last)
          if values.kind(found) ~= "placeholder" then return token.name, found end
        end
      end
    end
  end
  return nil
end

return tokens
