"""A standby is made while nobody runs cells, taken by the next kernel, ended with the wish for it, and swept up."""

import contextlib
import glob
import json
import os
import signal
import sys
import time

import psutil
from kernel import Kernel, wait_for

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


before = set(offers())
kernel = Kernel()
kernel.text("let one = 1;")
(made,) = wait_for("no standby was made", lambda: set(offers()) - before)
path, offer = offers()[made]

# While it waits, it sleeps: it takes no time from what lessons measure.
pair = [psutil.Process(made), psutil.Process(made).parent()]


def used():
    # With what they started; one that has ended meanwhile counts with its parent.
    spent = 0
    for process in pair + pair[0].children():
        with contextlib.suppress(psutil.NoSuchProcess):
            spent += sum(process.cpu_times()[:4])
    return spent


def rests(seconds):
    before = used()
    time.sleep(seconds)
    return used() - before < 0.01 * seconds


wait_for("it does not come to rest", lambda: rests(3))
assert rests(10), "a standby that waits takes more than one hundredth of a core"

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

# A standby that is killed, while it loads or when it rests, is not offered any more, and the next kernel starts
# without it, and orders another.
kernels = [kernel]
for rest in (0, 20):
    (made,) = wait_for("no other standby was made", lambda: set(offers()) - before)
    path, offer = offers()[made]
    time.sleep(rest)
    os.kill(made, signal.SIGKILL)
    wait_for("a dead standby is offered", lambda: not os.path.exists(path))
    wait_for("the folder of a dead standby is left", lambda: not os.path.exists(offer["folder"]))
    kernels.append(Kernel())
    assert kernels[-1].text("40 + 2") == "42"
for kernel in kernels:
    kernel.end()
