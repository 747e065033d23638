//! A lesson on JupyterLab's page: its menu, its cells, and what is shown below them.

use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};

use super::driver::Browser;
use super::jupyter::JupyterLab;

/// Lab's page with a kernel that is ready; generous, for a machine that does other things too.
const OPENS: Duration = Duration::from_secs(180);
/// A whole lesson.
const RUNS: Duration = Duration::from_secs(600);
const MENU: Duration = Duration::from_secs(30);
/// Longer pages than this are cut: browsers draw no more.
const LONGEST: u64 = 16_000;
const NOTEBOOK: &str = ".jp-NotebookPanel:not(.lm-mod-hidden)";

/// What the page shows of one cell.
#[derive(Debug, Deserialize)]
struct Cell {
    /// "[3]:" after it ran.
    prompt: String,
    figures: Vec<Drawing>,
    /// What is on a red ground: a panic, an error, anything on stderr.
    errors: Vec<String>,
    /// The verdict of an exercise.
    verdict: Option<String>,
}

/// One SVG in the page.
#[derive(Debug, Deserialize)]
struct Drawing {
    /// Whether it says that nothing was measured: then there is nothing to hover over.
    is_empty: bool,
    hovers: Vec<String>,
    /// The hover text where the pointer meets the largest shape that has one.
    under_pointer: Option<String>,
    /// Texts that lie outside the picture.
    cut: Vec<String>,
}

const LOOK: &str = include_str!("look.js");

/// Marks the entry of a menu, or the button of a menu, with this text; the last menu is the innermost.
const MARK_ENTRY: &str = "
document.querySelectorAll('[data-wanted]').forEach(it => delete it.dataset.wanted);
const menus = [...document.querySelectorAll('.lm-Menu')];
const entries = arguments[1] === 0 ? document.querySelectorAll('.lm-MenuBar-item')
    : menus[arguments[1] - 1]?.querySelectorAll('.lm-Menu-item') ?? [];
const entry = [...entries].find(it => it.querySelector('.lm-MenuBar-itemLabel, .lm-Menu-itemLabel')?.textContent === arguments[0]);
if (entry) entry.dataset.wanted = 'yes';";

const STATE: &str = "
const dialog = document.querySelector('.jp-Dialog')?.textContent ?? null;
const splash = document.querySelector('#jupyterlab-splash') !== null;
const kernel = document.querySelector(arguments[0] + ' .jp-Notebook-ExecutionIndicator')?.dataset.status ?? null;
return { dialog, kernel: splash ? null : kernel };";

const FULL_HEIGHT: &str = "
const outer = document.querySelector(arguments[0] + ' .jp-WindowedPanel-outer');
outer.scrollTop = 0;
return outer.scrollHeight - outer.clientHeight + window.innerHeight;";

/// A lesson that is open.
pub struct Page<'a> {
    browser: &'a Browser,
    lab: &'a JupyterLab,
    lesson: String,
    /// The cells as the file has them.
    cells: Vec<Value>,
}

impl<'a> Page<'a> {
    /// Opens a lesson, and waits for its kernel.
    pub fn open(browser: &'a Browser, lab: &'a JupyterLab, lesson: &str) -> Self {
        browser.set_height(1000);
        browser.go(&lab.address(lesson));
        let page = Self { browser, lab, lesson: lesson.to_owned(), cells: lab.cells(lesson) };
        page.wait("its kernel is ready", OPENS, || {
            page.state()["kernel"] == "idle" && page.look(false).len() == page.cells.len()
        });
        page
    }

    /// The name of the lesson's file.
    pub fn lesson(&self) -> &str {
        &self.lesson
    }

    /// Run > Run All Cells, and waits until no cell is left to run.
    pub fn run_all(&self) {
        self.choose(&["Run", "Run All Cells"]);
        let ran = |cells: &[Cell]| cells.iter().any(|cell| cell.prompt.chars().any(|it| it.is_ascii_digit()));
        self.wait("all cells have run", RUNS, || {
            let cells = self.look(false);
            // After an error the kernel idles, and the cells below have not run: that is found in `faults`.
            ran(&cells)
                && cells.iter().all(|cell| !cell.prompt.contains('*'))
                && self.state()["kernel"] == "idle"
        });
    }

    /// What is wrong on the page after [`run_all`](Self::run_all).
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (cell, shown) in self.cells.iter().zip(self.look(true)) {
            let mut fault = |text: String| faults.push(format!("cell {}: {text}", cell["id"]));
            // A folded cell shows no number. Lessons have no outputs, so that a verdict says that its check ran.
            let numbered =
                cell["cell_type"] == "code" && cell["metadata"]["jupyter"]["source_hidden"] != true;
            if numbered && !shown.prompt.chars().any(|it| it.is_ascii_digit()) {
                fault("did not run".into());
            }
            let means_it = is_tagged(cell, "raises-exception") || is_tagged(cell, "expects-stderr");
            if !means_it {
                shown.errors.iter().for_each(|error| fault(format!("says on the error stream: {error}")));
            }
            if is_tagged(cell, "figure") && shown.figures.is_empty() {
                fault("no figure is on the page".into());
            }
            // Only what an exercise starts with may be no measurement.
            let may_be_empty = is_tagged(cell, "exercise");
            shown.figures.iter().flat_map(|figure| figure.faults(may_be_empty)).for_each(&mut fault);
            if is_tagged(cell, "check") && shown.verdict.is_none_or(|text| text.trim().is_empty()) {
                fault("no verdict is on the page".into());
            }
        }
        faults
    }

    /// The cells that have a figure: each one's place and id.
    pub fn figure_cells(&self) -> Vec<(usize, String)> {
        let figures = self.cells.iter().enumerate().filter(|(_, cell)| is_tagged(cell, "figure"));
        figures.map(|(index, cell)| (index, cell["id"].as_str().unwrap_or("cell").to_owned())).collect()
    }

    /// Settings > Theme.
    pub fn show_in(&self, theme: &str) {
        self.choose(&["Settings", "Theme", theme]);
        self.wait("the theme is on", MENU, || {
            self.browser.script("return document.body.dataset.jpThemeName", &[]) == theme
        });
    }

    /// The whole lesson as PNG, however long.
    pub fn picture(&self) -> Vec<u8> {
        self.look(false);
        // Longer outputs may come into being when there is room, so twice.
        for _ in 0..2 {
            let height = self.browser.script(FULL_HEIGHT, &[json!(NOTEBOOK)]).as_f64().unwrap_or(1000.0);
            self.browser.set_height((height as u64 + 100).min(LONGEST));
        }
        self.browser.picture(NOTEBOOK)
    }

    /// The cell at this place as PNG.
    pub fn picture_of(&self, index: usize) -> Vec<u8> {
        self.browser.picture(&format!("{NOTEBOOK} [data-lesson=\"{index}\"]"))
    }

    /// Leaves the page and ends its kernel.
    pub fn shut_down_kernel(self) {
        self.browser.go("about:blank");
        self.lab.shut_down_kernels();
    }

    fn look(&self, closely: bool) -> Vec<Cell> {
        let cells = self.browser.script(LOOK, &[json!(NOTEBOOK), json!(closely)]);
        serde_json::from_value(cells).expect("the script returns cells")
    }

    fn state(&self) -> Value {
        let state = self.browser.script(STATE, &[json!(NOTEBOOK)]);
        assert!(state["dialog"].is_null(), "{}: JupyterLab asks: {}", self.lesson, state["dialog"]);
        state
    }

    /// Clicks through Lab's menus.
    fn choose(&self, path: &[&str]) {
        for (depth, label) in path.iter().enumerate() {
            self.wait(&format!("the menu has {label:?}"), MENU, || {
                self.browser.script(MARK_ENTRY, &[json!(label), json!(depth)]);
                self.browser.click("[data-wanted]").is_ok()
            });
        }
    }

    fn wait(&self, what: &str, limit: Duration, mut is_so: impl FnMut() -> bool) {
        let start = Instant::now();
        while !is_so() {
            assert!(
                start.elapsed() < limit,
                "{}: waited {limit:?} until {what}; {:?}",
                self.lesson,
                self.look(false)
            );
            thread::sleep(Duration::from_millis(200));
        }
    }
}

impl Drawing {
    fn faults(&self, may_be_empty: bool) -> Vec<String> {
        let mut faults = Vec::new();
        let is_told = self.hovers.len() >= 2 && self.hovers.iter().all(|text| !text.trim().is_empty());
        let is_excused = may_be_empty && self.is_empty;
        if !is_told && !is_excused {
            faults.push(format!("the figure has no hover texts, or empty ones: {:?}", self.hovers));
        } else if is_told && self.under_pointer.is_none() {
            faults.push("the pointer meets no hover text over the figure's largest shape".into());
        }
        if !self.cut.is_empty() {
            faults.push(format!("texts of the figure are cut: {:?}", self.cut));
        }
        faults
    }
}

fn is_tagged(cell: &Value, tag: &str) -> bool {
    cell["metadata"]["tags"].as_array().is_some_and(|tags| tags.iter().any(|it| it == tag))
}
