-- expect: error
-- group: stack
-- why: values without an order
table.sort({ 1, "x", {}, true, print, 2.5 })
