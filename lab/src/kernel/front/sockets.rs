//! The five sockets that a Jupyter client sees.

use std::time::Duration;

use anyhow::{Context, Result};
use jupyter_protocol::ConnectionInfo;
use tokio::sync::mpsc::UnboundedSender;
use zeromq::{PubSocket, RouterRecvHalf, RouterSendHalf, RouterSocket, Socket, SocketRecv, SocketSend};

use super::Event;
use super::wire::{Message, Signer};

/// How long a client may leave an answer unread before it is dropped.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where a request came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// What waits its turn: cells, completion.
    Shell,
    /// What does not: interrupt, shutdown.
    Control,
    /// What the learner typed for a cell.
    Stdin,
}

/// The sending side of the sockets.
pub struct Sockets {
    signer: Signer,
    shell: RouterSendHalf,
    control: RouterSendHalf,
    stdin: RouterSendHalf,
    iopub: PubSocket,
}

impl Sockets {
    /// Opens the sockets of `connection`; what comes in goes to `events`.
    ///
    /// # Errors
    /// When a port is taken.
    pub async fn open(connection: &ConnectionInfo, events: &UnboundedSender<Event>) -> Result<Self> {
        let signer = Signer::new(&connection.key);
        let (heart, beats) = router(connection, connection.hb_port).await?.split();
        tokio::spawn(echo(heart, beats));
        let mut sending = Vec::new();
        for (channel, port) in [
            (Channel::Shell, connection.shell_port),
            (Channel::Control, connection.control_port),
            (Channel::Stdin, connection.stdin_port),
        ] {
            let (send, receive) = router(connection, port).await?.split();
            tokio::spawn(listen(receive, channel, signer.clone(), events.clone()));
            sending.push(send);
        }
        let mut iopub = PubSocket::new();
        bind(&mut iopub, connection, connection.iopub_port).await?;
        let mut sending = sending.into_iter();
        let mut next = || sending.next().context("three sockets were opened");
        Ok(Self { signer, shell: next()?, control: next()?, stdin: next()?, iopub })
    }

    /// Sends to the one client that `message` names. A client that is gone, or does not read, misses it.
    pub async fn send(&mut self, channel: Channel, message: &Message) {
        let socket = match channel {
            Channel::Shell => &mut self.shell,
            Channel::Control => &mut self.control,
            Channel::Stdin => &mut self.stdin,
        };
        let _ = tokio::time::timeout(PATIENCE, socket.send(self.signer.write(message))).await;
    }

    /// Sends to every client that listens.
    pub async fn broadcast(&mut self, mut message: Message) {
        message.identities = vec![message.kind().as_bytes().to_vec()];
        let _ = tokio::time::timeout(PATIENCE, self.iopub.send(self.signer.write(&message))).await;
    }
}

async fn router(connection: &ConnectionInfo, port: u16) -> Result<RouterSocket> {
    let mut socket = RouterSocket::new();
    bind(&mut socket, connection, port).await?;
    Ok(socket)
}

async fn bind(socket: &mut impl Socket, connection: &ConnectionInfo, port: u16) -> Result<()> {
    let address = format!("tcp://{}:{port}", connection.ip);
    socket.bind(&address).await.with_context(|| format!("{address} cannot be listened on"))?;
    Ok(())
}

/// Sends back what clients send to see whether the kernel lives.
async fn echo(mut heart: RouterSendHalf, mut beats: RouterRecvHalf) {
    while let Ok(beat) = beats.recv().await {
        let _ = tokio::time::timeout(PATIENCE, heart.send(beat)).await;
    }
}

/// Passes messages on. What is none, or not signed by the client that this kernel was started for, is dropped.
async fn listen(
    mut socket: RouterRecvHalf,
    channel: Channel,
    signer: Signer,
    events: UnboundedSender<Event>,
) {
    let mut said = false;
    while let Ok(frames) = socket.recv().await {
        match signer.read(frames) {
            Ok(message) => {
                if events.send(Event::Asked(channel, message)).is_err() {
                    return;
                }
            }
            // Once: whoever sends one may send thousands.
            Err(error) if !said => {
                said = true;
                eprintln!("what is no message of a client of this kernel was dropped: {error:#}");
            }
            Err(_) => {}
        }
    }
}
