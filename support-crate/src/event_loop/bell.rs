//! What ends the park of a loop that waits for sockets: a ready queue alone would not.

use std::io;
use std::thread::{self, ThreadId};

use mio::Token;

/// The token that a [`Bell`] is reported under; a [`Socket`](super::Socket)'s is never this.
pub(super) const BELL: Token = Token(0);

/// Rung by a wake that comes from another thread than the loop's own.
#[derive(Debug)]
pub struct Bell {
    waker: mio::Waker,
    home: ThreadId,
}

impl Bell {
    /// A bell for the loop of the calling thread, which parks in `poll`.
    ///
    /// # Errors
    /// What the system says, for example that no file descriptor is left.
    pub fn new(poll: &mio::Poll) -> io::Result<Self> {
        Ok(Self { waker: mio::Waker::new(poll.registry(), BELL)?, home: thread::current().id() })
    }

    /// Ends the loop's park, or the next one; nothing on the loop's own thread, which is not parked then.
    pub fn ring(&self) {
        if thread::current().id() != self.home {
            // It fails only where the loop is gone, and then nobody is parked.
            let _ = self.waker.wake();
        }
    }
}
