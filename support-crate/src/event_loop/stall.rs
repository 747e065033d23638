//! What is said of a loop that gets no further: which task, and who let it down.

use std::sync::Arc;

use super::watch::{State, Step, Watch};
use crate::error::Error;
use crate::machine::now;

/// Of more tasks than this the others are counted.
const NAMED: usize = 5;

/// The stall of these tasks, in words.
pub(super) fn stall(title: &str, tasks: &[&Watch]) -> Error {
    let mut says: Vec<String> = tasks.iter().take(NAMED).map(|task| sentence(task, &task.state())).collect();
    if tasks.len() > NAMED {
        says.push(format!("and {} more", tasks.len() - NAMED));
    }
    Error::Stall { title: title.to_owned(), says: says.join("; ") }
}

fn sentence(task: &Watch, state: &State) -> String {
    let name = &task.name;
    let whom = |who: &Option<Arc<str>>| who.as_deref().map(|who| format!("`{who}`")).unwrap_or_default();
    match state.step {
        Step::New => format!("`{name}` was never polled: nobody put it into the queue"),
        Step::Polling => {
            let seconds = now().saturating_sub(state.since) as f64 / 1e9;
            format!("`{name}` never gave way: one poll has lasted {seconds:.1} s")
        }
        Step::Woken if state.woken_by.as_deref() == Some(&**name) => {
            format!(
                "`{name}` wakes itself in every poll and is not done: does it wait for something that nobody does?"
            )
        }
        Step::Woken => format!(
            "`{name}` was woken by {}, and the loop did not poll it: the wake put nothing into the queue, or did \
             not end the park",
            whom(&state.woken_by)
        ),
        Step::Pending if state.wakers > 0 => {
            format!("`{name}` is pending; somebody holds its waker, and nobody woke it{}", last(state))
        }
        Step::Pending if state.let_go_by.as_deref() == Some(&**name) => {
            format!(
                "`{name}` is pending and nobody holds its waker: its own poll gave it to nobody{}",
                last(state)
            )
        }
        Step::Pending => format!(
            "`{name}` is pending and nobody holds its waker: {} let go of it without a wake{}",
            whom(&state.let_go_by),
            last(state)
        ),
    }
}

fn last(state: &State) -> String {
    state.woken_by.as_ref().map(|who| format!(" (woken last by `{who}`)")).unwrap_or_default()
}
