//! How a value is shown in a notebook: blocks of content, one for each MIME type, in the words of evcxr.

use std::fmt::Write as _;
use std::io::Write as _;

/// The kernel takes this line for the end of a block, so no block may hold it.
const END: &str = "EVCXR_END_CONTENT";

/// Shows one value in several forms, the first the richest; the notebook picks the one it can show.
///
/// Everything goes out in one write under one lock, so that threads that print cannot tear it.
pub(crate) fn show(forms: &[(&str, &str)]) {
    let mut blocks = String::new();
    for (mime, content) in forms {
        let content = content.replace(END, "EVCXR-END-CONTENT");
        let _ = write!(blocks, "EVCXR_BEGIN_CONTENT {mime}\n{content}\n{END}\n");
    }
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(blocks.as_bytes()).and_then(|()| out.flush());
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
    fn markup_and_control_characters_are_made_harmless() {
        assert_eq!(escape("<b>&\"'\u{7}\n</b>"), "&lt;b&gt;&amp;&quot;&#39; &lt;/b&gt;");
    }
}
