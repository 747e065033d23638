//! Real kernels: warm, alone in their folder, and gone without a trace.
#![cfg(unix)]

mod common;

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use lab::kernel::drive::Session;
use lab::kernel::ports::Ports;
use lab::kernel::{WarmFolder, warm};
use lab::project::{Project, SETUP_CELL};
use lab::setup::{Place, warm as setup_warm};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

/// A kernel as JupyterLab starts it, for a user whose home is `home`.
fn kernel(project: &Project, home: &Path, connection_file: &Path) -> Command {
    let mut command = lab::kernel::front_command(project, connection_file);
    command.env("XDG_DATA_HOME", home.join("data")).env("XDG_CONFIG_HOME", home.join("config"));
    command.env("TIMELANES_STATE", home).env("TIMELANES_STANDBY", "0");
    command
}

/// What `process` started.
fn children(process: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let lists = threads.map(|it| fs::read_to_string(it.path().join("children")).unwrap_or_default());
    lists.flat_map(|list| list.split_whitespace().map(|id| id.parse().unwrap()).collect::<Vec<_>>()).collect()
}

/// The host of the front `id`, the kernel behind it, and its folder, once they are there.
fn behind(id: u32) -> (u32, u32, String) {
    let start = Instant::now();
    loop {
        let found = children(id).first().and_then(|host| {
            let kernel = *children(*host).first()?;
            let environment = fs::read(format!("/proc/{kernel}/environ")).ok()?;
            let environment = String::from_utf8_lossy(&environment).into_owned();
            let folder = environment.split('\0').find_map(|it| it.strip_prefix("EVCXR_TMPDIR="))?.to_owned();
            Some((*host, kernel, folder.strip_suffix("/work/cell")?.to_owned()))
        });
        if let Some(found) = found {
            return found;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "nothing is behind the front");
        thread::sleep(Duration::from_millis(20));
    }
}

/// A [`kernel`] that is ready, and the folder of the one behind it.
fn started(project: &Project, home: &Path) -> (Session, String) {
    let mut session = Session::start(|file| kernel(project, home, file), |_| {}).unwrap();
    let (_, _, folder) = behind(session.id());
    (session, folder)
}

#[track_caller]
fn disappears(what: &str, is_there: impl Fn() -> bool) {
    let start = Instant::now();
    while is_there() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what} is still there");
        thread::sleep(Duration::from_millis(50));
    }
}

fn runs(process: i32) -> bool {
    // A process that ended and waits to be collected has no memory.
    fs::read_to_string(format!("/proc/{process}/statm")).is_ok_and(|memory| !memory.starts_with("0 "))
}

#[test]
#[cfg(target_os = "linux")]
fn a_kernel_runs_cells_and_leaves_no_folder_and_no_process_and_the_users_own_jupyter_as_it_was() {
    let (project, home) = (common::project(), TempDir::new().unwrap());
    let own = home.path().join("data/jupyter/kernels/rust");
    fs::create_dir_all(&own).unwrap();
    fs::write(own.join("kernel.json"), "the user's own").unwrap();
    let (mut session, folder) = started(project, home.path());
    let setup = session.run(SETUP_CELL).unwrap();
    assert!(setup.is_ok, "{}", setup.text);
    let id: i32 = session.run("std::process::id()").unwrap().text.trim().parse().unwrap();
    assert_eq!(
        session.run("let words = vec![\"a\", \"b\"]; words.join(\"+\")").unwrap().text.trim(),
        "\"a+b\""
    );
    // A run that failed ends its cell with the error, and shows what was recorded up to then.
    let burnt =
        "record(\"x\").threads(|run| { run.lane(\"ada\").wait(\"bakes\", MINUTE); panic!(\"burnt\") })?;";
    let failed = session.run(burnt).unwrap().text;
    assert!(failed.contains("This run failed") && failed.contains("waiting (bakes)"), "{failed}");
    assert!(failed.contains("\"the run\" panicked: burnt"), "{failed}");
    assert!(runs(id) && Path::new(&folder).exists());
    drop(session);
    disappears("the folder", || Path::new(&folder).exists());
    disappears("the process that ran the cells", || runs(id));
    assert_eq!(fs::read_dir(&own).unwrap().count(), 1);
    assert_eq!(fs::read_to_string(own.join("kernel.json")).unwrap(), "the user's own");
    assert!(!home.path().join("config").exists());
}

#[test]
#[cfg(target_os = "linux")]
fn a_kernel_can_listen_on_ports_that_nobody_else_is_given() {
    let ports = Ports::hold().unwrap();
    let given = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap();
    let lowest: u16 = given.split_whitespace().next().unwrap().parse().unwrap();
    let held = numbers(&ports);
    // Whoever asks for any port is given none of these, held or not.
    assert!(
        lowest < 22_000 || held.iter().all(|port| *port < lowest),
        "{held:?}, and any port is from {lowest} on"
    );
    // Without being held, some of so many would be the same.
    let others: Vec<_> = (0..60).map(|_| Ports::hold().unwrap()).collect();
    let mut all: Vec<_> = others.iter().flat_map(numbers).chain(held).collect();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 5 * 61);
    for port in held {
        let address = (Ipv4Addr::LOCALHOST, port);
        assert!(TcpStream::connect(address).is_err(), "somebody listens on {port} already");
        let kernel = TcpListener::bind(address).unwrap();
        TcpStream::connect(address).unwrap();
        kernel.accept().unwrap();
    }
}

#[cfg(target_os = "linux")]
fn numbers(ports: &Ports) -> [u16; 5] {
    let at = &ports.connection;
    [at.shell_port, at.iopub_port, at.stdin_port, at.control_port, at.hb_port]
}

#[test]
fn a_port_that_is_taken_for_a_moment_does_not_end_a_kernel() {
    let (project, home) = (common::project(), TempDir::new().unwrap());
    let command = |file: &Path| {
        let connection: serde_json::Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        let port = connection["control_port"].as_u64().unwrap().try_into().unwrap();
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
        thread::spawn(move || {
            thread::sleep(Duration::from_secs(1));
            drop(taken);
        });
        kernel(project, home.path(), file)
    };
    let mut session = Session::start(command, |_| {}).unwrap();
    assert_eq!(session.run("1 + 2").unwrap().text.trim(), "3");
}

#[test]
fn a_kernel_finds_rust_and_its_library_by_home_alone() {
    let project = common::project();
    let command = |file: &Path| {
        let mut command = kernel(project, file.parent().unwrap(), file);
        command.env_clear().env("HOME", std::env::var_os("HOME").unwrap());
        command.env("TIMELANES_STATE", file.parent().unwrap());
        command
    };
    let mut session = Session::start(command, |_| {}).unwrap();
    let setup = session.run(SETUP_CELL).unwrap();
    assert!(setup.is_ok, "{}", setup.text);
    assert_eq!(session.run("let three = 1 + 2; three").unwrap().text.trim(), "3");
}

#[test]
#[cfg(target_os = "linux")]
fn a_kernel_that_is_killed_takes_the_process_that_runs_its_cells_with_it() {
    let (project, home) = (common::project(), TempDir::new().unwrap());
    let (mut session, folder) = started(project, home.path());
    let cells: i32 = session.run("std::process::id()").unwrap().text.trim().parse().unwrap();
    kill(Pid::from_raw(session.id().try_into().unwrap()), Signal::SIGKILL).unwrap();
    disappears("the process that ran the cells", || runs(cells));
    // The kernel itself has ended, but this test is its parent and has to collect it.
    assert!(session.run("1").is_err());
    disappears("the folder", || Path::new(&folder).exists());
}

#[test]
#[cfg(target_os = "linux")]
fn a_thread_that_an_earlier_cell_left_is_told_of_and_later_cells_fork_again() {
    const STUCK: &str = "std::thread::spawn(|| loop { std::thread::park() });";
    const FORKS: &str =
        "println!(\"{:?}\", record(\"forks\").processes(|run| _ = run.fork(\"ada\", |_| ())).err());";
    let (project, home) = (common::project(), TempDir::new().unwrap());
    let mut session = Session::start(|file| kernel(project, home.path(), file), |_| {}).unwrap();
    session.run(SETUP_CELL).unwrap();
    let own = session.run(&format!("{STUCK}\n{FORKS}")).unwrap();
    assert!(
        own.is_ok && own.text.contains("Join ") && own.text.contains("first"),
        "its own cell: {}",
        own.text
    );
    let later = session.run(FORKS).unwrap();
    let next = session.run(SETUP_CELL).unwrap();
    // What a process says on stderr at its end may come after the kernel's answer.
    let says = later.text + &next.text;
    assert!(!later.is_ok && says.contains("An earlier cell left "), "{says}");
    assert!(says.contains("run the set-up cell"), "{says}");
    let again = session.run(FORKS).unwrap();
    assert!(again.is_ok && again.text.contains("None"), "{}", again.text);
}

/// A file as if it had been written long ago, for as long as this lives.
struct Aged(fs::File, SystemTime);

impl Aged {
    fn new(path: &str) -> Self {
        let file = fs::File::options().append(true).open(path).unwrap();
        let before = file.metadata().unwrap().modified().unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        Self(file, before)
    }
}

impl Drop for Aged {
    fn drop(&mut self) {
        self.0.set_modified(self.1).unwrap();
    }
}

/// The files below `folder` that are called so, or those of them that are newer than another file.
fn found(folder: &str, name: &str, newer_than: Option<&Path>) -> String {
    let mut find = Command::new("find");
    find.args([folder, "-name", name]);
    newer_than.map(|other| find.arg("-newer").arg(other));
    String::from_utf8(find.output().unwrap().stdout).unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn a_kernels_first_mistake_has_no_crate_checked() {
    let (project, home) = (common::project(), TempDir::new().unwrap());
    let before = home.path().join("before");
    fs::write(&before, "").unwrap();
    let (mut session, folder) = started(project, home.path());
    let mistake = session.run("let mistake = no_such_name();").unwrap();
    assert!(!mistake.is_ok && mistake.text.contains("no_such_name"), "{}", mistake.text);
    assert!(!found(&folder, "libtokio-*.rmeta", None).is_empty());
    assert_eq!(found(&folder, "libtokio-*.rmeta", Some(&before)), "");
    assert_eq!(found(&folder, "libtimelanes-*.rmeta", Some(&before)), "");
    // And the next cell is none the worse for it.
    assert_eq!(session.run("let right = 40 + 2; right").unwrap().text.trim(), "42");
}

#[test]
#[cfg(target_os = "linux")]
fn sources_with_newer_times_and_the_same_text_are_not_compiled_again() {
    let (project, home) = (common::project(), TempDir::new().unwrap());
    let before = home.path().join("before");
    fs::write(&before, "").unwrap();
    let (warm, _) = setup_warm::newest(&Place::of(project).unwrap()).unwrap();
    let notes = found(warm.to_str().unwrap(), "dep-lib-timelanes", None);
    let aged: Vec<_> = notes.lines().map(Aged::new).collect();
    let (mut session, folder) = started(project, home.path());
    let setup = session.run(SETUP_CELL).unwrap();
    assert!(setup.is_ok, "{}", setup.text);
    assert!(!aged.is_empty() && !found(&folder, "libtimelanes-*", None).is_empty());
    assert_eq!(found(&folder, "libtimelanes-*", Some(&before)), "", "compiled again");
}

#[test]
#[cfg(target_os = "linux")]
fn a_cell_is_compiled_without_cargo_until_a_crate_on_this_machine_changes() {
    let (project, home) = (common::project(), TempDir::new().unwrap());
    // A space in the path, as people have them.
    let own = home.path().join("my crate");
    fs::create_dir_all(own.join("src")).unwrap();
    let manifest =
        "[package]\nname = \"mine\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n[features]\nmore = []\n";
    fs::write(own.join("Cargo.toml"), manifest).unwrap();
    let source = |number: u32| {
        format!("pub fn number() -> u32 {{ {number} + if cfg!(feature = \"more\") {{ 10 }} else {{ 0 }} }}")
    };
    fs::write(own.join("src/lib.rs"), source(1)).unwrap();
    let (mut session, folder) = started(project, home.path());
    let stamp = home.path().join("stamp");
    let builds = || {
        found(&folder, "invoked.timestamp", Some(&stamp)).lines().filter(|it| it.contains("/ctx-")).count()
    };
    // First with a mistake beside it, so that cargo is asked and nothing is built; another cell; the crate is mended.
    let setup = format!(":dep mine = {{ path = {own:?} }}");
    let mistake = session.run(&format!("{setup}\nmine::no_such_name()")).unwrap();
    assert!(!mistake.is_ok && mistake.text.contains("no_such_name"), "{}", mistake.text);
    assert_eq!(session.run("1 + 1").unwrap().text.trim(), "2");
    fs::write(own.join("src/lib.rs"), source(1) + " pub fn no_such_name() -> u32 { 7 }").unwrap();
    assert_eq!(session.run(&format!("{setup}\nmine::no_such_name()")).unwrap().text.trim(), "7");
    let number = |session: &mut Session| session.run("mine::number()").unwrap().text.trim().to_owned();
    assert_eq!(number(&mut session), "1");
    fs::write(&stamp, "").unwrap();
    assert_eq!((number(&mut session), builds()), ("1".into(), 0));
    // A new file, and the kernel builds twice, first in vain, to show a number; then that file alone changes.
    fs::write(own.join("src/extra.rs"), "pub fn one() -> u32 { 1 }").unwrap();
    fs::write(own.join("src/lib.rs"), source(1) + " mod extra; pub fn more() -> u32 { extra::one() }")
        .unwrap();
    assert_eq!(session.run("mine::more()").unwrap().text.trim(), "1");
    fs::write(own.join("src/extra.rs"), "pub fn one() -> u32 { 3 }").unwrap();
    assert_eq!(session.run("mine::more()").unwrap().text.trim(), "3");
    fs::write(&stamp, "").unwrap();
    fs::write(own.join("src/lib.rs"), source(2)).unwrap();
    assert_eq!((number(&mut session), builds()), ("2".into(), 1));
    fs::write(&stamp, "").unwrap();
    fs::write(own.join("Cargo.toml"), format!("{manifest}default = [\"more\"]\n")).unwrap();
    assert_eq!((number(&mut session), builds()), ("12".into(), 1));
    fs::write(&stamp, "").unwrap();
    assert_eq!((number(&mut session), builds()), ("12".into(), 0));
}

#[test]
fn what_rust_analyzer_was_answered_outlives_an_edit_of_the_crates_sources_and_not_one_of_a_manifest() {
    let kernel = WarmFolder::take(common::project()).unwrap();
    let (work, place) = (kernel.path().join("work"), Place::of(common::project()).unwrap());
    let answers = || fs::read_dir(work.join("answers")).map_or(0, Iterator::count);
    // Cargo writes this anew, with the kernel's own crate in it.
    assert_ne!(
        fs::read(work.join("Cargo.lock")).unwrap(),
        fs::read(place.project.root().join("Cargo.lock")).unwrap()
    );
    let before = answers();
    setup_warm::renew_answers(&place, &work).unwrap();
    assert!(before > 1 && answers() == before, "{before} answers, then {}", answers());
    fs::write(work.join("answers").join(setup_warm::ANSWERED_FOR), "of another manifest").unwrap();
    setup_warm::renew_answers(&place, &work).unwrap();
    assert_eq!(answers(), 0);
}

#[test]
fn what_a_crashed_kernel_left_is_swept_by_the_next_and_one_that_runs_is_not() {
    let project = common::project();
    let left = warm::copies(project).join("kernel-crashed");
    fs::create_dir_all(left.join("work")).unwrap();
    let first = WarmFolder::take(project).unwrap();
    assert!(!left.exists());
    let second = WarmFolder::take(project).unwrap();
    assert!(first.path().exists() && first.path() != second.path());
    let path = second.path().to_owned();
    drop(second);
    assert!(!path.exists());
}

#[test]
fn clean_refuses_while_a_kernel_runs() {
    let project = common::project();
    let _kernel = WarmFolder::take(project).unwrap();
    let error = lab::clean::run(project).unwrap_err().to_string();
    assert!(error.contains("Rust kernel(s) run"), "{error}");
    assert!(project.venv().exists());
}

#[test]
fn a_second_set_up_finds_nothing_to_do() {
    let project = common::project();
    let lab = Command::new(env!("CARGO_BIN_EXE_lab"))
        .arg("setup")
        .current_dir(project.root())
        .env("TIMELANES_CACHE", project.cache())
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&lab.stderr);
    assert!(lab.status.success() && words.starts_with("everything is set up"), "{words}");
}
