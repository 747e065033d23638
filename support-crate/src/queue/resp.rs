//! Redis' protocol, as far as a queue needs it: a command is a list of texts, an answer one of five kinds
//! (<https://redis.io/docs/latest/develop/reference/protocol-spec/>, RESP2).
//!
//! The crate `redis` would bring some thirty crates more (an address is a URL to it, with all of Unicode), which every
//! learner would compile for the few who have a server.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

/// How long the server may take for a connection, and for an answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest answer, in bytes or parts.
const LONGEST: usize = 64 << 20;

/// What a server answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reply {
    Nothing,
    Number(i64),
    Text(String),
    List(Vec<Reply>),
    /// The server's own words on why it did not do it.
    Refused(String),
}

impl Reply {
    /// Its number; a text that is one counts.
    pub fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub fn list(&self) -> Option<&[Self]> {
        if let Self::List(list) = self { Some(list) } else { None }
    }
}

/// Where a server is, and how it lets one in: `redis://name:password@host:port/database`, of which the host alone has
/// to be there.
#[derive(Clone)]
pub(super) struct Address {
    pub server: String,
    login: Vec<String>,
    database: Option<String>,
}

impl Address {
    /// The address that `text` gives; an error says what of it is not understood.
    pub fn read(text: &str) -> Result<Self, String> {
        let rest = text.trim().strip_prefix("redis://").unwrap_or(text.trim()).trim_end_matches('/');
        if rest.contains("://") {
            return Err("only redis:// is spoken here, without TLS".to_owned());
        }
        let (login, rest) = rest.rsplit_once('@').map_or((None, rest), |(login, rest)| (Some(login), rest));
        let (server, database) =
            rest.split_once('/').map_or((rest, None), |(server, number)| (server, Some(number)));
        if server.is_empty() || database.is_some_and(|number| number.parse::<u16>().is_err()) {
            return Err("it is to look like redis://127.0.0.1:6379".to_owned());
        }
        let has_port = server.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let server = if has_port { server.to_owned() } else { format!("{server}:6379") };
        let words =
            |login: &str| login.split(':').filter(|word| !word.is_empty()).map(str::to_owned).collect();
        Ok(Self { server, login: login.map_or_else(Vec::new, words), database: database.map(str::to_owned) })
    }
}

/// A connection to a server.
pub(super) struct Connection(BufReader<TcpStream>);

impl Connection {
    pub fn new(address: &Address) -> io::Result<Self> {
        let mut last = io::Error::other("this name belongs to no machine");
        for place in address.server.to_socket_addrs()? {
            match TcpStream::connect_timeout(&place, PATIENCE) {
                Ok(stream) => return Self::greeted(stream, address),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn greeted(stream: TcpStream, address: &Address) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let mut connection = Self(BufReader::new(stream));
        let login: Vec<&str> = ["AUTH"].into_iter().chain(address.login.iter().map(String::as_str)).collect();
        let select: Vec<&str> = ["SELECT"].into_iter().chain(address.database.as_deref()).collect();
        for command in [login, select].iter().filter(|command| command.len() > 1) {
            if let Reply::Refused(says) = connection.ask(command)? {
                return Err(io::Error::other(says));
            }
        }
        Ok(connection)
    }

    /// Sends a command and waits for the answer.
    pub fn ask(&mut self, command: &[&str]) -> io::Result<Reply> {
        let mut text = format!("*{}\r\n", command.len());
        for word in command {
            text += &format!("${}\r\n{word}\r\n", word.len());
        }
        self.0.get_mut().write_all(text.as_bytes())?;
        self.reply()
    }

    fn reply(&mut self) -> io::Result<Reply> {
        let mut line = String::new();
        if self.0.read_line(&mut line)? == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the server closed the connection"));
        }
        let (kind, rest) = line.trim_end().split_at_checked(1).ok_or_else(nonsense)?;
        match kind {
            "+" => Ok(Reply::Text(rest.to_owned())),
            "-" => Ok(Reply::Refused(rest.to_owned())),
            ":" => Ok(Reply::Number(rest.parse().map_err(|_| nonsense())?)),
            "$" => self.text(rest),
            "*" => match length(rest)? {
                None => Ok(Reply::Nothing),
                Some(length) => (0..length).map(|_| self.reply()).collect::<io::Result<_>>().map(Reply::List),
            },
            _ => Err(nonsense()),
        }
    }

    fn text(&mut self, head: &str) -> io::Result<Reply> {
        let Some(length) = length(head)? else { return Ok(Reply::Nothing) };
        let mut bytes = vec![0; length + 2];
        self.0.read_exact(&mut bytes)?;
        bytes.truncate(length);
        Ok(Reply::Text(String::from_utf8_lossy(&bytes).into_owned()))
    }
}

/// A length; none when it is -1.
fn length(text: &str) -> io::Result<Option<usize>> {
    let length: i64 = text.parse().map_err(|_| nonsense())?;
    if length > LONGEST as i64 { Err(nonsense()) } else { Ok(usize::try_from(length).ok()) }
}

fn nonsense() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "what answers there is no Redis server")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_leave_out_all_but_the_host() {
        let read = |text| Address::read(text).map(|it| (it.server, it.login, it.database));
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(read("localhost"), Ok(("localhost:6379".into(), vec![], None)));
        assert_eq!(read(" redis://[::1]:7000/ "), Ok(("[::1]:7000".into(), vec![], None)));
        let whole = ("far.example:1".into(), words(&["ada", "x@y"]), Some("3".into()));
        assert_eq!(read("redis://ada:x@y@far.example:1/3"), Ok(whole));
        assert_eq!(read("redis://:secret@h").unwrap().1, words(&["secret"]));
        for wrong in ["", "rediss://h", "http://h", "h/zero", "redis://"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    /// What a server that sends `bytes` is understood to have said.
    fn heard(bytes: &[u8]) -> io::Result<Reply> {
        let server = std::net::TcpListener::bind("127.0.0.1:0")?;
        let address = Address::read(&server.local_addr()?.to_string()).map_err(io::Error::other)?;
        let mut connection = Connection::new(&address)?;
        let mut guest = server.accept()?.0;
        guest.write_all(bytes)?;
        drop((guest, server));
        connection.reply()
    }

    #[test]
    fn every_kind_of_answer_is_understood_and_nonsense_is_an_error() {
        let reply = heard(b"*5\r\n:-7\r\n$4\r\na\r\nb\r\n+OK\r\n$-1\r\n*-1\r\n").unwrap();
        let text = |text: &str| Reply::Text(text.to_owned());
        let parts = vec![Reply::Number(-7), text("a\r\nb"), text("OK"), Reply::Nothing, Reply::Nothing];
        assert_eq!(reply, Reply::List(parts));
        assert_eq!(heard(b"-OOM no room\r\n").unwrap(), Reply::Refused("OOM no room".into()));
        for wrong in [
            &b""[..],
            b"HTTP/1.1 400\r\n",
            b"\r\n",
            b"$9\r\nhalf",
            b"*2\r\n:1\r\n",
            b"$99999999999\r\n",
            b":x\r\n",
        ] {
            assert!(heard(wrong).is_err(), "{wrong:?}");
        }
    }
}
