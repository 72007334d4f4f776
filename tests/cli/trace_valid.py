#!/usr/bin/env python3
"""tests/cli/trace_valid.py FILE [PHASE...] -- is a file a trace as the Trace Event Format has it, and are its sums right?

Knows nothing of cfgrun but the phases it is told to expect. Times are read as exact decimals. On each thread spans must lie
within each other or apart; the sums by phase in otherData must be those that this script finds by itself.
"""
import json
import sys
from decimal import Decimal


def fail(text):
    sys.exit(f"{sys.argv[1]}: {text}")


def expect(condition, text):
    if not condition:
        fail(text)


def no_constant(word):
    fail(f"{word} is not JSON")


def check_event(event):
    expect(isinstance(event.get("name"), str) and event["name"], f"no name: {event}")
    expect(type(event.get("pid")) is int and type(event.get("tid")) is int, f"no pid or tid: {event}")
    expect(isinstance(event.get("args"), dict), f"args: {event}")
    if event["ph"] == "M":
        expect(event["name"] in ("process_name", "thread_name", "thread_sort_index"), f"metadata: {event}")
        return
    expect(isinstance(event.get("cat"), str) and event["cat"], f"no category: {event}")
    expect(isinstance(event.get("ts"), (Decimal, int)) and event["ts"] >= 0, f"ts: {event}")
    expect(isinstance(event["args"].get("detail"), str), f"no detail: {event}")
    expect(("amount" in event["args"]) == ("unit" in event["args"]), f"amount without unit: {event}")
    if event["ph"] == "X":
        expect(isinstance(event.get("dur"), (Decimal, int)) and event["dur"] >= 0, f"dur: {event}")
    else:
        expect(event["ph"] == "i" and event.get("s") in ("t", "p", "g"), f"of no known kind: {event}")


def sum_thread(spans, sums):
    """Own times and counts by phase of one thread; returns the time of its outermost spans."""
    order = sorted(enumerate(spans), key=lambda at: (at[1]["ts"], -at[1]["dur"], -at[0]))
    stack, outermost = [], Decimal(0)

    def close(end):
        while stack and stack[-1][0]["ts"] + stack[-1][0]["dur"] <= end:
            span, within = stack.pop()
            own = span["dur"] - within
            expect(own >= 0, f"more within than around: {span}")
            count, known = sums.get(span["cat"], (0, Decimal(0)))
            sums[span["cat"]] = (count + 1, known + own)

    for _, span in order:
        close(span["ts"])
        if stack:
            outer = stack[-1][0]
            expect(span["ts"] + span["dur"] <= outer["ts"] + outer["dur"], f"{span} sticks out of {outer}")
            stack[-1][1] += span["dur"]
        else:
            outermost += span["dur"]
        stack.append([span, Decimal(0)])
    close(Decimal("Infinity"))
    return outermost


def main():
    with open(sys.argv[1], encoding="utf-8", errors="strict") as file:
        trace = json.load(file, parse_float=Decimal, parse_constant=no_constant)
    expect(isinstance(trace, dict) and trace.get("displayTimeUnit") in ("ms", "ns"), "no trace object")
    events = trace.get("traceEvents")
    expect(isinstance(events, list) and events, "no events")
    threads, named = {}, set()
    for event in events:
        check_event(event)
        if event["ph"] == "M" and event["name"] == "thread_name":
            named.add((event["pid"], event["tid"]))
        elif event["ph"] == "X":
            threads.setdefault((event["pid"], event["tid"]), []).append(event)
    expect(set(threads) <= named, "a thread without a name")
    expect(len({pid for pid, _ in threads}) == 1, "more than one process")
    wall = max(span["ts"] + span["dur"] for spans in threads.values() for span in spans)
    sums = {}
    for spans in threads.values():
        expect(sum_thread(spans, sums) <= wall, "a thread that worked longer than the clock went")
    told = trace["otherData"]["phases"]
    expect(set(told) == set(sums), f"phases {sorted(told)} are not {sorted(sums)}")
    for phase, (count, own) in sums.items():
        expect(told[phase]["spans"] == count, f"{phase}: {told[phase]['spans']} spans, not {count}")
        expect(told[phase]["self_ns"] == own * 1000, f"{phase}: own time {told[phase]['self_ns']}, not {own * 1000}")
        expect(told[phase]["self_ns"] <= told[phase]["total_ns"], f"{phase}: more of its own than in all")
    expect(trace["otherData"]["lost"] == 0, "spans were lost")
    for phase in sys.argv[2:]:
        expect(phase in sums, f"no span of phase '{phase}' among {sorted(sums)}")
    print(f"{sum(len(spans) for spans in threads.values())} spans on {len(threads)} threads")


main()
