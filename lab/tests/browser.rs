//! The course in a real browser: JupyterLab opens lesson 01, Run All, every figure is on the page.
//!
//! Lab is started as a learner starts it, by `lab open`, but on a copy of the lessons, for Lab saves by itself. The
//! browser is a headless Chromium, told what to do through its WebDriver (Debian: `chromium` and `chromium-driver`).
//! Where the two are missing, the test says so in a line and passes.
//!
//! | module | holds |
//! |---|---|
//! | [`jupyter`](browser::jupyter) | JupyterLab on a copy of the lessons |
//! | [`driver`](browser::driver) | the browser |
//! | [`page`](browser::page) | Lab's page: the menu, the cells, what they show |
//! | [`heard`](browser::heard) | what a program says when it starts |
//! | [`pictures`](browser::pictures) | screenshots |
//! | [`leftovers`](browser::leftovers) | finds and ends what a test leaves behind |
//!
//! # To look at what you changed
//! ```text
//! TIMELANES_SCREENSHOTS=/tmp/pictures cargo test --package lab --test browser -- --nocapture
//! ```
//! runs every lesson, and saves of each a picture of the whole page and one of every figure's cell, in Lab's light
//! and dark themes: `01-one-waiter.light.png`, `01-one-waiter.at-once.dark.png`. Pictures are saved before anything is
//! asserted. With `TIMELANES_LESSONS=10,12` it runs these alone.

mod browser {
    pub mod driver;
    pub mod heard;
    pub mod jupyter;
    pub mod leftovers;
    pub mod page;
    pub mod pictures;
}
mod common;

use std::path::PathBuf;

use browser::driver::{Browser, Programs};
use browser::jupyter::JupyterLab;
use browser::leftovers::Mark;
use browser::page::Page;
use browser::pictures;

/// The lesson that is run where no pictures are wanted.
const LESSON: &str = "01";

#[test]
fn run_all_in_jupyterlab_puts_every_figure_on_the_page_with_hover_texts_and_no_error() {
    let Some(programs) = Programs::find() else {
        let skipped = "skipped: no Chromium with its WebDriver here; to run this test, install chromium and chromium-driver";
        // Also past the test harness, which keeps what a passing test prints.
        browser::leftovers::say(skipped);
        return;
    };
    let project = common::project();
    let _stoppable = lab::process::Stoppable::new();
    let folder = tempfile::Builder::new().prefix("timelanes-browser-").tempdir().expect("a temporary folder");
    let mark = Mark::new(folder.path());
    let lab = JupyterLab::start(project, folder.path(), &mark);
    let browser = Browser::start(&programs, folder.path(), &mark);
    let pictures = std::env::var_os("TIMELANES_SCREENSHOTS").map(PathBuf::from);

    let asked = std::env::var("TIMELANES_LESSONS").ok();
    let numbers: Option<Vec<&str>> = asked.as_deref().map(|asked| asked.split(',').collect());
    let wanted = |name: &str| match &numbers {
        Some(numbers) => numbers.iter().any(|number| name.starts_with(number)),
        None => pictures.is_some() || name.starts_with(LESSON),
    };
    let lessons: Vec<String> = lab.lessons().into_iter().filter(|name| wanted(name)).collect();
    assert!(!lessons.is_empty(), "there is no such lesson");
    let mut faults = Vec::new();
    for lesson in lessons {
        let page = Page::open(&browser, &lab, &lesson);
        page.run_all();
        if let Some(folder) = &pictures {
            pictures::save(&page, folder);
        }
        faults.extend(page.faults().into_iter().map(|fault| format!("{lesson}: {fault}")));
        page.shut_down_kernel();
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));

    drop((browser, lab));
    assert_eq!(mark.processes_after_grace(), Vec::<String>::new(), "nothing runs any more");
}
