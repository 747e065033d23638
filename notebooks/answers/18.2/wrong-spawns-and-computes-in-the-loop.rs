// "Each guest has a task of its own now, so nobody is in anybody's way."
// says: nobody is to be held up by somebody else
async fn talk(guest: tokio::net::TcpStream, kitchen: SocketAddr) -> std::io::Result<()> {
    let (requests, mut answers) = guest.into_split();
    let mut lines = BufReader::new(requests).lines();
    while let Some(line) = lines.next_line().await? {
        let (number, steps) = choose::request(&line);
        let dish = fetch_async(kitchen, number, 40 * MILLISECOND).await;
        let answer = compute(dish, steps);
        answers.write_all(format!("{answer}\n").as_bytes()).await?;
    }
    Ok(())
}
fn serve(door: std::net::TcpListener, kitchen: SocketAddr) -> std::io::Result<()> {
    door.set_nonblocking(true)?;
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let door = tokio::net::TcpListener::from_std(door)?;
        loop { tokio::spawn(talk(door.accept().await?.0, kitchen)); }
    })
}
let load = choose::under_load(serve)?;
load.figure()
