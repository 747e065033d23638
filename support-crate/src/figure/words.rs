//! Text from outside on its way into a figure: cleaned, escaped, measured, shortened, wrapped.
//!
//! Names come from learners and from recordings, so any of them may hold markup, control characters or ten
//! thousand letters.

pub(super) use crate::display::escape;

/// Letters of a name that are kept at all, for hover texts and the text alternative.
const LONGEST: usize = 300;

/// `text` on one line, without control characters, without anything that could end the kernel's output block, and
/// of bounded length.
pub(super) fn clean(text: &str) -> String {
    let mut out: String = text.chars().take(LONGEST).map(visible).collect();
    if text.chars().nth(LONGEST).is_some() {
        out.push('…');
    }
    // The kernel's markers are recognised by line; a zero-width space makes them ordinary text.
    if out.contains("EVCXR_") { out.replace("EVCXR_", "EVCXR\u{200b}_") } else { out }
}

/// What stands for a character that XML forbids, or that would turn the line's direction around.
fn visible(letter: char) -> char {
    match letter {
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        _ if letter.is_control() => ' ',
        _ => letter,
    }
}

/// `text` of several lines as it may stand in XML, its lines kept.
pub(super) fn escape_lines(text: &str) -> String {
    text.lines().map(escape).collect::<Vec<_>>().join("\n")
}

/// How wide `text` is at most at a font size, in pixels.
///
/// The reader's font is not known here, so letters are measured as in DejaVu Sans, the widest of the usual
/// sans-serif fonts; a label that fits by this measure is not cut in any of them.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(em).sum::<f64>() * size
}

fn em(letter: char) -> f64 {
    match letter {
        'i' | 'j' | 'l' | ' ' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | '·' => 0.34,
        'f' | 'r' | 't' | '(' | ')' | '[' | ']' | '-' | '/' | '"' => 0.42,
        'c' | 's' | 'v' | 'x' | 'y' | 'z' | 'k' | 'J' => 0.6,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '…' | '→' => 1.0,
        '\u{200b}'..='\u{200f}' => 0.0,
        _ if letter.is_ascii_uppercase() => 0.75,
        _ if letter < '\u{1100}' => 0.64,
        _ => 1.25,
    }
}

/// `text`, shortened by … where it is wider than `room` pixels.
pub(super) fn shorten(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut left = room - width("…", size);
    let fits = |letter: &char| {
        left -= em(*letter) * size;
        left >= 0.0
    };
    let kept: String = text.chars().take_while(fits).collect();
    // A joiner or a variation selector without what it joins would draw as a box.
    format!("{}…", kept.trim_end_matches(['\u{200d}', '\u{fe0f}', ' ']))
}

/// `text` on at most `most` lines of `room` pixels; the last is shortened where more would be needed.
pub(super) fn wrap(text: &str, size: f64, room: f64, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always a line");
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if line.is_empty() || width(&longer, size) <= room {
            *line = longer;
        } else {
            lines.push(word.to_owned());
        }
    }
    if lines.len() > most {
        let rest = lines.split_off(most - 1).join(" ");
        lines.push(rest);
    }
    lines.iter().map(|line| shorten(line, size, room)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cleaned_name_has_one_line_and_no_marker_of_the_kernel() {
        let name = clean("a\nEVCXR_END_CONTENT\n\u{0}\u{202e}b");
        assert!(!name.contains('\n') && !name.contains('\u{0}') && !name.contains("EVCXR_END_CONTENT"));
    }

    #[test]
    fn ten_thousand_letters_become_a_bounded_name() {
        assert!(clean(&"x".repeat(10_000)).chars().count() <= LONGEST + 1);
        assert!(width(&shorten(&"x".repeat(10_000), 12.0, 100.0), 12.0) <= 100.0);
    }

    #[test]
    fn a_name_that_fits_is_not_shortened() {
        assert_eq!(shorten("Amir", 12.0, 60.0), "Amir");
    }

    #[test]
    fn a_long_title_is_wrapped_and_a_very_long_one_ends_in_an_ellipsis() {
        assert_eq!(wrap("one two three", 10.0, 60.0, 3).len(), 2);
        let lines = wrap(&"word ".repeat(100), 10.0, 100.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…'));
    }
}
