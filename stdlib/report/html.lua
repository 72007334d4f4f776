-- stdlib/report/html.lua: one page that needs nothing else: findings by file, with their lines, in light and dark.

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
  --error: #ce2c31; --warning: #ad5700; --info: #0d74ce; --good: #218358; }
@media (prefers-color-scheme: dark) { :root { --ink: #edeef0; --faint: #b0b4ba; --paper: #111113; --line: #363a3f;
  --code: #212225; --error: #ff9592; --warning: #ffca16; --info: #70b8ff; --good: #3dd68c; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 2rem 1rem 4rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin: 0 0 .25rem; } h2 { font-size: 1.05rem; margin: 2.2rem 0 .5rem; }
p { margin: .25rem 0; } .faint { color: var(--faint); font-size: .875rem; }
.counts { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.25rem 0; padding: 0; list-style: none; }
.counts li { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem 1rem; min-width: 6.5rem; }
.counts b { display: block; font-size: 1.5rem; line-height: 1.2; }
article { border-top: 1px solid var(--line); padding: .75rem 0; }
.error b.level, .n-error b { color: var(--error); } .warning b.level, .n-warning b { color: var(--warning); }
.info b.level, .n-info b { color: var(--info); } .n-good b { color: var(--good); }
code, pre { font: .875rem/1.5 ui-monospace, monospace; }
code { background: var(--code); border-radius: .25rem; padding: .1em .3em; }
pre { background: var(--code); border-radius: .5rem; overflow-x: auto; margin: .5rem 0; padding: .5rem .75rem; }
mark { background: none; color: inherit; text-decoration: underline wavy; text-underline-offset: .25em; }
.error mark { text-decoration-color: var(--error); } .warning mark { text-decoration-color: var(--warning); }
.info mark { text-decoration-color: var(--info); }
table { border-collapse: collapse; width: 100%; font-size: .9rem; } th, td { text-align: left; padding: .35rem .5rem .35rem 0;
  border-top: 1px solid var(--line); vertical-align: top; }
]]

--- The line with the place marked.
local function line_of(f)
  local text = f.excerpt or ""
  if text == "" then
    return ""
  end
  text = unicode.valid(text, "?")
  local from = utf8.offset(text, f.column) or #text + 1
  local to = f.end_line == f.line and (utf8.offset(text, math.max(f.end_column, f.column + 1)) or #text + 1) or #text + 1
  return ('<pre><span class="faint">%4d </span>%s<mark>%s</mark>%s</pre>'):format(f.line, html(text:sub(1, from - 1)),
    html(text:sub(from, to - 1)), html(text:sub(to)))
end

local function one(f, titles)
  local out = { ('<article class="%s"><p><b class="level">%s</b> %s</p>'):format(f.severity, f.severity, html(f.message)) }
  out[#out + 1] = ('<p class="faint">line %d, column %d · <code>%s</code>%s</p>'):format(f.line, f.column, html(f.rule),
    titles[f.rule] and " · " .. html(titles[f.rule].title) or "")
  out[#out + 1] = line_of(f)
  for _, r in ipairs(f.related) do
    out[#out + 1] = ('<p class="faint">%s:%d:%d %s</p>'):format(html(r.file), r.line, r.column, html(r.message))
  end
  if f.hint then
    out[#out + 1] = ('<p class="faint">%s</p>'):format(html(f.hint))
  end
  if f.fix then
    out[#out + 1] = f.fix.guarded and '<p class="faint">fix: <code>--fix=guarded</code></p>'
      or '<p class="faint">fix: <code>--fix</code></p>'
  end
  out[#out + 1] = "</article>"
  return table.concat(out, "\n")
end

local function counts(c)
  local out = {}
  for _, row in ipairs { { "error", "errors" }, { "warning", "warnings" }, { "info", "infos" } } do
    out[#out + 1] = ('<li class="n-%s"><b>%d</b>%s</li>'):format(c[row[1]] > 0 and row[1] or "good", c[row[1]], row[2])
  end
  out[#out + 1] = ("<li><b>%d</b>files</li><li><b>%d</b>rules</li>"):format(c.files, c.rules)
  if c.waived + c.allowed > 0 then
    out[#out + 1] = ("<li><b>%d</b>accepted</li>"):format(c.waived + c.allowed)
  end
  if c.fixed > 0 then
    out[#out + 1] = ('<li class="n-good"><b>%d</b>fixed</li>'):format(c.fixed)
  end
  return '<ul class="counts">' .. table.concat(out) .. "</ul>"
end

local function accepted(outcome)
  local rows = {}
  for _, f in ipairs(outcome.findings) do
    if f.standing == "waived" or f.standing == "allowed" then
      rows[#rows + 1] = ("<tr><td>%s:%d</td><td><code>%s</code></td><td>%s</td></tr>"):format(html(f.file), f.line,
        html(f.rule), html(f.reason or ""))
    end
  end
  if #rows == 0 then
    return ""
  end
  return "<h2>Accepted</h2>\n<table><tr><th>where</th><th>rule</th><th>reason</th></tr>" .. table.concat(rows) .. "</table>"
end

---@param outcome table
---@param context { rules: table[], now: integer }
---@return string
function M.render(outcome, context)
  local titles, body, file = {}, {}, nil
  for _, rule in ipairs(context.rules) do
    titles[rule.name] = rule
  end
  for _, f in ipairs(outcome.findings) do
    if f.standing == "open" then
      if f.file ~= file then
        file = f.file
        body[#body + 1] = ("<h2>%s</h2>"):format(html(file))
      end
      body[#body + 1] = one(f, titles)
    end
  end
  if #body == 0 then
    body[1] = "<p>No findings.</p>"
  end
  for _, failure in ipairs(outcome.failures) do
    body[#body + 1] = ('<article class="error"><p><b class="level">failure</b> %s %s</p></article>'):format(
      html(failure.rule), html(failure.message))
  end
  return table.concat({
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>cfgrun report</title>',
    "<style>" .. STYLE .. "</style>\n</head>\n<body>\n<main>\n<h1>Configuration report</h1>",
    ('<p class="faint">cfgrun %s · %s</p>'):format(core.version, os.date("!%Y-%m-%d %H:%M UTC", context.now)),
    counts(outcome.counts), table.concat(body, "\n"), accepted(outcome), "</main>\n</body>\n</html>\n",
  }, "\n")
end

return M
