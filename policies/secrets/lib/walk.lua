--- One pass over a document: every scalar, with the name by which people would call it.
--
-- The name is the key, but for the forms in which configuration writes pairs otherwise: `{name: DB_PASSWORD, value: x}`
-- of Kubernetes, and "DB_PASSWORD=x" or "--password=x" in lists of variables and arguments.

local walk = {}

-- Ciphertext: nothing in there is plain.
local SEALED = { encryptedData = true, sops = true }

---@class Leaf
---@field value string|number the value, without the name in front of it
---@field name string|nil what it is called
---@field node any the container in which it stands
---@field key string|integer its key there
---@field in_secret boolean is it a value of a Kubernetes Secret?

local function is_kubernetes_secret(node)
  return node.kind == "Secret" and type(node.apiVersion) == "string" and (node.data ~= nil or node.stringData ~= nil)
end

-- The pair in "NAME=value", "--name=value".
local function pair(value)
  local name, rest = value:match "^%-*([%a_][%w_.-]*)=(.*)$"
  return name, rest
end

local DEEPEST = 200

local function step(node, list_name, in_secret, visit, depth)
  if depth > DEEPEST then return end
  local mapping = tree.kind(node) == "mapping"
  local secret = mapping and is_kubernetes_secret(node)
  local said = mapping and type(node.name) == "string" and node.name or nil
  local flag
  for key, value in tree.entries(node) do
    local kind = tree.kind(node, key)
    if kind == "mapping" or kind == "sequence" then
      if not (mapping and SEALED[key]) then
        step(value, mapping and key or list_name, in_secret or (secret and (key == "data" or key == "stringData")),
          visit, depth + 1)
      end
      flag = nil
    elseif kind == "string" or kind == "int" or kind == "float" then
      local name, plain = list_name, value
      if mapping then
        name = (key == "value" and said) or key
      elseif kind == "string" then
        local left, right = pair(value)
        if left then
          name, plain = left, right
        elseif flag then
          name = flag
        end
        -- "--password", "x": the argument after a flag.
        flag = value:match "^%-%-?([%a][%w_.-]*)$"
      end
      visit { value = plain, name = name, node = node, key = key, in_secret = in_secret }
    end
  end
end

--- Calls visit(leaf) for each string and number of a document, in the author's order.
---@param root any
---@param visit fun(leaf: Leaf)
function walk.leaves(root, visit)
  local kind = root ~= nil and tree.kind(root)
  if kind == "mapping" or kind == "sequence" then step(root, nil, false, visit, 0) end
end

return walk
