"""Figures are shown as they are made: several in a cell, in order with the text between; a line updated in place."""

import ast
import json
import sys

from kernel import Kernel

kernel = Kernel()
cells = [cell for cell in json.load(open(sys.argv[1]))["cells"] if cell["cell_type"] == "code"]
for cell in cells:
    reply, outputs = kernel.run("".join(cell["source"]))
    assert reply["status"] == "ok", reply
    if "figure" in cell["metadata"].get("tags", []):
        kind, content = outputs[-1]
        assert kind == "display_data" and "<svg" in content["data"]["text/html"], (kind, content)
        break

# The cells that `benches/kernel.py` measures draw one figure each.
statements = [statement for statement in ast.parse(open(sys.argv[2]).read()).body if isinstance(statement, ast.Assign)]
named = {getattr(statement.targets[0], "id", ""): statement.value for statement in statements}
kernel.run(ast.literal_eval(named["RUST_SETUP"]))
for number in range(2):
    reply, outputs = kernel.run(ast.literal_eval(named["RUST"]) % (number, number))
    assert reply["status"] == "ok" and [kind for kind, _ in outputs] == ["display_data"], (reply, outputs)

MARKER = 'println!("\\u{2}timelanes:display {}", r#"{"data":{"text/plain":"%s"},"transient":{"display_id":"x"}%s}"#);'
lines = [MARKER % ("one", ""), 'println!("between");', MARKER % ("two", ""), MARKER % ("three", ',"update":true')]
reply, outputs = kernel.run("\n".join(lines))
kinds = [kind for kind, _ in outputs]
assert kinds == ["display_data", "stream", "display_data", "update_display_data"], outputs
assert outputs[3][1] == {"data": {"text/plain": "three"}, "metadata": {}, "transient": {"display_id": "x"}}, outputs

# As they are made: the first is there while the cell still runs.
request = kernel.send(MARKER % ("early", "") + "\nstd::thread::sleep(std::time::Duration::from_secs(2));")
seen = []
while seen[-1:] != [("status", "idle")]:
    message = kernel.client.get_iopub_msg(timeout=60)
    if message["parent_header"].get("msg_id") == request:
        seen.append((message["msg_type"], message["content"].get("execution_state")))
        if message["msg_type"] == "display_data":
            shown = message["header"]["date"]
assert (message["header"]["date"] - shown).total_seconds() > 1, seen
kernel.end()
