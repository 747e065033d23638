//! The kitchen of one run: the delay server in a process of its own, so that nothing of it is counted with the peer, and no
//! thread of it stands in the way of a fork.

use std::io::Write;
use std::net::{Shutdown, SocketAddr, TcpListener};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use crate::error::Error;
use crate::process::Measuring;
use crate::task::serve_until_closed;

/// A kitchen longer than its peer: it ends when the peer has ended.
const LONGER: Duration = Duration::from_secs(5);

/// A server's process, until it is dropped.
pub(super) struct Kitchen {
    process: Measuring,
    stop: UnixStream,
    pub address: SocketAddr,
}

impl Kitchen {
    /// Opens one for a peer that may take `limit`.
    ///
    /// # Errors
    /// When the system gives no socket or no process, or this process has other threads.
    pub fn open(limit: Duration) -> Result<Self, Error> {
        let fault = |error: std::io::Error| Error::Connection {
            what: "opening the kitchen".to_owned(),
            because: error.to_string(),
        };
        let door = TcpListener::bind(("127.0.0.1", 0)).map_err(fault)?;
        let address = door.local_addr().map_err(fault)?;
        let (stop, stopped) = UnixStream::pair().map_err(fault)?;
        let process = Measuring::copy(limit.saturating_add(LONGER), || {
            let served = serve_until_closed(door, stopped);
            let told = served.map(|served| writeln!(std::io::stdout(), "{}", served.answered));
            i32::from(!matches!(told, Ok(Ok(()))))
        })?;
        Ok(Self { process, stop, address })
    }

    /// How many orders it has answered in full.
    pub fn close(self) -> usize {
        // Not by closing: whoever was forked meanwhile may hold a copy.
        let _ = self.stop.shutdown(Shutdown::Both);
        self.process.ends().stdout.trim().parse().unwrap_or(0)
    }
}
