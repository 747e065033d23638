"""Measures the kernel of the course beside ipykernel with matplotlib, through jupyter_client, and prints a table.

The two take turns, so that what else the machine does meets both.
"""

import glob
import json
import os
import statistics
import sys
import threading
import time

import psutil
from jupyter_client.manager import KernelManager

cache, rounds = sys.argv[1], int(sys.argv[2])
PYTHON_PATH = sys.argv[3]
RUST_SETUP = ':dep timelanes = { path = "../support-crate" }\nuse timelanes::prelude::*;'
RUST = """let story%d = record("breakfast").threads(|run| {
    run.spawn("kettle", |lane| lane.wait("boils the water", 1 * MILLISECOND));
})?;
story%d.figure()"""
PYTHON_SETUP = "%matplotlib inline\nimport matplotlib.pyplot as plt"
PYTHON = "story%d = plt.subplots()\nstory%d[1].barh([0], [4]); plt.show()"


class Kernel:
    def __init__(self, name, standby):
        os.environ["TIMELANES_STANDBY"] = standby
        os.environ["PYTHONPATH"] = PYTHON_PATH if name == "python3" else ""
        self.setup, self.figure = (RUST_SETUP, RUST) if name == "rust" else (PYTHON_SETUP, PYTHON)
        self.number, self.start = 0, time.monotonic()
        self.manager = KernelManager(kernel_name=name)
        self.manager.start_kernel()
        self.connect()

    def connect(self):
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=600)

    def run(self, code):
        request, figures = self.client.execute(code), 0
        while True:
            message = self.client.get_iopub_msg(timeout=600)
            if message["parent_header"].get("msg_id") != request:
                continue
            content = message["content"]
            if message["msg_type"] == "error":
                raise RuntimeError("\n".join(content["traceback"]))
            figures += "data" in content and any(kind.startswith("image/") for kind in content["data"])
            if content.get("execution_state") == "idle":
                return figures

    def draw(self):
        self.number += 1
        start = time.monotonic()
        if self.run(self.figure % (self.number, self.number)) != 1:
            raise RuntimeError("no figure came")
        return time.monotonic() - start

    def first_figure(self):
        self.run(self.setup)
        self.draw()
        return time.monotonic() - self.start

    def restart(self):
        self.client.stop_channels()
        self.start, self.number = time.monotonic(), 0
        self.manager.restart_kernel(now=False)
        self.connect()

    def memory(self):
        """What the kernel and all behind it hold alone, with their share of the rest, in MB."""
        front = psutil.Process(self.manager.provisioner.pid)
        family = [front] + [p for p in front.children(recursive=True) if "--front" in p.cmdline() or p.parent() != front]
        return sum(process.memory_full_info().pss for process in family) / 1e6

    def overhead(self):
        """The time from a question that needs no kernel to its answer."""
        times = []
        for _ in range(50):
            start = time.monotonic()
            self.client.kernel_info(reply=True, timeout=60)
            times.append(time.monotonic() - start)
        return statistics.median(times)

    def end(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=False)


def standbys():
    """The processes that are offered: an offer keeps its file's name."""
    return {json.load(open(path))["process"] for path in glob.glob(f"{cache}/standby/*.json")}


def wait_for_standby(before):
    """Until one is there that does nothing any more."""
    end = time.monotonic() + 300
    while not standbys() - before and time.monotonic() < end:
        time.sleep(0.2)
    process, last = psutil.Process((standbys() - before).pop()), -1
    while process.cpu_times().user != last:
        last = process.cpu_times().user
        time.sleep(3)
    return process.memory_full_info().pss / 1e6


found = {}


def note(what, name, value):
    found.setdefault((what, name), []).append(value)


for _ in range(rounds):
    for name in ("python3", "rust"):
        kernel = Kernel(name, "0")
        note("start -> first figure, no standby", name, kernel.first_figure())
        for _ in range(10):
            note("edit a figure cell -> its figure", name, kernel.draw())
        note("question -> answer", name, kernel.overhead())
        note("memory, MB", name, kernel.memory())
        kernel.end()
    before = standbys()
    kernel = Kernel("rust", "1")
    kernel.first_figure()
    note("memory of a standby, MB", "rust", wait_for_standby(before))
    kernel.restart()
    note("restart -> first figure, standby", "rust", kernel.first_figure())
    kernel.end()
    kernel = Kernel("python3", "0")
    kernel.restart()
    note("restart -> first figure, standby", "python3", kernel.first_figure())
    kernel.end()

for name in ("python3", "rust"):
    start = time.monotonic()
    kernels = []
    threads = [threading.Thread(target=lambda: kernels.append(Kernel(name, "0"))) for _ in range(10)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    threads = [threading.Thread(target=kernel.first_figure) for kernel in kernels]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    note("ten kernels: all first figures", name, time.monotonic() - start)
    note("memory of ten, MB", name, sum(kernel.memory() for kernel in kernels))
    [kernel.end() for kernel in kernels]

print("| step (median; seconds or MB) | Python | Rust | ratio |")
print("|---|---|---|---|")
for what in dict.fromkeys(what for what, _ in found):
    python, rust = (found.get((what, name)) for name in ("python3", "rust"))
    rust = statistics.median(rust)
    python = statistics.median(python) if python else None
    cells = (f"{python:.4g}", f"{rust:.4g}", f"{rust / python:.2f}") if python else ("", f"{rust:.4g}", "")
    print(f"| {what} |", " | ".join(cells), "|")
edits = sorted(found[("edit a figure cell -> its figure", "rust")])
print(f"| the same, 95th percentile | | {edits[int(len(edits) * 0.95)]:.4g} | |")
