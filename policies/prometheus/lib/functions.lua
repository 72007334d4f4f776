--- The functions and aggregations of PromQL: kinds of argument, fewest and most of them, kind of result.

local functions = {}

-- One character an argument: v instant vector, m range vector, s scalar, t string; `?` the last may be missing,
-- `*` any number of the last. Behind the arrow the result.
local SIGNATURES = [[
abs v>v absent v>v absent_over_time m>v acos v>v acosh v>v asin v>v asinh v>v atan v>v atanh v>v avg_over_time m>v
ceil v>v changes m>v clamp vss>v clamp_max vs>v clamp_min vs>v cos v>v cosh v>v count_over_time m>v
days_in_month v?>v day_of_month v?>v day_of_week v?>v day_of_year v?>v deg v>v delta m>v deriv m>v
double_exponential_smoothing mss>v exp v>v first_over_time m>v floor v>v histogram_avg v>v histogram_count v>v
histogram_fraction ssv>v histogram_quantile sv>v histogram_quantiles vtss*>v histogram_stddev v>v histogram_stdvar v>v
histogram_sum v>v holt_winters mss>v hour v?>v idelta m>v increase m>v info vv?>v irate m>v label_join vttt*>v
label_replace vtttt>v last_over_time m>v ln v>v log10 v>v log2 v>v mad_over_time m>v max_over_time m>v min_over_time m>v
minute v?>v month v?>v pi >s predict_linear ms>v present_over_time m>v quantile_over_time sm>v rad v>v rate m>v resets m>v
round vs?>v scalar v>s sgn v>v sin v>v sinh v>v sort v>v sort_by_label vt*>v sort_by_label_desc vt*>v sort_desc v>v sqrt v>v
stddev_over_time m>v stdvar_over_time m>v sum_over_time m>v tan v>v tanh v>v time >s timestamp v>v
ts_of_first_over_time m>v ts_of_last_over_time m>v ts_of_max_over_time m>v ts_of_min_over_time m>v vector s>v year v?>v
]]

local WORDS = { v = "instant vector", m = "range vector", s = "scalar", t = "string" }

---@class promql.function
---@field args string[]  kinds of the arguments
---@field least integer
---@field most number
---@field gives string

---@type table<string, promql.function>
functions.known = {}
---@type string[]
functions.names = {}

for name, args, mark, gives in SIGNATURES:gmatch "(%S+) ([vmst]*)([?*]?)>(%a)" do
  local entry = { args = {}, least = #args, most = #args, gives = WORDS[gives] }
  for letter in args:gmatch "." do entry.args[#entry.args + 1] = WORDS[letter] end
  if mark ~= "" then entry.least = #args - 1 end
  if mark == "*" then entry.most = math.huge end
  functions.known[name] = entry
  functions.names[#functions.names + 1] = name
end

--- Aggregations, and the kind of the parameter before the vector.
functions.aggregations = {
  sum = "", avg = "", count = "", min = "", max = "", group = "", stddev = "", stdvar = "",
  topk = "scalar", bottomk = "scalar", quantile = "scalar", limitk = "scalar", limit_ratio = "scalar", count_values = "string",
}

return functions
