-- tools/manual_page.lua: a page of docs/ as a manual page, so that it is written once.
--
--   lua5.4 tools/manual_page.lua FILE.md NAME SECTION VERSION > NAME.SECTION
--
-- The Markdown that our pages use: headings, paragraphs, fenced code, lists, tables, `code`, **bold**, links. The first
-- heading and the first sentence below it become NAME, the text before the next heading DESCRIPTION.

local path, name, section, version = arg[1], arg[2], arg[3], arg[4]

--- Text as roff has it.
local function roff(text)
  text = text:gsub("\\", "\\(rs"):gsub("%-", "\\-"):gsub("'", "\\(aq"):gsub("%^", "\\(ha"):gsub("~", "\\(ti")
  return (text:gsub("^%.", "\\&."))
end

--- A line of prose; code and bold words are set bold, of a link its text stays.
local function prose(text)
  text = text:gsub("%[([^%]]*)%]%([^)]*%)", "%1"):gsub("%*%*(.-)%*%*", "\1%1\2"):gsub("`([^`]*)`", "\1%1\2")
  text = roff(text):gsub("`", "\\(ga"):gsub("\1", "\\fB"):gsub("\2", "\\fR")
  return (text:gsub("^'", "\\&'"))
end

---@return string[]
local function read_lines()
  local lines = {}
  for line in assert(io.open(path)):lines() do
    lines[#lines + 1] = line
  end
  return lines
end

local function cells(row)
  local out = {}
  for cell in row:gsub("\\|", "\3"):gmatch "|([^|]*)" do
    out[#out + 1] = (cell:gsub("\3", "|"):match "^%s*(.-)%s*$")
  end
  return out
end

local out, lines, in_code = {}, read_lines(), false

local function put(format, ...)
  out[#out + 1] = format:format(...)
end

--- One line outside code.
local function convert(line)
  local heading = line:match "^##+%s+(.*)"
  local item = line:match "^%s*[-*]%s+(.*)" or line:match "^%s*%d+%.%s+(.*)"
  if heading then
    put(".SH %s", roff(heading:upper()))
  elseif line:find "^|[%s|:-]*$" then
    return -- below the head of a table
  elseif line:find "^|" then
    local row = cells(line)
    if row[1] ~= "" then
      put(".TP\n%s\n%s", prose(row[1]), prose(table.concat(row, "; ", 2)))
    end
  elseif item then
    put(".IP \\(bu 2\n%s", prose(item))
  elseif line == "" then
    put ".PP"
  else
    put("%s", prose(line:match "^%s*(.*)"))
  end
end

local title = assert(lines[1]:match "^#%s+(.*)", "the page has no title")
put('.TH %s %s "" "cfgrun %s" "cfgrun manual"\n.nh\n.ad l', roff(name:upper()), section, version)
put(".SH NAME\n%s \\- %s\n.SH DESCRIPTION", roff(name), roff(title:lower()))
for i = 2, #lines do
  local line = lines[i]
  if line:find "^```" then
    in_code = not in_code
    put(in_code and ".PP\n.RS 4\n.nf" or ".fi\n.RE\n.PP")
  elseif in_code then
    put("%s", line == "" and ".sp" or roff(line))
  else
    convert(line)
  end
end
-- No two breaks in a row, and none around a heading: roff warns of paragraphs without text.
local text = table.concat(out, "\n") .. "\n"
repeat
  local count, more
  text, count = text:gsub("%.PP\n%.PP\n", ".PP\n")
  text, more = text:gsub("%.PP\n(%.[SIT][HP])", "%1")
  text = text:gsub("(%.SH [^\n]*\n)%.PP\n", "%1"):gsub("%.PP\n$", "")
until count + more == 0
io.write(text)
