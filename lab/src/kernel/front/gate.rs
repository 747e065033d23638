//! What comes in is measured before the zeromq crate sees it.
//!
//! A frame says how long it is before it comes, and zeromq 0.7 reserves whatever it says: ten bytes from anybody who
//! reaches a port would end the kernel, for want of memory. So it listens inside, and the port is this gate's, which passes
//! on what is [not too long](super::measure::LIMIT) and hangs up on all else.

#![cfg_attr(not(unix), allow(dead_code, unused_imports))]

use std::convert::Infallible;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use zeromq::Socket;

use super::measure::{Longest, Measure};

/// How long what was sent last may take on its way out.
const LINGER: Duration = Duration::from_secs(1);
/// How long a port may be taken. A client chooses a kernel's ports by asking for any, and lets them go for the kernel: until
/// that listens, another who asks for any may have one, most of them for a moment.
const TAKEN: Duration = Duration::from_secs(3);
/// How much is read at once, in bytes.
const CHUNK: usize = 64 << 10;

/// The gates of one kernel.
#[derive(Debug)]
pub struct Gates {
    cache: PathBuf,
    doors: JoinSet<()>,
    /// Each connection holds one.
    open: mpsc::Sender<Infallible>,
    closed: mpsc::Receiver<Infallible>,
}

impl Gates {
    /// None yet; `cache` is a folder that can be written.
    pub fn new(cache: &Path) -> Self {
        let (open, closed) = mpsc::channel(1);
        Self { cache: cache.to_owned(), doors: JoinSet::new(), open, closed }
    }

    /// Has `socket` listen on `port` of `ip`, behind a gate.
    ///
    /// # Errors
    /// When the port is taken, or no socket can be made inside.
    #[cfg(unix)]
    pub async fn listen(
        &mut self,
        socket: &mut impl Socket,
        (ip, port): (&str, u16),
        longest: Longest,
    ) -> Result<()> {
        let outside = bind(ip, port).await.with_context(|| format!("{ip}:{port} cannot be listened on"))?;
        let (listener, inside) =
            inside::open(&self.cache).context("no socket of the kernel's own can be made")?;
        socket.bind_listener(listener).await?;
        let open = self.open.clone();
        self.doors.spawn(async move {
            loop {
                match outside.accept().await {
                    Ok((client, _)) => {
                        let (path, open) = (inside.path().to_owned(), open.clone());
                        tokio::spawn(async move {
                            // Whichever side ends, or sends what it should not, the other sees the connection end.
                            let _ = pass(client, &path, longest).await;
                            drop(open);
                        });
                    }
                    // Too many files are open; some may be closed soon.
                    Err(_) => sleep(Duration::from_millis(100)).await,
                }
            }
        });
        Ok(())
    }

    /// Has `socket` listen on `port` of `ip`. Where there are no sockets of one's own, there is no gate.
    ///
    /// # Errors
    /// When the port is taken.
    #[cfg(not(unix))]
    pub async fn listen(
        &mut self,
        socket: &mut impl Socket,
        (ip, port): (&str, u16),
        _longest: Longest,
    ) -> Result<()> {
        let address = format!("tcp://{ip}:{port}");
        socket.bind(&address).await.with_context(|| format!("{address} cannot be listened on"))?;
        Ok(())
    }

    /// Waits, after all sockets were dropped, until what they had sent is out; without gates, for nothing.
    pub async fn close(self) {
        let Self { mut doors, open, mut closed, .. } = self;
        doors.shutdown().await;
        drop(open);
        let _ = timeout(LINGER, closed.recv()).await;
    }
}

/// Listens on `port` of `ip`, as soon as nobody else does.
#[cfg(unix)]
async fn bind(ip: &str, port: u16) -> io::Result<tokio::net::TcpListener> {
    let start = Instant::now();
    loop {
        match tokio::net::TcpListener::bind((ip, port)).await {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && start.elapsed() < TAKEN => {
                sleep(Duration::from_millis(50)).await;
            }
            bound => return bound,
        }
    }
}

/// Passes on what comes from either side, until one of them ends.
#[cfg(unix)]
async fn pass(client: TcpStream, inside: &Path, longest: Longest) -> io::Result<()> {
    let inside = tokio::net::UnixStream::connect(inside).await?;
    client.set_nodelay(true)?;
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_inside, mut to_inside) = inside.into_split();
    let inwards = async {
        let (mut measure, mut chunk) = (Measure::new(longest), vec![0; CHUNK]);
        loop {
            let length = from_client.read(&mut chunk).await?;
            if length == 0 || !measure.allows(&chunk[..length]) {
                return io::Result::Ok(());
            }
            to_inside.write_all(&chunk[..length]).await?;
        }
    };
    tokio::select! {
        ended = inwards => ended,
        ended = tokio::io::copy(&mut from_inside, &mut to_client) => ended.map(drop),
    }
}

/// A socket that only this process can reach.
#[cfg(unix)]
mod inside {
    use std::fs::File;
    use std::io;
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::net::{UnixListener, UnixStream};
    use std::path::{Path, PathBuf};

    use tempfile::TempDir;

    const SOCKET: &str = "socket";

    /// Where it is.
    pub struct Inside {
        path: PathBuf,
        _folder: Option<TempDir>,
        _socket: Option<File>,
    }

    impl Inside {
        pub fn path(&self) -> &Path {
            &self.path
        }
    }

    /// In a new folder that is this user's alone, in `cache` or where the system keeps such: the path of a socket may have
    /// a hundred bytes.
    pub fn open(cache: &Path) -> io::Result<(UnixListener, Inside)> {
        let (folder, listener) = bind(cache).or_else(|_| bind(&std::env::temp_dir()))?;
        let path = folder.path().join(SOCKET);
        let inside = match by_descriptor(&path) {
            Some((path, socket)) => Inside { path, _folder: None, _socket: Some(socket) },
            None => Inside { path, _folder: Some(folder), _socket: None },
        };
        Ok((listener, inside))
    }

    /// Linux finds a socket by a file descriptor too, so that its folder can go at once, and a front that is killed leaves
    /// none.
    #[cfg(target_os = "linux")]
    fn by_descriptor(path: &Path) -> Option<(PathBuf, File)> {
        use std::os::fd::AsRawFd;
        use std::os::unix::fs::OpenOptionsExt;
        let socket = File::options().read(true).custom_flags(nix::libc::O_PATH).open(path).ok()?;
        let path = PathBuf::from(format!("/proc/self/fd/{}", socket.as_raw_fd()));
        // Not everybody has a /proc.
        UnixStream::connect(&path).ok()?;
        Some((path, socket))
    }

    #[cfg(not(target_os = "linux"))]
    fn by_descriptor(_path: &Path) -> Option<(PathBuf, File)> {
        None
    }

    fn bind(parent: &Path) -> io::Result<(TempDir, UnixListener)> {
        let own = std::fs::Permissions::from_mode(0o700);
        let folder = tempfile::Builder::new().prefix("timelanes-").permissions(own).tempdir_in(parent)?;
        let listener = UnixListener::bind(folder.path().join(SOCKET))?;
        Ok((folder, listener))
    }
}
