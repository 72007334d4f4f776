return {
  name = "otel-collector",
  version = "1.0.0",
  title = "OpenTelemetry Collector: pipelines that start, and hold up",
  cfgrun = ">= 0.1",
  kinds = {
    ["otel-collector"] = { "$.service.pipelines", "$['receivers','exporters','processors','connectors']" },
  },
  kind = "otel-collector",
}
