//! The order of a check: which lessons, what is mended first, the rules, the run.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use futures::StreamExt;
use indicatif::MultiProgress;

use super::answers::{Answer, Answers};
use super::copies::Copy;
use super::course::{self, Course};
use super::exercise::Exercise;
use super::fault::{Fault, FaultKind};
use super::lesson::Lesson;
use super::options::Options;
use super::progress::Progress;
use super::rehearsal::{Conditions, Rehearsal, Run};
use super::report::{LessonReport, Report};
use super::session::Session;
use super::{anatomy, answers, closed, exercise, form, glossary, jobs, links, mend, python, size, terms};
use crate::project::Project;

/// Checks the lessons in the folder `notebooks`, on kernels of `project`. Dropping the future ends all it
/// started.
///
/// # Errors
/// When the folder cannot be read, a lesson cannot be mended, or there is no lesson at all.
pub async fn examine(project: &Project, notebooks: &Path, options: &Options) -> Result<Report> {
    let course = Course::read(notebooks)?;
    let mut asked = asked(&course, options);
    if asked.is_empty() {
        bail!("there is no lesson in {}", notebooks.display());
    }
    if options.fix {
        mend(&course, &mut asked)?;
    }
    let jobs = options.jobs.map_or_else(jobs::default, usize::from).min(asked.len());
    let conditions = (!options.no_run).then(|| Conditions::of(options, jobs));
    let (course, all, bars) = (&course, asked.len(), &MultiProgress::new());
    // The last ones first: they take the longest, and what is left for the end should be short.
    let lessons = asked.into_iter().enumerate().rev().map(|(index, (lesson, found))| async move {
        let report = match found {
            Ok(path) => {
                let progress = Progress::new(bars, &lesson.lesson, index + 1, all);
                examine_one(project, course, &path, lesson, conditions, &progress).await
            }
            Err(fault) => LessonReport { faults: vec![fault], ..lesson },
        };
        (index, report)
    });
    let mut lessons: Vec<_> = futures::stream::iter(lessons).buffer_unordered(jobs).collect().await;
    lessons.sort_by_key(|(index, _)| *index);
    let lessons = lessons.into_iter().map(|(_, report)| report).collect();
    let mut report = Report { lessons, ..Report::default() };
    if options.notebooks.is_empty() {
        report.course = answers::strays(course);
        report.course.extend(glossary::fault(course));
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
    for (report, found) in asked.iter_mut() {
        if let Ok(path) = found
            && Lesson::read(path).is_ok()
        {
            report.mended = mend::mend(path, course)?;
        }
    }
    if glossary::mend(course)?
        && let Some((report, _)) = asked.first_mut()
    {
        report.mended.push(format!("the glossary of the course, {}, written", glossary::FILE));
    }
    Ok(())
}

async fn examine_one(
    project: &Project,
    course: &Course,
    path: &Path,
    mut report: LessonReport,
    conditions: Option<Conditions>,
    progress: &Progress,
) -> LessonReport {
    match Lesson::read(path) {
        Err(fault) => report.faults.push(fault),
        Ok(lesson) => {
            report.cells = lesson.cells.len();
            let trials = read(course, &lesson, &mut report);
            let runs = lesson.code().next().is_some() && !form::is_for_another_kernel(&lesson);
            if runs && let Some(conditions) = conditions {
                perform(project, course, &lesson, &trials, conditions, progress, &mut report).await;
            }
        }
    }
    progress.done(report.seconds, report.faults.len());
    report
}

/// All that shows without a run; gives the exercises with the answers to each.
fn read(course: &Course, lesson: &Lesson, report: &mut LessonReport) -> Vec<(Exercise, Vec<Answer>)> {
    report.notes = [anatomy::notes(lesson), size::notes(lesson), python::notes(lesson)].concat();
    report.faults = form::faults(lesson);
    if lesson.cells.is_empty() {
        return Vec::new();
    }
    let rules = [anatomy::faults, closed::faults, size::faults, python::faults];
    report.faults.extend(rules.iter().flat_map(|rule| rule(lesson)));
    report.faults.extend(links::faults(lesson, course));
    report.faults.extend(terms::faults(lesson, course));
    let exercises = exercise::exercises(lesson);
    report.exercises = exercises.len();
    let names: Vec<_> = exercise::starters(lesson).map(|(name, _)| name).collect();
    report.faults.extend(answers::orphans(course, lesson, &names));
    let with_answers = exercises.into_iter().map(|exercise| {
        let answers = Answers::read(course, lesson, &exercise);
        report.faults.extend(answers.faults);
        (exercise, answers.there)
    });
    with_answers.collect()
}

async fn perform(
    project: &Project,
    course: &Course,
    lesson: &Lesson,
    trials: &[(Exercise, Vec<Answer>)],
    conditions: Conditions,
    progress: &Progress,
    report: &mut LessonReport,
) {
    report.faults.extend(python::run(project, lesson).await);
    match rehearse(project, course, lesson, trials, conditions, progress).await {
        Ok(run) => {
            report.seconds = Some((run.seconds * 1000.0).round() / 1000.0);
            report.figures = run.figures;
            report.answers = Some(run.tally);
            report.faults.extend(run.faults);
            report.notes.extend(run.notes);
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
    trials: &[(Exercise, Vec<Answer>)],
    conditions: Conditions,
    progress: &Progress,
) -> Result<Run> {
    progress.starting();
    let copy = Copy::make(course.folder(), &project.support_crate())?;
    let session =
        Session::start(project, copy, conditions.kernel).await.context("the kernel could not be started")?;
    Ok(Rehearsal::new(lesson, trials, session, conditions, progress).perform().await)
}
