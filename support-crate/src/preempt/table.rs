//! A run on one core as a table: a row for each thread.

use std::fmt;

use super::core_run::{CoreRun, ThreadOnCore};
use crate::display::{escape, show};

/// The table of a run on one core; shows itself in a notebook and prints itself as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    title: String,
    rows: Vec<[String; 10]>,
}

const HEAD: [&str; 10] = [
    "thread",
    "nice",
    "share (%)",
    "on the core (ms)",
    "slices",
    "median slice (ms)",
    "longest wait (ms)",
    "involuntary switches",
    "voluntary switches",
    "interrupts",
];

impl CoreRun {
    /// The run as a table.
    pub fn table(&self) -> Table {
        let percents = self.percents();
        let rows =
            self.threads.iter().zip(percents).map(|(thread, (_, percent))| row(thread, percent)).collect();
        Table { title: self.timeline.title.clone(), rows }
    }
}

fn row(thread: &ThreadOnCore, percent: f64) -> [String; 10] {
    let nice = if thread.policy.is_real_time() { thread.policy.to_string() } else { thread.nice.to_string() };
    [
        thread.name.clone(),
        nice,
        format!("{percent:.0}"),
        format!("{:.1}", thread.on_core),
        thread.slices.len().to_string(),
        format!("{:.1}", thread.median_slice()),
        format!("{:.1}", thread.longest_wait()),
        thread.switches.involuntary.to_string(),
        thread.switches.voluntary.to_string(),
        thread.interrupts.count.to_string(),
    ]
}

impl Table {
    /// The table as HTML.
    pub fn html(&self) -> String {
        let line = |tag: &str, cells: Vec<&str>| {
            let cells: String = cells.iter().map(|text| format!("<{tag}>{}</{tag}>", escape(text))).collect();
            format!("<tr>{cells}</tr>")
        };
        let rows = self.rows.iter().map(|row| line("td", row.iter().map(String::as_str).collect()));
        format!(
            "<table class=\"timelanes-summary\"><caption>{}</caption><thead>{}</thead><tbody>{}</tbody></table>",
            escape(&self.title),
            line("th", HEAD.to_vec()),
            rows.collect::<String>()
        )
    }

    /// Shows the table in a notebook; evcxr calls this for a cell's last expression.
    pub fn evcxr_display(&self) {
        show(&[("text/html", &self.html()), ("text/plain", &self.to_string())]);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = HEAD.map(str::to_owned);
        let width = |column: usize| {
            self.rows.iter().chain([&head]).map(|row| row[column].chars().count()).max().unwrap_or(0)
        };
        writeln!(out, "{}", self.title)?;
        for row in [&head].into_iter().chain(&self.rows) {
            write!(out, "{:<1$}", row[0], width(0))?;
            for (column, cell) in row.iter().enumerate().skip(1) {
                write!(out, "  {cell:>0$}", width(column))?;
            }
            writeln!(out)?;
        }
        Ok(())
    }
}
