//! Findings as a table: who, what, and how it shows.

use std::fmt;

use super::Findings;
use crate::display::{escape, show};

const NOTHING: &str =
    "nothing found: nobody was held up by a long poll, never yielded, woke itself or was lost";

impl Findings {
    /// The findings as HTML.
    pub fn html(&self) -> String {
        let title = escape(&self.title);
        if self.is_empty() {
            return format!("<p class=\"timelanes-findings\">{title}: {NOTHING}</p>");
        }
        let row = |tag: &str, cells: [&str; 3]| {
            let cell = |text: &str| format!("<{tag} style=\"text-align:left\">{}</{tag}>", escape(text));
            format!("<tr>{}</tr>", cells.map(cell).concat())
        };
        let rows = self.all().iter().map(|found| row("td", [&found.task, found.warning, &found.says]));
        format!(
            "<table class=\"timelanes-findings\"><caption>{title}</caption><thead>{}</thead><tbody>{}</tbody></table>",
            row("th", ["task", "finding", "what was seen"]),
            rows.collect::<String>()
        )
    }

    /// Shows the findings in a notebook; evcxr calls this for a cell's last expression.
    pub fn evcxr_display(&self) {
        show(&[("text/html", &self.html()), ("text/plain", &self.to_string())]);
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return writeln!(out, "{}: {NOTHING}", self.title);
        }
        writeln!(out, "{}", self.title)?;
        self.all()
            .iter()
            .try_for_each(|found| writeln!(out, "\"{}\" {}: {}", found.task, found.warning, found.says))
    }
}
