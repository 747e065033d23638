//! How a value is shown in a notebook: blocks of content, one for each MIME type, in the words of evcxr.
//!
//! evcxr shows one value a cell, when the cell ends. The course's own kernel understands a line instead, and shows
//! it as soon as it comes: any number of them, with the text between them. It says so by a variable.

use std::fmt::Write as _;
use std::io::Write as _;

/// The kernel takes this line for the end of a block, so no block may hold it.
const END: &str = "EVCXR_END_CONTENT";

/// Set where lines are understood; a line begins with [`LINE`] and goes on with the content of Jupyter's `display_data`.
const FRONT: &str = "TIMELANES_FRONT";
const LINE: &str = "\u{2}timelanes:display ";

/// Shows one value in several forms, the first the richest; the notebook picks the one it can show.
///
/// Everything goes out in one write under one lock, so that threads that print cannot tear it.
pub(crate) fn show(forms: &[(&str, &str)]) {
    let blocks = if std::env::var_os(FRONT).is_some() { line(forms) } else { blocks(forms) };
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(blocks.as_bytes()).and_then(|()| out.flush());
}

fn line(forms: &[(&str, &str)]) -> String {
    let form = |(mime, content): &(&str, &str)| {
        let json = mime.contains("json").then(|| serde_json::from_str(content).ok()).flatten();
        ((*mime).to_owned(), json.unwrap_or_else(|| serde_json::Value::from(*content)))
    };
    let data: serde_json::Map<_, _> = forms.iter().map(form).collect();
    format!("{LINE}{}\n", serde_json::json!({ "data": data }))
}

fn blocks(forms: &[(&str, &str)]) -> String {
    let mut blocks = String::new();
    for (mime, content) in forms {
        let content = content.replace(END, "EVCXR-END-CONTENT");
        let _ = write!(blocks, "EVCXR_BEGIN_CONTENT {mime}\n{content}\n{END}\n");
    }
    blocks
}

/// `text` with what HTML and XML read as markup made harmless, and control characters dropped.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' | '\t' => escaped.push(' '),
            letter if letter.is_control() => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_holds_every_form_and_no_line_end() {
        let line = line(&[("text/plain", "two\nlines"), ("application/x+json", "{\"a\":1}")]);
        let (start, json) = line.trim_end().split_once(' ').unwrap();
        assert_eq!((start.trim(), line.lines().count()), (LINE.trim(), 1));
        let content: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(content["data"]["text/plain"], "two\nlines");
        assert_eq!(content["data"]["application/x+json"]["a"], 1);
    }

    #[test]
    fn markup_and_control_characters_are_made_harmless() {
        assert_eq!(escape("<b>&\"'\u{7}\n</b>"), "&lt;b&gt;&amp;&quot;&#39; &lt;/b&gt;");
    }
}
