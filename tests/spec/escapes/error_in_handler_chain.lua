-- expect: error|limit:time
-- group: stack
-- why: each handler installs another and fails in it
local function fall(n)
  return xpcall(function() error("level " .. n) end, function(e)
    if n > 0 then fall(n - 1) end
    error(e .. "!")
  end)
end
fall(60)
error("still here")
