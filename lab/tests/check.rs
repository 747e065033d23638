//! `cargo lab check` finds every kind of fault that was planted, and leaves everything as it was.

mod common;
mod planted;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use lab::check::{FaultKind, Options};
use planted::{CHECK, Checkout, Notebook, faults, figure};
use serde_json::{Value, json};

/// A fault that shows without a run: its kind, the cell it is in, and how it is planted.
type Plant = (FaultKind, Option<&'static str>, fn(&mut Notebook));

/// Every kind that shows in one notebook without running it, each with every way to make it that differs.
const STATIC: &[Plant] = &[
    (FaultKind::NotANotebook, None, |n| n.json = json!({"a": 1})),
    (FaultKind::NotANotebook, None, |n| n.json["cells"][0]["cell_type"] = json!("song")),
    (FaultKind::NotANotebook, None, |n| n.json["cells"] = json!("none")),
    (FaultKind::WrongFormat, None, |n| n.json["nbformat_minor"] = json!(4)),
    (FaultKind::WrongFormat, None, |n| n.json["nbformat"] = json!(3)),
    (FaultKind::WrongKernel, None, |n| n.json["metadata"]["kernelspec"]["name"] = json!("python3")),
    (FaultKind::WrongKernel, None, |n| n.json["metadata"]["kernelspec"]["display_name"] = json!("Rust")),
    (FaultKind::WrongKernel, None, |n| n.json["metadata"]["language_info"]["name"] = json!("python")),
    (FaultKind::Empty, None, |n| n.cells().clear()),
    (FaultKind::Outputs, Some("guess"), |n| n.cell("guess")["execution_count"] = json!(3)),
    (FaultKind::Outputs, Some("guess"), |n| n.cell("guess")["outputs"] = output()),
    (FaultKind::MissingId, None, |n| drop(n.cell("guess").as_object_mut().unwrap().remove("id"))),
    (FaultKind::MissingId, Some("not an id"), |n| n.cell("guess")["id"] = json!("not an id")),
    (FaultKind::DoubledId, Some("guess"), |n| n.cell("see")["id"] = json!("guess")),
    (FaultKind::Header, Some("head"), |n| n.write("head", "# 00 · Start here\n\n*What?*\n\nFirst lesson.")),
    (FaultKind::Header, Some("head"), |n| n.cell("head")["metadata"] = json!({})),
    (FaultKind::BrokenNav, Some("links"), |n| n.write("links", "[02 · Gone →](02-gone.ipynb)")),
    (FaultKind::BrokenNav, Some("set-up"), |n| n.remove("links")),
    (FaultKind::BrokenNav, Some("done"), |n| n.remove("links-again")),
    (FaultKind::BrokenLink, Some("more"), |n| n.write("more", "See [there](../nowhere.md).")),
    (FaultKind::BrokenLink, Some("more"), |n| n.write("more", "<img src=\"figure.png\" alt=\"\">")),
    (FaultKind::SetupDiffers, Some("set-up"), |n| n.write("set-up", ":dep timelanes\nuse timelanes::*;")),
    (FaultKind::SetupDiffers, Some("guess"), |n| n.remove("set-up")),
    (FaultKind::MissingPart, None, |n| n.remove("guess")),
    (FaultKind::MissingPart, None, |n| n.remove("see")),
    (FaultKind::MissingPart, None, |n| n.remove("more")),
    (FaultKind::MissingPart, None, |n| n.remove("end")),
    (FaultKind::MissingPart, None, |n| n.remove("done")),
    (FaultKind::MissingPart, Some("after"), |n| {
        n.code("after", &[], "let after = 1;");
        let last = n.cells().len() - 1;
        n.cells().swap(last - 1, last);
    }),
    (FaultKind::MissingPart, None, |n| {
        ["first", "first-check", "first-solution"].iter().for_each(|id| n.remove(id))
    }),
    (FaultKind::IncompleteExercise, Some("first"), |n| {
        n.write("first-solution", "```rust\nlet answer = 2;\n```")
    }),
    (FaultKind::IncompleteExercise, Some("first"), |n| n.remove("first-solution")),
    (FaultKind::IncompleteExercise, Some("stray"), |n| n.plant("stray", &["check"], CHECK)),
    (FaultKind::LongCell, Some("guess"), |n| n.write("guess", &"let a = 1;\n".repeat(21))),
    (FaultKind::LongProse, Some("more"), |n| n.write("more", &"word ".repeat(161))),
];

/// The kinds that are planted in tests of their own, below.
const ELSEWHERE: &[FaultKind] = &[
    FaultKind::UnknownLesson,
    FaultKind::Unreadable,
    FaultKind::NotJson,
    FaultKind::Misnamed,
    FaultKind::KernelNotStarted,
    FaultKind::SlowCell,
    FaultKind::SlowLesson,
    FaultKind::KernelDied,
];

/// Cells that each have one fault when they run: kind, id, tags, code. Ids of exercises' checks are the
/// exercises' own.
const RUNNING: &[(FaultKind, &str, &[&str], &str)] = &[
    (FaultKind::Panicked, "panics", &[], "panic!(\"ouch\");"),
    (FaultKind::ErrorReturned, "returns", &[], "let number: u32 = \"three\".parse()?;"),
    (FaultKind::Stderr, "complains", &[], "eprintln!(\"hm?\");"),
    (FaultKind::CompilerWarning, "warns", &[], "eprintln!(\"warning: unused variable\");"),
    (FaultKind::NoStderr, "calm", &["expects-stderr"], "let calm = 1;"),
    (FaultKind::CompileError, "wrong", &[], "let wrong: u32 = \"three\";"),
    (FaultKind::NoError, "right", &["raises-exception"], "let right: u32 = 3;"),
    (FaultKind::NoFigure, "no-figure", &["figure"], "let nothing = 1;"),
];

fn output() -> Value {
    json!([{"name": "stdout", "output_type": "stream", "text": ["16\n"]}])
}

#[test]
fn a_sound_lesson_has_no_fault() {
    let report = Checkout::with(&Notebook::sound()).validate();
    assert_eq!(faults(&report.lessons[0]), []);
    assert_eq!((report.lessons[0].cells, report.lessons[0].exercises), (12, 1));
}

#[test]
fn every_fault_that_shows_without_a_run_is_found_in_its_cell() {
    for (index, (kind, cell, plant)) in STATIC.iter().enumerate() {
        let mut notebook = Notebook::sound();
        plant(&mut notebook);
        let report = Checkout::with(&notebook).validate();
        let found = faults(&report.lessons[0]);
        let wanted = (*kind, cell.map(str::to_owned));
        assert!(
            found.contains(&wanted),
            "plant {index}: {wanted:?} is not in {:#?}",
            report.lessons[0].faults
        );
        let others = found.iter().filter(|fault| fault.0 != *kind).count();
        // A cell that is taken away can be two parts at once: the set-up is also the first code cell.
        assert!(others <= 1, "plant {index}: {kind:?} brought others: {found:?}");
    }
}

#[test]
fn every_kind_of_fault_is_planted_somewhere() {
    let mut planted: BTreeSet<_> = STATIC.iter().map(|plant| plant.0).collect();
    planted.extend(RUNNING.iter().map(|plant| plant.0));
    planted.extend([FaultKind::StarterPasses, FaultKind::SolutionFails, FaultKind::NoVerdict]);
    planted.insert(FaultKind::ProcessDied);
    planted.extend(ELSEWHERE);
    let missing: Vec<_> = FaultKind::ALL.iter().filter(|kind| !planted.contains(kind)).collect();
    assert!(missing.is_empty(), "not planted: {missing:?}");
}

#[test]
fn a_file_that_is_no_notebook_is_named_with_what_is_wrong_with_it() {
    let checkout = Checkout::with(&Notebook::sound());
    checkout.add_text("01-json.ipynb", "{\"cells\": [");
    checkout.add_text("02-empty.ipynb", "");
    fs::create_dir(checkout.notebooks().join("03-folder.ipynb")).unwrap();
    checkout.add("Untitled.ipynb", &Notebook::sound());
    checkout.add_text("picture.svg", "<svg/>");
    let report = checkout.validate();
    let kinds: Vec<Vec<_>> =
        report.lessons.iter().map(|lesson| lesson.faults.iter().map(|fault| fault.kind).collect()).collect();
    assert_eq!(kinds.len(), 5, "a stray file that is no notebook is no lesson");
    assert_eq!(kinds[1], [FaultKind::NotJson]);
    assert_eq!(kinds[2], [FaultKind::Empty]);
    assert_eq!(kinds[3], [FaultKind::Unreadable]);
    assert!(kinds[4].contains(&FaultKind::Misnamed));
    assert!(report.lessons[1].faults[0].what.contains("line 1"), "{:?}", report.lessons[1].faults);
}

#[test]
fn a_lesson_is_found_by_number_name_file_and_path_and_an_unknown_one_is_answered_with_those_there() {
    let checkout = Checkout::with(&Notebook::sound());
    let path = checkout.add("01-one-waiter.ipynb", &Notebook::sound());
    for asked in ["01", "1", "01-one-waiter", "01-one-waiter.ipynb", path.to_str().unwrap()] {
        let notebooks = vec![PathBuf::from(asked), PathBuf::from(asked)];
        let report = checkout.check_with(&Options { notebooks, no_run: true, ..Options::default() });
        let names: Vec<_> = report.lessons.iter().map(|lesson| lesson.lesson.as_str()).collect();
        assert_eq!(names, ["01-one-waiter"], "{asked}");
    }
    let notebooks = vec![PathBuf::from("07")];
    let report = checkout.check_with(&Options { notebooks, no_run: true, ..Options::default() });
    let fault = &report.lessons[0].faults[0];
    assert_eq!(fault.kind, FaultKind::UnknownLesson);
    assert!(fault.what.contains("00-start-here, 01-one-waiter"), "{}", fault.what);
}

#[test]
fn fix_mends_outputs_ids_and_links_and_changes_nothing_else() {
    let mut broken = Notebook::sound();
    broken.json["metadata"]["zebra"] = json!({"b": 1.5, "a": "größer"});
    let mut sound = broken.clone();
    let next = "[01 · Next →](01-next.ipynb)";
    sound.write("links", next);
    sound.write("links-again", next);
    broken.cell("see")["outputs"] = output();
    broken.cell("see")["execution_count"] = json!(7);
    broken.cell("first")["id"] = json!("guess");
    broken.cell("done").as_object_mut().unwrap().shift_remove("id");
    broken.remove("links-again");
    sound.cell("first")["id"] = json!("cell-07");
    sound.cell("done")["id"] = json!("cell-11");
    sound.cell("links-again")["id"] = json!("cell-12");

    let (checkout, wanted) = (Checkout::with(&broken), Checkout::with(&sound));
    for folder in [&checkout, &wanted] {
        let mut second = Notebook::sound();
        second.write("head", "# 01 · Next\n\n*Why?*\n\n30 minutes, after 00; you will be able to go on.");
        folder.add("01-next.ipynb", &second);
    }
    let only_first = || vec![PathBuf::from("00")];
    let fix = Options { notebooks: only_first(), fix: true, no_run: true, ..Options::default() };
    let report = checkout.check_with(&fix);
    let read = |folder: &Checkout, name: &str| fs::read_to_string(folder.notebooks().join(name)).unwrap();
    assert_eq!(read(&checkout, "00-start-here.ipynb"), read(&wanted, "00-start-here.ipynb"));
    assert_eq!(read(&checkout, "01-next.ipynb"), read(&wanted, "01-next.ipynb"), "it was not asked for");
    assert_eq!(faults(&report.lessons[0]), []);
    assert_eq!(report.lessons[0].mended.len(), 3);
    assert!(checkout.check_with(&fix).lessons[0].mended.is_empty(), "a second time there is nothing to mend");
    let left = fs::read_dir(checkout.notebooks()).unwrap().count();
    assert_eq!(left, 2, "no half-written file is left");
}

#[test]
fn fix_leaves_a_file_that_is_no_notebook_as_it_is() {
    let checkout = Checkout::new();
    let path = checkout.add_text("00-broken.ipynb", "{\"cells\": [}");
    let report = checkout.check_with(&Options { fix: true, no_run: true, ..Options::default() });
    assert_eq!(report.lessons[0].faults[0].kind, FaultKind::NotJson);
    assert_eq!(fs::read_to_string(path).unwrap(), "{\"cells\": [}");
}

/// Runs the command itself in a checkout, without kernels.
fn command(checkout: &Checkout, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.args(["check", "--no-run"]).args(arguments).current_dir(checkout.root());
    command.env("TIMELANES_CACHE", checkout.root().join("cache")).output().expect("the command runs")
}

#[test]
fn the_exit_code_tells_whether_there_was_a_fault() {
    let checkout = Checkout::with(&Notebook::sound());
    let output = command(&checkout, &[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("00-start-here") && text.contains("faults: none"), "{text}");

    let mut faulty = Notebook::sound();
    faulty.remove("guess");
    checkout.add("00-start-here.ipynb", &faulty);
    let output = command(&checkout, &[]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("missing-part") && text.contains("`predict`"), "{text}");
    assert_eq!(command(&checkout, &["07"]).status.code(), Some(1));
    assert_eq!(command(&Checkout::new(), &[]).status.code(), Some(1), "a course without lessons");
    assert_eq!(command(&checkout, &["--cell-seconds", "-1"]).status.code(), Some(2));
}

#[test]
fn json_has_the_documented_fields() {
    let mut notebook = Notebook::sound();
    notebook.write("set-up", "let a = 1;");
    let output = command(&Checkout::with(&notebook), &["--json"]);
    let json: Value = serde_json::from_slice(&output.stdout).expect("stdout is JSON and nothing else");
    assert_eq!((&json["format"], &json["faults"]), (&json!(1), &json!(1)));
    let lesson = &json["lessons"][0];
    assert_eq!((&lesson["lesson"], &lesson["cells"]), (&json!("00-start-here"), &json!(12)));
    assert_eq!(
        (&lesson["seconds"], &lesson["figures"], &lesson["exercises"]),
        (&Value::Null, &json!(0), &json!(1))
    );
    assert!(lesson["mended"].is_array() && lesson["notes"].is_array());
    let fault = &lesson["faults"][0];
    assert_eq!(fault["kind"], "setup-differs");
    assert_eq!(fault["cell"], json!({"number": 3, "id": "set-up", "line": "let a = 1;"}));
    assert!(fault["what"].is_string() && fault["text"].is_string() && fault["mend"].is_string());
}

#[test]
fn a_kernel_that_cannot_be_started_is_a_fault_of_the_lesson() {
    let checkout = Checkout::with(&Notebook::sound());
    fs::remove_dir_all(checkout.root().join("support-crate")).unwrap();
    let report = checkout.check_with(&Options::default());
    assert_eq!(faults(&report.lessons[0]), [(FaultKind::KernelNotStarted, None)]);
}

#[test]
fn every_fault_that_shows_in_a_run_is_found_in_its_cell() {
    let mut notebook = Notebook::sound();
    let mut wanted: Vec<_> = RUNNING.iter().map(|(kind, id, ..)| (*kind, Some((*id).to_owned()))).collect();
    for (_, id, tags, code) in RUNNING {
        notebook.plant(id, tags, code);
    }
    notebook.plant("half-a-figure", &["figure"], &figure(&["text/html", "text/plain"]));
    notebook.plant("meant-panic", &["expects-stderr"], "panic!(\"as the lesson says\");");
    notebook.plant("meant-error", &["raises-exception"], "let moved: u32 = \"three\";");
    notebook.plant_exercise("easy", "let answer = 2;", "let answer = 2;");
    notebook.plant_exercise("hard", "let answer = 1;", "let answer = 3;");
    notebook.plant_exercise("mute", "let answer = 1;", "let answer = 2;");
    notebook.write("mute-check", "let heard = answer;");
    notebook.plant("deadly", &[], "std::process::exit(3);");
    notebook.plant("after", &[], "panic!(\"this is not run\");");
    for (kind, id) in [
        (FaultKind::ProcessDied, "deadly"),
        (FaultKind::NoFigure, "half-a-figure"),
        (FaultKind::StarterPasses, "easy-check"),
        (FaultKind::SolutionFails, "hard-check"),
        (FaultKind::NoVerdict, "mute-check"),
    ] {
        wanted.push((kind, Some(id.to_owned())));
    }
    let checkout = Checkout::with(&notebook);
    let before = fs::read(checkout.notebooks().join("00-start-here.ipynb")).unwrap();
    let report = checkout.run_on(common::project(), &Options { lesson_seconds: 0.001, ..Options::default() });
    let lesson = &report.lessons[0];
    let mut found: BTreeSet<_> = faults(lesson).into_iter().collect();
    assert!(found.remove(&(FaultKind::SlowLesson, None)), "{found:?}");
    // Four exercises are one too many.
    assert!(found.remove(&(FaultKind::MissingPart, None)), "{found:?}");
    assert_eq!(found, wanted.into_iter().collect(), "{:#?}", lesson.faults);
    assert_eq!(lesson.figures, 1);
    let said = |kind| lesson.faults.iter().find(|fault| fault.kind == kind).unwrap().text.clone().unwrap();
    assert!(said(FaultKind::Panicked).contains("ouch") && !said(FaultKind::Panicked).contains("backtrace"));
    assert_eq!(said(FaultKind::SolutionFails), "the answer is 3");
    assert_eq!(fs::read(checkout.notebooks().join("00-start-here.ipynb")).unwrap(), before);
}

#[test]
fn a_dead_kernel_ends_the_lesson() {
    let parent = "std::os::unix::process::parent_id().to_string()";
    let kill =
        format!("std::process::Command::new(\"kill\").args([\"-KILL\", &{parent}]).status()?;\nloop {{}}");
    let mut notebook = Notebook::sound();
    notebook.plant("deadly", &[], &kill);
    notebook.plant("after", &[], "panic!(\"this is not run\");");
    let report = Checkout::with(&notebook).run_on(common::project(), &Options::default());
    let lesson = &report.lessons[0];
    assert_eq!(faults(lesson), [(FaultKind::KernelDied, Some("deadly".into()))], "{:#?}", lesson.faults);
    assert!(lesson.notes.iter().any(|note| note.contains("stopped at cell 11")), "{:?}", lesson.notes);
}

/// Cells that tell where they run, start a process that would stay, and stop the kernel from answering.
fn hanging(told: &std::path::Path, mark: &str) -> Notebook {
    let told = told.display();
    let mut notebook = Notebook::sound();
    let tell = format!(
        "let here = std::env::current_dir()?.display().to_string();\n\
         let told = [here, std::env::var(\"TIMELANES_STATE\")?, std::env::var(\"TIMELANES_CHECK\")?];\n\
         std::process::Command::new(\"sleep\").arg(\"{mark}\").spawn()?;\n\
         std::fs::write(\"00-start-here.ipynb\", \"not the learner's\")?;\n\
         std::fs::write(\"{told}.part\", told.join(\"\\n\"))?;\n\
         std::fs::rename(\"{told}.part\", \"{told}\")?;"
    );
    notebook.plant("tells", &[], &tell);
    let parent = "std::os::unix::process::parent_id().to_string()";
    let stop =
        format!("std::process::Command::new(\"kill\").args([\"-STOP\", &{parent}]).status()?;\nloop {{}}");
    notebook.plant("hangs", &[], &stop);
    notebook
}

/// Seconds for `sleep` that nothing else on this machine asks for, not even this test in another checkout.
fn mark(test: u32) -> String {
    format!("8639{test}.{}", std::process::id())
}

/// The processes with this argument, by id.
fn processes(argument: &str) -> Vec<String> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let has = |path: &PathBuf| {
        fs::read(path.join("cmdline"))
            .is_ok_and(|line| line.split(|byte| *byte == 0).any(|own| own == argument.as_bytes()))
    };
    entries.map(|entry| entry.path()).filter(has).map(|path| path.display().to_string()).collect()
}

#[test]
fn a_kernel_that_hangs_is_killed_with_all_it_started_and_the_learners_files_are_untouched() {
    let checkout = Checkout::new();
    let told = checkout.root().join("told");
    let mark = &mark(1);
    let path = checkout.add("00-start-here.ipynb", &hanging(&told, mark));
    let before = fs::read(&path).unwrap();
    let report = checkout.run_on(common::project(), &Options { cell_seconds: 10.0, ..Options::default() });
    let found = faults(&report.lessons[0]);
    assert_eq!(found, [(FaultKind::SlowCell, Some("hangs".into()))], "{:#?}", report.lessons[0].faults);
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(processes(mark), Vec::<String>::new());
    let told = fs::read_to_string(told).unwrap();
    let told: Vec<_> = told.lines().collect();
    assert_eq!(told[2], "1");
    for folder in &told[..2] {
        assert!(!folder.starts_with(checkout.root().to_str().unwrap()), "{folder} is the learner's");
        assert!(!PathBuf::from(folder).exists(), "{folder} is left");
    }
}

#[cfg(unix)]
#[test]
fn after_ctrl_c_nothing_is_left() {
    use std::time::{Duration, Instant};
    let project = common::project();
    let checkout = Checkout::new();
    let told = checkout.root().join("told");
    let temporary = tempfile::tempdir().unwrap();
    let mark = &mark(2);
    checkout.add("00-start-here.ipynb", &hanging(&told, mark));
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.arg("check").arg("--folder").arg(checkout.notebooks()).current_dir(project.root());
    command.env("TMPDIR", temporary.path()).env("TIMELANES_CACHE", project.cache());
    let mut child = command.stdout(std::process::Stdio::null()).spawn().expect("the command runs");
    let start = Instant::now();
    while !told.exists() && start.elapsed() < Duration::from_secs(600) {
        assert_eq!(child.try_wait().unwrap(), None, "it ended too soon");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(told.exists() && !processes(mark).is_empty());
    let id = nix::unistd::Pid::from_raw(child.id().try_into().unwrap());
    nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGINT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(processes(mark), Vec::<String>::new());
    let left: Vec<_> = fs::read_dir(temporary.path()).unwrap().flatten().map(|entry| entry.path()).collect();
    assert_eq!(left, Vec::<PathBuf>::new());
}
