--- Known words, and the nearest one to a word that is not known.

local words = {}

--- "a b c" as a set; `list` of it is the words in their order.
---@param line string
---@return { set: table<string, boolean>, list: string[] }
function words.of(line)
  local out = { set = {}, list = {} }
  for word in line:gmatch "%S+" do
    out.set[word] = true
    out.list[#out.list + 1] = word
  end
  return out
end

--- The known word that was probably meant.
---@param word string
---@param list string[]
---@return string|nil
function words.meant(word, list)
  local plain = word:lower():gsub("_", "-")
  for _, known in ipairs(list) do
    if known:lower():gsub("_", "-") == plain then return known end
  end
  return #word > 2 and text.nearest(word, list) or nil
end

--- "; did you mean 'x'?", or nothing.
---@param word string
---@param list string[]
---@return string
function words.hint(word, list)
  local meant = words.meant(word, list)
  return meant and ("; did you mean '%s'?"):format(meant) or ""
end

--- Reports the keys of a mapping that are not known.
---@param ctx any
---@param node any
---@param known { set: table<string, boolean>, list: string[] }
---@param where string "a service", for the message
---@param free string|nil pattern of keys that are anybody's
function words.check_keys(ctx, node, known, where, free)
  if node == nil or tree.kind(node) ~= "mapping" then return end
  for key in tree.entries(node) do
    if not known.set[key] and key ~= "<<" and not (free and key:find(free)) then
      local meant = words.meant(key, known.list)
      local at = tree.place(node, key)
      ctx:report("{where} has no key '{key}'{hint}", {
        where = where, key = key, hint = meant and ("; did you mean '%s'?"):format(meant) or "", at = at, at_key = true,
        fix = meant and not tree.has(node, meant) and ctx:rename(meant, at) or nil, safety = "guarded",
      })
    end
  end
end

return words
