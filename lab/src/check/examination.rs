//! The order of a check: which lessons, what is mended first, the rules, the run.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::copies::Copy;
use super::course::{self, Course};
use super::fault::{Fault, FaultKind};
use super::lesson::Lesson;
use super::options::Options;
use super::progress::Progress;
use super::rehearsal::{Limits, Rehearsal, Run};
use super::report::{LessonReport, Report};
use super::session::Session;
use super::{anatomy, exercise, form, links, mend};
use crate::project::Project;

/// Checks the lessons in the folder `notebooks`, on kernels of `project`. Dropping the future ends all it
/// started.
///
/// # Errors
/// When the folder cannot be read, a lesson cannot be mended, or there is no lesson at all.
pub async fn examine(project: &Project, notebooks: &Path, options: &Options) -> Result<Report> {
    let course = Course::read(notebooks)?;
    let mut report = Report::default();
    let mut asked = asked(&course, options);
    if asked.is_empty() {
        bail!("there is no lesson in {}", notebooks.display());
    }
    if options.fix {
        mend(&course, &mut asked)?;
    }
    let all = asked.len();
    for (index, (lesson, found)) in asked.into_iter().enumerate() {
        let lesson = match found {
            Ok(path) => {
                let progress = Progress::new(&lesson.lesson, index + 1, all);
                examine_one(project, &course, &path, lesson, options, &progress).await
            }
            Err(fault) => LessonReport { faults: vec![fault], ..lesson },
        };
        report.lessons.push(lesson);
    }
    Ok(report)
}

/// The lessons asked for, each once.
fn asked(course: &Course, options: &Options) -> Vec<(LessonReport, Result<PathBuf, Fault>)> {
    let named = |path: &Path| LessonReport { lesson: course::stem(path), ..LessonReport::default() };
    if options.notebooks.is_empty() {
        return course.notebooks().iter().map(|path| (named(path), Ok(path.clone()))).collect();
    }
    let mut asked: Vec<(LessonReport, Result<PathBuf, Fault>)> = Vec::new();
    for notebook in &options.notebooks {
        let (name, found) = match course.find(notebook) {
            Ok(path) => (named(path), Ok(path.to_owned())),
            Err(fault) => (
                LessonReport { lesson: notebook.display().to_string(), ..LessonReport::default() },
                Err(fault),
            ),
        };
        if !asked.iter().any(|(earlier, _)| earlier.lesson == name.lesson) {
            asked.push((name, found));
        }
    }
    asked
}

fn mend(course: &Course, asked: &mut [(LessonReport, Result<PathBuf, Fault>)]) -> Result<()> {
    for (report, found) in asked {
        if let Ok(path) = found
            && Lesson::read(path).is_ok()
        {
            report.mended = mend::mend(path, course)?;
        }
    }
    Ok(())
}

async fn examine_one(
    project: &Project,
    course: &Course,
    path: &Path,
    mut report: LessonReport,
    options: &Options,
    progress: &Progress,
) -> LessonReport {
    match Lesson::read(path) {
        Err(fault) => report.faults.push(fault),
        Ok(lesson) => {
            report.cells = lesson.cells.len();
            report.exercises = exercise::exercises(&lesson).len();
            report.notes = anatomy::notes(&lesson);
            report.faults.extend(form::faults(&lesson));
            report.faults.extend(anatomy::faults(&lesson));
            report.faults.extend(links::faults(&lesson, course));
            let runs = lesson.code().next().is_some() && !form::is_for_another_kernel(&lesson);
            if runs && !options.no_run {
                perform(project, course, &lesson, options, progress, &mut report).await;
            }
        }
    }
    progress.done(report.seconds, report.faults.len());
    report
}

async fn perform(
    project: &Project,
    course: &Course,
    lesson: &Lesson,
    options: &Options,
    progress: &Progress,
    report: &mut LessonReport,
) {
    let limits = Limits {
        cell: Duration::from_secs_f64(options.cell_seconds),
        lesson: Duration::from_secs_f64(options.lesson_seconds),
    };
    match rehearse(project, course, lesson, limits, progress).await {
        Ok(run) => {
            report.seconds = Some((run.seconds * 1000.0).round() / 1000.0);
            report.figures = run.figures;
            report.faults.extend(run.faults);
            report.notes.extend(
                run.stopped.map(|cell| format!("stopped at cell {cell}: those after it were not run")),
            );
        }
        Err(error) => {
            let what = "the lesson could not be run on the kernel";
            report.faults.push(Fault::new(FaultKind::KernelNotStarted, what).quoting(&format!("{error:#}")));
        }
    }
}

async fn rehearse(
    project: &Project,
    course: &Course,
    lesson: &Lesson,
    limits: Limits,
    progress: &Progress,
) -> Result<Run> {
    progress.starting();
    let copy = Copy::make(course.folder(), &project.support_crate())?;
    let session = Session::start(project, copy).await.context("the kernel could not be started")?;
    Ok(Rehearsal::new(lesson, session, limits, progress).perform().await)
}
