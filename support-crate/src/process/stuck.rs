//! The threads of a run that did not come to an end, and what each of them was at.

use crate::record::Recorder;

const UNKNOWN: &str = "look for what never ends in it";

/// In words, as far as `/proc` tells it of process `pid`: who was running, who was waiting.
pub(crate) fn stuck(recorder: &Recorder, pid: u32) -> String {
    if !std::path::Path::new("/proc/self/task").exists() {
        return UNKNOWN.to_owned();
    }
    let runs = |thread: u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/task/{thread}/stat")).unwrap_or_default();
        stat.rsplit_once(") ").is_some_and(|(_, state)| state.starts_with('R'))
    };
    let (running, waiting): (Vec<_>, Vec<_>) =
        recorder.unfinished().into_iter().partition(|(_, thread)| runs(*thread));
    let told = |threads: &[(String, u32)], what: &str| {
        let names = match threads {
            [] => return None,
            [(one, _)] => format!("{one} was"),
            [others @ .., (last, _)] => {
                let others: Vec<&str> = others.iter().map(|(name, _)| name.as_str()).collect();
                format!("{} and {last} were", others.join(", "))
            }
        };
        Some(format!("{names} {what}"))
    };
    let running = told(&running, "running: look for a loop that never ends");
    let waiting = told(&waiting, "waiting: look for a deadlock, or for something that never happens");
    let told: Vec<String> = [running, waiting].into_iter().flatten().collect();
    if told.is_empty() { UNKNOWN.to_owned() } else { told.join("; ") }
}
