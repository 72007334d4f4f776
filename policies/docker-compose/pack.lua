return {
  name = "docker-compose",
  version = "1.0.0",
  title = "Docker Compose: files that start, and services that hold up",
  cfgrun = ">= 0.1",
  kinds = {
    ["docker-compose"] = {
      "$.services[*]['image','build','container_name','depends_on','env_file','environment','extends','ports','volumes','deploy']",
    },
  },
  kind = "docker-compose",
}
