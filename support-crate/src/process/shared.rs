//! Memory that is shared on purpose: a value that this process and the children it forks afterwards see alike.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use crate::error::Error;
use crate::machine::Shareable;
use crate::machine::mapping::Mapping;

/// A value in memory that forked children share with their parent, instead of getting a copy.
///
/// It holds atomics, or arrays of them, because several processes change it at once; it begins as zero.
///
/// ```
/// # #[cfg(target_os = "linux")] {
/// use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
/// use timelanes::process::Shared;
/// let total = Shared::<AtomicU64>::new()?;
/// total.fetch_add(1, Relaxed);
/// assert_eq!(total.load(Relaxed), 1);
/// # }
/// # Ok::<(), timelanes::error::Error>(())
/// ```
pub struct Shared<T> {
    mapping: Mapping,
    holds: PhantomData<T>,
}

impl<T: Shareable> Shared<T> {
    /// A shared value that is zero. It must be made before the fork.
    ///
    /// # Errors
    /// Where memory cannot be shared between processes.
    pub fn new() -> Result<Self, Error> {
        Ok(Self { mapping: Mapping::new(size_of::<T>().max(1))?, holds: PhantomData })
    }
}

impl<T: Shareable> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.mapping.at(0)
    }
}

impl<T: Shareable + fmt::Debug> fmt::Debug for Shared<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(out)
    }
}
