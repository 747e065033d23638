//! Every lesson of this checkout on the real kernel: as it is, with its solutions, with wrong and other right answers;
//! and what it says of Python, by the Python of `.venv`.

mod common;

use lab::check::{Options, examine};

#[test]
fn every_lesson_runs_without_a_fault() {
    let project = common::project();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let report = runtime.block_on(examine(project, &project.notebooks(), &Options::default()));
    let report = report.expect("there are lessons");
    assert_eq!(report.fault_count(), 0, "\n{}", report.to_text());
    let answers = report.tally();
    assert!(answers.wrong > 0 && answers.right > 0, "no answers were tried: {answers:?}");
    assert_eq!((answers.refused, answers.accepted), (answers.wrong, answers.right));
}
