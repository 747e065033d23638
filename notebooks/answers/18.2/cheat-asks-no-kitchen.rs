// The dish has the number that was asked for, so there is no need to fetch it.
// says: each dish is to be fetched
use std::{io::{BufRead, Write}, net::{TcpListener, TcpStream}};
fn talk(guest: TcpStream, kitchen: SocketAddr) -> std::io::Result<()> {
    for line in std::io::BufReader::new(&guest).lines() {
        let (number, steps) = choose::request(&line?);
        let _ = kitchen;
        let answer = compute(number, steps);
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
