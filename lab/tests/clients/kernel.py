"""A kernel by its spec, through jupyter_client: what the scripts beside this one share."""

import queue
import time

from jupyter_client.manager import KernelManager

PATIENCE = 300


def wait_for(what, condition):
    """Waits until `condition` gives something, and gives it."""
    end = time.monotonic() + 240
    while not (found := condition()):
        assert time.monotonic() < end, what
        time.sleep(0.05)
    return found


class Kernel:
    def __init__(self):
        self.manager = KernelManager(kernel_name="rust")
        self.manager.start_kernel()
        self.connect()

    def connect(self):
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE)

    def send(self, code, **options):
        return self.client.execute(code, **options)

    def wait(self, request):
        """The reply to a request and all its outputs, as a list of (type, content)."""
        outputs, end = [], time.monotonic() + PATIENCE
        while time.monotonic() < end:
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") != request:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "clear_output":
                outputs = []
            elif kind == "status" and content["execution_state"] == "idle":
                break
            elif kind not in ("status", "execute_input"):
                outputs.append((kind, content))
        while True:
            reply = self.client.get_shell_msg(timeout=PATIENCE)
            if reply["parent_header"].get("msg_id") == request:
                return reply["content"], outputs

    def run(self, code, **options):
        return self.wait(self.send(code, **options))

    def text(self, code):
        """What a cell that has to succeed shows as text."""
        reply, outputs = self.run(code)
        assert reply["status"] == "ok", (code, reply)
        parts = [c["text"] if k == "stream" else c["data"]["text/plain"] for k, c in outputs]
        return "".join(parts).strip()

    def fails(self, code, name, **options):
        """The error of a cell that has to fail, by its name."""
        reply, outputs = self.run(code, **options)
        assert reply["status"] == "error" and reply["ename"] == name, (code, reply, outputs)
        assert any(kind == "error" for kind, _ in outputs), outputs
        return "\n".join(reply["traceback"])

    def ask(self, send, *arguments):
        """The answer to something other than a cell."""
        request = send(*arguments)
        while True:
            reply = self.client.get_shell_msg(timeout=PATIENCE)
            if reply["parent_header"].get("msg_id") == request:
                return reply["content"]

    def silent(self):
        """Whether nothing more comes."""
        try:
            return self.client.get_iopub_msg(timeout=0.2) is None
        except queue.Empty:
            return True

    def end(self):
        # The answer comes out before the kernel ends.
        assert self.client.shutdown(reply=True, timeout=60)["msg_type"] == "shutdown_reply"
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=False)
