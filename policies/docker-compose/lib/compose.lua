--- The parts of a Compose file.

local safe = import "safe"
local words = import "words"

local compose = {}

--- Reports the keys of a mapping that are not known; those that begin with x- are anybody's.
---@param ctx any
---@param node any
---@param known { set: table<string, boolean>, list: string[] }
---@param where string "a service", for the message
function compose.check_keys(ctx, node, known, where)
  words.check_keys(ctx, node, known, where, "^x%-")
end

--- Calls visit(name, service, services) for each service that is a mapping.
---@param root any
---@param visit fun(name: string, service: any, services: any)
function compose.services(root, visit)
  local services = safe.map(root, "services")
  for name, service in safe.entries(services) do
    if safe.kind(service) == "mapping" then visit(name, service, services) end
  end
end

--- Is anything taken from other files, so that not all names stand here?
---@param root any
---@return boolean
function compose.open(root)
  return tree.has(root, "include")
end

--- Is the file laid over another one? Then services need no image, and what they name may stand there.
---@param ctx any
---@return boolean
function compose.overlay(ctx)
  local name = (ctx.doc.file or ""):match "[^/]*$":lower()
  return name:find "override" ~= nil or name:match "compose[.-][^.]+%.ya?ml$" ~= nil
end

--- Does the text take something from the environment?
---@param value any
---@return boolean
function compose.dynamic(value)
  return type(value) == "string" and value:find "%$" ~= nil
end

--- One entry of `ports`, as far as it can be read: published and target ports as first and last, host address, protocol.
---@param value any
---@return table|nil port
---@return string|nil problem
function compose.port(value)
  if math.type(value) == "integer" then
    if value < 1 or value > 65535 then return nil, ("%d is no port (1 to 65535)"):format(value) end
    return { target = { value, value }, protocol = "tcp", host = "" }
  end
  if safe.kind(value) ~= "string" or compose.dynamic(value) then return nil end
  local body, protocol = value:match "^(.-)/(%a+)$"
  body = body or value
  protocol = (protocol or "tcp"):lower()
  if protocol ~= "tcp" and protocol ~= "udp" and protocol ~= "sctp" then return nil, ("there is no protocol '%s'"):format(protocol) end
  local host, rest = "", body
  local bracket, after = body:match "^%[([%x:.]+)%]:(.*)$"
  if bracket then
    host, rest = bracket, after
  elseif select(2, body:gsub(":", "")) >= 2 then
    host, rest = body:match "^(.*):([^:]*:[^:]*)$"
  end
  local published, target = rest:match "^([^:]*):([^:]*)$"
  if not target then published, target = nil, rest end
  local function range(word)
    local low, high = word:match "^(%d+)%-(%d+)$"
    low = tonumber(low or word:match "^%d+$")
    high = tonumber(high) or low
    if not low or low > 65535 or high > 65535 or low > high then return nil end
    return { low, high }
  end
  local to = range(target)
  if not to or to[1] < 1 then return nil, ("'%s' is no port or range of ports (1 to 65535)"):format(target) end
  local from
  if published and published ~= "" then
    from = range(published)
    if not from then return nil, ("'%s' is no port or range of ports"):format(published) end
    if to[2] > to[1] and from[2] - from[1] ~= to[2] - to[1] then
      return nil, ("the ranges %s and %s are not equally long"):format(published, target)
    end
  end
  return { published = from, target = to, protocol = protocol, host = host }
end

--- Is it a duration such as 1m30s?
---@param value any
---@return boolean
function compose.is_duration(value)
  if type(value) ~= "string" then return false end
  if compose.dynamic(value) or value == "0" then return true end
  local rest = value
  repeat
    local _, stop = rest:find "^%d+%.?%d*[%a\u{b5}]+"
    if not stop then return false end
    local unit = rest:match "^[%d.]+([^%d.]+)"
    if not ({ h = 1, m = 1, s = 1, ms = 1, us = 1, ns = 1, d = 1, w = 1, ["\u{b5}s"] = 1 })[unit] then return false end
    rest = rest:sub(stop + 1)
  until rest == ""
  return true
end

--- Is it an amount of bytes such as 512m?
---@param value any
---@return boolean
function compose.is_bytes(value)
  if math.type(value) then return true end
  if type(value) ~= "string" then return false end
  if compose.dynamic(value) or value == "-1" then return true end
  return value:lower():find "^%d+%.?%d* ?[kmgtp]?i?b?$" ~= nil
end

--- Names of the depends_on, links … of a service: a list of strings or the keys of a mapping, with places.
---@param service any
---@param key string
---@return { value: string, place: any, key: boolean }[]
function compose.names(service, key)
  local value = safe.get(service, key)
  local out = {}
  if safe.kind(value) == "mapping" then
    for name in tree.entries(value) do out[#out + 1] = { value = name, place = tree.place(value, name), key = true } end
  else
    for _, one in ipairs(safe.strings(service, key)) do out[#out + 1] = { value = one.value, place = one.place, key = false } end
  end
  return out
end

return compose
