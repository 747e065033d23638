//! Trace events from a file, one after another, whatever is broken between them.

use serde_json::{Deserializer, Map, Value};

/// What stood in the file beside its events.
#[derive(Default)]
pub(super) struct Scanned {
    /// The other values of an object with `traceEvents`.
    pub head: Map<String, Value>,
    /// Events that are no JSON: a program ended while it wrote, or two wrote into one line.
    pub broken: usize,
    /// Events that were handed over.
    pub events: usize,
}

/// Hands every event of `text` to `takes`: of an array, of an object with `traceEvents`, or one a line.
pub(super) fn scan(text: &str, takes: impl FnMut(&Value)) -> Scanned {
    let mut cursor = Cursor { text, at: 0, takes, out: Scanned::default() };
    let line = text.trim_start().lines().next().unwrap_or_default();
    let one_a_line = || serde_json::from_str::<Value>(line).is_ok_and(|event| event.get("ph").is_some());
    match cursor.next() {
        Some(b'{') if !one_a_line() => cursor.object(),
        Some(b'[') => {
            cursor.at += 1;
            cursor.events();
        }
        _ => cursor.events(),
    }
    cursor.out
}

struct Cursor<'text, Takes> {
    text: &'text str,
    at: usize,
    takes: Takes,
    out: Scanned,
}

impl<Takes: FnMut(&Value)> Cursor<'_, Takes> {
    /// The next byte that is neither space nor a comma.
    fn next(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == b',').count();
        self.text.as_bytes().get(self.at).copied()
    }

    /// The value that begins here.
    fn value(&mut self) -> Option<Value> {
        let rest = &self.text[self.at..];
        if rest.starts_with(['{', '[', '"']) {
            let mut values = Deserializer::from_str(rest).into_iter::<Value>();
            let value = values.next()?.ok()?;
            self.at += values.byte_offset();
            return Some(value);
        }
        // A number or a word ends where the next thing begins.
        let end = rest.find([',', '}', ']', '\n']).unwrap_or(rest.len());
        self.at += end;
        serde_json::from_str(&rest[..end]).ok()
    }

    fn object(&mut self) {
        self.at += 1;
        while self.next().is_some_and(|byte| byte != b'}') {
            let Some(Value::String(key)) = self.value() else { return self.out.broken += 1 };
            let rest = &self.text.as_bytes()[self.at..];
            self.at += rest.iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == b':').count();
            if key == "traceEvents" && self.next() == Some(b'[') {
                self.at += 1;
                self.events();
            } else if let Some(value) = self.value() {
                self.out.head.insert(key, value);
            } else {
                return self.out.broken += 1;
            }
        }
    }

    /// Events up to the end of their array. After a broken one it goes on with the next line.
    fn events(&mut self) {
        while let Some(byte) = self.next() {
            if byte == b']' {
                self.at += 1;
                return;
            }
            let begins = self.at;
            if let Some(event) = self.value() {
                self.out.events += 1;
                (self.takes)(&event);
                continue;
            }
            self.out.broken += 1;
            match self.text[begins..].find('\n') {
                Some(line) => self.at = begins + line + 1,
                None => return self.at = self.text.len(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> (Vec<String>, usize) {
        let mut names = Vec::new();
        let scanned = scan(text, |event| names.push(event["name"].as_str().unwrap_or("?").to_owned()));
        assert_eq!(scanned.events, names.len());
        (names, scanned.broken)
    }

    #[test]
    fn arrays_objects_and_lines_hold_the_same_events() {
        let (a, b) = (r#"{"ph":"i","name":"a"}"#, r#"{"ph":"i","name":"b"}"#);
        for text in [
            format!("[{a},{b}]"),
            format!("[\n{a},\n{b},\n"),
            format!("{a}\n{b}\n"),
            format!(r#"{{"displayTimeUnit":"ms","n":7,"traceEvents":[{a}, {b}],"more":[1,{{}}]}}"#),
        ] {
            assert_eq!(names(&text), (vec!["a".to_owned(), "b".to_owned()], 0), "{text}");
        }
    }

    #[test]
    fn a_torn_last_line_and_a_broken_one_between_cost_only_themselves() {
        assert_eq!(names("[\n{\"name\":\"a\"},\n{\"name\":\"b").0, ["a"]);
        assert_eq!(names("[\n{\"name\":\"a\"},\n{\"na{\"name\"},\n{\"name\":\"c\"}").0, ["a", "c"]);
        assert_eq!(names("{\"traceEvents\":[{\"name\":\"a\"},{\"na").1, 1);
        for nothing in ["", "[", "{", "nonsense", "{\"traceEvents\":", "[[[[[", "\u{0}\u{1}", "{\"a\":}"] {
            assert!(names(nothing).0.is_empty() || names(nothing).1 <= 1, "{nothing}");
        }
    }
}
