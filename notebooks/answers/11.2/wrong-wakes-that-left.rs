// "An arrow of this guest": those that leave the lane are counted, and not those that reach it.
// says: with a ready queue none is
fn useless(run: &Timeline, guest: &str) -> usize {
    let number = run.lanes.iter().position(|lane| lane.name == guest).unwrap_or(0);
    let polls = run.lanes[number].times(Running);
    let wakes = run.arrows.iter().filter(|arrow| arrow.from.0 == number).count();
    (polls - 1).saturating_sub(wakes)
}
println!("Amir: {} polled busy, {} with timers", useless(&busy, "Amir"), useless(&timed, "Amir"));
