-- stdlib/secrecy.lua: what rules tagged `secret` found is shown nowhere, by no report and no other rule.

local M = {}

local MASK = "••••••"
local LEAST = 6 -- shorter values would mask harmless words

--- Every line of every secret value, longest first, so that a part never hides before the whole.
local function values_of(outcome)
  local set, list = {}, {}
  for _, finding in ipairs(outcome.findings) do
    for _, value in ipairs(finding.secret or {}) do
      for line in value:gmatch "[^\r\n]+" do
        line = line:match "^%s*(.-)%s*$"
        if #line >= LEAST and not set[line] then
          set[line] = true
          list[#list + 1] = line
        end
      end
    end
  end
  table.sort(list, function(a, b)
    if #a ~= #b then
      return #a > #b
    end
    return a < b
  end)
  return list
end

--- Replaces plain text, all of it.
local function replace(text, value, mask)
  local from, to = text:find(value, 1, true)
  if not from then
    return text
  end
  local out, at = {}, 1
  while from do
    out[#out + 1] = text:sub(at, from - 1)
    out[#out + 1] = mask
    at = to + 1
    from, to = text:find(value, at, true)
  end
  out[#out + 1] = text:sub(at)
  return table.concat(out)
end

--- A function that masks the secrets of an outcome in any text. `in_place`: by as many asterisks, so that carets hold.
---@param outcome table
---@return fun(text: string, in_place?: boolean): string
function M.of(outcome)
  local values = values_of(outcome)
  return function(text, in_place)
    for _, value in ipairs(values) do
      text = replace(text, value, in_place and ("*"):rep(utf8.len(value) or #value) or MASK)
    end
    return text
  end
end

--- The outcome with its secrets masked; the values themselves are dropped.
---@param outcome table
---@return table outcome
function M.apply(outcome)
  local hide = M.of(outcome)
  for _, finding in ipairs(outcome.findings) do
    finding.excerpt = finding.excerpt and hide(finding.excerpt, true)
    finding.message = hide(finding.message)
    finding.hint = finding.hint and hide(finding.hint)
    finding.unfixed = finding.unfixed and hide(finding.unfixed)
    finding.secret = nil
    for _, related in ipairs(finding.related) do
      related.message = hide(related.message)
    end
  end
  for _, failure in ipairs(outcome.failures) do
    failure.message = failure.message and hide(failure.message)
  end
  return outcome
end

return M
