//! Ports for a kernel: chosen by whoever starts it, listened on by the kernel some hundred milliseconds later.

use std::hash::{BuildHasher, RandomState};
use std::io::Result;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use jupyter_protocol::{ConnectionInfo, Transport};
use tokio::net::TcpSocket;

use super::client;

/// How many a kernel listens on.
const PORTS: usize = 5;
/// The lowest that is chosen.
const FIRST: u16 = 20_000;
/// How many are looked at before the system is asked for any.
const LOOKS: usize = 200;

/// Ports of this machine that nobody who asks for any free port is given, for as long as this lives. The kernel for
/// which they are can listen on them all the same.
///
/// They lie below those that the system gives to whoever asks for port 0, as every other client of Jupyter does for its
/// kernels: such a port is free again until that kernel listens, and must not be taken for this one.
///
/// A socket that is bound with `SO_REUSEADDR` and does not listen keeps others like this one away on Linux, and whoever asks
/// for port 0 where the two ranges meet (`inet_csk_find_open_port` in Linux's `net/ipv4/inet_connection_sock.c`). Elsewhere
/// it would keep the kernel out too, so that there [`Ports::let_go`] comes before its start, and another may be quicker.
#[derive(Debug)]
pub struct Ports {
    held: Vec<TcpSocket>,
    /// Where the kernel is to listen, and the key to its messages.
    pub connection: ConnectionInfo,
}

impl Ports {
    /// Holds five free ports.
    ///
    /// # Errors
    /// When there are none.
    pub fn hold() -> Result<Self> {
        let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let held = (0..PORTS).map(|_| hold(ip)).collect::<Result<Vec<_>>>()?;
        let ports = held.iter().map(|socket| Ok(socket.local_addr()?.port())).collect::<Result<Vec<_>>>()?;
        let connection = ConnectionInfo {
            ip: ip.to_string(),
            transport: Transport::TCP,
            shell_port: ports[0],
            iopub_port: ports[1],
            stdin_port: ports[2],
            control_port: ports[3],
            hb_port: ports[4],
            key: client::random(),
            signature_scheme: "hmac-sha256".into(),
            kernel_name: Some("rust".into()),
        };
        Ok(Self { held, connection })
    }

    /// To be called right before the kernel starts: gives the ports up where the kernel could not have them otherwise.
    pub fn let_go(&mut self) {
        if !cfg!(target_os = "linux") {
            self.held.clear();
        }
    }
}

fn hold(ip: IpAddr) -> Result<TcpSocket> {
    let held = |port| {
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind(SocketAddr::new(ip, port))?;
        Ok(socket)
    };
    // Without `SO_REUSEADDR`: where that works, nobody holds it.
    let is_free = |port| TcpSocket::new_v4().is_ok_and(|it| it.bind(SocketAddr::new(ip, port)).is_ok());
    let room = u64::from(given_from().saturating_sub(FIRST));
    let mut chosen = (0..LOOKS)
        .filter_map(|_| RandomState::new().hash_one(()).checked_rem(room))
        .map(|it| FIRST + it as u16);
    chosen.find(|port| is_free(*port)).and_then(|port| held(port).ok()).map_or_else(|| held(0), Ok)
}

/// The lowest port that the system gives to whoever asks for any.
fn given_from() -> u16 {
    let range = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    range.split_whitespace().next().and_then(|lowest| lowest.parse().ok()).unwrap_or(32_768)
}
