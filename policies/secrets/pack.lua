return {
  name = "secrets",
  version = "1.0.0",
  title = "Secrets: credentials that stand in plain text",
  cfgrun = ">= 0.1",
}
