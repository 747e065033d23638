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
        notebook.markdown("story", &[], "It is a *number*; see the [glossary](glossary.md).");
        notebook.code("guess", &["predict"], "let my_guess = 16.0;");
        notebook.code("see", &["figure"], &figure(&["text/html", "image/svg+xml", "text/plain"]));
        notebook.markdown("more", &["vary"], "Change it, und noch einmal: „größer“.");
        notebook.exercise("first", 1, "let answer = 1;", "let answer = 2;");
        notebook.markdown("end", &["recap"], RECAP);
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

    /// The index of the cell with this id.
    pub fn at(&mut self, id: &str) -> usize {
        self.cells().iter().position(|cell| cell["id"] == id).unwrap_or_else(|| panic!("no cell {id}"))
    }

    /// Replaces a part of a cell's source.
    pub fn replace(&mut self, id: &str, old: &str, new: &str) {
        let lines = self.cell(id)["source"].as_array().cloned().unwrap_or_default();
        let source: String = lines.iter().filter_map(Value::as_str).collect();
        assert!(source.contains(old), "{id} has no {old:?}");
        self.write(id, &source.replace(old, new));
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

    /// Adds the exercise with this number before the last two cells.
    pub fn plant_exercise(&mut self, id: &str, number: usize, starter: &str, solution: &str) {
        self.exercise(id, number, starter, solution);
        self.advance(3);
    }

    /// Adds markdown before the last cell, where Further stands.
    pub fn plant_below(&mut self, id: &str, source: &str) {
        self.markdown(id, &[], source);
        let end = self.cells().len();
        self.cells().swap(end - 2, end - 1);
    }

    /// Moves the last `count` cells before the two that stand before them.
    fn advance(&mut self, count: usize) {
        let cells = self.cells();
        let end = cells.len() - count;
        cells[end - 2..].rotate_left(2);
    }

    /// An exercise is passed when `answer` is 2. Its cells are called `NAME`, `NAME-check`, `NAME-solution`.
    fn exercise(&mut self, name: &str, number: usize, starter: &str, solution: &str) {
        let solution =
            format!("<details><summary>Solution</summary>\n\n```rust\n{solution}\n```\n\n</details>");
        self.code(name, &["exercise"], starter);
        let id = format!("{name}-check");
        self.code(&id, &["check"], &check(number));
        self.cell(&id)["metadata"] = json!({"jupyter": {"source_hidden": true}, "tags": ["check"]});
        self.markdown(&format!("{name}-solution"), &["solution"], &solution);
    }
}

/// A recap with a term that stands in the sound lesson.
pub const RECAP: &str =
    "Five lines. You can now answer: *Why? Who else?*\n\n### Terms\n\n- **number**: how many.\n";

/// The check cell of this exercise of lesson 00.
pub fn check(number: usize) -> String {
    format!(
        "// Check of exercise 00.{number}: run this cell with Shift + Enter\n\
         exercise(\"00.{number}\")\n    .saw(format!(\"the answer is {{}}\", answer))\n    \
         .must(answer == 2, \"an answer that is 2\")\n    .hint(\"a\").hint(\"b\").hint(\"c\")"
    )
}

/// The glossary of a course that has the sound lesson alone.
pub const GLOSSARY: &str = "# Glossary\n\n\
    Every term of the course, with the lesson that defines it, and below them the questions it answers.\n\n\
    <!-- Written by `cargo lab check --fix` from the recaps of the lessons: change it there. -->\n\n\
    - **number** ([00 · Start here](00-start-here.ipynb)): how many.\n\n\
    ## Questions\n\n- *Why?* ([00 · Start here](00-start-here.ipynb))\n\
    - *Who else?* ([00 · Start here](00-start-here.ipynb))\n";

/// Answers to an exercise of a sound lesson: each file's name and what is in it.
pub const ANSWERS: [(&str, &str); 4] = [
    ("wrong-three.rs", "// One more must be it.\nlet answer = 3;\n"),
    ("wrong-four.rs", "// Twice two is safe.\n// says: the answer is 4\nlet answer = 4;\n"),
    ("cheat-nothing.rs", "// Nothing asked, nothing given.\nlet answer = 0;\n"),
    ("right-sum.rs", "// It is a sum.\nlet answer = 1 + 1;\n"),
];

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

    /// A checkout with one lesson, `00-start-here.ipynb`, the answers to its exercise, and its glossary.
    pub fn with(notebook: &Notebook) -> Self {
        let checkout = Self::new();
        checkout.add("00-start-here.ipynb", notebook);
        checkout.answer("00.1", &ANSWERS);
        checkout.add_text("glossary.md", GLOSSARY);
        checkout
    }

    /// Takes a file among the lessons away.
    pub fn take(&self, file: &str) {
        fs::remove_file(self.notebooks().join(file)).expect("a file to take away");
    }

    /// Writes answers to an exercise.
    pub fn answer(&self, exercise: &str, answers: &[(&str, &str)]) {
        fs::create_dir_all(self.notebooks().join("answers").join(exercise)).expect("a folder for answers");
        for (file, text) in answers {
            self.add_text(&format!("answers/{exercise}/{file}"), text);
        }
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
