//! The five sockets that a Jupyter client sees.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use jupyter_protocol::ConnectionInfo;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinSet;
use zeromq::{PubSocket, RouterRecvHalf, RouterSendHalf, RouterSocket, Socket, SocketRecv, SocketSend};

use super::Event;
use super::gate::Gates;
use super::measure::Longest;
use super::wire::{Message, Signer};

/// How long a client may leave an answer unread before it is dropped.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long a published message may take to be in its subscribers' queues.
const QUEUED: Duration = Duration::from_millis(20);

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
    receiving: JoinSet<()>,
    gates: Gates,
}

impl Sockets {
    /// Opens the sockets of `connection`; what comes in goes to `events`. `cache` is a folder that can be written.
    ///
    /// # Errors
    /// When a port is taken.
    pub async fn open(
        connection: &ConnectionInfo,
        cache: &Path,
        events: &UnboundedSender<Event>,
    ) -> Result<Self> {
        let signer = Signer::new(&connection.key);
        let at = |port| (connection.ip.as_str(), port);
        let (mut receiving, mut gates) = (JoinSet::new(), Gates::new(cache));
        let (heart, beats) = router(&mut gates, at(connection.hb_port)).await?.split();
        receiving.spawn(echo(heart, beats));
        let mut sending = Vec::new();
        for (channel, port) in [
            (Channel::Shell, connection.shell_port),
            (Channel::Control, connection.control_port),
            (Channel::Stdin, connection.stdin_port),
        ] {
            let (send, receive) = router(&mut gates, at(port)).await?.split();
            receiving.spawn(listen(receive, channel, signer.clone(), events.clone()));
            sending.push(send);
        }
        let mut iopub = PubSocket::new();
        gates.listen(&mut iopub, at(connection.iopub_port), Longest::Connection).await?;
        let mut sending = sending.into_iter();
        let mut next = || sending.next().context("three sockets were opened");
        Ok(Self { signer, shell: next()?, control: next()?, stdin: next()?, iopub, receiving, gates })
    }

    /// Closes them. What was sent last, the answer to a shutdown, still comes out.
    pub async fn close(self) {
        let Self { shell, control, stdin, iopub, mut receiving, gates, .. } = self;
        receiving.shutdown().await;
        // What is published is on its way to the subscribers' queues.
        tokio::time::sleep(QUEUED).await;
        drop((shell, control, stdin, iopub));
        gates.close().await;
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

async fn router(gates: &mut Gates, address: (&str, u16)) -> Result<RouterSocket> {
    let mut socket = RouterSocket::new();
    gates.listen(&mut socket, address, Longest::Message).await?;
    Ok(socket)
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
