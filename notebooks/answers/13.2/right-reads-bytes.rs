// The plain read is cancel safe: either its bytes are in the buffer, or it has taken none.
use tokio::io::AsyncReadExt;
let mut kept: Vec<u8> = vec![];
let careful = record("nothing lost").tasks(CurrentThread, async |run| {
    let mut answer = order(address, "John 20 in pieces\n").await;
    while !kept.ends_with(b"\n") {
        let mut bytes = [0; 64];
        tokio::select! {
            count = run.task("read", answer.read(&mut bytes)) => kept.extend(&bytes[..count.unwrap()]),
            () = run.task("bell", sleep(3 * MINUTE)) => {}
        }
    }
})?;
careful.figure()
