//! Policies side by side: a row for each, from the same jobs.

use std::fmt;

use super::Outcome;
use crate::display::{escape, show};

/// A table of policies; shows itself in a notebook and prints itself as text.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyTable {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// The means of each outcome in the unit of the first, with its fairness, its switches and the CPU time it cost.
pub fn policies(outcomes: &[&Outcome]) -> PolicyTable {
    let unit = outcomes.first().map_or("", |outcome| outcome.unit.symbol);
    let timed = ["mean turnaround", "mean response", "mean wait"].map(|name| format!("{name} ({unit})"));
    let head = ["policy".to_owned()].into_iter().chain(timed);
    let head = head.chain(["fairness".to_owned(), "switches".to_owned(), format!("CPU time ({unit})")]);
    let row = |outcome: &&Outcome| {
        let means = [outcome.mean_turnaround(), outcome.mean_response(), outcome.mean_wait()];
        let mut row = vec![outcome.policy.clone()];
        row.extend(means.map(|mean| format!("{mean:.2}")));
        row.extend([format!("{:.2}", outcome.fairness()), outcome.switches.to_string()]);
        row.push(format!("{:.1}", outcome.cpu()));
        row
    };
    PolicyTable { head: head.collect(), rows: outcomes.iter().map(row).collect() }
}

impl PolicyTable {
    /// The table as HTML.
    pub fn html(&self) -> String {
        let line = |tag: &str, cells: &[String]| {
            let cell = |text: &String| format!("<{tag}>{}</{tag}>", escape(text));
            format!("<tr>{}</tr>", cells.iter().map(cell).collect::<String>())
        };
        let body: String = self.rows.iter().map(|row| line("td", row)).collect();
        format!(
            "<table class=\"timelanes-policies\"><thead>{}</thead><tbody>{body}</tbody></table>",
            line("th", &self.head)
        )
    }

    /// Shows the table in a notebook; evcxr calls this for a cell's last expression.
    pub fn evcxr_display(&self) {
        show(&[("text/html", &self.html()), ("text/plain", &self.to_string())]);
    }
}

impl fmt::Display for PolicyTable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = || [&self.head].into_iter().chain(&self.rows);
        let width = |column: usize| lines().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.head.len()).map(width).collect();
        for line in lines() {
            write!(out, "{:<1$}", line[0], widths[0])?;
            for (cell, width) in line.iter().zip(&widths).skip(1) {
                write!(out, "  {cell:>width$}")?;
            }
            writeln!(out)?;
        }
        Ok(())
    }
}
