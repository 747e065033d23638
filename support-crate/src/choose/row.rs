//! One work by several tools: which is quickest, which are as quick, and what the row says.

use super::attempt::Attempt;
use crate::figure::{self, Cell, Mark, count};
use crate::time::MILLISECOND;

/// A tool counts as slower where its median is so many times the quickest's and none of its rounds was as quick as any of
/// that one's …
const SLOWER: f64 = 1.15;
/// … or where its median is so many times the quickest's, whatever the rounds.
const MUCH_SLOWER: f64 = 2.0;

/// One work.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub work: String,
    /// The tool that the learner chose.
    pub choice: usize,
    pub cells: Vec<Measured>,
}

/// One work by one tool.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// The tool.
    pub tool: String,
    /// Round by round, how long it took; milliseconds.
    pub times: Vec<f64>,
    /// Threads and processes at one moment, by the kernel's count: the most that were seen.
    pub threads: usize,
    /// What went wrong; then it has no answers.
    pub trouble: Option<String>,
    pub(super) answers: Vec<u64>,
    /// Round by round, the share of the time in which its first thread wanted a core and had none.
    pub(super) waited: Vec<f64>,
    pub(super) wanted: bool,
}

impl Measured {
    pub(super) fn nothing(tool: &str) -> Self {
        Self {
            tool: tool.to_owned(),
            times: Vec::new(),
            threads: 0,
            trouble: None,
            answers: Vec::new(),
            waited: Vec::new(),
            wanted: true,
        }
    }

    pub(super) fn add(&mut self, attempt: Attempt) {
        self.threads = self.threads.max(attempt.threads);
        self.times.extend(attempt.trouble.is_none().then_some(attempt.time));
        self.waited.push(attempt.kept_waiting);
        (self.trouble, self.answers) = (attempt.trouble, attempt.answers);
    }

    pub(super) fn is_sound(&self) -> bool {
        self.trouble.is_none() && !self.times.is_empty()
    }

    /// The least and the most of the rounds, in milliseconds.
    fn range(&self) -> (f64, f64) {
        self.times.iter().fold((f64::MAX, 0.0), |(low, high), time| (low.min(*time), high.max(*time)))
    }

    /// The median of the rounds, in milliseconds; not a number where there is none.
    pub(super) fn median(&self) -> f64 {
        median(self.times.clone())
    }
}

pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

impl Row {
    /// The first tool's answers are the right ones, if it has any.
    pub(super) fn compare_answers(&mut self) {
        let Some((first, others)) = self.cells.split_first_mut() else { return };
        for cell in others.iter_mut().filter(|cell| first.is_sound() && cell.is_sound()) {
            if cell.answers != first.answers {
                let pairs = cell.answers.iter().zip(&first.answers);
                let same = pairs.filter(|(answer, right)| answer == right).count();
                let (all, tool) = (first.answers.len(), &first.tool);
                cell.trouble = Some(format!("other answers than {tool}: {same} of {all} agree"));
            }
        }
    }

    fn sound(&self) -> impl Iterator<Item = usize> {
        (0..self.cells.len()).filter(|tool| self.cells[*tool].is_sound())
    }

    /// The tool with the least median.
    fn quickest(&self) -> Option<usize> {
        self.sound().min_by(|one, other| self.cells[*one].median().total_cmp(&self.cells[*other].median()))
    }

    /// Whether it can be seen that `tool` is slower than `other`.
    fn is_slower(&self, tool: usize, other: usize) -> bool {
        let (tool, other) = (&self.cells[tool], &self.cells[other]);
        let times = tool.median() / other.median();
        times > MUCH_SLOWER || times > SLOWER && tool.range().0 > other.range().1
    }

    /// The quickest first, then those of which no difference could be seen.
    pub(super) fn best(&self) -> Vec<usize> {
        let Some(quickest) = self.quickest() else { return Vec::new() };
        let others = self.sound().filter(|tool| *tool != quickest && !self.is_slower(*tool, quickest));
        [quickest].into_iter().chain(others).collect()
    }

    /// What the row shows, in a sentence or two.
    fn says(&self) -> String {
        let best = self.best();
        let Some(quickest) = best.first() else { return "No tool came to an end.".to_owned() };
        let name = |tool: &usize| self.cells[*tool].tool.as_str();
        let time = |tool: usize| self.cells[tool].median() * MILLISECOND;
        let failed = self.cells.iter().any(|cell| cell.trouble.is_some());
        let mut says = match self.sound().count() {
            1 if failed => format!("Only {} came to an end.", name(quickest)),
            1 => {
                return format!("Only {} was measured: there is nothing to compare it with.", name(quickest));
            }
            _ => format!("Quickest: {}, {}.", name(quickest), time(*quickest)),
        };
        if best.len() > 1 {
            let others = best[1..].iter().map(name).collect::<Vec<_>>().join(", ");
            says += &format!(" No difference that could be seen: {others}.");
        }
        let chosen = &self.cells[self.choice];
        says += &match &chosen.trouble {
            Some(trouble) => format!(" Your choice, {}: {trouble}.", chosen.tool),
            None if self.choice == *quickest => " It is your choice.".to_owned(),
            None if best.contains(&self.choice) => format!(" Your choice, {}, is one of them.", chosen.tool),
            None => {
                let times = chosen.median() / self.cells[*quickest].median();
                format!(" Your choice, {}, took {times:.1} times as long.", chosen.tool)
            }
        };
        says
    }

    pub(super) fn drawn(&self) -> figure::Row {
        let (best, slowest) =
            (self.best(), self.sound().map(|tool| self.cells[tool].median()).fold(0.0, f64::max));
        let cell = |(tool, cell): (usize, &Measured)| {
            let (low, high) = cell.range();
            let lines = match &cell.trouble {
                Some(trouble) => vec![trouble.clone()],
                None if cell.times.is_empty() => vec!["not measured".to_owned()],
                None => vec![
                    (cell.median() * MILLISECOND).to_string(),
                    format!("{low:.1} to {high:.1}"),
                    format!(
                        "{} thread{}",
                        count(cell.threads as u64),
                        if cell.threads == 1 { "" } else { "s" }
                    ),
                ],
            };
            let alone = self.cells.iter().filter(|cell| cell.wanted).count() < 2;
            let mark = match best.iter().position(|one| *one == tool).filter(|_| !alone) {
                Some(0) => Mark::Best,
                Some(_) => Mark::AsGood,
                None if cell.trouble.is_some() => Mark::Failed,
                None => Mark::Plain,
            };
            let part = if cell.is_sound() { cell.median() / slowest } else { 0.0 };
            Cell { lines, part, mark, chosen: tool == self.choice }
        };
        figure::Row {
            name: self.work.clone(),
            cells: self.cells.iter().enumerate().map(cell).collect(),
            says: self.says(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Matrix;
    use super::*;
    use crate::machine::Machine;

    fn row(times: &[&[f64]]) -> Row {
        let cell = |times: &&[f64]| Measured { times: times.to_vec(), ..Measured::nothing("a tool") };
        Row { work: "work".to_owned(), choice: 0, cells: times.iter().map(cell).collect() }
    }

    #[test]
    fn slower_is_only_what_was_behind_in_every_round_and_by_enough() {
        let quick: &[f64] = &[10.0, 10.2, 9.9, 10.0, 10.1];
        let best = |other: &[f64]| row(&[quick, other]).best().len();
        assert_eq!(best(&[12.0, 12.0, 12.0, 12.0, 12.0]), 1);
        assert_eq!(best(&[12.0, 12.0, 12.0, 10.1, 12.0]), 2, "one of five as quick");
        assert_eq!(best(&[11.0, 11.0, 11.0, 11.0, 11.0]), 2, "always behind, and by a tenth only");
        assert_eq!(
            row(&[&[10.0, 90.0, 10.0], &[80.0, 80.0, 80.0]]).best().len(),
            1,
            "much slower, for all one odd round"
        );
    }

    #[test]
    fn a_round_that_was_slow_for_all_makes_no_difference() {
        let (one, other) = ([10.0, 50.0, 10.0, 10.0, 10.0], [10.3, 52.0, 10.4, 10.2, 10.3]);
        assert_eq!(row(&[&one, &other]).best(), [0, 1]);
    }

    #[test]
    fn where_nothing_came_to_an_end_nothing_is_the_quickest() {
        let mut row = row(&[&[], &[]]);
        row.cells[0].trouble = Some("was killed by SIGKILL".to_owned());
        assert!(row.best().is_empty() && row.says() == "No tool came to an end.");
        let machine = Machine::here();
        let figure = Matrix { rows: vec![row], machine }.figure();
        assert!(figure.text().contains("was killed by SIGKILL") && figure.text().contains("not measured"));
    }

    #[test]
    fn the_row_says_how_the_choice_did() {
        let mut chosen = row(&[&[10.0; 3], &[40.0; 3]]);
        assert!(chosen.says().ends_with("It is your choice."));
        chosen.choice = 1;
        assert!(chosen.says().starts_with("Quickest: a tool, 10.0 ms."));
        assert!(chosen.says().ends_with("took 4.0 times as long."), "{}", chosen.says());
    }
}
