-- The one-line form of a workflow: `classifier -> (technical | billing) -> user`.
--
--   chain := part ("->" part)*
--   part  := name | name ("," name)+ | "(" name ("|" name)+ ")"
--
-- `,` runs its names in parallel and joins them, `|` chooses one, decided by the part before; `user` at the
-- end is the answer. The parser takes anything: what is wrong is the rules' to say, and a wrong arrow must not
-- also look like an agent of a strange name, so arrows are put right before the names are read.

local M = {}

--- Other people's arrows, all meaning `->`.
local arrows = { "\u{2192}", "\u{21D2}", "\u{27F6}", "\u{27F9}", "\u{279C}", "\u{2794}" }

--- The text with every kind of arrow as `->`.
---@param syntax string
---@return string
function M.normalise(syntax)
  for _, arrow in ipairs(arrows) do
    syntax = syntax:gsub(arrow, "->")
  end
  syntax = syntax:gsub("[-=]*[-=]>", "->")
  syntax = syntax:gsub("([^-])>", "%1->")
  syntax = syntax:gsub("^>", "->")
  return syntax
end

--- Calls `on_name(name)` for each name and `on_mark(mark)` for each of `->` `,` `|` `(` `)`, in order.
local function scan(syntax, on_name, on_mark)
  local from, at = 1, 1
  local function flush(upto)
    local name = text.trim(syntax:sub(from, upto))
    if name ~= "" then on_name(name) end
  end
  while at <= #syntax do
    local two = syntax:sub(at, at + 1)
    local mark = two == "->" and two or syntax:match("^[,|()]", at)
    if mark then
      flush(at - 1)
      on_mark(mark)
      at = at + #mark
      from = at
    else
      at = at + 1
    end
  end
  flush(#syntax)
end

---@class Syntax
---@field empty boolean nothing but blanks
---@field operators boolean is there an arrow, comma or bar
---@field arrows boolean is there an arrow that is not `->`
---@field normal string the text with its arrows put right
---@field names string[] all names, in order, with repeats
---@field parts { kind: "one"|"all"|"any", names: string[] }[]

---@param syntax string
---@return Syntax
function M.parse(syntax)
  local normal = M.normalise(syntax)
  local out = {
    empty = text.trim(syntax) == "", operators = false, arrows = normal ~= syntax,
    normal = normal, names = {}, parts = {},
  }
  local part = { kind = "one", names = {} }
  local function close()
    if #part.names > 0 then out.parts[#out.parts + 1] = part end
    part = { kind = "one", names = {} }
  end
  scan(normal, function(name)
    out.names[#out.names + 1] = name
    part.names[#part.names + 1] = name
  end, function(mark)
    if mark == "->" then
      out.operators = true
      close()
    elseif mark == "," then
      out.operators = true
      part.kind = "all"
    elseif mark == "|" then
      out.operators = true
      part.kind = "any"
    end
  end)
  close()
  return out
end

--- The text with one name replaced wherever it stands; blanks and marks as they were.
function M.rename(syntax, old, new)
  local out, from, at = {}, 1, 1
  local function flush(upto)
    local chunk = syntax:sub(from, upto)
    if text.trim(chunk) == old then
      local before, after = chunk:match "^%s*", chunk:match "%s*$"
      chunk = before .. new .. after
    end
    out[#out + 1] = chunk
  end
  while at <= #syntax do
    local two = syntax:sub(at, at + 1)
    local mark = two == "->" and two or syntax:match("^[,|()>]", at)
    if mark then
      flush(at - 1)
      out[#out + 1] = mark
      at = at + #mark
      from = at
    else
      at = at + 1
    end
  end
  flush(#syntax)
  return table.concat(out)
end

return M
