//! Messages of the Jupyter protocol as frames: read and written whole, whatever is in them, under a signature.

use anyhow::{Context, Result, bail};
use jupyter_protocol::{JupyterMessage, KernelInfoRequest};
use ring::hmac;
use serde_json::{Value, json};
use zeromq::ZmqMessage;

const DELIMITER: &[u8] = b"<IDS|MSG>";

/// One message. What it holds is not looked into further than is needed, so that none is too new to be passed on.
#[derive(Debug, Clone)]
pub struct Message {
    /// Whom it came from or goes to, on a socket of many peers.
    pub identities: Vec<Vec<u8>>,
    /// What it is: id, type, session, time.
    pub header: Value,
    /// The header of the request it belongs to.
    pub parent: Value,
    /// Rarely used.
    pub metadata: Value,
    /// What it says.
    pub content: Value,
    /// Binary parts.
    pub buffers: Vec<Vec<u8>>,
}

impl Message {
    /// A message of the type `kind` that belongs to the request with the header `parent`.
    pub fn new(kind: &str, parent: &Value, content: Value) -> Self {
        // Its id is random, and its time is now.
        let header = JupyterMessage::new(KernelInfoRequest {}, None).header;
        let header = json!({
            "msg_id": header.msg_id, "username": "kernel", "session": "", "date": to_microseconds(&header.date.to_string()),
            "msg_type": kind, "version": "5.3",
        });
        Self {
            identities: Vec::new(),
            header,
            parent: parent.clone(),
            metadata: json!({}),
            content,
            buffers: Vec::new(),
        }
    }

    /// The answer to this request, for whoever sent it: `execute_reply` to `execute_request`.
    pub fn reply(&self, content: Value) -> Self {
        let kind = self.kind().replace("_request", "_reply");
        Self { identities: self.identities.clone(), ..Self::new(&kind, &self.header, content) }
    }

    /// Its type.
    pub fn kind(&self) -> &str {
        self.header["msg_type"].as_str().unwrap_or_default()
    }

    /// Its id.
    pub fn id(&self) -> &str {
        self.header["msg_id"].as_str().unwrap_or_default()
    }

    /// The id of the request it belongs to.
    pub fn parent_id(&self) -> &str {
        self.parent["msg_id"].as_str().unwrap_or_default()
    }

    /// The text at `name` of its content.
    pub fn text(&self, name: &str) -> &str {
        self.content[name].as_str().unwrap_or_default()
    }

    /// Whether `name` of its content is set; `unsaid` when it is not there.
    pub fn says(&self, name: &str, unsaid: bool) -> bool {
        self.content[name].as_bool().unwrap_or(unsaid)
    }
}

/// Signs messages and checks their signatures, with the key of one connection file.
#[derive(Debug, Clone)]
pub struct Signer {
    /// None when the connection file has no key.
    key: Option<hmac::Key>,
    session: String,
}

impl Signer {
    /// For the `key` of a connection file.
    pub fn new(key: &str) -> Self {
        let session = JupyterMessage::new(KernelInfoRequest {}, None).header.msg_id;
        let key = (!key.is_empty()).then(|| hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()));
        Self { key, session }
    }

    /// The message in `frames`.
    ///
    /// # Errors
    /// When it is none, or its signature is not by this key.
    pub fn read(&self, frames: ZmqMessage) -> Result<Message> {
        let mut frames: Vec<Vec<u8>> = frames.into_vec().iter().map(|frame| frame.to_vec()).collect();
        let at = frames.iter().position(|frame| frame == DELIMITER).context("no delimiter")?;
        if frames.len() < at + 6 {
            bail!("{} frames after the delimiter, and there have to be 5", frames.len() - at - 1);
        }
        let buffers = frames.split_off(at + 6);
        let parts = frames.split_off(at + 2);
        let signature = frames.pop().unwrap_or_default();
        frames.pop();
        if let Some(key) = &self.key {
            let signature = from_hex(&signature).context("the signature is no hexadecimal number")?;
            if hmac::verify(key, &parts.concat(), &signature).is_err() {
                bail!("the signature is not by this kernel's key");
            }
        }
        let mut parts = parts.iter().map(|part| serde_json::from_slice(part));
        let mut next = || parts.next().context("a part is missing").and_then(|part| Ok(part?));
        let (header, parent, metadata, content) = (next()?, next()?, next()?, next()?);
        Ok(Message { identities: frames, header, parent, metadata, content, buffers })
    }

    /// `message` in frames.
    pub fn write(&self, message: &Message) -> ZmqMessage {
        let mut header = message.header.clone();
        header["session"] = json!(self.session);
        let parts = [&header, &message.parent, &message.metadata, &message.content];
        let parts = parts.map(|part| part.to_string().into_bytes());
        let signature = match &self.key {
            Some(key) => to_hex(hmac::sign(key, &parts.concat()).as_ref()),
            None => String::new(),
        };
        let tail = [DELIMITER.to_vec(), signature.into_bytes()].into_iter();
        let mut frames = message
            .identities
            .iter()
            .cloned()
            .chain(tail)
            .chain(parts)
            .chain(message.buffers.iter().cloned());
        let mut written = ZmqMessage::from(frames.next().unwrap_or_default());
        frames.for_each(|frame| written.push_back(frame.into()));
        written
    }
}

/// A time as other kernels write it, `2026-11-21T16:25:01.123456Z`: clients read no more than six digits.
fn to_microseconds(time: &str) -> String {
    let time = time.trim_end_matches("UTC").trim().replace(' ', "T");
    let (seconds, digits) = time.split_once('.').unwrap_or((&time, "0"));
    format!("{seconds}.{:0<6.6}Z", digits.trim_end_matches('Z'))
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &[u8]) -> Option<Vec<u8>> {
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    text.len().is_multiple_of(2).then(|| text.chunks(2).map(pair).collect())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Message {
        let mut message = Message::new("execute_request", &json!({}), json!({ "code": "1 + 1" }));
        message.identities = vec![b"peer".to_vec()];
        message.buffers = vec![vec![0, 255]];
        message
    }

    #[test]
    fn what_is_written_is_read_by_the_same_key_and_by_no_other() {
        let signer = Signer::new("secret");
        let read = signer.read(signer.write(&message())).unwrap();
        assert_eq!((read.kind(), read.text("code")), ("execute_request", "1 + 1"));
        assert_eq!((read.identities, read.buffers), (message().identities, message().buffers));
        assert!(Signer::new("other").read(signer.write(&message())).is_err());
    }

    #[test]
    fn times_have_six_digits() {
        for time in ["2026-11-21 16:25:01.123456789 UTC", "2026-11-21 16:25:01.123456 UTC"] {
            assert_eq!(to_microseconds(time), "2026-11-21T16:25:01.123456Z");
        }
        assert_eq!(to_microseconds("2026-11-21 16:25:01 UTC"), "2026-11-21T16:25:01.000000Z");
    }

    #[test]
    fn what_is_no_message_is_an_error_and_no_panic() {
        let signer = Signer::new("secret");
        let whole = signer.write(&message()).into_vec();
        for length in 1..whole.len() - 1 {
            let half = ZmqMessage::try_from(whole[..length].to_vec()).unwrap();
            assert!(signer.read(half).is_err(), "{length} frames");
        }
        let mut torn = whole.clone();
        torn[2] = b"odd".to_vec().into();
        assert!(signer.read(ZmqMessage::try_from(torn).unwrap()).is_err());
    }
}
