-- expect: limit:time
-- group: cpu
-- why: %b from each place to the end
return (("("):rep(300000)):gsub("%b()", "")
