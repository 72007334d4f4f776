--- Small whole configurations for examples.

local example = {}

--- One pipeline of traces; `more` are lines behind it, `pipeline` what else it holds.
---@param more string|nil
---@param pipeline string|nil
---@return string
function example.traces(more, pipeline)
  return "receivers: {otlp: {protocols: {grpc: {}}}}\nexporters: {debug: {}}\n"
    .. "service: {pipelines: {traces: {receivers: [otlp], exporters: [debug]"
    .. (pipeline and ", " .. pipeline or "") .. "}}}\n" .. (more and more .. "\n" or "")
end

return example
