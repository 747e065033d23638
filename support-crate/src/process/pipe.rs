//! Messages from one process to another through a pipe of the system, with an arrow each.
//!
//! On the pipe a message is the arrow's number and the text's length, four bytes each, then the text.

use std::io::{PipeReader, PipeWriter, Read, Write};

use crate::error::Error;
use crate::record::{Handoff, LaneWriter, cut};
use crate::timeline::Activity;

/// The longest message, in bytes; a longer one is cut.
const LONGEST: usize = 1 << 20;

/// The end of a pipe that is written to. Clones are further ends of the same pipe.
pub struct Sender(PipeWriter);

/// The end of a pipe that is read from.
pub struct Receiver(PipeReader);

/// A pipe: what goes in at the [`Sender`] comes out at the [`Receiver`], in another process after a fork.
///
/// It ends when every process's sender is gone: the child's when the child ends; the parent's when it is dropped, or
/// was moved into the closure of a child.
///
/// # Errors
/// When the system gives no further one.
pub fn pipe() -> Result<(Sender, Receiver), Error> {
    let ends = std::io::pipe();
    let (reader, writer) = ends.map_err(|error| Error::NotPossible {
        what: "one more pipe".to_owned(),
        because: format!("the system gives no further one ({error})"),
    })?;
    Ok((Sender(writer), Receiver(reader)))
}

impl Sender {
    /// Sends `message` from `lane`; whoever receives it ends the arrow. Waits while the pipe is full.
    ///
    /// Whether it was taken; `false` when no receiver is left.
    pub fn send(&self, lane: &LaneWriter, message: impl ToString) -> bool {
        let message = message.to_string();
        let text = cut(&message, LONGEST).as_bytes();
        let arrow = lane.send(&message).number();
        let mut bytes = [arrow.to_le_bytes(), (text.len() as u32).to_le_bytes()].concat();
        bytes.extend_from_slice(text);
        // One write: up to 4 KB the system never mixes it with another sender's.
        (&self.0).write_all(&bytes).is_ok()
    }
}

impl Clone for Sender {
    /// # Panics
    /// When the system gives no further file descriptor.
    fn clone(&self) -> Self {
        Self(self.0.try_clone().expect("one more end of a pipe"))
    }
}

impl Receiver {
    /// The next message; `lane` waits for it, and gets its arrow. `None` when the pipe has ended, and when the run's
    /// time is up.
    pub fn receive(&self, lane: &LaneWriter) -> Option<String> {
        let _span = lane.span(Activity::Waiting, "waits for a message");
        let mut head = [0; 8];
        self.fill(lane, &mut head)?;
        let number = |at| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let mut text = vec![0; (number(4) as usize).min(LONGEST)];
        self.fill(lane, &mut text)?;
        lane.receive(Handoff::numbered(number(0)));
        Some(String::from_utf8_lossy(&text).into_owned())
    }

    /// Fills `bytes`; `None` when the pipe ends before, or the run's time is up.
    fn fill(&self, lane: &LaneWriter, bytes: &mut [u8]) -> Option<()> {
        let mut filled = 0;
        while filled < bytes.len() {
            if lane.is_late(crate::machine::now()) {
                return None;
            }
            if self.is_ready() {
                filled += (&self.0).read(&mut bytes[filled..]).ok().filter(|read| *read > 0)?;
            }
        }
        Some(())
    }

    /// Waits a moment for something to read, or for the end.
    #[cfg(unix)]
    fn is_ready(&self) -> bool {
        use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
        use std::os::fd::AsFd;
        let mut readable = [PollFd::new(self.0.as_fd(), PollFlags::POLLIN)];
        poll(&mut readable, PollTimeout::from(50_u8)).is_ok_and(|ready| ready > 0)
    }

    #[cfg(not(unix))]
    fn is_ready(&self) -> bool {
        true
    }
}
