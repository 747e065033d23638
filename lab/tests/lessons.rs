//! Every lesson of this checkout, as it is and with its solutions, on the real kernel.

mod common;

use lab::check::{Options, examine};

#[test]
fn every_lesson_runs_without_a_fault() {
    let project = common::project();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let report = runtime.block_on(examine(project, &project.notebooks(), &Options::default()));
    let report = report.expect("there are lessons");
    assert_eq!(report.fault_count(), 0, "\n{}", report.to_text());
}
