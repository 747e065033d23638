// "Polls without a wake": the wakes of all guests are counted.
// says: in the third run
fn useless(run: &Timeline, guest: &str) -> usize {
    let number = run.lanes.iter().position(|lane| lane.name == guest).unwrap_or(0);
    let polls = run.lanes[number].times(Running);
    (polls - 1).saturating_sub(run.arrows.len())
}
println!("Amir: {} polled busy, {} with timers", useless(&busy, "Amir"), useless(&timed, "Amir"));
