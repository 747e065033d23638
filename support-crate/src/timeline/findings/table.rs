//! Findings as a table: who, what, and how it shows.

use std::fmt;

use super::Findings;
use crate::display::{escape, show};
use crate::table::Table;

const NOTHING: &str =
    "nothing found: nobody was held up by a long poll, never yielded, woke itself or was lost";

impl Findings {
    /// The findings as a table.
    pub fn table(&self) -> Table {
        let mut table = Table::new(&self.title, ["task", "finding", "what was seen"]);
        self.all().iter().for_each(|found| table.row([&found.task, found.warning, &found.says]));
        table
    }

    /// The findings as HTML.
    pub fn html(&self) -> String {
        if self.is_empty() { format!("<p>{}</p>", escape(&self.to_string())) } else { self.table().html() }
    }

    /// Shows the findings in a notebook; evcxr calls this for a cell's last expression.
    pub fn evcxr_display(&self) {
        show(&[("text/html", &self.html()), ("text/plain", &self.to_string())]);
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() { writeln!(out, "{}: {NOTHING}", self.title) } else { self.table().fmt(out) }
    }
}
