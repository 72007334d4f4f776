--- Fixes settle what they are for, keep the rest, and have nothing to do the second time.

local BEFORE = [[
# countries we ship to
countries:
  - de
  - no   # Norway
  - se
python: 3.10
start: 22:22
zip: 01234
note: 'no'
]]

local AFTER = [[
# countries we ship to
countries:
  - de
  - 'no'   # Norway
  - se
python: '3.10'
start: '22:22'
zip: '01234'
note: 'no'
]]

describe("the fixes", function()
  it("quote what readers would take for something else, as the file quotes, and nothing but that", function()
    assert.equal(AFTER, fix(BEFORE))
  end)

  it("are done once", function()
    assert.equal(AFTER, fix(AFTER))
    assert.same({}, check(AFTER))
  end)
end)

describe("an alias", function()
  it("repeats no finding", function()
    assert.equal(1, #check("a: &a {country: no}\nb: *a\nc:\n  <<: *a\n", { rule = "boolean-words-quoted" }))
  end)
end)

describe("each document of a stream", function()
  it("is judged for itself", function()
    assert.equal(1, #check("a: 1\n---\nx: &b {c: 1}\n", { rule = "anchors-used" }))
    assert.equal(1, #check("a: 1\r\n---\nb: 2\n", { rule = "line-ends-uniform" }))
  end)
end)
