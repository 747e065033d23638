//! Memory that this process and the children it forks see alike.
//!
//! A fork copies everything else: what one side writes, the other never sees. A shared anonymous mapping is not
//! copied, and it outlives a child that is killed (`mmap(2)`, `MAP_SHARED | MAP_ANONYMOUS`).

use std::sync::atomic::{
    AtomicBool, AtomicI8, AtomicI16, AtomicI32, AtomicI64, AtomicIsize, AtomicU8, AtomicU16, AtomicU32,
    AtomicU64, AtomicUsize,
};

use crate::error::Error;

/// What several processes can share: atomics, and arrays of them.
///
/// # Safety
/// All-zero bytes must be a value, it must hold no pointer (another process has other things at that address), and
/// it must change only through atomic operations.
pub unsafe trait Shareable: Sync + 'static {}

macro_rules! shareable {
    ($($atomic:ty),*) => { $(
        // SAFETY: an atomic number has no pointer, changes atomically, and zero is one of its values.
        unsafe impl Shareable for $atomic {}
    )* };
}
shareable!(
    AtomicBool,
    AtomicI8,
    AtomicI16,
    AtomicI32,
    AtomicI64,
    AtomicIsize,
    AtomicU8,
    AtomicU16,
    AtomicU32,
    AtomicU64,
    AtomicUsize
);
// SAFETY: an array is as shareable as what it holds.
unsafe impl<T: Shareable, const N: usize> Shareable for [T; N] {}

/// A piece of memory shared with forked children; zero at first, and given back when it is dropped.
pub(crate) struct Mapping {
    start: std::ptr::NonNull<std::ffi::c_void>,
    length: usize,
}

// SAFETY: a mapping is memory; it is only lent out as values that are `Sync`.
unsafe impl Send for Mapping {}
// SAFETY: as above.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// Maps `length` bytes. Pages that nobody touches cost nothing.
    ///
    /// # Errors
    /// When the system has no room for it, or is not Linux.
    #[cfg(target_os = "linux")]
    pub fn new(length: usize) -> Result<Self, Error> {
        use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous};
        let size = std::num::NonZeroUsize::new(length).unwrap_or(std::num::NonZeroUsize::MIN);
        let access = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        let flags = MapFlags::MAP_SHARED | MapFlags::MAP_NORESERVE;
        // SAFETY: a new mapping at an address of the kernel's choice touches no memory that is in use.
        let start = unsafe { mmap_anonymous(None, size, access, flags) };
        let start = start.map_err(|error| Error::NotPossible {
            what: format!("sharing {} MB between processes", length >> 20),
            because: format!("the kernel refused the mapping ({error})"),
        })?;
        Ok(Self { start, length: size.get() })
    }

    /// Maps `length` bytes, where a system can.
    ///
    /// # Errors
    /// Always, here.
    #[cfg(not(target_os = "linux"))]
    pub fn new(_: usize) -> Result<Self, Error> {
        Err(Error::NotPossible {
            what: "sharing memory between processes".to_owned(),
            because: "the lessons on processes use calls that only Linux has".to_owned(),
        })
    }

    /// The value that lies `offset` bytes in.
    ///
    /// # Panics
    /// When it would reach beyond the end or lie askew.
    pub fn at<T: Shareable>(&self, offset: usize) -> &T {
        &self.slice(offset, 1)[0]
    }

    /// `count` values that lie `offset` bytes in.
    ///
    /// # Panics
    /// When they would reach beyond the end or lie askew.
    pub fn slice<T: Shareable>(&self, offset: usize, count: usize) -> &[T] {
        let end = size_of::<T>().checked_mul(count).and_then(|size| size.checked_add(offset));
        assert!(end.is_some_and(|end| end <= self.length), "beyond the end of the mapping");
        assert!(offset.is_multiple_of(align_of::<T>()), "not aligned");
        // SAFETY: in bounds and aligned (checked above; mappings begin on a page), alive as long as `self`. Zeros
        // and whatever was written since are values of a `Shareable`, which changes only atomically.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr().byte_add(offset).cast::<T>(), count) }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: nothing borrows from the mapping any more, and nobody else unmaps it.
        #[cfg(target_os = "linux")]
        let _ = unsafe { nix::sys::mman::munmap(self.start, self.length) };
    }
}
