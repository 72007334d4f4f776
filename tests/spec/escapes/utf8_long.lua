-- expect: limit:time
-- group: cpu
-- why: counting characters of a long text, for ever
local s = ("\xC3\xA4"):rep(4 << 20)
while true do utf8.len(s) utf8.offset(s, 1 << 21) utf8.offset(s, -(1 << 21)) end
