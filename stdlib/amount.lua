-- stdlib/amount.lua: amounts as people read them, written the same in every report: 979 B, 115.2 KiB, 1.1 MiB.

local M = {}

local UNITS = { "B", "KiB", "MiB", "GiB", "TiB" }

---@param n number bytes
---@return string
function M.bytes(n)
  local unit = 1
  while unit < #UNITS and (n >= 1024 or unit > 1 and n >= 1023.95) do
    n, unit = n / 1024, unit + 1
  end
  return (unit == 1 and "%.0f %s" or "%.1f %s"):format(n, UNITS[unit])
end

--- How much in how much time: "112.4 MiB/s".
---@param n number bytes
---@param ns number nanoseconds
---@return string
function M.rate(n, ns)
  return M.bytes(n / (ns / 1e9)) .. "/s"
end

return M
