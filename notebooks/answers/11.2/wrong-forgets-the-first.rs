// "Polls less wakes": the first poll has no wake, and is useful.
// says: all but the first poll are useless
fn useless(run: &Timeline, guest: &str) -> usize {
    let number = run.lanes.iter().position(|lane| lane.name == guest).unwrap_or(0);
    let polls = run.lanes[number].times(Running);
    let wakes = run.arrows.iter().filter(|arrow| arrow.to.0 == number).count();
    polls.saturating_sub(wakes)
}
println!("Amir: {} polled busy, {} with timers", useless(&busy, "Amir"), useless(&timed, "Amir"));
