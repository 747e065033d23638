"""Kernels started in the same second: each has its own variables and its own output."""

import sys
import threading
import time

from kernel import Kernel

count, faults = int(sys.argv[1]), []
start = time.monotonic()


def one(number):
    try:
        kernel = Kernel()
        kernel.text(f"let mine = {number};")
        assert kernel.text('println!("of {mine}");') == f"of {number}"
        print(f"{number}: {time.monotonic() - start:.1f} s")
        kernel.end()
    except BaseException as fault:
        faults.append((number, repr(fault)))


threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert not faults, faults
