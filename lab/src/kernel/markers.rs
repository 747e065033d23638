//! Lines that tell the front what text would leave it to guess: they come on a cell's stdout and are never shown.
//!
//! | marker | says | written by |
//! |---|---|---|
//! | `begin PROCESS` | the cell has been compiled and runs in this process | [`rustc`](super::rustc) puts it into the cell |
//! | `panic` | the cell's own thread panicked | the same |
//! | `error LINE "TEXT"` | a `?` in this line of the generated source returned this error | the same |
//! | `end` | the cell's last output is out; on stderr too | the same |
//! | `display {…}` | the content of a `display_data` or, with `"update": true`, an `update_display_data` message | the support crate, when `TIMELANES_FRONT` is set |

use serde_json::Value;

/// What every marker begins with.
pub const START: &str = "\u{2}timelanes:";
/// Set for a kernel behind the front, so that a cell knows that markers are understood.
pub const VARIABLE: &str = "TIMELANES_FRONT";

/// The file in the kernel's workspace that says that somebody hears: while evcxr loads what it runs at its start, nobody
/// does, and it would wait for ever for its output to be read.
pub const WANTED: &str = "markers";

/// What a line says.
#[derive(Debug, Clone, PartialEq)]
pub enum Marker {
    /// The cell runs, in this process.
    Begin(Option<u32>),
    /// Its own thread panicked.
    Panic,
    /// A `?` returned an error: the line in the generated source, and what the error says.
    Error(usize, String),
    /// Nothing more comes on this stream.
    End,
    /// Something to show.
    Display(Value),
}

/// The marker in `line`, with the text before it, which a cell printed without a line end.
pub fn find(line: &str) -> Option<(&str, Marker)> {
    let (before, rest) = line.split_once(START)?;
    let (word, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let marker = match word {
        "begin" => Marker::Begin(rest.parse().ok()),
        "panic" => Marker::Panic,
        "end" => Marker::End,
        "error" => {
            let (line, text) = rest.split_once(' ')?;
            Marker::Error(line.parse().ok()?, unescape(text))
        }
        "display" => Marker::Display(serde_json::from_str(rest).ok()?),
        _ => return None,
    };
    Some((before, marker))
}

/// What Rust's `{:?}` made of a text.
fn unescape(text: &str) -> String {
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let (mut plain, mut letters) = (String::new(), inner.chars());
    while let Some(letter) = letters.next() {
        let escaped = if letter == '\\' { letters.next() } else { None };
        match escaped {
            None => plain.push(letter),
            Some('n') => plain.push('\n'),
            Some('t') => plain.push('\t'),
            Some('r') => plain.push('\r'),
            Some('0') => plain.push('\0'),
            Some('u') => {
                let code: String = letters.by_ref().skip(1).take_while(|letter| *letter != '}').collect();
                plain.extend(u32::from_str_radix(&code, 16).ok().and_then(char::from_u32));
            }
            Some(other) => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_is_found_behind_text_without_a_line_end() {
        assert_eq!(find(&format!("half{START}end")), Some(("half", Marker::End)));
        assert_eq!(find("no marker"), None);
    }

    #[test]
    fn an_errors_text_comes_back_as_it_was() {
        let text = "a \"quoted\"\n\tline \u{1b}[31m — Kürs \\ \u{7f}";
        let line = format!("{START}error 12 {text:?}");
        assert_eq!(find(&line), Some(("", Marker::Error(12, text.to_owned()))));
    }
}
