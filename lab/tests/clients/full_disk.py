"""A full disk is told in the cell, leaves nothing, and once there is room the same notebook goes on.

Run where the folder of the kernels' copies is a small disk of its own."""

import glob
import os
import subprocess
import sys
import time

from kernel import Kernel

copies = os.path.join(sys.argv[1], "kernels")
filler = os.path.join(copies, "filler")


def resize(size):
    subprocess.run(["mount", "-o", f"remount,size={size}", copies], check=True)


def left():
    return glob.glob(f"{copies}/kernel-*") + glob.glob(f"{copies}/front-*")


resize("4m")
kernel = Kernel()
text = kernel.fails("1 + 1", "kernel ended")
assert "No space left" in text and "Make room" in text and "Nothing was run" in text, text
end = time.monotonic() + 60
while any("kernel-" in path for path in left()):
    assert time.monotonic() < end, left()
    time.sleep(0.1)

resize("4g")
assert kernel.text("40 + 2") == "42"
kernel.text("let kept = 5;")

# Full while the kernel runs: the cell fails, and nothing is lost.
used = os.statvfs(copies)
resize(str((used.f_blocks - used.f_bfree) * used.f_frsize + 4096))
with open(filler, "wb", buffering=0) as file:
    try:
        while True:
            file.write(b"0" * 4096)
    except OSError:
        pass
reply, outputs = kernel.run("let wide = [kept; 3]; wide.iter().sum::<i32>()")
assert reply["status"] == "error" and "space" in "\n".join(reply["traceback"]), (reply, outputs)
os.remove(filler)
resize("4g")
assert kernel.text("let wide = [kept; 3]; wide.iter().sum::<i32>()") == "15"
kernel.end()
end = time.monotonic() + 60
while left():
    assert time.monotonic() < end, left()
    time.sleep(0.1)
