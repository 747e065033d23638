//! The evcxr_jupyter behind the front, as a client sees it.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};
use jupyter_zmq_client::{
    create_client_control_connection, create_client_iopub_connection,
    create_client_shell_connection_with_identity, create_client_stdin_connection_with_identity,
    peer_identity_for_session,
};
use serde_json::json;
use tokio::net::TcpStream;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{sleep, timeout};
use zeromq::{DealerSendHalf, SocketRecv, SocketSend};

use super::Event;
use super::wire::{Message, Signer};
use crate::kernel::host::Offer;
use crate::kernel::{client, markers};

const LOOK: Duration = Duration::from_millis(10);
/// How long a broadcast may take to arrive.
const ARRIVAL: Duration = Duration::from_millis(300);

/// What came from the backend, and how.
#[derive(Debug)]
pub enum Heard {
    /// An answer.
    Answer(Message),
    /// What goes to all clients.
    Broadcast(Message),
    /// A cell asks the learner for input.
    Asks(Message),
    /// An interrupt was carried out.
    Interrupted,
}

/// A backend that is ready.
pub struct Backend {
    /// Where it is.
    pub offer: Offer,
    signer: Signer,
    shell: DealerSendHalf,
    control: DealerSendHalf,
    stdin: DealerSendHalf,
}

impl Backend {
    /// Connects to the kernel of `offer` and waits until it has loaded everything; from then on, what it sends goes to
    /// `events` as coming from backend number `generation`.
    ///
    /// # Errors
    /// When it cannot be connected to.
    pub async fn connect(offer: Offer, generation: u64, events: UnboundedSender<Event>) -> Result<Self> {
        let info = &offer.connection;
        while TcpStream::connect((info.ip.as_str(), info.iopub_port)).await.is_err() {
            sleep(LOOK).await;
        }
        let session = client::random();
        let identity = || peer_identity_for_session(&session);
        let shell = create_client_shell_connection_with_identity(info, &session, identity()?).await?;
        let stdin = create_client_stdin_connection_with_identity(info, &session, identity()?).await?;
        let control = create_client_control_connection(info, &session).await?;
        let mut iopub = create_client_iopub_connection(info, "", &session).await?.socket;
        let signer = Signer::new(&info.key);
        let (mut shell, mut answers) = shell.socket.split();
        loop {
            shell.send(signer.write(&Message::new("kernel_info_request", &json!({}), json!({})))).await?;
            answers.recv().await.context("the kernel closed its sockets")?;
            // A broadcast says that the subscription has arrived, and no output will be missed.
            if timeout(ARRIVAL, iopub.recv()).await.is_ok() {
                break;
            }
        }
        fs::write(offer.folder.join("work").join(markers::WANTED), "")?;
        let (control, control_answers) = control.socket.split();
        let (stdin, asks) = stdin.socket.split();
        let send = |wrap: fn(Message) -> Heard| {
            let events = events.clone();
            move |message| events.send(Event::Heard(generation, wrap(message))).is_ok()
        };
        tokio::spawn(pass_on(answers, signer.clone(), send(Heard::Answer)));
        tokio::spawn(pass_on(iopub, signer.clone(), send(Heard::Broadcast)));
        tokio::spawn(pass_on(asks, signer.clone(), send(Heard::Asks)));
        tokio::spawn(pass_on(control_answers, signer.clone(), send(|_| Heard::Interrupted)));
        Ok(Self { offer, signer, shell, control, stdin })
    }

    /// Asks it to do something; gives the id of the request.
    pub async fn ask(&mut self, kind: &str, content: serde_json::Value) -> String {
        let message = Message::new(kind, &json!({}), content);
        let _ = self.shell.send(self.signer.write(&message)).await;
        message.id().to_owned()
    }

    /// Ends the process that runs the cells; it starts another.
    pub async fn interrupt(&mut self) {
        let message = Message::new("interrupt_request", &json!({}), json!({}));
        let _ = self.control.send(self.signer.write(&message)).await;
    }

    /// Passes on what the learner typed.
    pub async fn input(&mut self, content: serde_json::Value) {
        let message = Message::new("input_reply", &json!({}), content);
        let _ = self.stdin.send(self.signer.write(&message)).await;
    }
}

async fn pass_on(mut socket: impl SocketRecv, signer: Signer, send: impl Fn(Message) -> bool) {
    while let Ok(frames) = socket.recv().await {
        if let Ok(message) = signer.read(frames)
            && !send(message)
        {
            return;
        }
    }
}
