"""Where memory is short, no standby is made; one that waits gives its memory back.

Run where /proc/meminfo is the file that is named first."""

import os
import sys

import psutil
from kernel import Kernel, wait_for

meminfo, state = sys.argv[1], os.environ["TIMELANES_STATE"]
plenty = open(meminfo).read()


def free(kilobytes):
    lines = plenty.splitlines()
    lines = [f"MemAvailable: {kilobytes} kB" if line.startswith("MemAvailable") else line for line in lines]
    with open(meminfo, "r+") as file:
        file.truncate()
        file.write("\n".join(lines) + "\n")


def standbys():
    """The hosts without a front that this test's kernels ordered."""
    found = []
    for process in psutil.process_iter():
        try:
            line = process.cmdline()
            if "kernel-host" in line and "--front" not in line and process.environ().get("TIMELANES_STATE") == state:
                found.append(process)
        except psutil.Error:
            pass
    return found


def has_kernel():
    return any(host.children() for host in standbys())


free(1_000_000)
kernel = Kernel()
kernel.text("let one = 1;")
wait_for("no standby was ordered", standbys)
ordered = standbys()[0]
wait_for("it waits for memory", lambda: not ordered.is_running() or ordered.status() == psutil.STATUS_ZOMBIE)
assert not has_kernel()
kernel.end()

free(8_000_000)
kernel = Kernel()
kernel.text("let one = 1;")
wait_for("no standby was made", has_kernel)
free(500_000)
wait_for("the standby keeps its memory", lambda: not standbys())
assert kernel.text("one") == "1"
kernel.end()
