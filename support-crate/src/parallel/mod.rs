//! Work divided over cores: a small pool that steals work, rayon, and how much faster it gets. Lesson 15.
//!
//! | file | holds |
//! |---|---|
//! | `pool` | [`Recording::pool`](crate::record::Recording::pool): chunks of work on workers that steal from each other |
//! | `crew` | the pool's threads, from its start to its end |
//! | `job` | one list of chunks on its way through the workers: each chunk to one of them, exactly once |
//! | `on_rayon` | [`Recording::rayon`](crate::record::Recording::rayon): the same on rayon's workers |
//! | `chunks` | what a recording says of its chunks: how long, how much bookkeeping between them, how many stolen |
//! | `sweep` | [`sweep`]: the same run with one number changed, again and again |
//! | `speed_up` | [`speed_up`]: with one worker, with two, with all the cores |
//! | `amdahl` | [`Amdahl`]: the serial share that explains it |

mod amdahl;
mod chunks;
mod crew;
mod job;
mod on_rayon;
mod pool;
mod speed_up;
mod sweep;

pub use amdahl::Amdahl;
pub use chunks::Chunk;
pub use on_rayon::Rayon;
pub use pool::{CHUNKS, Pool};
pub use speed_up::{SpeedUp, speed_up};
pub use sweep::{Sweep, sweep};

use crate::error::Error;
use crate::machine::Limit;
use crate::task::Runtime;

/// How many workers are asked for.
///
/// # Errors
/// None at all, or more than the machine has room for.
fn workers(asked: Runtime) -> Result<usize, Error> {
    let no =
        |what: &str, because: &str| Error::NotPossible { what: what.to_owned(), because: because.to_owned() };
    match asked {
        Runtime::CurrentThread => Err(no(
            "a pool on the current thread",
            "a pool has threads of its own; ask for Workers(1) or more",
        )),
        Runtime::Workers(0) => {
            Err(no("a pool with 0 workers", "somebody has to do the chunks; ask for Workers(1) or more"))
        }
        Runtime::Workers(count) => {
            let Limit { count: most, because } = Limit::of_threads();
            if count > most {
                Err(Error::TooMany { what: "workers", limit: most, because })
            } else {
                Ok(count)
            }
        }
    }
}
