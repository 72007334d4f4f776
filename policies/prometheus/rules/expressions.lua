--- PromQL in the rules of a rule file.

local groups = import "groups"
local promql = import "promql"
local duration = import "duration"
local safe = import "safe"

local function example(expr) return "groups: [{name: g, rules: [{record: r, expr: '" .. expr .. "'}]}]\n" end
local AT = "/groups/0/rules/0/expr"

--- The text around a byte of an expression, on one line.
local function near(source, at)
  local piece = source:sub(at, at + 24):match "^[^\n]*"
  return piece ~= "" and utf8.len(piece) and (", at \u{201c}%s\u{201d}"):format(piece) or ""
end

rule "promql-valid" {
  title = "Expressions are well-formed PromQL",
  why = "Prometheus refuses the whole file of rules, and at the next start refuses to start.",
  severity = "error",
  match = { kind = groups.KINDS },
  tags = { "promql" },
  check = function(root, ctx)
    groups.expressions(root, function(source, place)
      if promql.is_logql(source) then return end
      local result = promql.parse(source)
      if result.problem then
        ctx:report("{problem}{near}", { problem = result.problem, near = near(source, result.at), at = place })
      end
    end)
  end,
  examples = {
    pass = {
      example 'sum by (job, le,) (rate(http_requests_total{job=~"a.*", code!="200"}[5m] offset 1w)) > bool 0.5',
      example 'a{b="c"} / on(x) group_left(y) b and ignoring(z) c unless d or -e ^ 2',
      example 'max_over_time(rate(a:b:c[1h30m])[1d:5m] @ end() offset -5m) + time() * 1e3',
      example 'histogram_quantile(0.9, sum without(pod) (rate(x_bucket[5m]))) # why not',
      example 'topk(3, {__name__=~"node_.+"}) == Inf or vector(1) or {"utf.8"}',
      example 'sum(rate({app="x"} |= "error" [5m]))',
    },
    { fail = example "sum(rate(a[5m])", at = AT, message = "the end instead of ',' or ')'" },
    { fail = example "rate(a)", at = AT, message = "argument 1 of rate is an instant vector" },
    { fail = example "ratee(a[5m])", at = AT, message = "did you mean 'rate'?" },
    { fail = example "clamp_max(a)", at = AT, message = "takes 2 arguments, not 1" },
    { fail = example 'a{b=c}', at = AT },
    { fail = example 'a{b="c"', at = AT },
    { fail = example '{}', at = AT },
    { fail = example '{a=~".*"}', at = AT },
    { fail = example 'a{b=~"("}', at = AT },
    { fail = example 'a{b=~"x(?=y)"}', at = AT },
    { fail = example "a[5m30h]", at = AT, message = "out of order" },
    { fail = example "a + b[5m]", at = AT },
    { fail = example "1 > 2", at = AT, message = "needs 'bool'" },
    { fail = example "a and 1", at = AT },
    { fail = example "a group_left b", at = AT },
    { fail = example "sum(a) offset 5m", at = AT },
    { fail = example "sum(a, b)", at = AT },
    { fail = example "a b", at = AT, message = "behind the end" },
    { fail = example "a &&& b", at = AT },
    { fail = example "a >", at = AT },
    { fail = "spec: {groups: [{name: g, rules: [{alert: A, expr: a >}]}]}\n", at = "/spec/groups/0/rules/0/expr" },
  },
}

rule "promql-result" {
  title = "Expressions of rules give an instant vector or a scalar",
  why = "The file loads, and each evaluation of the rule fails.",
  severity = "error",
  match = { kind = groups.KINDS },
  tags = { "promql" },
  check = function(root, ctx)
    groups.expressions(root, function(source, place)
      local kind = not promql.is_logql(source) and promql.parse(source).type
      if kind == "range vector" or kind == "string" then ctx:report("the expression gives a {kind}", { kind = kind, at = place }) end
    end)
  end,
  examples = {
    pass = { example "rate(a[5m])", example "1" },
    { fail = example "a[5m]", at = AT, message = "range vector" },
    { fail = example '"a"', at = AT },
  },
}

local NEED_TWO = { rate = true, irate = true, increase = true, delta = true, idelta = true, deriv = true }

rule "promql-range-wide" {
  title = "Ranges hold at least two samples of the group's interval",
  why = "rate() and its like need two samples; over a range as short as the interval they give nothing, or now and then nothing.",
  severity = "info",
  enabled = false,
  match = { kind = groups.KINDS },
  tags = { "promql", "practice" },
  options = { interval = "1m" },
  check = function(root, ctx)
    groups.expressions(root, function(source, place, group)
      if promql.is_logql(source) then return end
      local interval = duration.parse(safe.string(group, "interval") or ctx.options.interval)
      for _, one in ipairs(interval and promql.parse(source).ranges or {}) do
        if NEED_TWO[one.name] and one.milliseconds < 2 * interval then
          ctx:report("{name} over less than two intervals of the group", { name = one.name, at = place })
        end
      end
    end)
  end,
  examples = {
    pass = example "rate(a[5m])",
    { fail = example "rate(a[90s])", at = AT },
    { fail = "groups: [{name: g, interval: 5m, rules: [{record: r, expr: 'irate(a[5m])'}]}]\n", at = AT },
  },
}
