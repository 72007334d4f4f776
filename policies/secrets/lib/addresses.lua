--- Passwords in addresses (scheme://user:password@host) and in connection strings (Server=…;Password=…).

local values = import "values"

local addresses = {}

local ADDRESS = [=[[A-Za-z][A-Za-z0-9+.-]{0,30}://[^\s:/@?#'"]*:([^\s/@'"]+)@[^\s]]=]
local CONNECTION = [[(?i)(?:server|host|data source|addr(?:ess)?|endpoint|user id|uid|database)\s*=]]
local PASSWORD = [[(?i)(?:password|pwd)\s*=\s*([^;\s'"]+)]]

local function password_of(piece)
  local found = text.contains(piece, "://") and re.match(piece, ADDRESS)
  if not found and text.contains(piece, ";") and re.test(piece, CONNECTION) then found = re.match(piece, PASSWORD) end
  return found
end

--- What the password in a value is, if there is one: see values.kind. Second result: the password.
---@param value string
---@return string|nil, string|nil
function addresses.password_kind(value)
  if not text.contains(value, "://") and not text.contains(value, ";") then return nil end
  for piece in values.pieces(value) do
    local found = password_of(piece)
    if found then return values.kind(found), found end
  end
  return nil
end

return addresses
