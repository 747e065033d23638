//! Which tool for which work: the same jobs by each of them, and a server under load (lesson 18).
//!
//! | file | holds |
//! |---|---|
//! | `kitchen` | [`kitchen`]: the delay server in a process of its own, so that this one may fork |
//! | `job` | what jobs are made of: [`fetch`] and [`fetch_async`], which wait, and [`compute`], which works |
//! | `attempt` | one tool does one work, in a process of its own: how long, with how many threads, what went wrong |
//! | `matrix` | [`matrix`]: all tools and all works, round by round |
//! | `row` | one work: which tool is quickest, which are as quick |
//! | `compared` | what is read off the matrix, and its figure |
//! | `load` | [`under_load`]: a server's process and its guests' process |
//! | `loaded` | what came of it |
//! | `guests` | the guests: when they ask for what, and what they saw |
//!
//! The jobs, the tools and the server stand in the lesson's cells. Each runs in a child process: whatever it does, it is
//! over at a limit, and nothing of it is left. All of it needs Linux; elsewhere it fails and says so.

mod attempt;
mod compared;
mod guests;
mod job;
mod kitchen;
mod load;
mod loaded;
mod matrix;
mod row;

pub use compared::Matrix;
pub use job::{compute, fetch, fetch_async, request};
pub use kitchen::{Kitchen, kitchen};
pub use load::under_load;
pub use loaded::Load;
pub use matrix::{Trials, Way, matrix};
pub use row::Measured;

/// The limit of open files of this process, raised as far as anybody may. For children, which end soon.
fn raise_descriptors() {
    #[cfg(unix)]
    {
        use nix::sys::resource::{Resource, getrlimit, setrlimit};
        if let Ok((_, hard)) = getrlimit(Resource::RLIMIT_NOFILE) {
            let _ = setrlimit(Resource::RLIMIT_NOFILE, hard, hard);
        }
    }
}

/// How many of `asked` connections a child may have open, with `each` descriptors for one of them; and why not all.
fn room_for(asked: usize, each: usize) -> (usize, Option<String>) {
    /// Descriptors for whatever else a child opens.
    const OTHERS: usize = 40;
    #[cfg(unix)]
    let most = {
        use nix::sys::resource::{Resource, getrlimit};
        getrlimit(Resource::RLIMIT_NOFILE)
            .map_or(256, |(_, hard)| usize::try_from(hard).unwrap_or(usize::MAX))
    };
    #[cfg(not(unix))]
    let most = usize::MAX;
    let there = asked.min(most.saturating_sub(OTHERS) / each).max(1);
    let why = || {
        format!(
            "only {there} of {asked} connections: a process may have {most} files and sockets open here (ulimit -Hn), \
             and needs up to {each} for one"
        )
    };
    (there, (there < asked).then(why))
}
