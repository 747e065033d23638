//! From conditions on measurements to a verdict that says what was seen.

use serde_json::json;

use super::progress::Progress;
use crate::display::{escape, show};

/// An exercise being judged; shows its verdict in a notebook, and to show it is a try.
#[derive(Debug, Clone)]
pub struct Exercise {
    name: String,
    saw: Vec<String>,
    missing: Vec<String>,
    hints: Vec<String>,
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
///     .hint("Who should be asked first?")
///     .hint("Sort them by how long they read.")
///     .hint("Before the loop: readers.sort_by_key(|reader| reader.minutes);")
///     .judge();
/// assert!(verdict.passed());
/// # std::fs::remove_dir_all(folder).unwrap();
/// ```
pub fn exercise(name: &str) -> Exercise {
    Exercise { name: name.to_owned(), saw: Vec::new(), missing: Vec::new(), hints: Vec::new() }
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

    /// One more hint, stronger than those before it. Lessons give three: where to look, what to change, nearly the
    /// answer. Each failing try shows one more of them.
    pub fn hint(mut self, text: impl Into<String>) -> Self {
        self.hints.push(text.into());
        self
    }

    /// The verdict, which is kept as a try: a failing one shows one hint more than the try before it.
    pub fn judge(&self) -> Verdict {
        let passed = self.missing.is_empty();
        let (progress, kept) = Progress::update(|progress| {
            if passed {
                progress.passed.insert(self.name.clone());
            } else {
                *progress.failures.entry(self.name.clone()).or_default() += 1;
            }
        });
        let tries = progress.failures.get(&self.name).copied().unwrap_or(0);
        let note = kept.err().map(|error| error.to_string());
        Verdict { of: self.clone(), tries: usize::try_from(tries).unwrap_or(usize::MAX), note }
    }

    /// Judges and shows the verdict in a notebook; evcxr calls this for a cell's last expression.
    pub fn evcxr_display(&self) {
        self.judge().evcxr_display();
    }
}

/// Whether an exercise is solved, what was seen, and what to try next; shows itself in a notebook.
#[derive(Debug, Clone)]
pub struct Verdict {
    of: Exercise,
    /// Failing tries so far.
    tries: usize,
    note: Option<String>,
}

impl Verdict {
    /// Whether all conditions held.
    pub fn passed(&self) -> bool {
        self.of.missing.is_empty()
    }

    /// The verdict in words: what was seen, what is missing, as many hints as there were failing tries.
    pub fn text(&self) -> String {
        let head = if self.passed() { "✓ solved" } else { "✗ not yet" };
        let mut lines = vec![format!("{head}: {}", self.of.saw.join("; "))];
        lines.extend(self.of.missing.iter().map(|missing| format!("Missing: {missing}")));
        let shown = if self.passed() { 0 } else { self.tries };
        let all = self.of.hints.len();
        let hints = self.of.hints.iter().take(shown).enumerate();
        lines.extend(hints.map(|(index, hint)| format!("Hint {} of {all}: {hint}", index + 1)));
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

    /// The verdict for `cargo lab check`: all hints, also those that are not shown yet.
    fn json(&self) -> String {
        let Exercise { name, saw, missing, hints } = &self.of;
        json!({
            "exercise": name, "passed": self.passed(), "says": self.text(),
            "saw": saw, "missing": missing, "hints": hints,
        })
        .to_string()
    }

    /// Shows the verdict in a notebook; evcxr calls this for a cell's last expression.
    pub fn evcxr_display(&self) {
        show(&[
            ("text/html", &self.html()),
            ("text/plain", &self.text()),
            ("application/vnd.timelanes.verdict+json", &self.json()),
        ]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(holds: bool, tries: usize) -> Verdict {
        let of = exercise("01.1")
            .saw("3 lanes & <none> late")
            .must(holds, "a fourth lane")
            .hint("Look at the loop.")
            .hint("Let it run once more.")
            .hint("0..4");
        Verdict { of, tries, note: None }
    }

    #[test]
    fn a_verdict_says_what_was_seen_what_is_missing_and_a_hint() {
        let text = verdict(false, 1).text();
        let seen = "✗ not yet: 3 lanes & <none> late\nMissing: a fourth lane\nHint 1 of 3: Look at the loop.";
        assert_eq!(text, seen);
        assert_eq!(verdict(true, 2).text(), "✓ solved: 3 lanes & <none> late");
    }

    #[test]
    fn each_failing_try_shows_one_hint_more_until_there_are_no_more() {
        let shown = |tries| verdict(false, tries).text().matches("Hint").count();
        assert_eq!([1, 2, 3, 4, 40].map(shown), [1, 2, 3, 3, 3]);
        assert!(verdict(false, 3).text().ends_with("Hint 2 of 3: Let it run once more.\nHint 3 of 3: 0..4"));
    }

    #[test]
    fn what_was_seen_cannot_become_markup() {
        assert!(verdict(true, 0).html().contains("3 lanes &amp; &lt;none&gt; late"));
    }

    #[test]
    fn the_checker_gets_all_hints_and_the_learner_those_of_the_tries() {
        let json: serde_json::Value = serde_json::from_str(&verdict(false, 1).json()).unwrap();
        assert_eq!(json["hints"].as_array().unwrap().len(), 3);
        assert_eq!((&json["passed"], &json["saw"][0]), (&json!(false), &json!("3 lanes & <none> late")));
        assert!(!json["says"].as_str().unwrap().contains("0..4"));
    }
}
