// "I know both runs": whoever was polled often was polled busy.
// says: in the third run
fn useless(run: &Timeline, guest: &str) -> usize {
    let number = run.lanes.iter().position(|lane| lane.name == guest).unwrap_or(0);
    let polls = run.lanes[number].times(Running);
    if polls > 10 { polls - 1 } else { 0 }
}
println!("Amir: {} polled busy, {} with timers", useless(&busy, "Amir"), useless(&timed, "Amir"));
