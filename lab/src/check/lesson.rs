//! A lesson as it lies on disk: its JSON, and the cells in it.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::fault::{CellPlace, Fault, FaultKind};

/// How the cell begins below which all may be skipped.
pub const FURTHER: &str = "## Further";

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Code,
    Markdown,
    Raw,
}

/// One cell.
#[derive(Debug, Clone)]
pub struct Cell {
    /// Counted from 1, over all cells.
    pub number: usize,
    pub kind: Kind,
    pub id: Option<String>,
    pub tags: Vec<String>,
    pub source: String,
    /// Whether JupyterLab folds its source away (`jupyter.source_hidden`).
    pub hidden: bool,
    /// Whether outputs or an execution count were saved with it.
    pub ran: bool,
}

impl Cell {
    /// Whether the cell is of this kind and carries this tag.
    pub fn is(&self, kind: Kind, tag: &str) -> bool {
        self.kind == kind && self.has_tag(tag)
    }

    /// Whether the cell carries this tag.
    pub fn has_tag(&self, tag: &str) -> bool {
        self.tags.iter().any(|own| own == tag)
    }

    /// Where the cell is, for a report.
    pub fn place(&self) -> CellPlace {
        let line = self.source.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
        CellPlace { number: self.number, id: self.id.clone(), line: line.trim().chars().take(72).collect() }
    }

    /// A fault in this cell.
    pub fn fault(&self, kind: FaultKind, what: impl Into<String>) -> Fault {
        Fault::new(kind, what).at(self.place())
    }
}

/// A notebook that could be read.
#[derive(Debug, Clone)]
pub struct Lesson {
    /// Where it lies.
    pub path: PathBuf,
    /// The JSON as written, keys in their order.
    pub json: Value,
    pub cells: Vec<Cell>,
}

impl Lesson {
    /// Reads a notebook.
    ///
    /// # Errors
    /// When it cannot be read, is not JSON, or is not a notebook: the fault says which.
    pub fn read(path: &Path) -> Result<Self, Fault> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Fault::new(FaultKind::Unreadable, format!("the file cannot be read: {error}"))
        })?;
        Self::from_text(path, &text)
    }

    fn from_text(path: &Path, text: &str) -> Result<Self, Fault> {
        if text.trim().is_empty() {
            return Err(Fault::new(FaultKind::Empty, "the file is empty"));
        }
        let json: Value = serde_json::from_str(text)
            .map_err(|error| Fault::new(FaultKind::NotJson, format!("the file is not JSON: {error}")))?;
        check_format(&json)?;
        let cells = json["cells"].as_array().map_or(&[][..], Vec::as_slice);
        let cells = cells.iter().enumerate().map(|(index, cell)| read_cell(index + 1, cell)).collect();
        Ok(Self { path: path.to_owned(), json, cells })
    }

    /// The file's name: `01-one-waiter.ipynb`.
    pub fn file_name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The lesson's number as it is written: `01`.
    pub fn number(&self) -> String {
        number(&self.path)
    }

    /// The index of the cell that begins with the heading Further, if there is one.
    pub fn further(&self) -> Option<usize> {
        let is_it =
            |cell: &Cell| cell.kind == Kind::Markdown && cell.source.trim_start().starts_with(FURTHER);
        self.cells.iter().position(is_it)
    }

    /// The cells that nobody should skip: all above the heading Further.
    pub fn main_path(&self) -> &[Cell] {
        &self.cells[..self.further().unwrap_or(self.cells.len())]
    }

    /// The code cells, in order.
    pub fn code(&self) -> impl Iterator<Item = &Cell> {
        self.cells.iter().filter(|cell| cell.kind == Kind::Code)
    }

    /// The first cell of this kind with this tag.
    pub fn find(&self, kind: Kind, tag: &str) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.is(kind, tag))
    }

    /// How many cells of this kind carry this tag.
    pub fn count(&self, kind: Kind, tag: &str) -> usize {
        self.cells.iter().filter(|cell| cell.is(kind, tag)).count()
    }
}

/// The number in the name of a lesson's file.
pub fn number(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().chars().take(2).collect()
}

/// That this is a notebook of format 4.5.
fn check_format(json: &Value) -> Result<(), Fault> {
    let not_a_notebook = |why: String| Err(Fault::new(FaultKind::NotANotebook, why));
    let (Some(major), Some(_)) = (json["nbformat"].as_i64(), json["cells"].as_array()) else {
        return not_a_notebook("the JSON has no `nbformat` number and no list of `cells`".into());
    };
    let minor = json["nbformat_minor"].as_i64().unwrap_or(0);
    if (major, minor) != (4, 5) {
        let what = format!("the notebook's format is {major}.{minor}, not 4.5");
        return Err(Fault::new(FaultKind::WrongFormat, what));
    }
    match nbformat::parse_notebook(&without_what_can_be_fixed(json).to_string()) {
        Ok(_) => Ok(()),
        Err(error) => not_a_notebook(format!("the JSON is not a notebook: {error}")),
    }
}

/// A copy without outputs and with sound ids. `nbformat` refuses a notebook as a whole for these, without
/// saying which cell; they are faults of their own here, and `--fix` mends them.
fn without_what_can_be_fixed(json: &Value) -> Value {
    let mut copy = json.clone();
    for (index, cell) in copy["cells"].as_array_mut().into_iter().flatten().enumerate() {
        if let Some(cell) = cell.as_object_mut() {
            cell.insert("id".into(), json!(format!("c{index}")));
            if cell.contains_key("outputs") {
                cell.insert("outputs".into(), json!([]));
            }
        }
    }
    copy
}

fn read_cell(number: usize, cell: &Value) -> Cell {
    let kind = match cell["cell_type"].as_str() {
        Some("code") => Kind::Code,
        Some("markdown") => Kind::Markdown,
        _ => Kind::Raw,
    };
    let tags = cell["metadata"]["tags"].as_array().into_iter().flatten();
    let outputs = cell["outputs"].as_array().is_some_and(|outputs| !outputs.is_empty());
    Cell {
        number,
        kind,
        id: cell["id"].as_str().map(str::to_owned),
        tags: tags.filter_map(Value::as_str).map(str::to_owned).collect(),
        source: joined(&cell["source"]),
        hidden: cell["metadata"]["jupyter"]["source_hidden"] == true,
        ran: outputs || cell["execution_count"].is_number(),
    }
}

/// A notebook's text: one string, or a list of lines.
pub fn joined(source: &Value) -> String {
    match source {
        Value::String(text) => text.clone(),
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        _ => String::new(),
    }
}
