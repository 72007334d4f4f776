"""Interrupts a program at random moments: interrupt.py TIMES MOST_MS STDIN|- COMMAND...

STDIN "hold" leaves standard input open without a byte, "unread" leaves the output unread. Prints the longest time from
the signal to the end, in milliseconds; fails when the program ended otherwise than by the interrupt."""
import random
import signal
import subprocess
import sys
import time

times, most, how, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:]
worst, caught = 0.0, 0
for i in range(times):
    child = subprocess.Popen(command, stdin=subprocess.PIPE if how == "hold" else subprocess.DEVNULL,
                             stdout=subprocess.PIPE if how == "unread" else subprocess.DEVNULL, stderr=subprocess.PIPE)
    time.sleep(0.03 + random.random() * most / 1000)
    if child.poll() is None:
        child.send_signal(signal.SIGINT)
        start = time.monotonic()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            sys.exit("not interrupted: %s" % command)
        took = time.monotonic() - start
        if child.returncode == 130:
            caught += 1
            worst = max(worst, took)
            told = child.stderr.read().decode()
            if "interrupted" not in told or "traceback" in told or "internal" in told:
                sys.exit("not told: %r" % told)
        elif child.returncode not in (0, 1, -2):  # it was done in that moment, or had not begun
            sys.exit("status %d: %s" % (child.returncode, child.stderr.read().decode()))
    child.stderr.close()
    if child.stdin:
        child.stdin.close()
    if child.stdout:
        child.stdout.close()
    child.wait()
if caught == 0:
    sys.exit("never caught at work: %s" % command)
print("%.0f" % (worst * 1000))
