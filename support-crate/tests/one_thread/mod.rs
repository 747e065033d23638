//! A harness for tests that fork: a fork needs a process with one thread, which the usual harness has not. It runs
//! one test after another, by the names given as arguments or all, and looks for children left behind.

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

/// Runs those of `tests` that the command line asks for, and ends the process; 1 when one failed.
pub fn main(tests: &[Test]) -> ! {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        tests.iter().for_each(|(name, _)| println!("{name}: test"));
        std::process::exit(0);
    }
    let asked: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    let mut failed = 0;
    for (name, test) in tests {
        if asked.is_empty() || asked.iter().any(|part| name.contains(part.as_str())) {
            let start = std::time::Instant::now();
            let passed = run(*test);
            failed += usize::from(!passed);
            println!("test {name} ... {} ({:?})", if passed { "ok" } else { "FAILED" }, start.elapsed());
        }
    }
    std::process::exit(i32::from(failed > 0));
}

/// Runs one test; whatever it did, no child may be left.
fn run(test: fn()) -> bool {
    let passed = std::panic::catch_unwind(test).is_ok();
    let left = children(std::process::id());
    if !left.is_empty() {
        println!("left behind: {left:?}");
    }
    passed && left.is_empty()
}
