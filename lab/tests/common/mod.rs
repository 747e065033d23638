//! What the tests of `lab` share: this checkout, set up.

use std::path::Path;
use std::sync::OnceLock;

use lab::project::Project;

/// This checkout, after the set-up; made once a process.
pub fn project() -> &'static Project {
    static PROJECT: OnceLock<Project> = OnceLock::new();
    PROJECT.get_or_init(|| {
        let root =
            Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("lab/ lies in the checkout").to_owned();
        let project = Project::at(root, None).expect("the user has a cache folder");
        lab::setup::run(&project).expect("the set-up succeeds");
        project
    })
}
