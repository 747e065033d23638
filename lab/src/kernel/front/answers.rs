//! What the front answers by itself, whether or not a kernel is there behind it.

use serde_json::{Value, json};

use crate::project::EVCXR_VERSION;

/// The answer to `kernel_info_request`.
pub fn kernel_info() -> Value {
    json!({
        "status": "ok",
        "protocol_version": "5.3",
        "implementation": "timelanes",
        "implementation_version": env!("CARGO_PKG_VERSION"),
        "language_info": {
            "name": "Rust",
            "version": "",
            "mimetype": "text/rust",
            "file_extension": ".rs",
            "pygments_lexer": "rust",
            "codemirror_mode": "rust",
        },
        "banner": format!("Rust for timelanes (evcxr {EVCXR_VERSION})"),
        "help_links": [{ "text": "Rust std docs", "url": "https://doc.rust-lang.org/stable/std/" }],
        "debugger": false,
    })
}

/// The answer to `complete_request` when there is nothing to complete with.
pub fn nothing_to_complete(cursor: &Value) -> Value {
    json!({
        "status": "ok", "matches": [], "metadata": {}, "cursor_start": cursor, "cursor_end": cursor,
    })
}

/// The answer to `inspect_request` when nothing was found.
pub fn nothing_found() -> Value {
    json!({ "status": "ok", "found": false, "data": {}, "metadata": {} })
}

/// The answer to `history_request`, from the cells that ran here.
pub fn history(asked: &Value, cells: &[(u64, String)]) -> Value {
    let entry = |(number, code): &(u64, String)| match asked["output"] == true {
        true => json!([0, number, [code, null]]),
        false => json!([0, number, code]),
    };
    let number = |name: &str| asked[name].as_u64();
    let wanted: Vec<Value> = match asked["hist_access_type"].as_str() {
        Some("range") => {
            let (start, stop) = (number("start").unwrap_or(0), number("stop").unwrap_or(u64::MAX));
            cells.iter().filter(|(number, _)| (start..stop).contains(number)).map(entry).collect()
        }
        kind => {
            let most = usize::try_from(number("n").unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
            let pattern = asked["pattern"].as_str().filter(|_| kind == Some("search")).unwrap_or("*");
            let fitting: Vec<_> = cells.iter().filter(|(_, code)| fits(pattern, code)).collect();
            fitting[fitting.len().saturating_sub(most)..].iter().map(|cell| entry(cell)).collect()
        }
    };
    json!({ "status": "ok", "history": wanted })
}

/// Whether `text` has what `pattern` has between its `*`, in that order.
fn fits(pattern: &str, text: &str) -> bool {
    let mut rest = text;
    pattern.split('*').all(|part| match rest.find(part) {
        Some(at) => {
            rest = &rest[at + part.len()..];
            true
        }
        None => false,
    })
}

/// The answer to `is_complete_request`: whether every bracket, text and comment is closed.
pub fn is_complete(code: &str) -> Value {
    let mut open: Vec<char> = Vec::new();
    let mut letters = code.chars().peekable();
    let incomplete = |depth: usize| json!({ "status": "incomplete", "indent": "    ".repeat(depth) });
    while let Some(letter) = letters.next() {
        match letter {
            '/' if letters.peek() == Some(&'/') => while letters.next().is_some_and(|next| next != '\n') {},
            '/' if letters.peek() == Some(&'*') => {
                let mut last = ' ';
                if !letters
                    .by_ref()
                    .skip(1)
                    .any(|next| std::mem::replace(&mut last, next) == '*' && next == '/')
                {
                    return incomplete(open.len());
                }
            }
            '"' => {
                let mut is_escaped = false;
                let closes = |next| {
                    let closes = next == '"' && !is_escaped;
                    is_escaped = next == '\\' && !is_escaped;
                    closes
                };
                if !letters.by_ref().any(closes) {
                    return incomplete(open.len());
                }
            }
            // A letter in quotes; a lifetime has none at its end.
            '\'' => {
                let mut ahead = letters.clone();
                let first = ahead.next();
                if first == Some('\\') {
                    ahead.next();
                    if ahead.by_ref().any(|next| next == '\'') {
                        letters = ahead;
                    }
                } else if ahead.next() == Some('\'') {
                    letters = ahead;
                }
            }
            '(' | '[' | '{' => open.push(letter),
            ')' | ']' | '}' => match (open.pop(), letter) {
                (Some('('), ')') | (Some('['), ']') | (Some('{'), '}') => {}
                _ => return json!({ "status": "invalid" }),
            },
            _ => {}
        }
    }
    if open.is_empty() { json!({ "status": "complete" }) } else { incomplete(open.len()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(code: &str) -> String {
        is_complete(code)["status"].as_str().unwrap().to_owned()
    }

    #[test]
    fn open_brackets_texts_and_comments_are_incomplete() {
        for code in ["fn f() {", "let a = vec![", "println!(\"half", "/* not yet", "f(\"\\\""] {
            assert_eq!(status(code), "incomplete", "{code}");
        }
    }

    #[test]
    fn brackets_in_texts_letters_and_comments_do_not_count() {
        for code in
            ["let a = '{';", "\"{(\" // [", "/* { */ 1", "fn f<'a>(x: &'a str) {}", "'\\''", "\"\\\\\""]
        {
            assert_eq!(status(code), "complete", "{code}");
        }
        assert_eq!(status("f(]"), "invalid");
    }

    #[test]
    fn history_is_the_last_a_range_or_what_fits() {
        let cells: Vec<_> = (1..=3).map(|number| (number, format!("let x{number};"))).collect();
        let count = |asked| history(&asked, &cells)["history"].as_array().unwrap().len();
        assert_eq!(count(json!({ "hist_access_type": "tail", "n": 2 })), 2);
        assert_eq!(count(json!({ "hist_access_type": "range", "start": 2, "stop": 3 })), 1);
        assert_eq!(count(json!({ "hist_access_type": "search", "pattern": "*x3*", "n": 9 })), 1);
    }
}
