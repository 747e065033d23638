//! The atomics of a lane's [buffer](super::buffer). The test `interleavings` puts loom's in their place.

pub(super) use std::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering};

/// Events in the first chunk of a buffer: 1 KB, so that ten thousand lanes with a few spans stay small.
pub(super) const FIRST: usize = 64;

/// How many events all lanes of a recording may still take.
pub(super) type Room = AtomicUsize;

/// The two words of an event.
pub(super) type Slot = [AtomicU64; 2];

/// The number that the calling thread wrote last, and only this thread writes.
#[inline]
pub(super) fn own(number: &AtomicUsize) -> usize {
    number.load(Ordering::Relaxed)
}

/// So many slots, all zero. Fresh memory is zero already, and is touched only once it is written.
pub(super) fn slots(length: usize) -> Box<[Slot]> {
    let zeros = Box::into_raw(vec![[0_u64; 2]; length].into_boxed_slice());
    const { assert!(align_of::<u64>() == align_of::<AtomicU64>()) };
    // SAFETY: the memory is this box's own, and an `AtomicU64` has the size, the alignment and the bits of a `u64`
    // (where a `u64` is less aligned, as on some 32-bit machines, this does not compile).
    unsafe { Box::from_raw(zeros as *mut [Slot]) }
}
