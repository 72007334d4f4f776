return {
  name = "yaml",
  version = "1.0.0",
  title = "YAML: values and keys that are not read as they were meant",
  cfgrun = ">= 0.1",
}
