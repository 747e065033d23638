//! What a machine does not let a test see is said, not passed over: on stderr, and in the file that
//! `TIMELANES_NOT_TESTED` names, which `.ci/run` shows at its end.

use std::io::Write;

/// Says what was not tested, and why.
pub fn not_tested(what: impl std::fmt::Display) {
    eprintln!("not tested: {what}");
    let Some(file) = std::env::var_os("TIMELANES_NOT_TESTED") else { return };
    let file = std::fs::OpenOptions::new().create(true).append(true).open(file);
    let _ = file.and_then(|mut file| writeln!(file, "{what}"));
}
