//! What this computer is: cores, quota, kernel; its clocks; and honest "not possible here, because …".
//!
//! Lessons read the machine instead of assuming one, and say what they found.

pub(crate) mod clock;
pub(crate) mod gaps;
mod here;
mod limits;
pub(crate) mod mapping;
pub(crate) mod priority;
mod switches;
pub(crate) mod thread;
mod throttle;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod tsc;

pub(crate) use clock::now_in_order;
pub use clock::{Clock, now, thread_cpu_time};
pub use gaps::Interrupts;
pub use here::Machine;
pub use limits::Limit;
pub(crate) use limits::memory;
pub use mapping::Shareable;
pub use priority::{KernelPolicy, Priority};
pub use switches::Switches;
pub use thread::{core, pin};
pub use throttle::Throttled;
