//! Every request, what becomes of it, and in what order: cells one after the other, everything else at once.

use std::collections::{HashMap, VecDeque};
use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

use super::Event;
use super::answers;
use super::backend::{Backend, Heard};
use super::cell::{Cell, Output};
use super::fault::Fault;
use super::sockets::{Channel, Sockets};
use super::stop;
use super::wire::Message;
use crate::kernel::host::{self, Link, Word, standby};
use crate::project::Project;
use crate::setup::lock::Lock;
use crate::setup::warm;

/// How long an interrupted cell may take to end by itself.
const INTERRUPT: Duration = Duration::from_millis(80);
/// Between two looks at what compiles an interrupted cell.
const LOOK: Duration = Duration::from_millis(15);
/// How long the kernel may take to be ready again after an interrupt.
const RECOVERY: Duration = Duration::from_secs(20);
/// How long a cell waits for the kernel without a word.
const SILENCE: Duration = Duration::from_millis(1500);
/// How much text is sent at once.
const MOST_TEXT: usize = 64 * 1024;
/// Between two orders of a standby.
const BETWEEN_ORDERS: Duration = Duration::from_secs(60);

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// With the next event.
    GoOn,
    /// The kernel was shut down.
    End,
}

/// What an interrupted kernel still has to do before it can run a cell.
#[derive(Debug)]
struct Recovery {
    /// The request that it still has to answer.
    awaited: String,
    answered: Option<bool>,
    /// Whether the process that ran the cells has been ended, where it had to be.
    carried_out: bool,
    /// Whether the cell was being compiled.
    compiling: bool,
    since: Instant,
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

    /// Does what its time has come for.
    pub async fn look(&mut self) -> Then {
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
            None => cell.deadline().is_some_and(|deadline| deadline <= now),
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

    async fn asked(&mut self, channel: Channel, message: Message) -> Then {
        let content = &message.content;
        match message.kind() {
            "execute_request" => {
                self.queue.push_back(message);
                self.next().await;
            }
            "input_reply" => {
                if let Some(backend) = &mut self.backend {
                    backend.input(message.content).await;
                }
            }
            "shutdown_request" => {
                let content = json!({ "status": "ok", "restart": message.says("restart", false) });
                self.answer(channel, &message, Some(content)).await;
                return Then::End;
            }
            "interrupt_request" => {
                self.interrupt().await;
                self.answer(channel, &message, Some(json!({ "status": "ok" }))).await;
            }
            "complete_request" | "inspect_request" => self.question(channel, message).await,
            "comm_open" => {
                let close = json!({ "comm_id": content["comm_id"], "data": {} });
                self.sockets.broadcast(Message::new("comm_close", &message.header, close)).await;
                self.answer(channel, &message, None).await;
            }
            kind => {
                let answer = match kind {
                    "kernel_info_request" => Some(answers::kernel_info()),
                    "is_complete_request" => Some(answers::is_complete(message.text("code"))),
                    "history_request" => Some(answers::history(content, &self.history)),
                    "comm_info_request" => Some(json!({ "status": "ok", "comms": {} })),
                    // Nobody waits for an answer.
                    "comm_msg" | "comm_close" => None,
                    kind if kind.ends_with("_request") => Some(json!({
                        "status": "error", "ename": "unknown request", "traceback": [],
                        "evalue": format!("this kernel knows no {kind}"),
                    })),
                    _ => None,
                };
                self.answer(channel, &message, answer).await;
            }
        }
        Then::GoOn
    }

    /// Answers at once, between the words "busy" and "idle" that every request gets.
    async fn answer(&mut self, channel: Channel, request: &Message, content: Option<Value>) {
        self.status(&request.header, "busy").await;
        if let Some(content) = content {
            self.sockets.send(channel, &request.reply(content)).await;
        }
        self.status(&request.header, "idle").await;
        // Clients take the last word for the state of the kernel.
        if let Some(running) = self.cell.as_ref().map(|cell| cell.request.header.clone()) {
            self.status(&running, "busy").await;
        }
    }

    async fn status(&mut self, parent: &Value, state: &str) {
        self.sockets.broadcast(Message::new("status", parent, json!({ "execution_state": state }))).await;
    }

    /// Completion and inspection: the kernel answers them between cells.
    async fn question(&mut self, channel: Channel, message: Message) {
        let is_free = self.cell.is_none() && self.recovery.is_none();
        match &mut self.backend {
            Some(backend) if is_free && channel == Channel::Shell => {
                let id = backend.ask(message.kind(), message.content.clone()).await;
                self.questions.insert(id, message);
            }
            _ => {
                let nothing = nothing(&message);
                self.answer(channel, &message, Some(nothing)).await;
            }
        }
    }

    /// Starts the next cell, when nothing else is under way.
    async fn next(&mut self) {
        if self.cell.is_some() || self.recovery.is_some() {
            return;
        }
        let Some(request) = self.queue.pop_front() else {
            self.busy = None;
            return;
        };
        self.status(&request.header, "busy").await;
        let (silent, code) = (request.says("silent", false), request.text("code").to_owned());
        if !silent && request.says("store_history", true) {
            self.count += 1;
            self.history.push((self.count, code.clone()));
        }
        if !silent {
            let input = json!({ "code": code, "execution_count": self.count });
            self.sockets.broadcast(Message::new("execute_input", &request.header, input)).await;
        }
        self.busy = standby::busy(&self.project);
        self.cell = Some(Cell::new(request, self.count, self.has_all));
        if self.link.is_none() {
            self.start_kernel();
        }
        self.send_cell().await;
    }

    /// Hands the cell to the kernel, or has it wait until there is one.
    async fn send_cell(&mut self) {
        let Some(cell) = self.cell.as_mut().filter(|cell| cell.id.is_none()) else { return };
        let Some(backend) = &mut self.backend else {
            self.waiting.get_or_insert((Instant::now(), false));
            return;
        };
        let header = cell.request.header.clone();
        if let Some((_, true)) = self.waiting.take() {
            let clear = Message::new("clear_output", &header, json!({ "wait": false }));
            self.sockets.broadcast(clear).await;
        }
        let content = json!({
            "code": cell.code(), "silent": false, "store_history": true, "user_expressions": {},
            "allow_stdin": cell.request.says("allow_stdin", false), "stop_on_error": false,
        });
        cell.id = Some(backend.ask("execute_request", content).await);
    }

    async fn say_what_is_awaited(&mut self) {
        let Some(cell) = &self.cell else { return };
        let Some((since, _)) = self.waiting else { return };
        let seconds = since.elapsed().as_secs();
        let text = format!("The Rust kernel is not ready yet ({seconds} s): {}", self.awaited);
        let header = cell.request.header.clone();
        // Shown anew in the same place each time.
        self.sockets.broadcast(Message::new("clear_output", &header, json!({ "wait": true }))).await;
        let content = json!({ "data": { "text/plain": text }, "metadata": {}, "transient": {} });
        self.sockets.broadcast(Message::new("display_data", &header, content)).await;
    }

    fn start_kernel(&mut self) {
        self.generation += 1;
        (self.backend, self.has_all) = (None, false);
        self.awaited = "it loads what the lessons use".to_owned();
        let (number, events) = (self.generation, self.events.clone());
        let hear = move |word| {
            let _ = events.send(Event::Host(number, word));
        };
        match host::link(&self.project, hear) {
            Ok(link) => self.link = Some(link),
            Err(error) => {
                let _ = self.events.send(Event::Host(number, Word::Ended(format!("{error:#}"))));
            }
        }
    }

    async fn hear_host(&mut self, word: Word) {
        match word {
            Word::Waiting(what) => {
                self.awaited = what;
                if self.waiting.is_some_and(|(_, said)| said) {
                    self.say_what_is_awaited().await;
                }
            }
            Word::Offer(offer) => {
                let (number, events) = (self.generation, self.events.clone());
                tokio::spawn(async move {
                    // When it fails, the host says that the kernel ended.
                    if let Ok(backend) = Backend::connect(offer, number, events.clone()).await {
                        let _ = events.send(Event::Ready(number, Box::new(backend)));
                    }
                });
            }
            Word::Ended(words) => self.kernel_ended(words).await,
        }
    }

    /// Without a kernel: the cell fails, and the next one has another kernel started.
    async fn kernel_ended(&mut self, words: String) {
        let was_ready = self.backend.take().is_some();
        (self.link, self.recovery, self.waiting) = (None, None, None);
        let questions: Vec<_> = self.questions.drain().map(|(_, message)| message).collect();
        for message in questions {
            let nothing = nothing(&message);
            self.answer(Channel::Shell, &message, Some(nothing)).await;
        }
        let again = if was_ready {
            "Everything that the cells made is gone, functions too: run all cells again from the top."
        } else {
            "Nothing was run."
        };
        self.first_variables = None;
        if self.cell.is_some() {
            self.finish(Some(Fault::KernelEnded(format!("{words}\n{again}")))).await;
        }
        // One that ran is followed by another at once; one that could not start is tried again by the next cell.
        if was_ready && self.link.is_none() {
            self.start_kernel();
        }
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
        self.look().await;
    }

    /// Shows an output. Text waits for more of its kind: a cell may print faster than clients read, and what is too much
    /// for a client's queue would be lost.
    async fn show(&mut self, header: &Value, (kind, content): Output) {
        if kind == "stream"
            && let Some((_, held)) = &mut self.text
            && held["name"] == content["name"]
            && held["text"].as_str().is_some_and(|text| text.len() < MOST_TEXT)
            && let (Value::String(text), Some(more)) = (&mut held["text"], content["text"].as_str())
        {
            text.push_str(more);
            return;
        }
        self.flush().await;
        if kind == "stream" {
            self.text = Some((header.clone(), content));
        } else {
            self.sockets.broadcast(Message::new(kind, header, content)).await;
        }
    }

    /// Sends the text that waits.
    pub async fn flush(&mut self) {
        if let Some((header, content)) = self.text.take() {
            self.sockets.broadcast(Message::new("stream", &header, content)).await;
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

    /// Ends the cell that runs; without one, there is nothing to interrupt.
    async fn interrupt(&mut self) {
        let Some(cell) = self.cell.as_mut().filter(|cell| cell.interrupted.is_none()) else { return };
        cell.interrupted = Some(Instant::now());
        let (Some(id), Some(backend)) = (cell.id.clone(), &mut self.backend) else {
            cell.compiling = true;
            self.waiting = None;
            return self.finish(None).await;
        };
        cell.compiling = !cell.began() && !cell.answered() && cfg!(target_os = "linux");
        let compiling = cell.compiling;
        if compiling {
            stop::compilation(backend.offer.process);
        } else {
            backend.interrupt().await;
        }
        self.recovery = Some(Recovery {
            awaited: id,
            answered: None,
            carried_out: compiling,
            compiling,
            since: Instant::now(),
        });
    }

    async fn look_at_recovery(&mut self) {
        let (Some(recovery), Some(backend)) = (&mut self.recovery, &mut self.backend) else { return };
        match recovery.answered {
            Some(_) if recovery.carried_out && recovery.compiling => self.recovery = None,
            // The cell ended by itself a moment before its process was ended: the kernel finds out by a cell.
            Some(true) if recovery.carried_out => {
                recovery.awaited = backend.ask("execute_request", json!({ "code": "();" })).await;
                recovery.answered = None;
            }
            Some(false) if recovery.carried_out => self.recovery = None,
            _ if recovery.since.elapsed() > RECOVERY => {
                self.recovery = None;
                Box::pin(self.kernel_ended("the Rust kernel did not come back from an interrupt".to_owned()))
                    .await;
            }
            None if recovery.compiling => {
                stop::compilation(backend.offer.process);
            }
            _ => {}
        }
        if self.recovery.is_none() {
            Box::pin(self.next()).await;
        }
    }

    /// Ends the cell: shows what is left, answers, and goes on with the next.
    async fn finish(&mut self, fault: Option<Fault>) {
        let Some(mut cell) = self.cell.take() else { return };
        if cell.lacks_type() && fault.is_none() && self.read_all().await {
            self.cell = Some(Cell::new(cell.request, cell.count, true));
            return self.send_cell().await;
        }
        let gone = self.what_is_gone();
        let source = self.backend.as_ref().filter(|_| cell.began()).map(|backend| {
            fs::read_to_string(backend.offer.folder.join("work").join(warm::CRATE).join("src/lib.rs"))
        });
        let source = source.and_then(Result::ok).unwrap_or_default();
        let before = self.history.iter().rev().skip(1).map(|(number, code)| (*number, code.as_str()));
        let (outputs, reply, lost) = cell.finish(fault, &source, before, &gone);
        let header = cell.request.header.clone();
        for output in outputs.into_iter().filter(|_| !cell.request.says("silent", false)) {
            self.show(&header, output).await;
        }
        self.flush().await;
        let is_ok = reply["status"] == "ok";
        self.sockets.send(Channel::Shell, &cell.request.reply(reply)).await;
        self.status(&header, "idle").await;
        if lost {
            self.first_variables = None;
        } else if is_ok && cell.code().lines().any(|line| line.starts_with("let ")) {
            self.first_variables.get_or_insert((cell.count, cell.code().to_owned()));
        }
        if !is_ok && cell.request.says("stop_on_error", true) {
            self.abort_queue().await;
        }
        Box::pin(self.next()).await;
        self.order_standby();
    }

    /// Has the kernel read all crates that the support crate uses, which it does when the cells' manifest changes; whether
    /// there is a kernel.
    async fn read_all(&mut self) -> bool {
        let Some(backend) = &mut self.backend else { return false };
        let keep = backend.offer.folder.join("work/keep");
        let code = format!(":dep keep = {{ path = {:?} }}", keep.to_string_lossy());
        backend.ask("execute_request", json!({ "code": code })).await;
        self.has_all = true;
        true
    }

    /// What an ended process took with it, and what to do.
    fn what_is_gone(&self) -> String {
        match &self.first_variables {
            None => "No variables were lost; functions and types stay. Run this cell again.".to_owned(),
            Some((number, code)) => {
                let line = code.lines().find(|line| line.starts_with("let ")).unwrap_or_default();
                format!(
                    "All variables are gone; functions and types stay. Run the cells again from [{number}], which \
                     begins with `{line}`."
                )
            }
        }
    }

    /// A cell failed: those behind it are not run.
    async fn abort_queue(&mut self) {
        for request in std::mem::take(&mut self.queue) {
            self.status(&request.header, "busy").await;
            let content = json!({ "status": "aborted", "execution_count": self.count });
            self.sockets.send(Channel::Shell, &request.reply(content)).await;
            self.status(&request.header, "idle").await;
        }
    }

    fn order_standby(&mut self) {
        let is_time = self.ordered.is_none_or(|ordered| ordered.elapsed() > BETWEEN_ORDERS);
        if is_time && self.cell.is_none() {
            self.ordered = Some(Instant::now());
            standby::order(&self.project);
        }
    }
}

/// The answer to a question that the kernel cannot answer now.
fn nothing(question: &Message) -> Value {
    match question.kind() {
        "complete_request" => answers::nothing_to_complete(&question.content["cursor_pos"]),
        _ => answers::nothing_found(),
    }
}
