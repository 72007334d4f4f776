return {
  name = "prometheus",
  version = "1.0.0",
  title = "Prometheus: configurations that load, rules that evaluate",
  cfgrun = ">= 0.1",
  kinds = {
    prometheus = { "$['scrape_configs','rule_files','remote_write','remote_read']" },
    ["prometheus-rules"] = { "$.groups[*].rules[*]['alert','record','expr']" },
    ["prometheus-rule-resource"] = { "$.spec.groups[*].rules[*]['alert','record','expr']" },
  },
  kind = "prometheus",
}
