return {
  name = "kubernetes",
  version = "1.0.0",
  title = "Kubernetes: Pod Security Standards and sound manifests",
  cfgrun = ">= 0.1",
  kinds = { kubernetes = { "$.apiVersion", "$.kind" } },
  kind = "kubernetes",
}
