return {
  name = "github-actions",
  version = "1.0.0",
  title = "GitHub Actions: workflows and actions that run, and run safely",
  cfgrun = ">= 0.1",
  kinds = {
    ["github-actions"] = { "$.on", "$.jobs" },
    ["github-action"] = { "$.runs.using" },
  },
  kind = "github-actions",
}
