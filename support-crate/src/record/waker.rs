//! The waker that a recorded future hands out: an `Arc` of its [`Wakes`], which also notes who let go of it last. That is
//! what `std::task::Wake` cannot see: there only the last of several wakers to be dropped is noticed.

use std::sync::Arc;
use std::task::{RawWaker, RawWakerVTable, Waker};

use super::wakes::Wakes;

static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, let_go);

/// One more waker for the future of these.
pub(super) fn waker(wakes: &Arc<Wakes>) -> Waker {
    let data = Arc::into_raw(Arc::clone(wakes)).cast();
    // SAFETY: `data` is an `Arc<Wakes>`, which may be sent and shared; the functions below each keep its count.
    unsafe { Waker::from_raw(RawWaker::new(data, &VTABLE)) }
}

unsafe fn clone(data: *const ()) -> RawWaker {
    // SAFETY: `data` came from `Arc::into_raw`, and the waker that is being cloned keeps it alive.
    unsafe { Arc::increment_strong_count(data.cast::<Wakes>()) };
    RawWaker::new(data, &VTABLE)
}

unsafe fn wake(data: *const ()) {
    // SAFETY: this waker is used up, and its count with it.
    let wakes = unsafe { Arc::from_raw(data.cast::<Wakes>()) };
    wakes.wake();
}

unsafe fn wake_by_ref(data: *const ()) {
    // SAFETY: the waker that is borrowed keeps it alive.
    unsafe { &*data.cast::<Wakes>() }.wake();
}

unsafe fn let_go(data: *const ()) {
    // SAFETY: this waker is used up, and its count with it.
    let wakes = unsafe { Arc::from_raw(data.cast::<Wakes>()) };
    wakes.let_go();
}
