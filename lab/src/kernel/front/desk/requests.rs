//! What clients ask for, and what is answered at once.

use serde_json::{Value, json};

use super::{Desk, Then};
use crate::kernel::front::answers;
use crate::kernel::front::sockets::Channel;
use crate::kernel::front::wire::Message;

impl Desk {
    pub(super) async fn asked(&mut self, channel: Channel, message: Message) -> Then {
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
    pub(super) async fn answer(&mut self, channel: Channel, request: &Message, content: Option<Value>) {
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

    /// Completion and inspection: the kernel answers them between cells.
    pub(super) async fn question(&mut self, channel: Channel, message: Message) {
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
}

/// The answer to a question that the kernel cannot answer now.
pub(super) fn nothing(question: &Message) -> Value {
    match question.kind() {
        "complete_request" => answers::nothing_to_complete(&question.content["cursor_pos"]),
        _ => answers::nothing_found(),
    }
}
