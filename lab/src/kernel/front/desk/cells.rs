//! Cells, one after the other: handed to the kernel, shown, answered.

use std::fs;
use std::time::Instant;

use serde_json::{Value, json};

use super::Desk;
use crate::kernel::front::cell::{Cell, Output};
use crate::kernel::front::fault::Fault;
use crate::kernel::front::sockets::Channel;
use crate::kernel::front::wire::Message;
use crate::kernel::host::standby;
use crate::setup::warm;

/// How much text is sent at once.
const MOST_TEXT: usize = 64 * 1024;

impl Desk {
    /// Starts the next cell, when nothing else is under way.
    pub(super) async fn next(&mut self) {
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
    pub(super) async fn send_cell(&mut self) {
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

    /// Ends the cell: shows what is left, answers, and goes on with the next.
    pub(super) async fn finish(&mut self, fault: Option<Fault>) {
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

    /// What an ended process took with it, and what to do.
    pub(super) fn what_is_gone(&self) -> String {
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
    pub(super) async fn abort_queue(&mut self) {
        for request in std::mem::take(&mut self.queue) {
            self.status(&request.header, "busy").await;
            let content = json!({ "status": "aborted", "execution_count": self.count });
            self.sockets.send(Channel::Shell, &request.reply(content)).await;
            self.status(&request.header, "idle").await;
        }
    }

    /// Shows an output. Text waits for more of its kind: a cell may print faster than clients read, and what is too much
    /// for a client's queue would be lost.
    pub(super) async fn show(&mut self, header: &Value, (kind, content): Output) {
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
}
