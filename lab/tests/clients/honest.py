"""Panics, errors, deaths: each is told as what it is, with the learner's line and what to do."""

from kernel import Kernel

kernel = Kernel()
assert kernel.text('println!("a"); print!("half");') == "a\nhalf"
text = kernel.fails('let list = vec![1, 2, 3];\nlet at = 7;\nprintln!("{}", list[at]);', "panic")
assert "line 3 of this cell" in text and "len is 3" in text and "backtrace" not in text, text
text = kernel.fails('let number: i32 = "x".parse()?;', "error")
assert "invalid digit" in text and "line 1 of this cell" in text, text
assert kernel.text('fn boom() -> u32 {\n    panic!("no good")\n}') == ""
text = kernel.fails("boom()", "panic")
assert "no good" in text and "line 2 of cell [4]" in text, text

# Expected panics are text, and none of the kernel's frames. What comes on stderr may come before or after the value.
reply, outputs = kernel.run('std::thread::spawn(|| panic!("expected")).join().is_err()')
assert reply["status"] == "ok", reply
assert [content["data"]["text/plain"] for kind, content in outputs if kind == "execute_result"] == ["true"], outputs
text = "".join(content["text"] for kind, content in outputs if kind == "stream")
assert "expected" in text and "0:" not in text, text
text = kernel.text('std::panic::catch_unwind(|| panic!("caught")).is_err()')
assert "caught" in text and "true" in text, text

# What is behind a cell that fails is not run, and what is sent after it is.
first, second = kernel.send('panic!("first")'), kernel.send('println!("second")')
assert kernel.wait(first)[0]["status"] == "error"
reply, outputs = kernel.wait(second)
assert reply["status"] == "aborted" and not outputs, (reply, outputs)
first, second = kernel.send("panic!()", stop_on_error=False), kernel.send("40 + 2")
assert kernel.wait(first)[0]["status"] == "error"
assert kernel.wait(second)[0]["status"] == "ok"

kernel.text("let kept = 5;")
assert "mismatched" in kernel.fails('let wrong: i32 = "s";', "compile error")
assert kernel.text("kept") == "5"
for death in ["std::process::exit(3)", "std::process::abort()", "unsafe { *(8 as *mut u8) = 1; }"]:
    text = kernel.fails(death, "process ended")
    assert "variables are gone" in text and "let kept = 5;" in text, text
    kernel.text("let kept = 5;")
assert kernel.text("kept") == "5"

# More text than any queue holds comes whole, and in order.
_, outputs = kernel.run('for line in 0..50_000 { println!("{line}"); }')
text = "".join(content["text"] for kind, content in outputs if kind == "stream")
assert text == "".join(f"{line}\n" for line in range(50_000)), len(text)

# What a client asks beside cells.
assert kernel.ask(kernel.client.is_complete, "fn f() {")["status"] == "incomplete"
assert kernel.ask(kernel.client.is_complete, "1 + 1")["status"] == "complete"
history = kernel.ask(lambda: kernel.client.history(hist_access_type="tail", n=1))["history"]
assert history[0][2].startswith("for line"), history
assert kernel.ask(kernel.client.comm_info)["comms"] == {}
matches = kernel.ask(kernel.client.complete, "kept.leading_z", 14)["matches"]
assert any("leading_zeros" in match for match in matches), matches
inspected = kernel.ask(kernel.client.inspect, "String::with_capacity", 15)
assert inspected["status"] == "ok", inspected
running = kernel.send("std::thread::sleep(std::time::Duration::from_millis(800));")
assert kernel.ask(kernel.client.complete, "kept.leading_z", 14)["matches"] == []
assert kernel.wait(running)[0]["status"] == "ok"
kernel.end()
print("all as it should be")
