//! The kernel behind the front: started, waited for, replaced when it ended.

use std::time::{Duration, Instant};

use serde_json::json;

use super::Desk;
use super::requests::nothing;
use crate::kernel::front::Event;
use crate::kernel::front::backend::Backend;
use crate::kernel::front::fault::Fault;
use crate::kernel::front::sockets::Channel;
use crate::kernel::front::wire::Message;
use crate::kernel::host::{self, Word, standby};
use crate::kernel::warm::use_whole_sources;

/// Between two orders of a standby.
const BETWEEN_ORDERS: Duration = Duration::from_secs(60);

impl Desk {
    pub(super) fn start_kernel(&mut self) {
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

    pub(super) async fn hear_host(&mut self, word: Word) {
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
    pub(super) async fn kernel_ended(&mut self, words: String) {
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

    /// Has the kernel read all crates that the support crate uses, which it does when the cells' manifest changes; whether
    /// there is a kernel.
    pub(super) async fn read_all(&mut self) -> bool {
        let Some(backend) = &mut self.backend else { return false };
        let work = backend.offer.folder.join("work");
        use_whole_sources(&work);
        let keep = work.join("keep");
        let code = format!(":dep keep = {{ path = {:?} }}", keep.to_string_lossy());
        backend.ask("execute_request", json!({ "code": code })).await;
        self.has_all = true;
        true
    }

    pub(super) fn order_standby(&mut self) {
        let is_time = self.ordered.is_none_or(|ordered| ordered.elapsed() > BETWEEN_ORDERS);
        if is_time && self.cell.is_none() {
            self.ordered = Some(Instant::now());
            standby::order(&self.project);
        }
    }

    pub(super) async fn say_what_is_awaited(&mut self) {
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
}
