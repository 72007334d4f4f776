--- Labels and the selectors that choose by them.

local safe = import "safe"

local labels = {}

-- A requirement of matchExpressions against labels.
local function holds(requirement, own)
  local key, operator = safe.string(requirement, "key"), safe.string(requirement, "operator")
  if key == nil then return true end
  local value = safe.get(own, key)
  if operator == "Exists" then return value ~= nil end
  if operator == "DoesNotExist" then return value == nil end
  local listed = false
  for _, one in safe.each(requirement, "values") do
    if one == value then listed = true end
  end
  if operator == "In" then return listed end
  if operator == "NotIn" then return not listed end
  return true
end

--- Do the labels have each key with its value?
---@param wanted any mapping of labels
---@param own any mapping of labels, or nil
---@return boolean
function labels.include(wanted, own)
  for key, value in pairs(wanted) do
    if safe.get(own, key) ~= value then return false end
  end
  return true
end

--- Does a label selector (matchLabels, matchExpressions) choose these labels?
---@param selector any
---@param own any
---@return boolean
function labels.chosen(selector, own)
  local wanted = safe.map(selector, "matchLabels")
  if wanted and not labels.include(wanted, own) then return false end
  for _, requirement in safe.items(selector, "matchExpressions") do
    if not holds(requirement, own) then return false end
  end
  return true
end

--- How many of the wanted labels are there: to find the one that was meant.
---@param wanted any
---@param own any
---@return integer
function labels.shared(wanted, own)
  local count = 0
  for key, value in pairs(wanted) do
    if value ~= nil and safe.get(own, key) == value then count = count + 1 end
  end
  return count
end

--- "app=web, tier=back", for messages.
---@param wanted any
---@return string
function labels.text(wanted)
  local out = {}
  for key, value in pairs(wanted) do
    local kind = tree.kind(value)
    out[#out + 1] = (kind == "mapping" or kind == "sequence") and key or key .. "=" .. tostring(value)
  end
  return table.concat(out, ", ")
end

return labels
