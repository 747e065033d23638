//! How a run ends a thread of its own that goes on too long: it unwinds, without the message that a panic prints, for
//! the recording already says what happened.

use std::any::Any;
use std::panic::resume_unwind;

/// What a thread unwinds with when its run ends it.
struct Stopped;

/// Ends the calling thread of a run, from however deep inside it.
#[cold]
pub(crate) fn stop() -> ! {
    resume_unwind(Box::new(Stopped))
}

/// Whether a panic is the end of a run, and no fault of the code it went through.
pub(crate) fn is_stop(payload: &(dyn Any + Send)) -> bool {
    payload.is::<Stopped>()
}

/// What a panic said.
pub(crate) fn panic_text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default()
}
