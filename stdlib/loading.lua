-- stdlib/loading.lua: what a command read, from where, and how long that took (--stats).
--
-- Counts are those of the loader (engine/load.h), times are sums over all threads.

local core = require "core"

local M = {}

---@type Option
M.option = { "stats", help = "tell on standard error what was read, from where, and how long it took" }

local started

--- Somebody wants to know.
function M.begin()
  started = core.monotonic()
end

local function duration(ns)
  return ("%.2f ms"):format(ns / 1e6)
end

--- Rows of { what, figure, figure? }.
local function rows_of(stats)
  local size = require("amount").bytes
  local rows = {
    { "sources", ("%d"):format(stats.sources), size(stats.bytes) },
    { "parsed", "", size(stats.parsed) },
    { "hashed", "", size(stats.hashed) },
    { "scanned", "", size(stats.scanned) },
    { "unchanged files", ("%d"):format(stats.unchanged) },
    { "records found", ("%d"):format(stats.hits) },
    { "records missed", ("%d"):format(stats.misses) },
    { "kept for later", "", size(stats.kept) },
    { "sections read", ("%d"):format(stats.sections) },
    { "sections listed", ("%d"):format(stats.listed) },
    { "blocks of memory", ("%d"):format(stats.blocks) },
    { "blocks reused", ("%d"):format(stats.reused) },
  }
  for _, phase in ipairs(stats.phases) do
    rows[#rows + 1] = { "time: " .. phase.name, ("%d"):format(phase.count), duration(phase.ns) }
  end
  rows[#rows + 1] = { "time: in all", "", duration(core.monotonic() - started) }
  return rows
end

--- The table, on standard error; nothing when nobody asked.
function M.show()
  if not started then
    return
  end
  for _, row in ipairs(rows_of(core.load_stats())) do
    io.stderr:write((("%-17s %8s %12s"):format(row[1], row[2], row[3] or ""):gsub(" +$", "")), "\n")
  end
end

return M
