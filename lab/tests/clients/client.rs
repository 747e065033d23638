//! Clients of the kernel that nobody here wrote, started in an emptied environment.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use lab::project::Project;
use lab::setup::files;
use lab::setup::lock::Lock;

/// What remains of the environment: no Rust is on this PATH, and no variable of cargo's is there.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// `.venv`'s Python in an environment with HOME and PATH alone (and no standby), which finds the kernel by its spec. What the
/// learner has completed is kept in `state`, not in the checkout.
pub fn python(project: &Project, state: &Path) -> Command {
    let mut python = Command::new(project.python());
    python.env_clear().env("PATH", PATH).env("TIMELANES_STATE", state).env("TIMELANES_STANDBY", "0");
    python.current_dir(state);
    // A fact of the machine, as HOME is.
    for name in ["HOME", "TMPDIR"] {
        python.env(name, std::env::var_os(name).unwrap_or_else(|| "/tmp".into()));
    }
    python
}

/// The same with what `requirements-tests.txt` adds, which lies beside what cargo built and not in `.venv`.
pub fn python_of_tests(project: &Project, state: &Path, program: &str) -> Command {
    let folder = installed(project);
    let mut python = python(project, state);
    python.arg("-c").arg(format!("import sys; sys.path.insert(0, {folder:?}); {program}"));
    python
}

fn installed(project: &Project) -> PathBuf {
    let requirements = project.root().join("requirements-tests.txt");
    let parent = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let text = fs::read(&requirements).expect("requirements-tests.txt can be read");
    let folder = parent.join(format!("python-{}", files::short_hash((text, project.venv()))));
    let _one_at_a_time = Lock::quietly(parent, "python.lock", false).expect("a lock in the target folder");
    if !files::is_whole(&folder) {
        files::make_whole(&folder, |folder| {
            let mut pip = Command::new(project.python());
            pip.args(["-m", "pip", "install", "--no-deps", "--quiet", "--disable-pip-version-check"]);
            pip.arg("--target").arg(folder).arg("-r").arg(&requirements);
            lab::process::run(&mut pip, &mut |_| {})
        })
        .expect("what the tests need of Python can be installed");
    }
    folder
}

/// What a client said, for a test that fails.
pub fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
