#!/usr/bin/env python3
"""Gives each file of a hostile manifest to the program, as `convert FILE --to canonical`.

    hostile.py PROGRAM FOLDER [--slow]

Prints one line for each file that is not met with the manifest's verdict, in its time and memory, and then
"N files, N wrong, the longest MS ms (FILE), the largest MIB MiB (FILE)". --slow: a build under a sanitizer, where time
and memory say nothing.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import time

# A collection as a key, which is refused before its thousandth level is.
MET_EARLIER = {"question.yaml"}
FILE = 16 << 20  # the default ceiling of a source
REFUSED = re.compile(rb"^cfgrun: ([^\n]*): ")


def run(program, folder, row):
    command = [program, "convert", row["file"], "--to", "canonical"]
    if row["expect"] == "accept" and row["bytes"] > FILE:  # accepted "by an option"
        command.append(f"--limit=file={row['bytes']}")
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.monotonic()
        child = subprocess.Popen(command, cwd=folder, stdout=out, stderr=err)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - start
        out.seek(0)
        err.seek(0)
        return child.returncode, out.read(), err.read(), seconds * 1000, usage.ru_maxrss / 1024


def judge(row, status, out, err):
    """None when the verdict is the manifest's, else what is wrong."""
    want = row["expect"]
    if status not in (0, 2):
        return f"exit status {status}"
    if b"internal error" in err or b"Sanitizer" in err:
        return "an internal error"
    if status == 2:
        if want == "accept":
            return "refused"
        if not REFUSED.match(err) or out:
            return "refused without a place, or with output"
        if want == "reject:limit" and b"--limit " not in err and row["file"] not in MET_EARLIER:
            return "the limit is not named"
        if want not in ("reject:limit", "either") and not re.match(rb"^cfgrun: [^\n]*:\d+:\d+: ", err):
            return "no line and column"
        return None
    if want.startswith("reject"):
        return "accepted"
    if err:
        return "talk beside a result"
    if "value" in row or "value_keys" in row:
        value = json.loads(out)
        if "value" in row and value != row["value"]:
            return f"another value: {out[:80]!r}"
        if "value_keys" in row and len(value) != row["value_keys"]:
            return f"{len(value)} keys instead of {row['value_keys']}"
    return None


def main():
    program, folder, slow = sys.argv[1], sys.argv[2], "--slow" in sys.argv
    count = wrong = 0
    longest, largest = (0.0, "none"), (0.0, "none")
    with open(os.path.join(folder, "manifest.jsonl"), encoding="utf-8") as manifest:
        for line in manifest:
            row = json.loads(line)
            name = row["file"]
            if not name.endswith((".yaml", ".yml", ".json")):
                continue
            status, out, err, ms, mib = run(program, folder, row)
            count += 1
            longest, largest = max(longest, (ms, name)), max(largest, (mib, name))
            why = judge(row, status, out, err)
            if not why and not slow and ms > row["max_ms"]:
                why = f"{ms:.0f} ms, more than {row['max_ms']}"
            if not why and not slow and mib > row["max_mib"]:
                why = f"{mib:.0f} MiB, more than {row['max_mib']}"
            if why:
                wrong += 1
                print(f"{name}: {row['expect']} ({row['why']}): {why}: {err[:160].decode('utf-8', 'replace')!r}")
    print(f"{count} files, {wrong} wrong, the longest {longest[0]:.0f} ms ({longest[1]}), "
          f"the largest {largest[0]:.0f} MiB ({largest[1]})")
    return 1 if wrong else 0


sys.exit(main())
