//! From conditions on measurements to a verdict that says what was seen.

use serde_json::json;

use super::progress::Progress;
use crate::display::{escape, show};

/// An exercise being judged.
#[derive(Debug, Clone)]
pub struct Exercise {
    name: String,
    saw: Vec<String>,
    missing: Vec<String>,
}

/// Begins to judge the exercise called `name`: the lesson's number and its own, `"01.2"`.
///
/// ```
/// # let folder = std::env::temp_dir().join(format!("timelanes-doc-{}", std::process::id()));
/// # unsafe { std::env::set_var("TIMELANES_STATE", &folder) };
/// use timelanes::prelude::*;
/// let waits = 2.0;
/// let verdict = exercise("01.2")
///     .saw(format!("the mean wait was {waits:.1} min"))
///     .must(waits < 3.0, "nobody may wait for the slowest reader")
///     .hints("Who should be asked first?", "Sort by how long they read.");
/// assert!(verdict.passed());
/// # std::fs::remove_dir_all(folder).unwrap();
/// ```
pub fn exercise(name: &str) -> Exercise {
    Exercise { name: name.to_owned(), saw: Vec::new(), missing: Vec::new() }
}

impl Exercise {
    /// Says what was measured, whether it is right or not.
    pub fn saw(mut self, measured: impl Into<String>) -> Self {
        self.saw.push(measured.into());
        self
    }

    /// Asks for a condition; `otherwise` says what is missing when it does not hold.
    pub fn must(mut self, holds: bool, otherwise: impl Into<String>) -> Self {
        if !holds {
            self.missing.push(otherwise.into());
        }
        self
    }

    /// Ends the judging, and keeps the try. A failing try shows the `first` hint, every later one the `stronger`.
    pub fn hints(self, first: &str, stronger: &str) -> Verdict {
        let passed = self.missing.is_empty();
        let (progress, kept) = Progress::update(|progress| {
            if passed {
                progress.passed.insert(self.name.clone());
            } else {
                *progress.failures.entry(self.name.clone()).or_default() += 1;
            }
        });
        let tries = progress.failures.get(&self.name).copied().unwrap_or(0);
        let hint = (!passed).then(|| if tries > 1 { stronger } else { first }.to_owned());
        let note = kept.err().map(|error| error.to_string());
        Verdict { name: self.name, saw: self.saw, missing: self.missing, hint, note }
    }
}

/// Whether an exercise is solved, what was seen, and what to try next; shows itself in a notebook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    name: String,
    saw: Vec<String>,
    missing: Vec<String>,
    hint: Option<String>,
    note: Option<String>,
}

impl Verdict {
    /// Whether all conditions held.
    pub fn passed(&self) -> bool {
        self.missing.is_empty()
    }

    /// The verdict in words: what was seen, what is missing, a hint.
    pub fn text(&self) -> String {
        let head = if self.passed() { "✓ solved" } else { "✗ not yet" };
        let mut lines = vec![format!("{head}: {}", self.saw.join("; "))];
        lines.extend(self.missing.iter().map(|missing| format!("Missing: {missing}")));
        lines.extend(self.hint.iter().map(|hint| format!("Hint: {hint}")));
        lines.extend(self.note.iter().map(|note| format!("Note: {note}")));
        lines.join("\n")
    }

    /// The verdict as a card.
    pub fn html(&self) -> String {
        let (colour, class) = if self.passed() { ("#009E73", "solved") } else { ("#D55E00", "not-yet") };
        let lines: Vec<String> = self.text().lines().map(escape).collect();
        let (head, rest) =
            lines.split_first().map_or(("", [].as_slice()), |(head, rest)| (head.as_str(), rest));
        format!(
            "<div class=\"timelanes-verdict {class}\" role=\"status\" style=\"border-left:6px solid {colour};\
             padding:0.4em 0.9em;margin:0.3em 0\"><b>{head}</b>{}</div>",
            rest.iter().map(|line| format!("<br>{line}")).collect::<String>()
        )
    }

    /// Shows the verdict in a notebook; evcxr calls this for a cell's last expression.
    pub fn evcxr_display(&self) {
        let machine =
            json!({"exercise": self.name, "passed": self.passed(), "says": self.text()}).to_string();
        show(&[
            ("text/html", &self.html()),
            ("text/plain", &self.text()),
            ("application/vnd.timelanes.verdict+json", &machine),
        ]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(missing: &[&str], hint: Option<&str>) -> Verdict {
        Verdict {
            name: "01.1".to_owned(),
            saw: vec!["3 lanes & <none> late".to_owned()],
            missing: missing.iter().map(|text| (*text).to_owned()).collect(),
            hint: hint.map(str::to_owned),
            note: None,
        }
    }

    #[test]
    fn a_verdict_says_what_was_seen_what_is_missing_and_a_hint() {
        let text = verdict(&["a fourth lane"], Some("Look at the loop.")).text();
        assert_eq!(text, "✗ not yet: 3 lanes & <none> late\nMissing: a fourth lane\nHint: Look at the loop.");
        assert!(verdict(&[], None).text().starts_with("✓ solved"));
    }

    #[test]
    fn what_was_seen_cannot_become_markup() {
        assert!(verdict(&[], None).html().contains("3 lanes &amp; &lt;none&gt; late"));
    }
}
