//! `cargo lab check` finds every kind of fault that was planted, and leaves everything as it was.

mod common;
mod planted;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use lab::check::{FaultKind, Options, Tally};
use planted::{ANSWERS, Checkout, Notebook, RECAP, check, faults, figure};
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
    (FaultKind::Header, Some("head"), |n| n.replace("head", "40 minutes", "46 minutes")),
    (FaultKind::Header, Some("head"), |n| n.cell("head")["metadata"] = json!({})),
    (FaultKind::BrokenNav, Some("links"), |n| n.write("links", "[02 · Gone →](02-gone.ipynb)")),
    (FaultKind::BrokenNav, Some("set-up"), |n| n.remove("links")),
    (FaultKind::BrokenNav, Some("done"), |n| n.remove("links-again")),
    (FaultKind::BrokenLink, Some("more"), |n| n.replace("more", "Change", "See [there](../nowhere.md).")),
    (FaultKind::BrokenLink, Some("more"), |n| {
        n.replace("more", "Change", "<img src=\"figure.png\" alt=\"\">")
    }),
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
    (FaultKind::IncompleteExercise, Some("stray"), |n| n.plant("stray", &["check"], &check(1))),
    (FaultKind::LongCell, Some("guess"), |n| n.write("guess", &"let a = 1;\n".repeat(21))),
    (FaultKind::LongCell, Some("first-check"), |n| {
        n.write("first-check", &format!("{}{}", check(1), "\n".repeat(41)))
    }),
    (FaultKind::LongProse, Some("more"), |n| n.write("more", &"word ".repeat(121))),
    (FaultKind::TooManyCells, None, |n| {
        (0..11).for_each(|cell| n.plant(&format!("cell-{cell}"), &[], "let a = 1;"))
    }),
    (FaultKind::OpenCheck, Some("first-check"), |n| {
        n.cell("first-check")["metadata"] = json!({"jupyter": {"source_hidden": false}, "tags": ["check"]})
    }),
    (FaultKind::OpenCheck, Some("first-check"), |n| {
        n.replace("first-check", "Check of exercise 00.1", "Check")
    }),
    (FaultKind::OtherExercise, Some("first-check"), |n| n.replace("first-check", "(\"00.1\")", "(\"00.2\")")),
    (FaultKind::BrokenLink, Some("more"), |n| {
        n.replace("more", "Change", "As lessons 00 and 05 say, change")
    }),
    (FaultKind::BrokenLink, Some("guess"), |n| n.write("guess", "let my_guess = 1.0; // see lesson 04")),
    (FaultKind::Further, Some("further"), |n| n.plant_below("further", "## Further\n\nMore of it.")),
    (FaultKind::Further, Some("further"), |n| {
        n.plant_below("further", "## Further\n\nSkip this.");
        let [further, done] = ["further", "done"].map(|id| n.at(id));
        n.cells().swap(further, done);
    }),
    (FaultKind::Terms, Some("end"), |n| n.write("end", "Five lines.")),
    (FaultKind::Terms, Some("end"), |n| n.write("end", "### Terms\n\nNone.")),
    (FaultKind::Terms, Some("end"), |n| n.write("end", "### Terms\n\n- number: how many.")),
    (FaultKind::Terms, Some("end"), |n| n.replace("end", "**number**", "**sum**")),
    (FaultKind::Terms, None, |n| n.replace("story", "(glossary.md)", "(00-start-here.ipynb)")),
    (FaultKind::DoubledTerm, Some("end"), |n| n.write("end", &format!("{RECAP}- **Number**: a count.\n"))),
    (FaultKind::InPython, Some("more"), |n| n.replace("more", "Change", "```python\n1\n```\nChange")),
    (FaultKind::InPython, Some("more"), |n| {
        n.replace(
            "more",
            "Change",
            "<details><summary>In Python</summary>\n```python\n1\n```\n</details>\n\nChange",
        )
    }),
];

/// The kinds that are planted in tests of their own, below.
const ELSEWHERE: &[FaultKind] = &[
    FaultKind::UnknownLesson,
    FaultKind::Glossary,
    FaultKind::Hints,
    FaultKind::SaysNothing,
    FaultKind::PythonFails,
    FaultKind::Unreadable,
    FaultKind::NotJson,
    FaultKind::Misnamed,
    FaultKind::KernelNotStarted,
    FaultKind::SlowCell,
    FaultKind::SlowLesson,
    FaultKind::KernelDied,
];

/// A fault in the files of the answers, and how it is planted.
type AnswerPlant = (FaultKind, fn(&Checkout));

/// Every kind that shows in the answers to the sound lesson's exercise.
const IN_ANSWERS: &[AnswerPlant] = &[
    (FaultKind::TooFewAnswers, |c| c.take("answers/00.1/wrong-four.rs")),
    (FaultKind::TooFewAnswers, |c| c.take("answers/00.1/right-sum.rs")),
    (FaultKind::TooFewAnswers, |c| {
        c.take("answers/00.1/cheat-nothing.rs");
        c.answer("00.1", &[("wrong-nothing.rs", "// Nothing comes of nothing.\nlet answer = 0;")]);
    }),
    (FaultKind::OrphanAnswer, |c| c.answer("00.1", &[("notes.txt", "none")])),
    (FaultKind::OrphanAnswer, |c| c.answer("00.2", &ANSWERS)),
    (FaultKind::AnswerForm, |c| c.answer("00.1", &[("wrong-bare.rs", "let answer = 7;")])),
    (FaultKind::AnswerForm, |c| c.answer("00.1", &[("wrong-empty.rs", "// What is it?\n// None.\n")])),
    (FaultKind::AnswerForm, |c| c.answer("00.1", &[("wrong-same.rs", "// As it stands.\nlet answer  = 1;")])),
    (FaultKind::AnswerForm, |c| {
        c.answer("00.1", &[("right-same.rs", "// As it should be.\nlet answer = 2;")])
    }),
    (FaultKind::AnswerForm, |c| {
        c.answer("00.1", &[("wrong-again.rs", "// Again that one.\nlet answer = 3;")])
    }),
];

/// Limits that hold on a machine which does many other things.
fn patient() -> Options {
    Options { cell_seconds: 300.0, lesson_seconds: 3_600.0, ..Options::default() }
}

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
    assert_eq!((report.lessons[0].cells, report.lessons[0].exercises), (13, 1));
    assert_eq!((report.course, report.lessons[0].answers), (vec![], None));
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
fn every_fault_in_the_answers_is_found_at_its_exercise() {
    for (index, (kind, plant)) in IN_ANSWERS.iter().enumerate() {
        let checkout = Checkout::with(&Notebook::sound());
        plant(&checkout);
        let found = checkout.validate().lessons[0].faults.clone();
        let kinds: Vec<_> = found.iter().map(|fault| fault.kind).collect();
        assert_eq!(kinds, [*kind], "plant {index}: {found:#?}");
    }
}

#[test]
fn what_belongs_to_no_lesson_is_a_fault_of_the_course() {
    let checkout = Checkout::with(&Notebook::sound());
    checkout.answer("07.1", &ANSWERS);
    checkout.add_text("answers/notes.txt", "");
    checkout.add_text("answers/.DS_Store", "");
    checkout.add_text("glossary.md", "# Glossary");
    let kinds =
        |report: &lab::check::Report| report.course.iter().map(|fault| fault.kind).collect::<Vec<_>>();
    let report = checkout.validate();
    assert_eq!(kinds(&report), [FaultKind::OrphanAnswer, FaultKind::OrphanAnswer, FaultKind::Glossary]);
    assert_eq!(report.fault_count(), 3);
    let options = Options { notebooks: vec![PathBuf::from("00")], no_run: true, ..Options::default() };
    assert_eq!(kinds(&checkout.check_with(&options)), [], "one lesson was asked for, not the course");
}

/// A lesson 01 with nothing wrong, where a sound lesson 00 is.
fn second() -> Notebook {
    let mut second = Notebook::sound();
    second.write("head", "# 01 · Next\n\n*Why?*\n\n30 minutes, after 00; you will be able to go on.");
    second.write("first-check", &check(1).replace("00.1", "01.1"));
    second.replace("story", "*number*", "*number* and a *sum*");
    second.replace("end", "**number**", "**sum**");
    second
}

#[test]
fn a_term_is_defined_in_one_lesson_and_fix_collects_all_of_them() {
    let checkout = Checkout::with(&Notebook::sound());
    let mut second = second();
    second.write("end", RECAP);
    checkout.add("01-next.ipynb", &second);
    checkout.answer("01.1", &ANSWERS);
    let fix = Options { fix: true, no_run: true, ..Options::default() };
    let report = checkout.check_with(&fix);
    assert_eq!(faults(&report.lessons[0]), []);
    let found = faults(&report.lessons[1]);
    assert!(found.contains(&(FaultKind::DoubledTerm, Some("end".into()))), "{found:?}");

    second.replace("end", "**number**: how many", "**`greater` one**: größer");
    second.replace("story", "sum", "`greater` one");
    checkout.add("01-next.ipynb", &second);
    let report = checkout.check_with(&fix);
    assert_eq!(report.course, [], "{:?}", report.lessons[1].faults);
    let glossary = fs::read_to_string(checkout.notebooks().join("glossary.md")).unwrap();
    let order = [
        "**`greater` one** ([01 · Next](01-next.ipynb)): größer.",
        "**number** ([00",
        "## Questions",
        "*Why?* ([00",
    ];
    let places: Vec<_> = order.iter().map(|part| glossary.find(part).expect(part)).collect();
    assert!(places.is_sorted(), "{glossary}");
}

#[test]
fn what_stands_below_further_is_not_counted() {
    let mut notebook = Notebook::sound();
    notebook.plant_below("further", &format!("## Further\n\nYou may skip this. {}", "word ".repeat(200)));
    for cell in 0..13 {
        notebook.code(&format!("more-{cell}"), &[], &"let a = 1;\n".repeat(30));
    }
    let last = notebook.at("links-again");
    notebook.cells()[last..].rotate_left(1);
    assert_eq!(faults(&Checkout::with(&notebook).validate().lessons[0]), []);
}

#[test]
fn every_kind_of_fault_is_planted_somewhere() {
    let mut planted: BTreeSet<_> = STATIC.iter().map(|plant| plant.0).collect();
    planted.extend(RUNNING.iter().map(|plant| plant.0));
    planted.extend(IN_ANSWERS.iter().map(|plant| plant.0));
    planted.extend(IN_TRIALS.iter().map(|(kind, _)| *kind));
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
    broken.cell("first-check")["metadata"] = json!({"tags": ["check"]});
    broken.replace("first-check", "00.1: run this cell with Shift + Enter", "03.2");
    sound.cell("first")["id"] = json!("cell-08");
    sound.cell("done")["id"] = json!("cell-12");
    sound.cell("links-again")["id"] = json!("cell-13");

    let (checkout, wanted) = (Checkout::with(&broken), Checkout::with(&sound));
    for folder in [&checkout, &wanted] {
        let mut second = Notebook::sound();
        second.write("head", "# 01 · Next\n\n*Why?*\n\n30 minutes, after 00; you will be able to go on.");
        folder.take("glossary.md");
        folder.add("01-next.ipynb", &second);
    }
    let only_first = || vec![PathBuf::from("00")];
    let fix = Options { notebooks: only_first(), fix: true, no_run: true, ..Options::default() };
    let report = checkout.check_with(&fix);
    let read = |folder: &Checkout, name: &str| fs::read_to_string(folder.notebooks().join(name)).unwrap();
    assert_eq!(read(&checkout, "00-start-here.ipynb"), read(&wanted, "00-start-here.ipynb"));
    assert_eq!(read(&checkout, "01-next.ipynb"), read(&wanted, "01-next.ipynb"), "it was not asked for");
    assert_eq!(faults(&report.lessons[0]), []);
    assert_eq!(report.lessons[0].mended.len(), 5, "{:?}", report.lessons[0].mended);
    assert!(checkout.check_with(&fix).lessons[0].mended.is_empty(), "a second time there is nothing to mend");
    let left = fs::read_dir(checkout.notebooks()).unwrap().count();
    assert_eq!(left, 4, "two lessons, their answers and their glossary, and no half-written file");
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
    assert_eq!((&lesson["lesson"], &lesson["cells"]), (&json!("00-start-here"), &json!(13)));
    assert_eq!(
        (&lesson["seconds"], &lesson["figures"], &lesson["exercises"]),
        (&Value::Null, &json!(0), &json!(1))
    );
    assert!(lesson["mended"].is_array() && lesson["notes"].is_array());
    assert_eq!((&lesson["answers"], &json["course"]), (&Value::Null, &json!([])));
    assert_eq!(json["answers"], json!({"wrong": 0, "refused": 0, "right": 0, "accepted": 0}));
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
    finds_every_fault_in_a_run(false);
}

#[test]
fn a_stock_kernel_shows_the_same_faults() {
    finds_every_fault_in_a_run(true);
}

#[track_caller]
fn finds_every_fault_in_a_run(stock: bool) {
    let mut notebook = Notebook::sound();
    let mut wanted: Vec<_> = RUNNING.iter().map(|(kind, id, ..)| (*kind, Some((*id).to_owned()))).collect();
    for (_, id, tags, code) in RUNNING {
        notebook.plant(id, tags, code);
    }
    notebook.plant("half-a-figure", &["figure"], &figure(&["text/html", "text/plain"]));
    notebook.plant("meant-panic", &["raises-exception"], "panic!(\"as the lesson says\");");
    let thread = "assert!(std::thread::spawn(|| panic!(\"as the lesson says\")).join().is_err());";
    notebook.plant("meant-in-thread", &["expects-stderr"], thread);
    notebook.plant("meant-error", &["raises-exception"], "let moved: u32 = \"three\";");
    notebook.plant_exercise("easy", 2, "let answer = 2;", "let answer = 1 + 1;");
    notebook.plant_exercise("hard", 3, "let answer = 1;", "let answer = 3;");
    notebook.plant_exercise("mute", 4, "let answer = 1;", "let answer = 2;");
    notebook.write("mute-check", &(check(4).replace("exercise(", "let heard = exercise(") + ";"));
    notebook.replace("hard-check", ".hint(\"c\")", ".hint(\"b\")");
    notebook.replace("hard-check", ".saw(format!(\"the answer is {}\", answer))", "");
    notebook.plant("deadly", &[], "std::process::exit(3);");
    notebook.plant("after", &[], "panic!(\"this is not run\");");
    for (kind, id) in [
        (FaultKind::ProcessDied, "deadly"),
        (FaultKind::NoFigure, "half-a-figure"),
        (FaultKind::StarterPasses, "easy-check"),
        (FaultKind::Hints, "hard-check"),
        (FaultKind::SaysNothing, "hard-check"),
        (FaultKind::TooFewAnswers, "easy"),
        (FaultKind::TooFewAnswers, "hard"),
        (FaultKind::TooFewAnswers, "mute"),
        (FaultKind::SolutionFails, "hard-check"),
        (FaultKind::NoVerdict, "mute-check"),
    ] {
        wanted.push((kind, Some(id.to_owned())));
    }
    let checkout = Checkout::with(&notebook);
    let before = fs::read(checkout.notebooks().join("00-start-here.ipynb")).unwrap();
    let report = checkout.run_on(common::project(), &Options { stock, lesson_seconds: 0.001, ..patient() });
    let lesson = &report.lessons[0];
    let mut found: BTreeSet<_> = faults(lesson).into_iter().collect();
    assert!(found.remove(&(FaultKind::SlowLesson, None)), "{found:?}");
    // Four exercises are one too many.
    assert!(found.remove(&(FaultKind::MissingPart, None)), "{found:?}");
    assert!(found.remove(&(FaultKind::TooManyCells, None)), "{found:?}");
    assert_eq!(found, wanted.into_iter().collect(), "{:#?}", lesson.faults);
    assert_eq!(lesson.figures, 1);
    let said = |kind| lesson.faults.iter().find(|fault| fault.kind == kind).unwrap().text.clone().unwrap();
    assert!(said(FaultKind::Panicked).contains("ouch") && !said(FaultKind::Panicked).contains("backtrace"));
    assert!(said(FaultKind::SolutionFails).contains("Missing: an answer that is 2"));
    assert_eq!(fs::read(checkout.notebooks().join("00-start-here.ipynb")).unwrap(), before);
}

/// Answers that are not judged as they should be, each with its file.
const IN_TRIALS: &[(FaultKind, (&str, &str))] = &[
    (FaultKind::WrongAccepted, ("wrong-but-right.rs", "// Three less one is it.\nlet answer = 3 - 1;")),
    (FaultKind::RightRefused, ("right-but-wrong.rs", "// Three plus two is it.\nlet answer = 3 + 2;")),
    (FaultKind::WrongReason, ("wrong-else.rs", "// Six it may be.\n// says: too many\nlet answer = 6;")),
    (FaultKind::AnswerBreaks, ("wrong-type.rs", "// It is a word.\nlet answer: u32 = \"two\";")),
    (FaultKind::AnswerBreaks, ("wrong-panic.rs", "// Not this time.\nlet answer = 8; panic!(\"no\");")),
    (FaultKind::AnswerBreaks, ("wrong-text.rs", "// A word will do.\nlet answer = \"2\";")),
];

/// As if another program had spoilt its first two runs.
const RIGHT_AT_THIRD: (&str, &str) = (
    "right-at-third.rs",
    "// Twice more, and it is two.\nlet tried = std::env::var(\"TRIED\").unwrap_or_default() + \"I\";\n\
     let answer = if tried == \"III\" { 2 } else { 1 };\nunsafe { std::env::set_var(\"TRIED\", tried) };",
);

#[test]
fn answers_are_tried_on_the_kernel_and_each_that_is_misjudged_is_a_fault() {
    let checkout = Checkout::with(&Notebook::sound());
    checkout.add("01-next.ipynb", &second());
    let files: Vec<_> =
        IN_TRIALS.iter().map(|(_, file)| *file).chain(ANSWERS).chain([RIGHT_AT_THIRD]).collect();
    checkout.answer("01.1", &files);
    let options = Options { fix: true, jobs: Some(2), ..patient() };
    let report = checkout.run_on(common::project(), &options);
    let [first, second] = &report.lessons[..] else { panic!("two lessons: {report:#?}") };
    assert_eq!(faults(first), [], "{:#?}", first.faults);
    assert_eq!(first.answers, Some(Tally { wrong: 3, refused: 3, right: 1, accepted: 1 }));
    for (kind, (file, _)) in IN_TRIALS {
        let named = |fault: &&lab::check::Fault| fault.what.contains(&format!("`01.1/{file}`"));
        let of_this: Vec<_> = second.faults.iter().filter(named).map(|fault| fault.kind).collect();
        assert_eq!(of_this, [*kind], "{file}: {:#?}", second.faults);
    }
    // A lesson other than 00 has two exercises.
    let one_exercise = faults(second).contains(&(FaultKind::MissingPart, None));
    assert!(one_exercise && second.faults.len() == IN_TRIALS.len() + 1, "{:#?}", second.faults);
    assert_eq!(second.answers, Some(Tally { wrong: 8, refused: 3, right: 3, accepted: 2 }));
    let of_more_tries: Vec<_> = second.notes.iter().filter(|note| note.contains(" at try ")).collect();
    assert!(
        matches!(&of_more_tries[..], [note] if note.contains(RIGHT_AT_THIRD.0) && note.contains("at try 3 of 3") && note.contains("the answer is 1")),
        "{of_more_tries:#?}"
    );
    assert!(report.to_text().contains("wrong answers refused 6 of 11, right ones accepted 3 of 4"));
}

#[test]
fn python_is_run_and_must_print_what_it_says() {
    let block = |code: &str| {
        format!(
            "<details><summary>In Python, so:</summary>\n\n```python\n{code}\n```\n</details>\n\n[number](glossary.md)"
        )
    };
    let sound = "from multiprocessing import Process\nif __name__ == \"__main__\":\n    \
                 p = Process(target=print, args=(\"größer\",))\n    p.start(); p.join()  # prints: größer\n    \
                 print(6 * 7)  # prints: 42";
    let blocks = [
        ("sound", sound, ""),
        ("prints", "print(41)  # prints: 42", "does not print `42`"),
        ("fails", "import sys\nprint(1)\nsys.exit(3)", "ended with an error"),
        ("complains", "import sys\nprint(1, file=sys.stderr)", "wrote to stderr"),
    ];
    let mut notebook = Notebook::sound();
    for (id, code, _) in blocks {
        notebook.plant_below(id, &block(code));
    }
    let report = Checkout::with(&notebook).run_on(common::project(), &patient());
    let found = &report.lessons[0].faults;
    assert_eq!(found.len(), 3, "{found:#?}");
    for ((id, _, said), fault) in blocks[1..].iter().zip(found) {
        let place = fault.cell.as_ref().and_then(|cell| cell.id.as_deref());
        assert_eq!((fault.kind, place), (FaultKind::PythonFails, Some(*id)));
        assert!(fault.what.contains(said), "{said}: {}", fault.what);
    }
}

#[test]
fn a_dead_kernel_ends_the_lesson() {
    let parent = "std::os::unix::process::parent_id().to_string()";
    let kill =
        format!("std::process::Command::new(\"kill\").args([\"-KILL\", &{parent}]).status()?;\nloop {{}}");
    let mut notebook = Notebook::sound();
    notebook.plant("deadly", &[], &kill);
    notebook.plant("after", &[], "panic!(\"this is not run\");");
    let report = Checkout::with(&notebook).run_on(common::project(), &patient());
    let lesson = &report.lessons[0];
    assert_eq!(faults(lesson), [(FaultKind::KernelDied, Some("deadly".into()))], "{:#?}", lesson.faults);
    assert!(lesson.notes.iter().any(|note| note.contains("stopped at cell 12")), "{:?}", lesson.notes);
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
    let checkout = Checkout::with(&Notebook::sound());
    let told = checkout.root().join("told");
    let mark = &mark(1);
    let path = checkout.add("00-start-here.ipynb", &hanging(&told, mark));
    let before = fs::read(&path).unwrap();
    let report = checkout.run_on(common::project(), &Options { cell_seconds: 30.0, ..patient() });
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
    let checkout = Checkout::with(&Notebook::sound());
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
