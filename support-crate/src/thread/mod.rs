//! Threads of the kernel's as the lanes of a run. Lessons 00 to 05, 07, 08.
//!
//! | file | holds |
//! |---|---|
//! | `run` | [`Recording::threads`](crate::record::Recording::threads): threads with a lane each |
//! | `handle` | one of them: join it, say what it asks of the kernel |
//! | `memory` | [`Memory`]: what this process takes at this moment |

mod handle;
mod memory;
mod run;

pub use handle::Handle;
pub use memory::Memory;
pub use run::Threads;
