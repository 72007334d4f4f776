--- Kubernetes' quantities: 250m, 1.5, 512Mi, 1e9.

local quantity = {}

local SCALE = {
  n = 1e-9, u = 1e-6, m = 1e-3, [""] = 1, k = 1e3, M = 1e6, G = 1e9, T = 1e12, P = 1e15, E = 1e18,
  Ki = 2 ^ 10, Mi = 2 ^ 20, Gi = 2 ^ 30, Ti = 2 ^ 40, Pi = 2 ^ 50, Ei = 2 ^ 60,
}

--- The number and its suffix, or nil when the text is no quantity.
---@param value any a string or a number
---@return number|nil, string|nil
function quantity.parse(value)
  if math.type(value) then return value, "" end
  if type(value) ~= "string" then return nil end
  local digits, suffix = value:match "^([+-]?%d*%.?%d*)(%a*)$"
  if digits and digits:find "%d" and SCALE[suffix] then
    return tonumber((digits:gsub("^%+", ""))) * SCALE[suffix], suffix
  end
  if value:match "^[+-]?%d*%.?%d*[eE][+-]?%d+$" and value:match "^[+-]?%.?%d" then
    return tonumber((value:gsub("^%+", ""))), ""
  end
  return nil
end

return quantity
