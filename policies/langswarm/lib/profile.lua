-- Where a stack runs, as far as its text tells.
--
-- The format has no field for it; stacks say it in `custom_settings.environment`, at the top level, or in the
-- name of the file. A rule's option `environment` decides when it is set.

local safe = import "safe"

local M = {}

local production = { production = true, prod = true, live = true }

local function named(word)
  return type(word) == "string" and production[text.trim(word):lower()] == true
end

---@return boolean
function M.is_production(ctx)
  local chosen = ctx.options.environment
  if type(chosen) == "string" and chosen ~= "" then return named(chosen) end
  local root = safe.map(ctx.root)
  for _, key in ipairs { "environment", "profile" } do
    local word = safe.get(safe.submap(root, "custom_settings"), key) or safe.get(root, key)
    if safe.map(word) then word = safe.get(word, "name") end
    if type(word) == "string" then return named(word) end
  end
  local file = ctx.doc.file:match "[^/]*$"
  for word in file:gmatch "%a+" do
    if named(word) then return true end
  end
  return false
end

--- Is the name one that only this machine answers to?
function M.is_loopback(host)
  host = host:lower()
  return host == "localhost" or host == "::1" or host == "[::1]" or host:find "^127%.%d+%.%d+%.%d+$" ~= nil
    or text.ends(host, ".localhost")
end

--- The host the server listens on when the stack names one that others can reach.
---@return string? host, any place
function M.public_host(root)
  local server = safe.submap(root, "server")
  local host = safe.word(server, "host")
  if host == nil or M.is_loopback(host) then return nil, nil end
  return host, tree.place(server, "host")
end

return M
