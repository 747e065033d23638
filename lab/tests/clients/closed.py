"""A lesson whose tab is closed: Jupyter's server ends its kernel by the settings with which `cargo lab` opens it, here
after twenty seconds. One that still runs a cell is left alone."""

import glob
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request

import psutil
from jupyter_client.blocking import BlockingKernelClient
from kernel import PATIENCE, wait_for

RUNTIME = os.environ["JUPYTER_RUNTIME_DIR"] = sys.argv[1]

# Kept, so that nobody else is given its port; the server can listen on it all the same.
held = socket.socket()
held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
held.bind(("127.0.0.1", 0))
port = held.getsockname()[1]


def ask(path, body=None):
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/{path}", body and json.dumps(body).encode())
    request.add_header("Authorization", "token key")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def listens():
    with socket.socket() as door:
        return door.connect_ex(("127.0.0.1", port)) == 0


server = subprocess.Popen(
    [sys.executable, "-m", "jupyter_server", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    + ["--ServerApp.port_retries=0", "--IdentityProvider.token=key", "--no-browser", "--allow-root"]
    + ["--ServerApp.disable_check_xsrf=True", "--log-level=WARN", *sys.argv[2:]],
    cwd=RUNTIME,
)
try:
    wait_for("the server answers", listens)
    ask("kernels", {"name": "rust"})
    [file] = glob.glob(f"{RUNTIME}/kernel-*.json")
    client = BlockingKernelClient(connection_file=file)
    client.load_connection_file()
    client.start_channels()
    client.wait_for_ready(timeout=PATIENCE)
    assert client.execute_interactive("6 * 7", timeout=PATIENCE)["content"]["status"] == "ok"
    parts = psutil.Process(server.pid).children(recursive=True)
    assert len(parts) >= 4, parts
    running = client.execute("std::thread::sleep(std::time::Duration::from_secs(30));")
    time.sleep(26)
    assert len(ask("kernels")) == 1, "a kernel was ended while its cell ran"
    while client.get_shell_msg(timeout=PATIENCE)["parent_header"]["msg_id"] != running:
        pass
    client.stop_channels()
    wait_for("the server ends the kernel", lambda: ask("kernels") == [])
    wait_for("nothing of it is left", lambda: not any(part.is_running() for part in parts))
finally:
    server.terminate()
    server.wait()
