//! A table: a head, a line of cells for each row; shown in a notebook and printed as text. Every room's tables are this.

use std::fmt;

use crate::display::{escape, show};

/// A table, its cells already written as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What it is about, above the head.
    pub title: String,
    /// The columns' names, with their units: "CPU time (ms)".
    pub head: Vec<String>,
    /// The rows; each has as many cells as the head.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    pub fn new(title: impl Into<String>, head: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { title: title.into(), head: head.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// Adds a row; missing cells are empty, and those past the head are left out.
    pub fn row(&mut self, cells: impl IntoIterator<Item = impl ToString>) {
        let mut cells: Vec<String> = cells.into_iter().map(|cell| cell.to_string()).collect();
        cells.resize(self.head.len(), String::new());
        self.rows.push(cells);
    }

    /// The cell of the row that begins with `row`, in the column called `column`.
    pub fn cell(&self, row: &str, column: &str) -> Option<&str> {
        let column = self.head.iter().position(|head| head == column)?;
        let row = self.rows.iter().find(|cells| cells.first().is_some_and(|first| first == row))?;
        row.get(column).map(String::as_str)
    }

    /// The table as HTML.
    pub fn html(&self) -> String {
        let line = |tag: &str, cells: &[String]| {
            let cells: String = cells.iter().map(|text| format!("<{tag}>{}</{tag}>", escape(text))).collect();
            format!("<tr>{cells}</tr>")
        };
        let rows: String = self.rows.iter().map(|row| line("td", row)).collect();
        format!(
            "<table class=\"timelanes-summary\"><caption>{}</caption><thead>{}</thead><tbody>{rows}</tbody></table>",
            escape(&self.title),
            line("th", &self.head)
        )
    }

    /// Shows the table in a notebook; evcxr calls this for a cell's last expression.
    pub fn evcxr_display(&self) {
        show(&[("text/html", &self.html()), ("text/plain", &self.to_string())]);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |column: usize| {
            let cells = self.rows.iter().chain([&self.head]).map(|row| row[column].chars().count());
            cells.max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.head.len()).map(width).collect();
        writeln!(out, "{}", self.title)?;
        for row in [&self.head].into_iter().chain(&self.rows) {
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                match column {
                    0 => write!(out, "{cell:<width$}")?,
                    _ => write!(out, "  {cell:>width$}")?,
                }
            }
            writeln!(out)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_reads_the_same_as_text_and_as_html_and_holds_no_markup_of_its_cells() {
        let mut table = Table::new("runs", ["lane", "waiting (min)"]);
        table.row(["<b>Amir</b>", "10.0"]);
        table.row(["John"]);
        assert_eq!(table.cell("John", "waiting (min)"), Some(""));
        assert!(table.to_string().contains("<b>Amir</b>           10.0"), "{table}");
        assert!(table.html().contains("&lt;b&gt;Amir&lt;/b&gt;</td><td>10.0</td>"));
    }
}
