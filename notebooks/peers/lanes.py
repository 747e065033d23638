"""What the Python peers share: the errands, and their lanes on the clock that all processes have.

A line of the file TIMELANES_TRACE is one event (Trace Event Format): what lane `number` did, from when to when.
"""
import json, os, resource, socket, sys, threading, time
from contextlib import contextmanager

HOST, PORT = os.environ["TIMELANES_SERVER"].split(":")
ERRANDS = range(1, int(os.environ["TIMELANES_ERRANDS"]) + 1)
MINUTES, PIECES = os.environ["TIMELANES_MINUTES"], int(os.environ["TIMELANES_PIECES"])
CLOCK = getattr(time, os.environ["TIMELANES_CLOCK"])
TRACE = os.open(os.environ["TIMELANES_TRACE"], os.O_WRONLY | os.O_APPEND)
HAS_GIL = getattr(sys, "_is_gil_enabled", lambda: True)()
BEGUN = int(os.environ.setdefault("TIMELANES_BEGUN", str(time.clock_gettime_ns(CLOCK))))  # a worker's process has its parent's
INTERPRETER = "Python %d.%d, " % sys.version_info[:2] + ("with the GIL" if HAS_GIL else "free-threaded")
GAP = 1_000_000  # nanoseconds between two looks at the clock that are worth a question

def now():
    return time.clock_gettime_ns(CLOCK)

def write(phase, number, name, at, **more):
    args = {"lane": number, **more.pop("args", {})}
    event = {"ph": phase, "name": name, "pid": os.getpid(), "tid": threading.get_native_id(), "ts": at / 1e3}
    os.write(TRACE, (json.dumps({**event, **more, "args": args}) + "\n").encode())

def span(number, activity, label, begin, end, **args):
    write("X", number, label, begin, dur=(end - begin) / 1e3, cat=activity, args=args)

@contextmanager
def waits(number):
    """The I/O part. Whoever comes here first is the thread that lane `number` is of."""
    begin = now()
    write("M", number, "lane_name", begin, args={"name": str(number)})
    write("i", number, INTERPRETER, begin)
    span(number, "ready", "has not begun", BEGUN, begin)
    yield
    span(number, "waiting", "fetches", begin, now())

def order(number):
    return f"guest{number} {MINUTES}\n".encode()

def fetch(number):
    with waits(number), socket.create_connection((HOST, int(PORT))) as kitchen:
        kitchen.sendall(order(number))
        return kitchen.makefile("rb").readline()

def checksum(number, answer):
    """The CPU part, in pieces. Between two of them this thread may lose the GIL, or its core: then it sees a gap."""
    value, gaps, switches = 0, [], gave_up()
    for byte in answer.strip():
        value = (value * 31 + byte) % 1000003
    begin = last = now()
    for _ in range(PIECES):
        for i in range(1000):
            value = (value * 31 + i) % 1000003
        at = now()
        if at - last > GAP:
            before, switches = switches, gave_up()
            gaps.append((last, at, HAS_GIL and switches > before))
        last = at
    # Written down only now: a thread that writes lets go of the GIL.
    for off, on, by_itself in gaps:
        span(number, "running", "computes", begin, off)
        if by_itself:
            span(number, "blocked", "waits for the GIL", off, on, lock="the GIL")
        else:
            span(number, "ready", "has no core", off, on)
        begin = on
    span(number, "running", "computes", begin, last)
    return value

def gave_up():
    """How often this thread has left its core by itself, to wait: while it computes, that is for the GIL."""
    return resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw

def errand(number):
    return checksum(number, fetch(number))
