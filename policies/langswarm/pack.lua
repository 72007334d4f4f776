-- The langswarm pack: rules for AI-agent stacks in LangSwarm's configuration format.
--
-- A document is a stack, or a piece of one, when it has what only such files have. One query decides: a
-- filter over the root's children whose test looks at absolute paths only, so it selects something exactly
-- when the test holds. Its alternatives, in order: agents that name a model or a prompt; a version beside
-- agents; the sections whose names and keys together are telling; pieces that other files include (workflows
-- of agents, tools of agents); and the separate files of the first generation. Kubernetes and Compose
-- documents are kept out by their own marks.

local signs = {
  -- agents, as a list or by name
  "$.agents[?@.model || @.provider || @.system_prompt || @.agent_type || @.llm_model || @.behavior]",
  "$.agents[?@.id && (@.tools || @.temperature || @.max_tokens || @.timeout || @.name)]",
  "$.agents && ($.version || $.workflows || $.tools || $.memory || $.security || $.observability || $.server)",
  -- a stack whose agents stand elsewhere, under a misspelt key, or nowhere
  "$.version && $[*][?@.system_prompt && (@.model || @.provider || @.id)]",
  "$.version && ($.includes || $.memory['backend','backends'] || $.workflows[?@.steps || @.simple_syntax])",
  "$.version && ($.observability.log_level || $.observability.metrics_enabled || $.security.require_auth)",
  "$.memory.backend && ($.security || $.observability || $.server || $.tools || $.workflows)",
  "$.security['openai_api_key_env','anthropic_api_key_env','gemini_api_key_env','cohere_api_key_env','encrypt_memory']",
  -- pieces to be included
  "$.workflows[*].simple_syntax",
  "$.workflows[*].steps[?@.agent_id || @.agent]",
  "$.workflows[*][*].steps[?@.agent_id || @.agent]",
  "$.tools[?@.allowed_agents || @.local_mode || (@.id && @.type && (@.config || @.settings))]",
  -- first generation, one section a file
  "$.brokers[?@.id && @.type && @.settings]",
}

local foreign = "!($.apiVersion && $.kind) && !$.services && !$.jobs"

return {
  name = "langswarm",
  version = "1.0.0",
  title = "AI-agent stacks in LangSwarm's configuration format",
  cfgrun = ">= 0.1",
  kinds = {
    langswarm = { "$[?(" .. table.concat(signs, " || ") .. ") && " .. foreign .. "]" },
  },
  kind = "langswarm",
}
