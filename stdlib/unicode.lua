-- stdlib/unicode.lua: text from outside, which may be no text at all.

local M = {}

--- The text itself when it is UTF-8; else with each byte that is not part of a character replaced.
---@param text string
---@param replacement? string default: U+FFFD
---@return string
function M.valid(text, replacement)
  if utf8.len(text) then
    return text
  end
  local out, at = {}, 1
  while at <= #text do
    local _, bad = utf8.len(text, at)
    out[#out + 1] = text:sub(at, (bad or #text + 1) - 1)
    if not bad then
      break
    end
    out[#out + 1] = replacement or "\u{fffd}"
    at = bad + 1
  end
  return table.concat(out)
end

return M
