-- stdlib/report/formats.lua: the formats in which `check` tells its findings; each is a file beside this one.

local M = {}

---@type { name: string, summary: string }[]
M.list = {
  { name = "text", summary = "for a person: place, message, the line with a caret" },
  { name = "json", summary = "for programs; has a schema_version" },
  { name = "sarif", summary = "SARIF 2.1.0, for code scanning" },
  { name = "junit", summary = "JUnit XML, for Jenkins, GitLab and the like" },
  { name = "tap", summary = "TAP 14, for test harnesses" },
  { name = "github", summary = "GitHub workflow commands, shown beside the lines of a pull request" },
  { name = "gitlab", summary = "GitLab code quality, shown in merge requests" },
  { name = "markdown", summary = "a table for a comment or a job's summary" },
  { name = "html", summary = "one page that needs nothing else" },
}

---@return string[]
function M.names()
  local out = {}
  for i, format in ipairs(M.list) do
    out[i] = format.name
  end
  return out
end

--- "text, json or html".
---@return string
function M.sentence()
  local names = M.names()
  return table.concat(names, ", ", 1, #names - 1) .. " or " .. names[#names]
end

return M
