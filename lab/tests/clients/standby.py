"""A standby is made while nobody runs cells, taken by the next kernel, ended with the wish for it, and swept up."""

import glob
import json
import os
import signal
import sys
import time

import psutil
from kernel import Kernel

cache = sys.argv[1]


def offers():
    found = {}
    for path in glob.glob(f"{cache}/standby/*.json"):
        try:
            offer = json.load(open(path))
        except (FileNotFoundError, ValueError):
            continue
        # Those of other checkouts and environments are none of this test's.
        if psutil.pid_exists(offer["process"]):
            found[offer["process"]] = (path, offer)
    return found


def wait_for(what, condition):
    end = time.monotonic() + 240
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.1)


before = set(offers())
kernel = Kernel()
kernel.text("let one = 1;")
wait_for("no standby was made", lambda: set(offers()) - before)
(made,) = set(offers()) - before
path, offer = offers()[made]

# The next kernel is the standby.
second = Kernel()
second.text("let two = 2;")
front = psutil.Process(second.manager.provisioner.pid)
assert not os.path.exists(path) and psutil.pid_exists(made)
assert not [child for child in front.children() if "--front" in child.cmdline()], "it started a kernel of its own"
assert second.text("two") == "2" and kernel.text("one") == "1"

# It ends with its front, as any other.
front.send_signal(signal.SIGKILL)
wait_for("the kernel is left", lambda: not psutil.pid_exists(made))
wait_for("the folder is left", lambda: not os.path.exists(offer["folder"]))

# A standby that is killed is not offered any more, and the next kernel starts without it.
wait_for("no second standby was made", lambda: set(offers()) - before)
(made,) = set(offers()) - before
path, offer = offers()[made]
os.kill(made, signal.SIGKILL)
wait_for("a dead standby is offered", lambda: not os.path.exists(path))
wait_for("the folder of a dead standby is left", lambda: not os.path.exists(offer["folder"]))
third = Kernel()
assert third.text("40 + 2") == "42"
third.end()
kernel.end()
