"""Runs the composite action as GitHub's runner does: run_action.py action.json ACTION_PATH [INPUT=VALUE...]

action.json is action.yml as cfgrun itself reads it. Expressions are put in where the action has them; each step gets
GITHUB_OUTPUT, and its outputs go to the steps after it. Prints what the steps print; then, as JSON in outcome.json:
the status of the last step and the action's outputs. The files stand in the folder where this runs."""
import json
import os
import re
import subprocess
import sys

action = json.load(open(sys.argv[1]))
given = dict(word.split("=", 1) for word in sys.argv[3:])
unknown = set(given) - set(action["inputs"])
assert not unknown, unknown
inputs = {name: given.get(name, spec.get("default", "")) for name, spec in action["inputs"].items()}
steps, status = {}, 0


def expand(text):
    def value(match):
        words = match.group(1).strip().split(".")
        if words[0] == "inputs":
            return inputs[words[1]]
        if words[:2] == ["github", "action_path"]:
            return sys.argv[2]
        assert words[0] == "steps" and words[2] == "outputs", match.group(0)
        return steps.get(words[1], {}).get(words[3], "")
    return re.sub(r"\$\{\{(.*?)\}\}", value, text)


assert action["runs"]["using"] == "composite"
summary = os.path.abspath("summary.md")
open(summary, "a").close()
os.makedirs("runner", exist_ok=True)
for step in action["runs"]["steps"]:
    assert step["shell"] == "bash" and "${{" not in step["run"], "inputs must not become code"
    output = os.path.abspath("output.txt")
    open(output, "w").close()
    environment = dict(os.environ, GITHUB_OUTPUT=output, GITHUB_STEP_SUMMARY=summary, RUNNER_TEMP=os.path.abspath("runner"),
                       GITHUB_ACTIONS="true", **{key: expand(text) for key, text in step.get("env", {}).items()})
    status = subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]], env=environment,
                            cwd=expand(step.get("working-directory", "."))).returncode
    rows = [line.rstrip("\n").split("=", 1) for line in open(output)]
    steps[step["id"]] = dict(rows)
    if status != 0:
        break
outputs = {name: expand(spec["value"]) for name, spec in action["outputs"].items()}
json.dump({"status": status, "outputs": outputs}, open("outcome.json", "w"), sort_keys=True)
