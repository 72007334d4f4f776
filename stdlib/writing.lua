-- stdlib/writing.lua: what commands that change a file share: reading it with its text, and the result. Those that know
-- the value which comes out bring the text to it by a comparison.

local core = require "core"
local ok = require("problem").check

local M = {}

---@type Option[]
M.options = {
  { "dry-run", short = "n", help = "write nothing; show what would change as a diff" },
  { "diff", help = "the same as --dry-run" },
  { "output", short = "o", value = "FILE", help = "write there instead (- for standard output)" },
}

---@type Option
M.through_alias = { "through-alias", help = "edit a value that came by an alias where it is written, for all its uses" }

--- A problem of an edit behind an alias, with what can be done.
---@param problem table
---@param options table
---@return table
function M.explained(problem, options)
  if (problem.message or ""):find("the anchor &", 1, true) and not options.through_alias then
    problem.hint = "--through-alias edits it at the anchor, for all its uses"
  end
  return problem
end

--- The bytes of a file, or of standard input for "-", and how messages call it.
---@param file string
---@param options table
---@return string text, string name
function M.text(file, options)
  if file == "-" then
    return ok(core.files.read_input { limits = options.limits }), "<stdin>"
  end
  return ok(core.files.read(file, { limits = options.limits })), file
end

--- Holds a file that is changed in place, from before it is read until `finish`; nil for others.
---@param file string
---@param options table
---@return userdata?
function M.hold(file, options)
  local in_place = file ~= "-" and not options.diff and not options.dry_run and (options.output or file) == file
  return in_place and ok(core.files.hold(file)) or nil
end

--- The text of a document after it was brought to another value; lost comments are told, unless `silent`. A change that
--- cannot be made in the text is raised.
---@param document userdata
---@param value userdata
---@param options table
---@param how { keys: table?, rewrite: boolean?, like: userdata?, through: boolean?, silent: boolean? } `like`: a
---document whose order of keys may be taken; `through`: the command has --through-alias
---@return string
function M.brought(document, value, options, how)
  local diff = ok(core.compare(document:root(), value, { keys = how.keys, limits = options.limits }))
  local text, rest = diff:text(document, { like = how.like, through_alias = options.through_alias, limits = options.limits })
  if text then
    if rest > 0 and not how.silent then
      io.stderr:write(("cfgrun: %s: %d comment%s of what is written anew %s not kept\n"):format(
        require("terminal").clean(document:file()), rest, rest == 1 and "" or "s", rest == 1 and "is" or "are"))
    end
    return text
  end
  if how.rewrite then
    return ok(diff:text(document, { like = how.like, rewrite = true, limits = options.limits }))
  end
  local problem = how.through and M.explained(rest, options) or rest
  problem.file = problem.file or document:file()
  problem.hint = (problem.hint and problem.hint .. "; or " or "") .. "--rewrite writes the file anew, without its comments"
  error(problem, 0)
end

--- Gives the result to whom it belongs. Where nothing changes, nothing is written.
---@param file string as given: "-" is standard input
---@param before string
---@param after string
---@param options table
---@param hold userdata? of the file
function M.finish(file, before, after, options, hold)
  if options.diff or options.dry_run then
    local diff = require "diff"
    diff.show(diff.unified(file == "-" and "<stdin>" or file, before, after))
    return
  end
  local target = options.output or file
  if target == "-" then
    io.stdout:write(after)
  elseif target ~= file then
    ok(core.files.replace(target, after))
  elseif after ~= before then
    ok(hold:replace(after))
  end
end

return M
