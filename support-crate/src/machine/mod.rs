//! What this computer is: cores, quota, kernel; its clocks; and honest "not possible here, because …".
//!
//! Lessons read the machine instead of assuming one, and say what they found.

pub(crate) mod clock;
mod here;
pub(crate) mod thread;

pub use clock::{now, thread_cpu_time};
pub use here::Machine;
pub use thread::{core, pin};
