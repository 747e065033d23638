// Looks, for each poll after the first, for a wake since the poll before it began.
fn useless(run: &Timeline, guest: &str) -> usize {
    let number = run.lanes.iter().position(|lane| lane.name == guest).unwrap_or(0);
    let polls: Vec<_> = run.lanes[number].called("poll").collect();
    let woken = |from: u64, to: u64| {
        run.arrows.iter().any(|arrow| arrow.to.0 == number && (from..=to).contains(&arrow.to.1))
    };
    polls.windows(2).filter(|pair| !woken(pair[0].start, pair[1].start)).count()
}
println!("Amir: {} polled busy, {} with timers", useless(&busy, "Amir"), useless(&timed, "Amir"));
