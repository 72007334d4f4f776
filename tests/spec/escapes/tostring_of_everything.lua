-- expect: denied
-- group: leak
-- why: no text of any value shows an address
local function text(v) return tostring(v) .. ("%s"):format(v) end
for _, v in ipairs{ {}, print, string, function() end, string.gmatch("a", "a"), (pairs{}), _ENV } do
  if text(v):find("%x%x%x%x%x%x") then return "ESCAPED: " .. text(v) end
end
local ok, e = pcall(error, {})
if tostring(e) ~= "table" then return "ESCAPED" end
return "held"
