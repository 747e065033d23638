//! Messages from one process to another through a pipe of the system, with an arrow each.
//!
//! The system never mixes writes of up to [`PIECE`] bytes with those of other senders (`pipe(7)`, `PIPE_BUF`), and
//! longer ones it does. So a message goes as pieces of at most that size, each with a head that says whose it is, and
//! the receiver puts them together. A sender that is killed half-way holds nobody up, as it would with a lock.

use std::collections::HashMap;
use std::io::{PipeReader, PipeWriter, Read, Write};
use std::sync::Mutex;

use crate::error::Error;
use crate::machine::thread;
use crate::record::{Handoff, LaneWriter, cut, locked};
use crate::timeline::Activity;

/// The longest message, in bytes; a longer one is cut.
const LONGEST: usize = 1 << 20;
/// Bytes of a piece with its head: `PIPE_BUF` of Linux, elsewhere what POSIX grants.
const PIECE: usize = if cfg!(target_os = "linux") { 4096 } else { 512 };
/// Bytes of a head: see [`Head`].
const HEAD: usize = size_of::<Head>();

/// What stands before each piece: the thread that sends it, which sends one message at a time (0 on systems other than
/// Linux, where nothing forks); the two halves of the arrow's code; the bytes of the whole message; where in it the piece
/// begins.
type Head = [u32; 5];

/// The end of a pipe that is written to. Clones are further ends of the same pipe.
pub struct Sender(PipeWriter);

/// The end of a pipe that is read from, by one process.
pub struct Receiver {
    pipe: PipeReader,
    /// Messages that are not whole yet, by the thread that sends them.
    begun: Mutex<HashMap<u32, Vec<u8>>>,
}

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
    Ok((Sender(writer), Receiver { pipe: reader, begun: Mutex::default() }))
}

impl Sender {
    /// Sends `message` from `lane`; whoever receives it ends the arrow. Waits while the pipe is full.
    ///
    /// Whether it was taken; `false` when no receiver is left.
    pub fn send(&self, lane: &LaneWriter, message: impl ToString) -> bool {
        let message = message.to_string();
        let text = cut(&message, LONGEST).as_bytes();
        let arrow = lane.send(&message).code();
        let head = |at| [thread::id(), (arrow >> 32) as u32, arrow as u32, text.len() as u32, at as u32];
        // A message without text is one piece too.
        (0..text.len().max(1)).step_by(PIECE - HEAD).all(|at| {
            let piece = &text[at..text.len().min(at + PIECE - HEAD)];
            let bytes = [&head(at).map(u32::to_le_bytes).concat(), piece].concat();
            (&self.0).write_all(&bytes).is_ok()
        })
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
        let mut begun = locked(&self.begun);
        loop {
            let [from, lane_of_arrow, number, length, at] = self.head(lane)?;
            let (length, at) = (length as usize, at as usize);
            let mut piece = vec![0; length.saturating_sub(at).min(PIECE - HEAD)];
            self.fill(lane, &mut piece)?;
            let text = begun.entry(from).or_default();
            // A thread of this number that was killed may have left a beginning.
            text.truncate(at);
            text.append(&mut piece);
            if text.len() >= length {
                lane.receive(Handoff::coded(u64::from(lane_of_arrow) << 32 | u64::from(number)));
                return begun.remove(&from).map(|text| String::from_utf8_lossy(&text).into_owned());
            }
        }
    }

    fn head(&self, lane: &LaneWriter) -> Option<Head> {
        let mut words = [[0; 4]; HEAD / 4];
        self.fill(lane, words.as_flattened_mut())?;
        Some(words.map(u32::from_le_bytes))
    }

    /// Fills `bytes`; `None` when the pipe ends before, or the run's time is up.
    fn fill(&self, lane: &LaneWriter, bytes: &mut [u8]) -> Option<()> {
        let mut filled = 0;
        while filled < bytes.len() {
            if lane.is_late(crate::machine::now()) {
                return None;
            }
            if self.is_ready() {
                filled += (&self.pipe).read(&mut bytes[filled..]).ok().filter(|read| *read > 0)?;
            }
        }
        Some(())
    }

    /// Waits a moment for something to read, or for the end.
    #[cfg(unix)]
    fn is_ready(&self) -> bool {
        use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
        use std::os::fd::AsFd;
        let mut readable = [PollFd::new(self.pipe.as_fd(), PollFlags::POLLIN)];
        poll(&mut readable, PollTimeout::from(50_u8)).is_ok_and(|ready| ready > 0)
    }

    #[cfg(not(unix))]
    fn is_ready(&self) -> bool {
        true
    }
}
