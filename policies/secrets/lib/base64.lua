--- Base64, for what a Kubernetes Secret calls hidden.

local base64 = {}

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local CODE = {}
for i = 1, #ALPHABET do CODE[ALPHABET:byte(i)] = i - 1 end

-- Secrets are short; more than this is a file, and its beginning says what it is.
local LONGEST = 4096

--- The text that a value encodes, up to some length; nil when it is no base64, or of no text.
---@param value string
---@return string|nil
function base64.decode(value)
  local packed = value:gsub("%s", "")
  if #packed % 4 ~= 0 or not packed:find "^[%w+/]*=?=?$" then return nil end
  local padding = #packed:match "=*$"
  local last = #packed - padding
  if last > LONGEST then last, padding = LONGEST, 0 end
  local out = {}
  for i = 1, last, 4 do
    local a, b, c, d = packed:byte(i, i + 3)
    local bits = CODE[a] << 18 | (CODE[b] or 0) << 12 | (CODE[c] or 0) << 6 | (CODE[d] or 0)
    out[#out + 1] = string.char(bits >> 16, bits >> 8 & 255, bits & 255)
  end
  local decoded = table.concat(out)
  decoded = decoded:sub(1, #decoded - padding)
  return utf8.len(decoded) and decoded or nil
end

return base64
