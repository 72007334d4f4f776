--- What no example can say: that a value is in no message, whatever rule speaks, and that the usual forms raise no alarm.

local RANDOM = "q7ZtR4nB" .. "x9Lw2KvEm6YsH3Jd"

local SECRETS = {
  { "password: %s", "tr0ub4dor&3" },
  { "db: {password: '%s'}", "correct-horse-battery" },
  { "env: [{name: DB_PASSWORD, value: '%s'}]", "S3nt1nel!" },
  { "environment: ['POSTGRES_PASSWORD=%s']", "S3nt1nel!" },
  { "args: ['--password', '%s']", "S3nt1nel!" },
  { "url: 'postgres://shop:%s@db/shop'", "S3nt1nel" },
  { "token: %s", "ghp_" .. ("aB3d"):rep(9) },
  { "any: 'x %s y'", "xoxb-" .. "123456789012-" .. RANDOM },
  { "salt: %s", RANDOM },
  { "client_secret: %s", RANDOM },
  { "file: |\n  db.password=%s\n", "S3nt1nel!" },
}

describe("a secret", function()
  for _, case in ipairs(SECRETS) do
    local source = case[1]:format(case[2])
    it("is found in " .. case[1]:gsub("%s+", " ") .. " and not shown", function()
      local findings = check(source)
      assert.truthy(#findings > 0)
      for _, finding in ipairs(findings) do
        assert.falsy(finding.message:find(case[2], 1, true))
      end
    end)
  end

  it("is reported once", function()
    assert.equal(1, #check("token: ghp_" .. ("aB3d"):rep(9)))
    assert.equal(1, #check "database_password: postgres://shop:S3nt1nel@db/shop")
  end)
end)

describe("no alarm", function()
  for _, source in ipairs {
    "password: ${DB_PASSWORD}",
    "password: ${DB_PASSWORD:-}",
    "password: '{{ .Values.password }}'",
    "password: !secret db_password",
    "password: op://vault/db/password",
    "password: arn:aws:secretsmanager:eu-west-1:123456789012:secret:db",
    "api_key: os.environ/OPENAI_API_KEY",
    "password: '@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/db)'",
    "env: [{name: TOKEN, valueFrom: {secretKeyRef: {name: a, key: token}}}]",
    "with: {token: '${{ secrets.GITHUB_TOKEN }}'}",
    "tls: {certificate: \"-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\"}",
    "ssh_public_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGd5\n",
    "commit: 9b7a4ab6a3e2c9b7a4ab6a3e2c9b7a4ab6a3e2c9",
    "image: app@sha256:9b7a4ab6a3e2c9b7a4ab6a3e2c9b7a4ab6a3e2c9b7a4ab6a3e2c9b7a4ab6a3e2",
    "id: 123e4567-e89b-12d3-a456-426614174000",
    "auth: {type: basic, token_url: https://example.com/token}",
    "password: true",
    "tokens: 4000\nmax_tokens: 8000",
    "topologyKey: kubernetes.io/hostname",
    "secrets: [db-password, tls-certificate]",
  } do
    it("for " .. source:gsub("%s+", " "), function()
      assert.same({}, check(source))
    end)
  end
end)
