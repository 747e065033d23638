//! How soon a kernel of the course is ready and how soon its cells answer, beside stock evcxr's bare start.
//!
//! To reach, with everything warm: ready in at most 2.5 times stock's bare start, the set-up cell in at most 0.3 s,
//! the median cell in at most 0.4 s.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Result;
use lab::kernel::drive::Session;
use lab::project::{Project, SETUP_CELL};
use lab::setup::{self, Place};

/// How many kernels of each kind; the two kinds take turns, so that noise meets both.
const ROUNDS: usize = 3;
/// Plain cells, such as lessons have between their figures.
const CELLS: [&str; 7] = [
    "let numbers = vec![1, 2, 3];",
    "numbers.iter().sum::<i32>()",
    "fn twice(number: i32) -> i32 { number * 2 }",
    "let doubled: Vec<i32> = numbers.iter().map(|number| twice(*number)).collect();",
    "let answer = std::thread::spawn(|| 42).join().unwrap();",
    "let shared = std::sync::Arc::new(std::sync::Mutex::new(answer));",
    "*shared.lock().unwrap() += 1;",
];

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(1).expect("lab/ lies in the checkout");
    let project = Project::at(root.to_owned(), None)?;
    setup::run(&project)?;
    let place = Place::of(&project)?;
    let (mut stock, mut ours, mut first, mut cells) = (vec![], vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        stock.push(start(|connection| bare(&place, connection))?.1);
        let (mut session, ready) = start(|connection| course(&project, connection))?;
        ours.push(ready);
        first.push(session.run(SETUP_CELL)?.took);
        for cell in CELLS {
            cells.push(session.run(cell)?.took);
        }
    }
    let (stock, ours) = (median(stock), median(ours));
    let ratio = ours.as_secs_f64() / stock.as_secs_f64();
    println!("stock evcxr, bare: ready in        {:.2} s", stock.as_secs_f64());
    println!(
        "cargo lab kernel:  ready in        {:.2} s   {ratio:.2} times stock (at most 2.5)",
        ours.as_secs_f64()
    );
    println!("                   set-up cell in  {:.2} s   (at most 0.30 s)", median(first).as_secs_f64());
    println!("                   median cell in  {:.2} s   (at most 0.40 s)", median(cells).as_secs_f64());
    Ok(())
}

fn start(command: impl FnOnce(&Path) -> Command) -> Result<(Session, Duration)> {
    let start = Instant::now();
    let session = Session::start(command, |_| {})?;
    Ok((session, start.elapsed()))
}

fn bare(place: &Place, connection_file: &Path) -> Command {
    let mut command = Command::new(setup::evcxr::program(place));
    let nothing = connection_file.with_file_name("nothing");
    command
        .arg("--control_file")
        .arg(connection_file)
        .env("EVCXR_CONFIG_DIR", &nothing)
        .env("JUPYTER_PATH", &nothing);
    command.env_remove("EVCXR_TMPDIR").stdin(std::process::Stdio::null());
    command
}

fn course(project: &Project, connection_file: &Path) -> Command {
    let mut command = Command::new(setup::spec::program(project));
    command
        .args(["kernel", "--root"])
        .arg(project.root())
        .arg("--cache")
        .arg(project.cache())
        .arg(connection_file);
    command
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
