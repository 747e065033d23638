// A thread for each guest; the kitchen is shared, and what is shared needs a lock.
// says: every request is to be answered
static KITCHEN: std::sync::Mutex<()> = std::sync::Mutex::new(());
use std::{io::{BufRead, Write}, net::{TcpListener, TcpStream}};
fn talk(guest: TcpStream, kitchen: SocketAddr) -> std::io::Result<()> {
    for line in std::io::BufReader::new(&guest).lines() {
        let (number, steps) = choose::request(&line?);
        let turn = KITCHEN.lock().unwrap();
        let dish = fetch(kitchen, number, 40 * MILLISECOND);
        drop(turn);
        let answer = compute(dish, steps);
        (&guest).write_all(format!("{answer}\n").as_bytes())?;
    }
    Ok(())
}
fn serve(door: TcpListener, kitchen: SocketAddr) {
    for guest in door.incoming().flatten() {
        std::thread::spawn(move || talk(guest, kitchen));
    }
}
let load = choose::under_load(serve)?;
load.figure()
