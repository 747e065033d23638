//! Trying an exercise: its starter, wrong answers and cheats must be refused, other right ones and the solution
//! accepted.
//!
//! All on one kernel, one after another, as a learner would: first what must be refused, so that nothing right is
//! left for a check to find; last the solution, so that the cells below have what they need.
//!
//! Checks judge what was measured, and another program can spoil a measurement: what is right and was refused, and what was
//! refused for another reason than its author said, is tried again, as a learner would. A note tells of it. Nothing that was
//! accepted is tried again.

use super::answers::{Answer, Intent};
use super::exercise::Exercise;
use super::fault::{Fault, FaultKind};
use super::judge::{self, Verdict};
use super::lesson::Cell;
use super::rehearsal::{Over, Rehearsal, goes_on};
use crate::kernel::outcome::{Ending, Outcome};

/// How many hints an exercise gives.
const HINTS: usize = 3;
/// How often what is right may be tried.
const TRIES: usize = 3;

/// Whether the check judged an answer as its author meant it; else the kind of fault, a sentence, what the check said.
type Judged = Result<(), (FaultKind, String, String)>;

impl Rehearsal<'_> {
    /// The whole exercise.
    pub(super) async fn exercise(&mut self, exercise: &Exercise, answers: &[Answer]) -> Result<(), Over> {
        self.starter(exercise).await?;
        for answer in answers {
            self.answer(exercise, answer).await?;
        }
        self.solution(exercise).await
    }

    async fn starter(&mut self, exercise: &Exercise) -> Result<(), Over> {
        let lesson = self.lesson;
        self.cell(&lesson.cells[exercise.starter]).await?;
        let check = &lesson.cells[exercise.check];
        let outcome = self.cell(check).await?;
        if let Some(verdict) = self.verdict(check, &outcome, "") {
            faults_of_starter(check, &verdict).into_iter().for_each(|fault| self.report(fault));
        }
        Ok(())
    }

    async fn solution(&mut self, exercise: &Exercise) -> Result<(), Over> {
        let (check, mut first) = (&self.lesson.cells[exercise.check], None);
        for number in 1..=TRIES {
            let Some(verdict) = self.solved(exercise).await? else { return Ok(()) };
            if verdict.passed {
                self.note_of_tries(check, "the solution", number, first);
                return Ok(());
            }
            first.get_or_insert(verdict.says);
        }
        let what = "the check does not pass the solution; it says:";
        self.report(check.fault(FaultKind::SolutionFails, what).quoting(&first.unwrap_or_default()));
        Ok(())
    }

    /// The verdict on the solution; a cell that did not run through has been reported.
    async fn solved(&mut self, exercise: &Exercise) -> Result<Option<Verdict>, Over> {
        let (starter, check) = (&self.lesson.cells[exercise.starter], &self.lesson.cells[exercise.check]);
        let during = "with the solution: ";
        let outcome = self.step(starter, &exercise.solution, during).await;
        goes_on(&outcome)?;
        let outcome = self.step(check, &check.source, during).await;
        goes_on(&outcome)?;
        Ok(self.verdict(check, &outcome, during))
    }

    /// Tells of what was judged as it should be, but not at the first try.
    fn note_of_tries(&mut self, check: &Cell, what: &str, number: usize, first_said: Option<String>) {
        let Some(said) = first_said else { return };
        let words = said.lines().take(2).collect::<Vec<_>>().join(" ");
        self.run.notes.push(format!(
            "cell {}: {what} was judged as it should be at try {number} of {TRIES}; the first said: {words}",
            check.number
        ));
    }

    /// The verdict of a check; one that did not run through has been reported as such.
    fn verdict(&mut self, check: &Cell, outcome: &Outcome, during: &str) -> Option<Verdict> {
        let ran = outcome.ending == Ending::Ok && outcome.stderr.trim().is_empty();
        match ran.then(|| judge::verdict(outcome))? {
            Ok(verdict) => Some(verdict),
            Err(what) => {
                self.report(check.fault(FaultKind::NoVerdict, format!("{during}{what}")));
                None
            }
        }
    }

    async fn answer(&mut self, exercise: &Exercise, answer: &Answer) -> Result<(), Over> {
        let right = answer.intent == Intent::Right;
        *(if right { &mut self.run.tally.right } else { &mut self.run.tally.wrong }) += 1;
        let (starter, check) = (&self.lesson.cells[exercise.starter], &self.lesson.cells[exercise.check]);
        let mut first = None;
        let mut judged = Ok(());
        for number in 1..=TRIES {
            judged = match self.judged(starter, check, answer).await? {
                Some(judged) => judged,
                None if number == 1 => return Ok(()),
                // It broke, and that is reported; so is what came before.
                None => break,
            };
            let Err((FaultKind::RightRefused | FaultKind::WrongReason, _, says)) = &judged else {
                if judged.is_ok() {
                    self.note_of_tries(check, &format!("the answer `{}`", answer.name), number, first);
                }
                break;
            };
            first.get_or_insert_with(|| says.clone());
        }
        self.count(check, answer, judged);
        Ok(())
    }

    /// How the check judges an answer; nothing when one of the two cells does not run through.
    async fn judged(
        &mut self,
        starter: &Cell,
        check: &Cell,
        answer: &Answer,
    ) -> Result<Option<Judged>, Over> {
        if self.part(starter, &answer.code, answer).await?.is_none() {
            return Ok(None);
        }
        let outcome = self.part(check, &check.source, answer).await?;
        Ok(outcome.map(|outcome| {
            judge::verdict(&outcome)
                .map_err(|what| (FaultKind::NoVerdict, what, String::new()))
                .and_then(|verdict| fault_of(answer, verdict))
        }))
    }

    /// Runs one of the two cells of an answer; nothing comes of one that does not run through.
    async fn part(&mut self, cell: &Cell, code: &str, answer: &Answer) -> Result<Option<Outcome>, Over> {
        let during = format!("with the answer `{}`: ", answer.name);
        let (outcome, faults) = self.attempt(cell, code, &during).await;
        let broken = faults.into_iter().find(breaks);
        let runs = broken.is_none();
        if let Some(fault) = broken {
            let text = fault.text.unwrap_or_default();
            self.run.faults.push(cell.fault(FaultKind::AnswerBreaks, fault.what).quoting(&text));
        }
        goes_on(&outcome)?;
        Ok(runs.then_some(outcome))
    }

    fn count(&mut self, check: &Cell, answer: &Answer, judged: Judged) {
        match judged {
            Ok(()) if answer.intent == Intent::Right => self.run.tally.accepted += 1,
            Ok(()) => self.run.tally.refused += 1,
            Err((kind, what, says)) => {
                let what = format!("with the answer `{}`: {what}", answer.name);
                self.run.faults.push(check.fault(kind, what).quoting(&says));
            }
        }
    }
}

/// Whether a learner could not go on with this answer. That it shows no figure, or says nothing where the starter
/// does, is no harm.
fn breaks(fault: &Fault) -> bool {
    !matches!(fault.kind, FaultKind::NoFigure | FaultKind::NoStderr | FaultKind::NoError)
}

/// What is wrong with the verdict on an answer.
fn fault_of(answer: &Answer, verdict: Verdict) -> Judged {
    let right = answer.intent == Intent::Right;
    let unseen = answer.says.as_ref().filter(|says| !verdict.says.contains(says.as_str()));
    let (kind, what) = match (right, verdict.passed) {
        (true, false) => (FaultKind::RightRefused, "the check refuses it; it says:".to_owned()),
        (false, true) => (FaultKind::WrongAccepted, "the check accepts it; it says:".to_owned()),
        (true, true) => return Ok(()),
        (false, false) if verdict.saw.is_empty() => {
            (FaultKind::SaysNothing, "the check does not say what it saw; it says:".to_owned())
        }
        (false, false) => match unseen {
            None => return Ok(()),
            Some(says) => (FaultKind::WrongReason, format!("the check does not say `{says}`; it says:")),
        },
    };
    Err((kind, what, verdict.says))
}

fn faults_of_starter(check: &Cell, verdict: &Verdict) -> Vec<Fault> {
    let mut faults = Vec::new();
    if verdict.passed {
        let what = "the check passes the starter as it stands; it says:";
        faults.push(check.fault(FaultKind::StarterPasses, what).quoting(&verdict.says));
    } else if verdict.saw.is_empty() {
        let what = "the check does not say what it saw; it says:";
        faults.push(check.fault(FaultKind::SaysNothing, what).quoting(&verdict.says));
    }
    let mut different = verdict.hints.clone();
    different.sort();
    different.dedup();
    if verdict.hints.len() != HINTS || different.len() != HINTS {
        let what = format!(
            "the check has {} hints, {} of them different; {HINTS} are wanted",
            verdict.hints.len(),
            different.len()
        );
        faults.push(check.fault(FaultKind::Hints, what));
    }
    faults
}
