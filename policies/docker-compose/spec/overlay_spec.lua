--- Files that are laid over others, and fixes.

describe("an overlay", function()
  it("may name what another file declares", function()
    local source = "services: {web: {depends_on: [db], networks: [front]}}\n"
    assert.equal(0, #check(source, { file = "docker-compose.override.yml" }))
    assert.truthy(#check(source, { file = "compose.yaml" }) >= 3)
  end)
end)

describe("quoting a port", function()
  it("keeps the line", function()
    local fixed = fix("services:\n  a:\n    image: a:1\n    ports:\n      - 22:22  # ssh\n", { rule = "ports-quoted" })
    assert.matches("- [\"']22:22[\"']  # ssh", fixed)
  end)
end)
