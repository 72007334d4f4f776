"""Types into a real bash on a pseudo-terminal: bash_types.py SCRIPT FOLDER TEXT WANTED

TEXT ends with a tabulator; the test passes when WANTED comes back within five seconds."""
import os
import pty
import select
import sys
import time

script, folder, text, wanted = sys.argv[1:5]
pid, fd = pty.fork()
if pid == 0:
    os.chdir(folder)
    os.environ.update(TERM="dumb", PS1="ready> ", INPUTRC="/dev/null")
    os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])


def until(mark, seconds):
    seen, end = b"", time.monotonic() + seconds
    while mark not in seen and time.monotonic() < end:
        if select.select([fd], [], [], 0.1)[0]:
            try:
                seen += os.read(fd, 4096)
            except OSError:
                break
    return seen


os.write(fd, ("source %s; echo so''urced\n" % script).encode())
seen = until(b"sourced", 10)
os.write(fd, text.encode().decode("unicode_escape").encode())
seen = until(wanted.encode(), 10)
os.close(fd)
if wanted.encode() not in seen:
    sys.exit("not offered: %r" % seen)
