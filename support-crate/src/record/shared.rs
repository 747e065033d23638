//! What all handles of one recording share: its lanes, its limit, the first thing that went wrong.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use super::arena::{self, Arena};
use super::at_the_limit::Asked;
use super::locked;
use super::track::{NOBODY, Track};
use crate::error::Error;
use crate::machine::now;
use crate::time::{MILLISECOND, Unit};
use crate::timeline::LaneKind;

/// The most events one recording keeps: 256 MB.
pub(super) const ROOM: usize = 16 << 20;
/// The most lanes one recording has; a figure could not show more.
pub(super) const LANES: usize = 20_000;

/// What all handles of a recording share.
pub(crate) struct Shared {
    pub title: String,
    unit: OnceLock<Unit>,
    lanes: Mutex<Vec<Arc<Track>>>,
    /// Where everything lies instead when several processes record.
    pub(super) arena: Option<Arc<Arena>>,
    /// The process that began the recording and will finish it.
    owner: u32,
    /// The process that this is in; a forked child has a copy of its own.
    process: AtomicU32,
    fault: Mutex<Option<Error>>,
    locks: Mutex<Vec<String>>,
    counters: Mutex<Vec<(String, String)>>,
    pub(super) asked: Asked,
    pub(super) room: AtomicUsize,
    /// Moment of the shared clock after which nothing waits or works any more.
    pub deadline: u64,
    /// Moment of the shared clock at which it began.
    pub begun: u64,
    pub limit: Duration,
}

impl Shared {
    pub(super) fn new(title: String, limit: Duration, arena: Option<Arc<Arena>>) -> Self {
        let begun = now();
        Self {
            title,
            unit: OnceLock::new(),
            lanes: Mutex::default(),
            arena,
            owner: std::process::id(),
            process: AtomicU32::new(std::process::id()),
            fault: Mutex::default(),
            locks: Mutex::default(),
            counters: Mutex::default(),
            asked: Asked::default(),
            room: AtomicUsize::new(ROOM),
            deadline: begun.saturating_add(limit.as_nanos() as u64),
            begun,
            limit,
        }
    }

    /// One more lane; past the most there may be it is written to in vain, and the recording fails.
    pub(super) fn open(&self, name: String, kind: LaneKind) -> Arc<Track> {
        let mut lanes = locked(&self.lanes);
        let (place, most, strip) = match &self.arena {
            None => (Some(lanes.len()).filter(|place| *place < LANES), LANES, None),
            Some(arena) => {
                let place = arena.open(&name);
                (place, arena::LANES, place.map(|place| (Arc::clone(arena), place)))
            }
        };
        let number = place.map_or(NOBODY, |place| place as u32);
        let track = Arc::new(Track::new(name, kind, number, strip));
        if place.is_some() {
            lanes.push(Arc::clone(&track));
        } else {
            drop(lanes);
            let because = "a figure could not show more".to_owned();
            self.fault(Error::TooMany { what: "lanes", limit: most, because });
        }
        track
    }

    /// Every lane, those that children opened among them.
    pub(super) fn tracks(&self) -> Vec<Arc<Track>> {
        let Some(arena) = &self.arena else { return locked(&self.lanes).clone() };
        (0..arena.lanes()).map(|index| Arc::new(Track::in_arena(arena, index))).collect()
    }

    /// The name of this lane.
    pub(super) fn lane_name(&self, number: u32) -> Option<String> {
        match &self.arena {
            Some(_) => self.tracks().get(number as usize).map(|lane| lane.name.clone()),
            None => locked(&self.lanes).get(number as usize).map(|lane| lane.name.clone()),
        }
    }

    /// Keeps what went wrong. The first is what the learner is told; a loop that fails a million times must not keep a
    /// million.
    pub fn fault(&self, fault: Error) {
        match &self.arena {
            Some(arena) if self.process() != self.owner => arena.fault(&to_parent(&fault)),
            _ => _ = locked(&self.fault).get_or_insert(fault),
        }
    }

    /// The first thing that went wrong, here or in a child.
    pub fn told_fault(&self) -> Option<Error> {
        let in_child = || Some(self.of_child(&self.arena.as_ref()?.told_fault()?));
        locked(&self.fault).clone().or_else(in_child)
    }

    /// What [`to_parent`] wrote.
    fn of_child(&self, text: &str) -> Error {
        let panic = text.strip_prefix(PANIC).and_then(|rest| rest.split_once(PANIC));
        match panic.map(|(lane, says)| (lane.to_owned(), says.to_owned())) {
            Some((lane, says)) => Error::Panicked { lane, says },
            None if text == LATE => self.time_limit(),
            None => Error::InChild { says: text.to_owned() },
        }
    }

    /// The process that this is in.
    #[inline]
    pub fn process(&self) -> u32 {
        self.process.load(Ordering::Relaxed)
    }

    /// From here on this is in a forked child.
    pub fn forked(&self) {
        self.process.store(std::process::id(), Ordering::Relaxed);
    }

    /// The first unit of a story that is used becomes the timeline's.
    pub fn speak(&self, unit: Unit) {
        if let Some(arena) = &self.arena {
            arena.speak(unit);
        }
        self.unit.get_or_init(|| unit);
    }

    /// What times are written in.
    pub fn unit(&self) -> Unit {
        let told = self.arena.as_ref().and_then(|arena| arena.unit());
        told.or_else(|| self.unit.get().copied()).unwrap_or(MILLISECOND.unit())
    }

    /// That the run went on for longer than it may.
    pub fn time_limit(&self) -> Error {
        Error::TimeLimit { title: self.title.clone(), limit: self.limit.as_secs_f64() }
    }

    /// That the run was ended at its limit because of this.
    pub fn stalled(&self, because: &str) -> Error {
        let limit = self.limit.as_secs_f64();
        let says = format!("stopped after {limit} s, the limit of this run: {because}");
        Error::Stall { title: self.title.clone(), says }
    }

    /// Whether the run is past its limit, which then is its fault.
    pub fn is_late(&self, moment: u64) -> bool {
        let late = moment >= self.deadline;
        if late {
            self.fault(self.time_limit());
        }
        late
    }

    /// A lock's number.
    pub(super) fn new_lock(&self, name: String) -> Option<u16> {
        if let Some(arena) = &self.arena {
            return arena.new_lock(&name);
        }
        let mut locks = locked(&self.locks);
        locks.push(name);
        u16::try_from(locks.len() - 1).ok().filter(|number| *number < u16::MAX)
    }

    pub(super) fn locks(&self) -> Vec<String> {
        self.arena.as_ref().map_or_else(|| locked(&self.locks).clone(), |arena| arena.locks())
    }

    /// A counter's number.
    pub(super) fn new_counter(&self, name: String, unit: String) -> Option<u16> {
        if let Some(arena) = &self.arena {
            return arena.new_counter(&name, &unit);
        }
        let mut counters = locked(&self.counters);
        counters.push((name, unit));
        u16::try_from(counters.len() - 1).ok().filter(|number| *number < u16::MAX)
    }

    /// The counters' names and units.
    pub(super) fn counters(&self) -> Vec<(String, String)> {
        self.arena.as_ref().map_or_else(|| locked(&self.counters).clone(), |arena| arena.counters())
    }
}

/// Between the parts of a panic, on its way from a child to its parent.
const PANIC: char = '\u{1}';
/// What stands for the time limit on that way.
const LATE: &str = "\u{2}";

/// A fault as a child tells it to its parent.
fn to_parent(fault: &Error) -> String {
    match fault {
        Error::Panicked { lane, says } => format!("{PANIC}{lane}{PANIC}{says}"),
        Error::TimeLimit { .. } => LATE.to_owned(),
        fault => fault.to_string(),
    }
}
