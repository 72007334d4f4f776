--- Ports: written so that they are read, and published once.

local safe = import "safe"
local compose = import "compose"

local function each_port(service, visit)
  local ports = safe.list(service, "ports")
  for i = 1, ports and #ports or 0 do visit(ports[i], tree.place(ports, i), ports, i) end
end

rule "ports-valid" {
  title = "Ports are numbers or ranges of 1 to 65535",
  why = "Compose refuses the file.",
  severity = "error",
  check = function(root, ctx)
    compose.services(root, function(_, service)
      each_port(service, function(value, place)
        local _, problem = compose.port(value)
        if problem then ctx:report("{problem}", { problem = problem, at = place }) end
      end)
      local expose = safe.list(service, "expose")
      for i = 1, expose and #expose or 0 do
        local port, problem = compose.port(expose[i])
        if port and (port.published or port.host ~= "") then problem = "exposed ports are not published: one port or range" end
        if problem then ctx:report("{problem}", { problem = problem, at = tree.place(expose, i) }) end
      end
    end)
  end,
  examples = {
    pass = "services: {a: {image: a, ports: [80, '8080:80/udp', '127.0.0.1:81:81', '[::1]:6:6', '1-3:4-6', "
      .. "'${P}:80', ':9'], expose: [1]}}\n",
    { fail = "services: {a: {image: a, ports: ['80:web']}}\n", at = "/services/a/ports/0" },
    { fail = "services: {a: {image: a, ports: ['80:70000']}}\n", at = "/services/a/ports/0" },
    { fail = "services: {a: {image: a, ports: ['1-3:4-5']}}\n", at = "/services/a/ports/0" },
    { fail = "services: {a: {image: a, expose: ['80:80']}}\n", at = "/services/a/expose/0" },
  },
}

rule "ports-quoted" {
  title = "Ports that YAML 1.1 reads as one number are quoted",
  why = "To programs that read YAML 1.1, 22:22 is a number to the base of 60: 1342.",
  severity = "warning",
  check = function(root, ctx)
    compose.services(root, function(_, service)
      each_port(service, function(value, place, ports, i)
        if safe.kind(value) == "string" and value:find "^[1-9]%d*:[0-5]?%d$" and tree.style(ports, i) == "plain" then
          ctx:report("{value} is a number in YAML 1.1; quote it", { value = value, at = place, fix = ctx:replace(value, place) })
        end
      end)
    end)
  end,
  examples = {
    pass = "services:\n  a:\n    image: a\n    ports:\n      - '22:22'\n      - 80:80\n",
    { fail = "services:\n  a:\n    image: a\n    ports:\n      - 22:22\n", at = "/services/a/ports/0" },
  },
}

local EVERY = { [""] = true, ["0.0.0.0"] = true, ["::"] = true }
local MOST = 1024  -- ports of one range that are looked at

rule "ports-unique" {
  title = "A port of the host is published once",
  why = "The second container does not start: the port is taken.",
  severity = "error",
  check = function(root, ctx)
    local taken = {}
    compose.services(root, function(name, service)
      local profiles = safe.list(service, "profiles")
      if profiles and #profiles > 0 then return end  -- started by choice, perhaps instead of another
      each_port(service, function(value, place)
        local port
        if safe.kind(value) == "mapping" then
          local published = math.tointeger(tonumber(safe.get(value, "published")) or nil)
          port = published and {
            published = { published, published }, host = safe.string(value, "host_ip") or "",
            protocol = safe.string(value, "protocol") or "tcp",
          }
        else
          port = compose.port(value)
        end
        if not port or not port.published or port.published[2] - port.published[1] > MOST then return end
        -- A range for one port of the container: Docker takes the first that is free.
        if port.target and port.target[1] == port.target[2] and port.published[1] ~= port.published[2] then return end
        for number = port.published[1], port.published[2] do
          local id = number .. "/" .. port.protocol
          local others = taken[id] or {}
          taken[id] = others
          -- The same address, or one of them is every address.
          local other = others[port.host] or EVERY[port.host] and others.any
          for host in pairs(EVERY) do other = other or others[host] end
          if other then
            ctx:report("port {port} of the host is taken by service '{name}'",
              { port = id, name = other.name, at = place, related = { { other.place, "the other port" } } })
            return
          end
          local entry = { name = name, place = place }
          others[port.host], others.any = entry, entry
        end
      end)
    end)
  end,
  examples = {
    pass = "services: {a: {image: a, ports: ['80:80', '80:80/udp']}, b: {image: b, ports: ['81:80', "
      .. "'127.0.0.1:82:80', '127.0.0.2:82:1']}}\n",
    { fail = "services: {a: {image: a, ports: ['80:80']}, b: {image: b, ports: ['80:8080']}}\n", at = "/services/b/ports/0" },
    { fail = "services: {a: {image: a, ports: ['80:80', '80:81']}}\n", at = "/services/a/ports/1" },
    { fail = "services: {a: {image: a, ports: ['127.0.0.1:80:80']}, b: {image: b, ports: [{published: '80', target: 1}]}}\n",
      at = "/services/b/ports/0" },
  },
}
