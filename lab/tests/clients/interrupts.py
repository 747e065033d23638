"""Interrupts at random moments: idle, compiling, running, forking. Each cell ends, and the next one works."""

import random
import sys
import time

import psutil
from kernel import Kernel, wait_for

times, seed = int(sys.argv[1]), random.randrange(1 << 30)
print("seed", seed)
chance = random.Random(seed)
kernel = Kernel()
CELLS = [
    "std::thread::sleep(std::time::Duration::from_secs(60));",
    "loop { std::hint::spin_loop(); }",
    'let _ = std::process::Command::new("sleep").arg("0.2").status();',
    "let some = vec![1, 2, 3];",
    'for i in 0.. { println!("{i}"); std::thread::sleep(std::time::Duration::from_millis(5)); }',
    """record("forks").processes(|run| {
        for name in 0..40 {
            run.fork(format!("{name}"), |lane| lane.wait("a long pause", 10 * SECOND));
        }
    })?;""",
    """record("threads").threads(|run| {
        for name in 0..40 {
            run.spawn(format!("{name}"), |lane| lane.wait("a long pause", 10 * SECOND));
        }
    })?;""",
]


def next_cell():
    """What the next cell answers. An interrupt that came in when its cell had ended may hit this one before it runs;
    then it says so, and runs when it is sent again."""
    reply, _ = kernel.wait(kernel.send("6 * 7"))
    if reply["status"] == "error":
        assert reply["ename"] == "interrupted" and "nothing of the cell ran yet" in reply["evalue"], reply
    return kernel.text("6 * 7")


# An interrupt takes the variables away, and leaves this.
kernel.text(':dep timelanes = { path = "../support-crate" }\nuse timelanes::prelude::*;\nlet warm = 1;')
longest = 0
for number in range(times):
    if chance.random() < 0.15:
        kernel.manager.interrupt_kernel()
        time.sleep(chance.random() / 5)
    request = kernel.send(chance.choice(CELLS))
    time.sleep(chance.random() * 1.5)
    start = time.monotonic()
    kernel.manager.interrupt_kernel()
    reply, outputs = kernel.wait(request)
    longest = max(longest, time.monotonic() - start)
    assert reply["status"] == "ok" or reply["ename"] == "interrupted", (number, reply, outputs[-3:])
    answer = next_cell()
    assert answer == "42", (number, answer)
print(f"{times} interrupts, the longest took {longest:.3f} s")
kernel.text("let kept = 5;")
kernel.manager.interrupt_kernel()
time.sleep(0.3)
assert kernel.text("kept") == "5"
# The kernel, its host, the one behind it, and the process that runs the cells: whoever was forked is gone.
front = psutil.Process(kernel.manager.provisioner.pid)
wait_for("only the kernel's own four are left", lambda: len(front.children(recursive=True)) == 3)
kernel.end()
