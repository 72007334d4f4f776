--- One pass over a document: every scalar, with the name by which people would call it.
--
-- The name is the key, but for the forms in which configuration writes pairs otherwise: `{name: DB_PASSWORD, value: x}`
-- of Kubernetes, and "DB_PASSWORD=x" or "--password=x" in lists of variables and arguments.

local walk = {}

-- Ciphertext: nothing in there is plain.
local SEALED = { encryptedData = true, sops = true }

---@alias Visit fun(value: string|number, name: string|nil, node: any, key: string|integer, in_secret: boolean)
--- The value, without the name in front of it; what it is called; the container in which it stands, and its key there; is it
--- a value of a Kubernetes Secret? Not a table: there may be a million of them.

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
      visit(plain, name, node, key, in_secret)
    end
  end
end

--- Calls visit for each string and number of a document, in the author's order.
---@param root any
---@param visit Visit
function walk.leaves(root, visit)
  local kind = root ~= nil and tree.kind(root)
  if kind == "mapping" or kind == "sequence" then step(root, nil, false, visit, 0) end
end

return walk
