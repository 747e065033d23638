//! Notebooks for the tests of `check`: a sound one, and the means to plant faults in it.

use std::fs;
use std::path::{Path, PathBuf};

use lab::check::{FaultKind, LessonReport, Options, Report, examine};
use lab::project::{Project, SETUP_CELL};
use serde_json::{Value, json};

/// The line of links of a lesson that is alone.
pub const ALONE: &str = "The only lesson so far.";

/// A notebook under construction. Cells are named by their ids.
#[derive(Clone)]
pub struct Notebook {
    /// What will be written.
    pub json: Value,
}

impl Notebook {
    /// A lesson 00 with every part, one exercise, and nothing wrong.
    pub fn sound() -> Self {
        let header =
            "# 00 · Start here\n\n*What is it?*\n\n40 minutes · first lesson · you will be able to do it.";
        let metadata = json!({
            "kernelspec": {"display_name": "Rust (timelanes)", "language": "rust", "name": "rust"},
            "language_info": {"name": "rust"}
        });
        let empty = json!({"cells": [], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5});
        let mut notebook = Self { json: empty };
        notebook.markdown("head", &["header"], header);
        notebook.markdown("links", &["nav"], ALONE);
        notebook.code("set-up", &["setup"], SETUP_CELL);
        notebook.code("guess", &["predict"], "let my_guess = 16.0;");
        notebook.code("see", &["figure"], &figure(&["text/html", "image/svg+xml", "text/plain"]));
        notebook.markdown("more", &["vary"], "Change the *number*, und noch einmal: „größer“.");
        notebook.exercise("first", "let answer = 1;", "let answer = 2;");
        notebook.markdown("end", &["recap"], "Five lines.");
        notebook.code("done", &["complete"], "let done = true;");
        notebook.markdown("links-again", &["nav"], ALONE);
        notebook
    }

    /// All cells.
    pub fn cells(&mut self) -> &mut Vec<Value> {
        self.json["cells"].as_array_mut().expect("a list of cells")
    }

    /// The cell with this id.
    pub fn cell(&mut self, id: &str) -> &mut Value {
        self.cells().iter_mut().find(|cell| cell["id"] == id).unwrap_or_else(|| panic!("no cell {id}"))
    }

    /// Takes the cell with this id away.
    pub fn remove(&mut self, id: &str) {
        self.cells().retain(|cell| cell["id"] != id);
    }

    /// Gives the cell with this id another source.
    pub fn write(&mut self, id: &str, source: &str) {
        self.cell(id)["source"] = lines(source);
    }

    /// Adds a markdown cell at the end.
    pub fn markdown(&mut self, id: &str, tags: &[&str], source: &str) {
        let cell = json!({
            "cell_type": "markdown", "id": id, "metadata": {"tags": tags}, "source": lines(source)
        });
        self.cells().push(cell);
    }

    /// Adds a code cell at the end.
    pub fn code(&mut self, id: &str, tags: &[&str], source: &str) {
        let cell = json!({
            "cell_type": "code", "execution_count": null, "id": id, "metadata": {"tags": tags}, "outputs": [],
            "source": lines(source)
        });
        self.cells().push(cell);
    }

    /// Adds a code cell before the last two, where a lesson's own cells stand.
    pub fn plant(&mut self, id: &str, tags: &[&str], source: &str) {
        self.code(id, tags, source);
        self.advance(1);
    }

    /// Adds an exercise before the last two cells.
    pub fn plant_exercise(&mut self, id: &str, starter: &str, solution: &str) {
        self.exercise(id, starter, solution);
        self.advance(3);
    }

    /// Moves the last `count` cells before the two that stand before them.
    fn advance(&mut self, count: usize) {
        let cells = self.cells();
        let end = cells.len() - count;
        cells[end - 2..].rotate_left(2);
    }

    /// An exercise is passed when `answer` is 2. Its cells are called `NAME`, `NAME-check`, `NAME-solution`.
    fn exercise(&mut self, name: &str, starter: &str, solution: &str) {
        let solution =
            format!("<details><summary>Solution</summary>\n\n```rust\n{solution}\n```\n\n</details>");
        self.code(name, &["exercise"], starter);
        self.code(&format!("{name}-check"), &["check"], CHECK);
        self.markdown(&format!("{name}-solution"), &["solution"], &solution);
    }
}

/// A check cell that displays a verdict with all it needs.
pub const CHECK: &str = r#"let verdict = format!("{{\"passed\": {}, \"says\": \"the answer is {}\"}}", answer == 2, answer);
println!("EVCXR_BEGIN_CONTENT application/vnd.timelanes.verdict+json\n{}\nEVCXR_END_CONTENT", verdict);
println!("EVCXR_BEGIN_CONTENT text/html\n<p>verdict</p>\nEVCXR_END_CONTENT");
println!("EVCXR_BEGIN_CONTENT text/plain\nverdict\nEVCXR_END_CONTENT");"#;

/// Code that displays a figure in these MIME types, without any crate.
pub fn figure(mimes: &[&str]) -> String {
    let block = |mime: &&str| {
        let data = if *mime == "text/plain" { "one lane" } else { "<svg></svg>" };
        format!("println!(\"EVCXR_BEGIN_CONTENT {mime}\\n{data}\\nEVCXR_END_CONTENT\");")
    };
    mimes.iter().map(block).collect::<Vec<_>>().join("\n")
}

fn lines(source: &str) -> Value {
    json!(source.split_inclusive('\n').collect::<Vec<_>>())
}

/// A folder laid out as a checkout, for lessons of a test; it goes away with this value.
pub struct Checkout {
    root: tempfile::TempDir,
}

impl Checkout {
    /// A checkout without lessons.
    pub fn new() -> Self {
        let root = tempfile::Builder::new().prefix("check test ü ").tempdir().expect("a temporary folder");
        fs::create_dir_all(root.path().join("notebooks")).expect("a folder for lessons");
        fs::create_dir_all(root.path().join("support-crate")).expect("a folder for the crate");
        fs::write(root.path().join("support-crate/Cargo.toml"), "").expect("a manifest");
        Self { root }
    }

    /// A checkout with one lesson, `00-start-here.ipynb`.
    pub fn with(notebook: &Notebook) -> Self {
        let checkout = Self::new();
        checkout.add("00-start-here.ipynb", notebook);
        checkout
    }

    /// Writes a lesson as JupyterLab does; gives its path.
    pub fn add(&self, name: &str, notebook: &Notebook) -> PathBuf {
        let mut text = Vec::new();
        let formatter = serde_json::ser::PrettyFormatter::with_indent(b" ");
        let mut serializer = serde_json::Serializer::with_formatter(&mut text, formatter);
        serde::Serialize::serialize(&notebook.json, &mut serializer).expect("JSON");
        text.push(b'\n');
        self.add_text(name, &String::from_utf8(text).expect("UTF-8"))
    }

    /// Writes a file among the lessons; gives its path.
    pub fn add_text(&self, name: &str, text: &str) -> PathBuf {
        let path = self.notebooks().join(name);
        fs::write(&path, text).expect("a written file");
        path
    }

    /// The top of the checkout.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// Its lessons.
    pub fn notebooks(&self) -> PathBuf {
        self.root.path().join("notebooks")
    }

    /// Checks the lessons without running them.
    pub fn validate(&self) -> Report {
        self.check_with(&Options { no_run: true, ..Options::default() })
    }

    /// Checks the lessons without a kernel, as `options` say.
    pub fn check_with(&self, options: &Options) -> Report {
        let project =
            Project::at(self.root().to_owned(), Some(self.root().join("cache"))).expect("a project");
        self.run_on(&project, options)
    }

    /// Checks the lessons on kernels of `project`.
    pub fn run_on(&self, project: &Project, options: &Options) -> Report {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(examine(project, &self.notebooks(), options)).expect("a report")
    }
}

/// The faults of a lesson as kind and cell id.
pub fn faults(lesson: &LessonReport) -> Vec<(FaultKind, Option<String>)> {
    let place =
        |fault: &lab::check::Fault| (fault.kind, fault.cell.as_ref().and_then(|cell| cell.id.clone()));
    lesson.faults.iter().map(place).collect()
}
