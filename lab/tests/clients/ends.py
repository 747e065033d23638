"""However a kernel's parts end, it is said, nothing is left, and nothing goes to another notebook."""

import fcntl
import glob
import os
import signal
import time

import psutil
from kernel import Kernel


def parts(kernel):
    """The front, its host, the kernel behind it and the process that runs the cells."""
    front = psutil.Process(kernel.manager.provisioner.pid)
    host = next(child for child in front.children() if "kernel-host" in child.cmdline())
    behind = host.children()[0]
    return front, host, behind, behind.children()[0]


def folder(process):
    return os.path.dirname(os.path.dirname(process.environ()["EVCXR_TMPDIR"]))


def is_locked(path):
    with open(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def gone(what, processes, place):
    end = time.monotonic() + 60
    alive = processes
    while alive or os.path.exists(place):
        alive = [p for p in alive if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
        assert time.monotonic() < end, (what, alive, os.path.exists(place))
        time.sleep(0.1)


# Another notebook, in which nothing may happen.
other = Kernel()
other.text("let kept = 7;")

kernel = Kernel()
for victim in (2, 1):
    kernel.text("let x = 1;")
    all_parts = parts(kernel)
    place = folder(all_parts[2])
    request = kernel.send("std::thread::sleep(std::time::Duration::from_secs(600));")
    time.sleep(1)
    all_parts[victim].send_signal(signal.SIGKILL)
    reply, outputs = kernel.wait(request)
    assert reply["status"] == "error" and reply["ename"] == "kernel ended", (victim, reply)
    gone(("killed", victim), list(all_parts[1:]), place)
    assert kernel.text("40 + 2") == "42"

# Restarts in the middle of a cell: running, and compiling.
for pause in (1.5, 0.1):
    kernel.text("let x = 1;")
    all_parts = parts(kernel)
    place = folder(all_parts[2])
    kernel.send("loop {}")
    time.sleep(pause)
    kernel.client.stop_channels()
    kernel.manager.restart_kernel(now=False)
    kernel.connect()
    gone(("restart", pause), list(all_parts), place)
    assert kernel.text("6 * 7") == "42"

# A killed front: as Jupyter does it when its patience ends, and with its whole group.
for kill in (lambda pid: os.kill(pid, signal.SIGKILL), lambda pid: os.killpg(pid, signal.SIGKILL)):
    kernel.text("let x = 1;")
    all_parts = parts(kernel)
    place = folder(all_parts[2])
    kernel.send("loop {}")
    time.sleep(1)
    kill(all_parts[0].pid)
    gone("front", list(all_parts), place)
    kernel.manager.cleanup_resources()
    kernel = Kernel()
    kernel.text("let x = 1;")
    left = [file for file in glob.glob(f"{os.path.dirname(place)}/front-*.lock") if not is_locked(file)]
    assert not left, left
kernel.end()
assert other.silent() and other.text("kept") == "7"
other.end()
