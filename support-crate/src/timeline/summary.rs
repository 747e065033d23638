//! A timeline as a table: a row for each lane, how long it did what.

use std::fmt;
use std::time::Duration;

use super::{Activity, Timeline, Unit};
use crate::display::{escape, show};

/// The table of a timeline; shows itself in a notebook and prints itself as text.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The run.
    pub title: String,
    /// What the times are written in.
    pub unit: Unit,
    /// One for each lane, in the lanes' order.
    pub rows: Vec<Row>,
}

/// What one lane did, in nanoseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Whose lane it is.
    pub name: String,
    /// From the start of the run to the lane's first event.
    pub began: u64,
    /// From the start of the run to the lane's last event.
    pub done: u64,
    /// Running, ready, waiting, blocked.
    pub totals: [u64; 4],
    /// CPU time, where the lane stayed on one thread.
    pub cpu: Option<Duration>,
}

impl Timeline {
    /// The timeline as a table.
    pub fn summary(&self) -> Summary {
        let start = self.start();
        let row = |lane: &super::Lane| Row {
            name: lane.name.clone(),
            began: lane.start().unwrap_or(start) - start,
            done: lane.end().unwrap_or(start) - start,
            totals: Activity::ALL.map(|activity| lane.total(activity)),
            cpu: lane.cpu,
        };
        Summary { title: self.title.clone(), unit: self.unit, rows: self.lanes.iter().map(row).collect() }
    }
}

impl Summary {
    /// The column heads with their unit, and a line of cells for each row.
    pub fn cells(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let times =
            ["began", "done"].into_iter().chain(Activity::ALL.map(Activity::name)).chain(["CPU time"]);
        let times = times.map(|name| format!("{name} ({})", self.unit.symbol));
        let head = ["lane".to_owned()].into_iter().chain(times).collect();
        let count = |nanoseconds| format!("{:.1}", self.unit.count(nanoseconds));
        let line = |row: &Row| {
            let times = [row.began, row.done].into_iter().chain(row.totals).map(count);
            let cpu = row.cpu.map_or("–".to_owned(), |cpu| count(cpu.as_nanos() as u64));
            [row.name.clone()].into_iter().chain(times).chain([cpu]).collect()
        };
        (head, self.rows.iter().map(line).collect())
    }
}

impl Summary {
    /// The table as HTML.
    pub fn html(&self) -> String {
        let (head, lines) = self.cells();
        let row = |tag: &str, cells: &[String]| {
            let cell = |text: &String| format!("<{tag}>{}</{tag}>", escape(text));
            format!("<tr>{}</tr>", cells.iter().map(cell).collect::<String>())
        };
        let body: String = lines.iter().map(|line| row("td", line)).collect();
        format!(
            "<table class=\"timelanes-summary\"><caption>{}</caption><thead>{}</thead><tbody>{body}</tbody></table>",
            escape(&self.title),
            row("th", &head)
        )
    }

    /// Shows the table in a notebook; evcxr calls this for a cell's last expression.
    pub fn evcxr_display(&self) {
        show(&[("text/html", &self.html()), ("text/plain", &self.to_string())]);
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (head, lines) = self.cells();
        let width = |column: usize| {
            lines.iter().chain([&head]).map(|line| line[column].chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..head.len()).map(width).collect();
        writeln!(out, "{}", self.title)?;
        for line in [&head].into_iter().chain(&lines) {
            write!(out, "{:<1$}", line[0], widths[0])?;
            for (cell, width) in line.iter().zip(&widths).skip(1) {
                write!(out, "  {cell:>width$}")?;
            }
            writeln!(out)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::timeline::{Activity, Lane, MINUTE, Timeline};

    #[test]
    fn the_table_counts_in_the_story_s_unit() {
        let lane = Lane::new("Amir").with_span(0..100_000_000, Activity::Waiting, "reads").unwrap();
        let table = Timeline::new("tables").in_unit(MINUTE).with_lane(lane).summary().to_string();
        assert!(table.contains("waiting (min)") && table.contains("10.0"), "{table}");
    }
}
