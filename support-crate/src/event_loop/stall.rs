//! What is said of a loop that gets no further: which task, and who let it down.

use crate::error::Error;
use crate::machine::now;
use crate::record::{Step, Watch, Who};

/// Of more tasks than this the others are counted.
const NAMED: usize = 5;

/// The stall of these tasks, in words.
pub(super) fn stall(title: &str, tasks: &[&Watch]) -> Error {
    let mut says: Vec<String> = tasks.iter().take(NAMED).map(|task| sentence(task)).collect();
    if tasks.len() > NAMED {
        says.push(format!("and {} more", tasks.len() - NAMED));
    }
    Error::Stall { title: title.to_owned(), says: says.join("; ") }
}

fn sentence(task: &Watch) -> String {
    let name = &task.name;
    match task.step() {
        (Step::New, _) => format!("`{name}` was never polled: nobody put it into the queue"),
        (Step::Polling, since) => {
            let seconds = now().saturating_sub(since) as f64 / 1e9;
            format!("`{name}` never gave way: one poll has lasted {seconds:.1} s")
        }
        (Step::Woken { by: Who::Itself }, _) => format!(
            "`{name}` wakes itself in every poll and is not done: does it wait for something that nobody does?"
        ),
        (Step::Woken { by }, _) => format!(
            "`{name}` was woken by {by}, and the loop did not poll it: the wake put nothing into the queue, or did \
             not end the park"
        ),
        (Step::Held, _) => format!("`{name}` is pending; somebody holds its waker, and nobody woke it"),
        (Step::Lost { let_go_by: Who::Itself }, _) => {
            format!("`{name}` is pending and nobody holds its waker: its own poll gave it to nobody")
        }
        (Step::Lost { let_go_by }, _) => {
            format!("`{name}` is pending and nobody holds its waker: {let_go_by} let go of it without a wake")
        }
        (Step::Over, _) => format!("`{name}` was done in the last moment"),
    }
}
