--- The text itself: blanks, tabs, line ends, and characters that end a value early.

local scan = import "scan"

local YAML = { formats = { "yaml" } }

local QUOTED = { single = true, double = true, literal = true, folded = true }

rule "no-tabs" {
  title = "No tabs around or within unquoted values",
  why = "YAML forbids tabs in indentation; elsewhere some readers keep them and some refuse the file, and nobody sees them.",
  severity = "warning",
  match = YAML,
  check = function(_, ctx)
    if not text.contains(ctx.doc.text, "\t") then return end
    local lines = text.lines(ctx.doc.text)
    local first, last = scan.range(ctx)
    for line = first, math.min(last, #lines) do
      local before = lines[line]:match "^(.-)\t"
      -- A blank line, and a comment, may have what it likes.
      if before and lines[line]:find "%S" and not before:find "^%s*#" and not before:find "%s#" then
        local place = scan.at_line(ctx, line)
        local value = tree.value(place)
        local inside = type(value) == "string" and text.contains(tree.raw(place) or "", "\t")
        if not (inside and QUOTED[tree.style(place)]) then
          ctx:report(inside and "a tab within a value" or "a tab beside a value", { at = place })
        end
      end
    end
  end,
  examples = {
    pass = { "a: \"b\tc\"", "make: |\n  all:\n  \tcc a.c\n", "a: 1 #\tone" },
    { fail = "name: a\nhost: b\tc\n", at = "/host", message = "within" },
    { fail = "name: a\nhost: b\t\n", at = "/host", message = "beside" },
  },
}

local NEEDS_BLANKS = "(?i)sep|delim|prefix|suffix|indent|join|prompt|template|format|text|pattern|regex"

rule "no-blanks-at-ends" {
  title = "Strings do not begin or end with blanks",
  why = "Nobody sees them, and a comparison with the same word without them fails.",
  severity = "info",
  match = YAML,
  check = function(_, ctx)
    scan.each(ctx, function(node, key, value, kind)
      if kind ~= "string" or not (value:find "^ " or value:find " $") then return end
      local style = tree.style(node, key)
      if style ~= "single" and style ~= "double" then return end
      local trimmed = text.trim(value)
      local name = scan.name(ctx, node, key) or ""
      -- Separators and the like consist of blanks or need them.
      if not trimmed:find "%w" or re.test(name, NEEDS_BLANKS) then return end
      local at = tree.place(node, key)
      ctx:report("a blank at the {side}", {
        side = value:find "^ " and "beginning" or "end", at = at, fix = ctx:replace(trimmed, at), safety = "guarded",
      })
    end)
  end,
  examples = {
    pass = { "a: 'b'\nseparator: ', '\nblank: ' '\nprefix: 'a '", "a: |\n  text\n" },
    { fail = "role: 'admin '", at = "/role", message = "a blank at the end", fixed = "role: 'admin'" },
  },
}

rule "line-ends-uniform" {
  title = "All lines end alike",
  why = "A file with both kinds of line ends shows changes that are none, and a text in it carries stray characters.",
  severity = "warning",
  match = YAML,
  check = function(_, ctx)
    local source = ctx.doc.text
    if ctx.doc.index ~= 1 or not text.contains(source, "\r\n") then return end
    if source:find "[^\r]\n" or source:find "^\n" then
      ctx:report("some lines end with CRLF, others with LF", {})
    end
  end,
  examples = {
    pass = { "a: 1\r\nb: 2\r\n", "a: 1\nb: 2\n" },
    { fail = "a: 1\r\nb: 2\n", at = "" },
  },
}

rule "hash-signs-quoted" {
  title = "Values that begin with a hash sign are quoted",
  why = "Unquoted, the rest of the line is a comment and the value is null: a colour such as #fff is not there.",
  severity = "warning",
  match = YAML,
  check = function(_, ctx)
    if not re.test(ctx.doc.text, [=[[:-][ \t]+#[0-9A-Fa-f]]=]) then return end
    local lines = text.lines(ctx.doc.text)
    scan.each(ctx, function(node, key, _, kind)
      if kind ~= "null" then return end
      local line = lines[tree.span(tree.place(node, key)).line] or ""
      local hidden = re.match(line, [=[[:-][ \t]+(#(?:[0-9A-Fa-f]{3,4}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8}))[ \t]*\r?$]=])
      if hidden then
        ctx:report("'{hidden}' is a comment, and the value null", { hidden = hidden, at = tree.place(node, key) })
      end
    end)
  end,
  examples = {
    pass = { "colour: '#fff'", "a: # see below\nb: 1", "a: 1 #fff" },
    { fail = "colour: #ff8800\n", at = "/colour", message = "'#ff8800' is a comment" },
  },
}

-- The key of "key:value".
local function joined_key(value)
  return value:match "^([%a_][%w_-]*):[^%s/]"
end

rule "blank-after-colon" {
  title = "A colon between key and value is followed by a blank",
  why = "Without it `name:web` is one word, not a key and a value.",
  severity = "warning",
  match = YAML,
  check = function(_, ctx)
    scan.plain_strings(ctx, joined_key, function(node, index, value)
      if type(index) ~= "number" then return end
      local key = joined_key(value)
      -- Only where the items beside it are mappings with that key is it plain what was meant.
      for _, item in ipairs(node) do
        if item ~= nil and tree.kind(item) == "mapping" and tree.has(item, key) then
          ctx:report("'{value}' is one word; a blank is missing after the colon",
            { value = key .. ":…", at = tree.place(node, index) })
          return
        end
      end
    end)
  end,
  examples = {
    pass = { "ports: [http:80, https:443]", "items: [{name: a}, {name: b}]" },
    { fail = "items:\n  - name: a\n  - name:b\n", at = "/items/1", message = "'name:…' is one word" },
  },
}
