-- expect: limit:time
-- group: cpu
-- why: lazy and greedy repetitions that hand each other the same letters
return (("ab"):rep(500)):find(("[ab]-[ab]*"):rep(20) .. "c")
