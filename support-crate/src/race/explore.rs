//! All interleavings of a model, one after the other: depth first, each run anew from the beginning.
//!
//! The picks of one interleaving are a path in a tree. The next path is the same up to the last pick that has another way
//! left, and takes that. (Stateless search: P. Godefroid, "Model Checking for Programming Languages using VeriSoft",
//! POPL 1997; without its reductions, so that the counts are those of combinatorics.)

use std::time::{Duration, Instant};

use super::execution::{Pick, Scheduler, execute};
use super::interleavings::Interleavings;
use super::model::Model;
use super::world::World;
use crate::error::Error;
use crate::record::record;
use crate::task::Silence;

/// Interleavings that are explored, unless [`Model::at_most`] says otherwise.
pub(super) const MOST: usize = 1_000_000;
/// After so many that do not end, the others would not either.
const ENDLESS: usize = 100;
/// For so long is looked at the most.
const PATIENCE: Duration = Duration::from_secs(10);
/// Interleavings between two looks at the clock.
const LOOK: usize = 256;

/// The path that is being gone.
#[derive(Default)]
struct Path {
    /// Which way was taken, of how many.
    choices: Vec<(usize, usize)>,
    picks: Vec<Pick>,
}

impl Path {
    /// On to the next path; `false` after the last.
    fn advance(&mut self) -> bool {
        self.picks.clear();
        while let Some((way, of)) = self.choices.last_mut() {
            *way += 1;
            if way < of {
                return true;
            }
            self.choices.pop();
        }
        false
    }
}

impl Scheduler for Path {
    fn pick(&mut self, world: &World, ways: &[usize], sum: usize) -> Option<Pick> {
        let depth = self.picks.len();
        if depth == self.choices.len() {
            self.choices.push((0, sum));
        }
        let (way, of) = self.choices[depth];
        if of != sum {
            world.fault(
                "it did something else when it was run again in the same order: what it does may depend on nothing but \
                 what its threads share, so no clock, no random number, and no variable from outside that it changes",
            );
            return None;
        }
        let pick = nth(ways, way);
        self.picks.push(pick);
        Some(pick)
    }
}

/// The pick with this number: the threads in their order, the newest value first.
fn nth(ways: &[usize], mut number: usize) -> Pick {
    for (thread, ways) in ways.iter().enumerate() {
        if number < *ways {
            return Pick { thread, back: number };
        }
        number -= ways;
    }
    unreachable!("there are as many picks as ways")
}

impl Model {
    /// Runs the model in every order in which its threads' steps can come, and in every way in which its atomics can be
    /// read; at most [a million](Self::at_most) of them, and for ten seconds at most. The result says whether these are all.
    ///
    /// One interleaving takes about as many tens of nanoseconds as it has steps. A deadlock, a panic and a thread that goes
    /// on for 500 steps are results.
    ///
    /// # Errors
    /// A model that cannot be run: no thread, two of the same name, a thread that awaits something else than a step, code
    /// that does something else each time. A thread that loops without any step cannot be stopped: in a notebook the
    /// process that runs the cells ends itself after 20 s, as with every run.
    pub fn explore(&self) -> Result<Interleavings, Error> {
        let _frame = record(&self.title).frame().map_err(Error::from)?;
        let _silence = Silence::begin();
        let (world, mut path, mut ways) = (World::new(&self.title), Path::default(), Vec::new());
        let mut all = Interleavings::of(self.clone());
        let began = Instant::now();
        loop {
            let over = execute(&world, &*self.body, &mut path, &mut ways);
            if let Some(fault) = world.take_fault() {
                return Err(fault);
            }
            all.count(&world, &path.picks, over);
            if !path.advance() {
                all.complete = all.endless == 0;
                break;
            }
            let late = all.explored.is_multiple_of(LOOK) && began.elapsed() > PATIENCE;
            if all.explored >= self.most || all.endless >= ENDLESS || late {
                break;
            }
        }
        all.settle(&world);
        Ok(all)
    }
}
