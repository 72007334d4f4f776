--- Kubernetes Secrets in manifests.

local values = import "values"
local base64 = import "base64"

-- A value of a Secret that gives something away. Certificates and keys of the public kind do not.
local function gives_away(key, value, encoded)
  if type(value) ~= "string" or key:find "%.crt$" or key == "namespace" then return false end
  if encoded then
    if values.kind(value) ~= "literal" then return false end
    value = base64.decode(value) or value
  end
  return values.kind(value) == "literal"
end

local function report(ctx, node)
  local given, first = {}, nil
  for _, part in ipairs { "data", "stringData" } do
    local held = node[part]
    if held ~= nil and tree.kind(held) == "mapping" then
      for key, value in tree.entries(held) do
        if gives_away(key, value, part == "data") then
          given[#given + 1] = key
          first = first or tree.place(held, key)
        end
      end
    end
  end
  if first then
    local metadata = node.metadata
    local name = metadata ~= nil and tree.kind(metadata) == "mapping" and metadata.name
    ctx:report("{secret} carries its values: {keys}", {
      secret = type(name) == "string" and ("Secret '%s'"):format(name) or "a Secret",
      keys = table.concat(given, ", "), at = first,
    })
  end
end

local DEEPEST = 16

local function look(ctx, node, depth)
  if node == nil or depth > DEEPEST or tree.kind(node) ~= "mapping" then return end
  if node.kind == "Secret" and node.apiVersion == "v1" then report(ctx, node) end
  local items = node.items
  if items ~= nil and tree.kind(items) == "sequence" then
    for _, item in ipairs(items) do look(ctx, item, depth + 1) end
  end
end

rule "kubernetes-secret-in-manifest" {
  title = "Manifests of Secrets carry no values",
  why = "Base64 hides nothing: whoever reads the manifest has the secret. Seal it, or let an operator fetch it from a store.",
  severity = "warning",
  tags = { "secret" },
  check = function(root, ctx) look(ctx, root, 0) end,
  examples = {
    pass = {
      "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\n",
      "apiVersion: v1\nkind: Secret\nstringData: {password: '${DB_PASSWORD}'}\n",
      "apiVersion: v1\nkind: Secret\ndata: {password: 'ENC[AES256_GCM,data:aGk=,iv:x,tag:y,type:str]'}\nsops: {}\n",
      "apiVersion: v1\nkind: Secret\ndata: {password: Y2hhbmdlbWU=}\n",
      "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nspec: {encryptedData: {password: AgBy3i4OJSWK}}\n",
    },
    { fail = "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\ndata: {user: c2hvcA==, password: dHIwdWI0ZG9y}\n",
      at = "/data/user", message = "Secret 'db' carries its values: user, password" },
    { fail = "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Secret, stringData: {password: tr0ub4dor}}]\n",
      at = "/items/0/stringData/password" },
  },
}
