-- expect: denied
-- group: capability
-- why: names that hosts often leave behind
for _, n in ipairs{ "arg", "ngx", "redis", "vim", "jit", "ffi", "bit32", "loadstring", "unpack", "newproxy", "gcinfo", "_LOADED", "_PRELOAD",
  "package", "__index", "registry", "warn", "rawlen", "rawequal", "dofile", "collectgarbage", "getfenv" } do
  if _ENV[n] ~= nil then return "ESCAPED: " .. n end
end
return "held"
