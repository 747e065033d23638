//! What threads cost, beside the threads themselves: those are started by [`Run::spawn`](crate::record::Run::spawn)
//! (recorded, scoped: they may borrow from the cell) and [`spawn_on`](crate::record::Run::spawn_on) (on one core),
//! as many as [the machine has room for](crate::machine::Limit::of_threads). Lessons 03 and 04.
//!
//! | file | holds |
//! |---|---|
//! | `cost` | [`Cost`]: time and memory of one thread; [`process::cost`](crate::process::cost) has a process's |
//! | `memory` | [`Memory`]: what this process takes at this moment |

mod cost;
mod memory;

pub use cost::{Cost, cost};
pub(crate) use cost::{check, measure};
pub use memory::Memory;
