//! A harness for tests that fork: a fork needs a process with one thread, which the usual harness has not. It takes the
//! usual one's options, runs one test after another on the main thread, and looks for children left behind.

use libtest_mimic::{Arguments, Failed, Trial};

/// A test and its name.
pub type Test = (&'static str, fn());

/// The tests of the names given.
#[macro_export]
macro_rules! tests {
    ($($name:ident),* $(,)?) => { vec![$((stringify!($name), $name as fn())),*] };
}

/// The live children of process `of` by `/proc`, zombies among them, with their state's letter.
pub fn children(of: u32) -> Vec<(u32, String)> {
    let processes = std::fs::read_dir("/proc").unwrap();
    let numbers = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let child = |pid: u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
        let state = fields.next()?.to_owned();
        (fields.next()? == of.to_string()).then_some((pid, state))
    };
    numbers.filter_map(child).collect()
}

/// Runs those of `tests` that the command line asks for, and ends the process; not with 0 when one failed.
pub fn main(tests: &[Test]) -> ! {
    let mut arguments = Arguments::from_args();
    // On the main thread, whatever was asked for.
    arguments.test_threads = Some(1);
    let trials = tests.iter().map(|&(name, test)| Trial::test(name, move || run(test)));
    libtest_mimic::run(&arguments, trials.collect()).exit()
}

/// Runs one test; whatever it did, no child may be left.
fn run(test: fn()) -> Result<(), Failed> {
    let outcome = std::panic::catch_unwind(test);
    let left = children(std::process::id());
    if left.is_empty() {
        outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        return Ok(());
    }
    Err(format!("{} left behind: {left:?}", if outcome.is_ok() { "passed, but" } else { "panicked, and" })
        .into())
}
