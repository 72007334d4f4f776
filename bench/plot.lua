-- bench/plot.lua: the lines of bench/scale on standard input, drawn as SVG: time and memory over agents, both axes logarithmic.
-- A dotted line through the largest YAML file has slope one: what lies along it grows linearly.

local WIDTH, HEIGHT, LEFT, TOP = 360, 260, 62, 34
local COLOURS = { yaml = "#1f6f8b", json = "#c0562f" }

local series = { yaml = {}, json = {} }
for line in io.lines() do
  local format, agents, _, ms, kib = line:match "^(%a+) (%d+) (%d+) ([%d.]+) (%d+)$"
  if format then
    table.insert(series[format], { agents = tonumber(agents), time = tonumber(ms), memory = tonumber(kib) / 1024 })
  end
end

local out = {}
local function put(text, ...)
  out[#out + 1] = text:format(...)
end

local function log10(x)
  return math.log(x, 10)
end

--- One panel: `field` of the points over agents, powers of ten from `low` to `high`.
local function panel(x0, title, field, low, high)
  local function x(agents)
    return x0 + LEFT + (log10(agents) - 1) / 4 * WIDTH
  end
  local function y(value)
    return TOP + HEIGHT - (log10(math.max(value, 10 ^ low)) - low) / (high - low) * HEIGHT
  end
  put('<text x="%g" y="20" font-weight="bold">%s</text>', x0 + LEFT, title)
  for power = low, high do
    local label = power < 0 and ("%g"):format(10.0 ^ power) or ("%d"):format(10 ^ power)
    put('<path d="M%g %gh%d" stroke="#ddd"/><text x="%g" y="%g" text-anchor="end">%s</text>', x0 + LEFT, y(10 ^ power), WIDTH,
      x0 + LEFT - 6, y(10 ^ power) + 4, label)
  end
  for power = 1, 5 do
    put('<text x="%g" y="%d" text-anchor="middle">%d</text>', x(10 ^ power), TOP + HEIGHT + 18, 10 ^ power)
  end
  put('<text x="%g" y="%d" text-anchor="middle">agents</text>', x0 + LEFT + WIDTH / 2, TOP + HEIGHT + 36)
  local last = series.yaml[#series.yaml]
  put('<path d="M%g %gL%g %g" stroke="#999" stroke-dasharray="2 4"/>', x(last.agents), y(last[field]), x(last.agents / 1000),
    y(last[field] / 1000))
  for _, format in ipairs { "yaml", "json" } do
    local path = {}
    for i, point in ipairs(series[format]) do
      path[i] = ("%g %g"):format(x(point.agents), y(point[field]))
      put('<circle cx="%g" cy="%g" r="3" fill="%s"/>', x(point.agents), y(point[field]), COLOURS[format])
    end
    put('<path d="M%s" fill="none" stroke="%s" stroke-width="1.5"/>', table.concat(path, "L"), COLOURS[format])
    local tail = series[format][#series[format]]
    put('<text x="%g" y="%g" fill="%s" text-anchor="end">%s</text>', x(tail.agents) - 4,
      y(tail[field]) + (format == "yaml" and -10 or 18), COLOURS[format], format:upper())
  end
end

put('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="11" fill="#333">',
  2 * (LEFT + WIDTH) + 50, TOP + HEIGHT + 50)
put '<rect width="100%%" height="100%%" fill="#fff"/>'
panel(0, "time of one load, ms", "time", -1, 4)
panel(LEFT + WIDTH + 30, "memory of one load, MiB", "memory", -1, 3)
put "</svg>"
print(table.concat(out, "\n"))
