"""What is no message, has a wrong signature or is half a message ends nothing, and is answered by nothing."""

import json
import os
import random
import socket
import uuid

import zmq
from jupyter_client.session import Session
from kernel import Kernel

kernel = Kernel()
kernel.text("let kept = 5;")
info = json.load(open(kernel.manager.connection_file))
context = zmq.Context()
chance = random.Random(7)
for channel in ("shell", "control", "stdin", "hb"):
    address = f"tcp://{info['ip']}:{info[channel + '_port']}"
    client = context.socket(zmq.DEALER)
    client.linger = 0
    client.connect(address)
    for _ in range(50):
        parts = [os.urandom(chance.randrange(200)) for _ in range(chance.randrange(1, 8))]
        client.send_multipart(parts)
        client.send_multipart([b"<IDS|MSG>"] + parts)
    # By another key, and with parts missing, torn or of the wrong kind.
    session = Session(key=uuid.uuid4().hex.encode())
    session.send(client, "shutdown_request", {"restart": False})
    session.send(client, "execute_request", {"code": "std::process::exit(1)"})
    own = Session(key=info["key"].encode())
    whole = own.serialize(own.msg("execute_request", {"code": "std::process::exit(1)"}))
    for length in range(1, len(whole)):
        client.send_multipart(whole[:length])
    for content in ({"code": 7}, {"code": None, "silent": "x"}, {"cursor_pos": -1, "n": "x"}, {}):
        for kind in ("complete_request", "inspect_request", "history_request", "is_complete_request", "comm_open", "?"):
            own.send(client, kind, content)
    for content in (b"[]", b"5", b"null", b'"text"'):
        torn = own.serialize(own.msg("complete_request", {}))
        client.send_multipart(torn[:1] + [own.sign(torn[2:5] + [content])] + torn[2:5] + [content])
    # What is not even the protocol.
    for rubbish in (b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 8 + b"\x7f" + b"\x03\x00", os.urandom(300)):
        with socket.create_connection((info["ip"], info[channel + "_port"])) as plain:
            plain.sendall(rubbish)
    client.close()
# The protocol, up to frames that claim any length, and ask that as much memory be kept for them.
greeting = b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)
lengths = [1 << power for power in range(27, 63, 3)]
for channel, role in [*((it, b"DEALER") for it in ("shell", "control", "stdin", "hb")), ("iopub", b"SUB")]:
    ready = b"\x05READY\x0bSocket-Type" + len(role).to_bytes(4, "big") + role
    claims = [b"\x02" + length.to_bytes(8, "big") + b"begins" for length in lengths]
    for rubbish in claims + [os.urandom(chance.randrange(1, 300)) for _ in range(60)]:
        with socket.create_connection((info["ip"], info[channel + "_port"])) as plain:
            plain.sendall(greeting + b"\x04" + bytes([len(ready)]) + ready)
            try:
                plain.recv(300)
                plain.sendall(rubbish)
                plain.shutdown(socket.SHUT_WR)
                plain.settimeout(0.05)
                plain.recv(300)
            except OSError:
                pass  # It was hung up.
with socket.create_connection((info["ip"], info["iopub_port"])) as plain:
    plain.sendall(os.urandom(300))
assert kernel.text("kept") == "5"
assert kernel.client.hb_channel.is_beating()
kernel.end()
