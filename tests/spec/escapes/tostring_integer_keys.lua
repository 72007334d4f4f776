-- expect: denied
-- group: reach
-- why: keys that are equal as numbers and as text stay apart, and in order
local t = { [1] = "i", ["1"] = "s", [1.5] = "f", [2^53] = "big", [-0.0] = "zero", [true] = "t" }
local o = {} for k, v in pairs(t) do o[#o + 1] = v end
return table.concat(o, " ") == "zero i big f s t" and "held" or "ESCAPED: " .. table.concat(o, " ")
