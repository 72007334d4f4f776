-- stdlib/comparison/html.lua: a comparison as one page that needs nothing else: both sides beside each other, by change.

local comparison = require "comparison"
local core = require "core"
local unicode = require "unicode"

local M = {}

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }

local function html(text)
  text = unicode.valid(text):gsub("[%z\1-\8\11\12\14-\31\127]", "\u{fffd}")
  return (text:gsub('[&<>"]', ENTITIES))
end

local STYLE = [[
:root { color-scheme: light dark; --ink: #1c2024; --faint: #60646c; --paper: #fcfcfd; --line: #e0e1e6; --code: #f2f3f5;
  --removed: #ce2c31; --removed-back: #feebec; --added: #218358; --added-back: #e6f6eb; --moved: #0d74ce; --changed: #ad5700; }
@media (prefers-color-scheme: dark) { :root { --ink: #edeef0; --faint: #b0b4ba; --paper: #111113; --line: #363a3f;
  --code: #212225; --removed: #ff9592; --removed-back: #3b1219; --added: #3dd68c; --added-back: #132d21; --moved: #70b8ff;
  --changed: #ffca16; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 80rem; padding: 2rem 1rem 4rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin: 0 0 .25rem; } h2 { font-size: 1.05rem; margin: 2.2rem 0 .5rem; }
.faint { color: var(--faint); font-size: .875rem; }
code, pre { font: .875rem/1.5 ui-monospace, monospace; }
section { border-top: 1px solid var(--line); padding: .75rem 0; }
section > p { margin: 0 0 .4rem; overflow-wrap: anywhere; }
.op { display: inline-block; min-width: 5.2rem; font-weight: 600; }
.op.added { color: var(--added); } .op.removed { color: var(--removed); }
.op.changed { color: var(--changed); } .op.renamed, .op.moved { color: var(--moved); }
.sides { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; }
.sides > div { min-width: 0; border-radius: .5rem; padding: .4rem .75rem; background: var(--code); }
.sides > .old { background: var(--removed-back); } .sides > .new { background: var(--added-back); }
.sides p { margin: 0; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 24rem; overflow-y: auto; }
@media (max-width: 40rem) { .sides { grid-template-columns: 1fr; } }
]]

local function side(node, class)
  if not node then
    return '<div class="none"><span class="faint">not there</span></div>'
  end
  local text = comparison.value(node)
  if node:kind() == "string" and node:value():find "\n" then
    text = node:value()
  end
  return ('<div class="%s"><p class="faint">%s</p><pre>%s</pre></div>'):format(class,
    html(comparison.place(node)), html(text))
end

local function one(change)
  local same = change.op == "moved" or change.op == "renamed"
  local path = (change.before or change.after):path()
  local to = same and " → " .. html(change.after:path()) or ""
  return ('<section><p><span class="op %s">%s</span> <code>%s%s</code></p><div class="sides">%s%s</div></section>'):format(
    change.op, change.op, html(path == "" and "(the document)" or path), to,
    side(change.before, same and "same" or "old"), side(change.after, same and "same" or "new"))
end

---@param list DocumentPair[]
---@param files string[]
---@return string
function M.render(list, files)
  local body, total = {}, 0
  for _, pair in ipairs(list) do
    local differs = not pair.diff or #pair.changes > 0
    if differs and pair.name then
      body[#body + 1] = ("<h2>%s</h2>"):format(html(pair.name))
    end
    if not pair.diff then
      total = total + 1
      body[#body + 1] = one { op = pair.before and "removed" or "added", before = pair.before and pair.before:root(),
        after = pair.after and pair.after:root() }
    end
    for _, change in ipairs(pair.changes) do
      total = total + 1
      body[#body + 1] = one(change)
    end
  end
  if total == 0 then
    body[1] = "<p>No difference.</p>"
  end
  return table.concat({
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>cfgrun diff</title>',
    "<style>" .. STYLE .. "</style>\n</head>\n<body>\n<main>",
    ("<h1>%s → %s</h1>"):format(html(files[1]), html(files[2])),
    ('<p class="faint">%d difference%s · cfgrun %s</p>'):format(total, total == 1 and "" or "s", core.version),
    table.concat(body, "\n"), "</main>\n</body>\n</html>\n",
  }, "\n")
end

return M
