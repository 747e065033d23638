//! Ports for a kernel: chosen by whoever starts it, listened on by the kernel some hundred milliseconds later.

use std::io::Result;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use jupyter_protocol::{ConnectionInfo, Transport};
use tokio::net::TcpSocket;

use super::client;

/// How many a kernel listens on.
const PORTS: usize = 5;

/// Ports of this machine that nobody who asks for any free port is given, for as long as this lives. The kernel for
/// which they are can listen on them all the same.
///
/// A socket that is bound with `SO_REUSEADDR` and does not listen holds a port in just this way on Linux: who asks for
/// port 0 is given another (`inet_csk_find_open_port` in Linux's `net/ipv4/inet_connection_sock.c`). Elsewhere it
/// would keep the kernel out too, so that there [`Ports::let_go`] comes before its start, and another may be quicker.
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
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(SocketAddr::new(ip, 0))?;
    Ok(socket)
}
