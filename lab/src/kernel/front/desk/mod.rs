//! Every request, what becomes of it, and in what order: cells one after the other, everything else at once.
//!
//! | module | holds |
//! |---|---|
//! | `requests` | what clients ask for |
//! | `cells` | cells, from the queue to the answer |
//! | `interrupt` | interrupts, and what follows them |
//! | `kernel` | the kernel behind the front |

mod cells;
mod interrupt;
mod kernel;
mod requests;

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

use super::Event;
use super::backend::{Backend, Heard};
use super::cell::Cell;
use super::sockets::{Channel, Sockets};
use super::wire::Message;
use crate::kernel::host::Link;
use crate::project::Project;
use crate::setup::lock::Lock;
use interrupt::{INTERRUPT, LOOK, RECOVERY, Recovery};
use requests::nothing;

/// How long a cell waits for the kernel without a word.
const SILENCE: Duration = Duration::from_millis(1500);

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// With the next event.
    GoOn,
    /// The kernel was shut down.
    End,
}

/// The front's state.
pub struct Desk {
    project: Project,
    sockets: Sockets,
    events: UnboundedSender<Event>,
    /// Counts the kernels behind the front.
    generation: u64,
    link: Option<Link>,
    backend: Option<Backend>,
    queue: VecDeque<Message>,
    cell: Option<Cell>,
    /// Since when the cell waits for a kernel, what for, and whether it said so.
    waiting: Option<(Instant, bool)>,
    awaited: String,
    recovery: Option<Recovery>,
    /// Whether the kernel has read all crates.
    has_all: bool,
    /// Requests for completion and inspection that went to the kernel, by the ids they got there.
    questions: HashMap<String, Message>,
    count: u64,
    history: Vec<(u64, String)>,
    /// The first cell that made variables which are still there.
    first_variables: Option<(u64, String)>,
    /// Text that waits to be sent, with the header of its cell.
    text: Option<(Value, Value)>,
    busy: Option<Lock>,
    ordered: Option<Instant>,
}

impl Desk {
    /// Starts to make a kernel ready.
    pub fn open(project: &Project, sockets: Sockets, events: UnboundedSender<Event>) -> Self {
        let mut desk = Self {
            project: project.clone(),
            sockets,
            events,
            generation: 0,
            link: None,
            backend: None,
            queue: VecDeque::new(),
            cell: None,
            waiting: None,
            awaited: String::new(),
            recovery: None,
            has_all: false,
            questions: HashMap::new(),
            count: 0,
            history: Vec::new(),
            first_variables: None,
            text: None,
            busy: None,
            ordered: None,
        };
        desk.start_kernel();
        desk
    }

    /// Leaves the kernel to its host, which ends it, and the client with all that was said.
    pub async fn close(mut self) {
        self.flush().await;
        let Self { sockets, link, .. } = self;
        drop(link);
        sockets.close().await;
    }

    /// When to look next, if nothing happens before.
    pub fn deadline(&self) -> Option<Instant> {
        let look = || Instant::now() + LOOK;
        let of_cell = self.cell.as_ref().and_then(|cell| match cell.interrupted {
            Some(since) if cell.answered() => Some(since),
            Some(since) => Some((since + INTERRUPT).min(look())),
            None => cell.deadline(),
        });
        let of_recovery = self
            .recovery
            .as_ref()
            .map(|recovery| if recovery.compiling { look() } else { recovery.since + RECOVERY });
        let of_waiting = self.waiting.filter(|(_, said)| !said).map(|(since, _)| since + SILENCE);
        [of_cell, of_recovery, of_waiting].into_iter().flatten().min()
    }

    /// Does what its time has come for. A cell is not over while events wait (`is_quiet` is false): they may be its last
    /// output, if this process was kept from taking them.
    pub async fn look(&mut self, is_quiet: bool) -> Then {
        let now = Instant::now();
        if let Some((since, said)) = &mut self.waiting
            && !*said
            && *since + SILENCE <= now
        {
            *said = true;
            self.say_what_is_awaited().await;
        }
        self.look_at_recovery().await;
        let over = self.cell.as_ref().is_some_and(|cell| match cell.interrupted {
            Some(since) => cell.answered() || since + INTERRUPT <= now,
            None => is_quiet && cell.deadline().is_some_and(|deadline| deadline <= now),
        });
        if over {
            self.finish(None).await;
        }
        Then::GoOn
    }

    /// Takes in an event.
    pub async fn take(&mut self, event: Event) -> Then {
        match event {
            Event::Asked(channel, message) => return self.asked(channel, message).await,
            Event::Interrupt => self.interrupt().await,
            Event::End => return Then::End,
            Event::Host(number, word) if number == self.generation => self.hear_host(word).await,
            Event::Ready(number, backend) if number == self.generation => {
                self.backend = Some(*backend);
                self.send_cell().await;
                self.order_standby();
            }
            Event::Heard(number, heard) if number == self.generation => self.hear(heard).await,
            // Of a kernel that was given up.
            Event::Host(..) | Event::Ready(..) | Event::Heard(..) => {}
        }
        Then::GoOn
    }

    async fn status(&mut self, parent: &Value, state: &str) {
        self.sockets.broadcast(Message::new("status", parent, json!({ "execution_state": state }))).await;
    }

    async fn hear(&mut self, heard: Heard) {
        match heard {
            Heard::Broadcast(message) => {
                let Some(cell) = &mut self.cell else { return };
                if cell.id.as_deref() != Some(message.parent_id()) {
                    return;
                }
                let silent = cell.request.says("silent", false);
                let header = cell.request.header.clone();
                let outputs = cell.hear(message);
                for output in outputs.into_iter().filter(|_| !silent) {
                    self.show(&header, output).await;
                }
            }
            Heard::Answer(message) => self.hear_answer(message).await,
            Heard::Asks(message) => {
                if let Some(cell) = &self.cell {
                    let request = &cell.request;
                    let mut asks = Message::new("input_request", &request.header, message.content);
                    asks.identities.clone_from(&request.identities);
                    self.sockets.send(Channel::Stdin, &asks).await;
                }
            }
            Heard::Interrupted => {
                if let Some(recovery) = &mut self.recovery {
                    recovery.carried_out = true;
                }
                self.look_at_recovery().await;
            }
        }
    }

    async fn hear_answer(&mut self, message: Message) {
        let id = message.parent_id().to_owned();
        if let Some(question) = self.questions.remove(&id) {
            let is_ok = message.content["status"] == "ok";
            let content = if is_ok { message.content.clone() } else { nothing(&question) };
            self.answer(Channel::Shell, &question, Some(content)).await;
        }
        if let Some(recovery) = self.recovery.as_mut().filter(|recovery| recovery.awaited == id) {
            recovery.answered = Some(message.content["status"] == "ok");
        }
        if let Some(cell) = self.cell.as_mut().filter(|cell| cell.id.as_deref() == Some(&id)) {
            cell.answer(&message.content);
        }
        self.look_at_recovery().await;
    }
}
