//! Coroutines with a stack of their own (greenlets, fibers), recorded as lanes: who runs next is decided by whoever
//! calls [`Coroutine::resume`], and for how long by the coroutine itself. Used by lesson 10.
//!
//! | file | holds |
//! |---|---|
//! | `run` | [`Recording::coroutines`](crate::record::Recording::coroutines): a run whose cell resumes its coroutines in an order of its own |
//! | `handle` | [`Coroutine`]: resume one, and what it [answers](Turn); dropping it unwinds its stack |
//! | `yielder` | [`Yielder`]: what the code inside a coroutine calls: work, hold the thread, pause, wait |
//! | `slot` | one coroutine between two turns: its stack, its lane, what it waits for |
//! | `until` | how a moment of the clock is met to a few microseconds without burning a core |
//! | `knee` | [`knee()`]: where a measured curve that was level begins to rise |
//!
//! The stacks are those of the crate `corosensei`: [`STACK`] of addresses each with a guard page below. Memory is
//! taken page by page as a coroutine uses it. What it calls through its [`Yielder`] panics where the stack is nearly
//! used up. Code that goes deeper without such a call hits the guard page, and the system ends the process (SIGSEGV), as
//! no stack can grow; a deep recursion belongs on a thread.

mod handle;
mod knee;
mod run;
mod slot;
mod until;
mod yielder;

pub use handle::{Coroutine, Turn};
pub use knee::{Knee, knee};
pub use run::{COROUTINES, Coroutines};
pub use yielder::Yielder;

/// Bytes of the stack of each coroutine. A panic with a full backtrace needs less than an eighth of it.
pub const STACK: usize = 256 << 10;
