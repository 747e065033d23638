//! Threads that share one core and begin together, each with what it asks of the kernel's scheduler.

use std::sync::{Arc, Mutex};

use super::gate::{self, Gate};
use super::{coverage, handover};
use crate::error::Error;
use crate::machine::{Interrupts, KernelPolicy, Machine, Priority, Throttled, pin, priority};
use crate::record::{Failed, Kept, LaneWriter, Recorded, Recorder, locked};
use crate::timeline::{Lane, LaneKind, Timeline};

/// The most threads on one core: with slices of 3 ms each of them would come round every three seconds.
pub const THREADS: usize = 1_000;

/// The core to be shared, and who takes part.
pub(crate) struct OnCore {
    core: usize,
    gate: Arc<Gate>,
    parts: Mutex<Vec<Arc<Part>>>,
    before: Throttled,
}

/// One thread that takes part.
pub(crate) struct Part {
    core: usize,
    gate: Arc<Gate>,
    asks: Mutex<Priority>,
    seen: Mutex<Seen>,
}

/// What a thread itself saw.
#[derive(Clone, Copy, Default)]
struct Seen {
    nice: Option<i32>,
    policy: KernelPolicy,
    interrupts: Interrupts,
}

/// A core that is held shut until everybody is there.
pub(crate) struct Shut<'core> {
    core: &'core OnCore,
    gate: gate::Shut<'core>,
}

impl OnCore {
    /// # Errors
    /// A core that this process may not use; a system where a thread cannot be kept on one.
    pub fn new(core: usize) -> Result<Self, Error> {
        if !cfg!(target_os = "linux") {
            let because =
                "this system lets no thread be kept on a core, or counts no switches; Linux does both";
            let what = "watching threads share one core".to_owned();
            return Err(Error::NotPossible { what, because: because.to_owned() });
        }
        let cores = Machine::here().cores;
        if !cores.contains(&core) {
            let because = format!("this process may use the cores {cores:?}");
            return Err(Error::NotPossible { what: format!("running on core {core}"), because });
        }
        Ok(Self { core, gate: Arc::default(), parts: Mutex::default(), before: Throttled::so_far() })
    }

    /// Nobody begins before [`Shut::let_go`].
    pub fn shut(&self) -> Shut<'_> {
        Shut { core: self, gate: self.gate.shut() }
    }

    /// One more thread takes part.
    pub fn takes_part(&self) -> Arc<Part> {
        let gate = Arc::clone(&self.gate);
        let part = Arc::new(Part { core: self.core, gate, asks: Mutex::default(), seen: Mutex::default() });
        locked(&self.parts).push(Arc::clone(&part));
        part
    }

    /// What was recorded, with what is known of each thread, of the moments at which they left the core, and of who had
    /// it meanwhile.
    pub fn settle(&self, recorded: Recorded) -> Recorded {
        Failed::or(self.settled(recorded.kept()))
    }

    fn settled(&self, mut timeline: Timeline) -> Timeline {
        let parts = locked(&self.parts);
        let mut threads = timeline.lanes.iter().filter(|lane| lane.kind == LaneKind::Thread);
        if parts.is_empty() || threads.all(|lane| lane.spans().is_empty()) {
            return timeline;
        }
        let threads = timeline.lanes.iter_mut().filter(|lane| lane.kind == LaneKind::Thread);
        threads.zip(parts.iter()).for_each(|(lane, part)| part.tells(lane));
        handover::settle(&mut timeline);
        let coverage = coverage::add_lanes(&mut timeline, self.core, Throttled::so_far().since(self.before));
        timeline.notes.extend(coverage.notes(self.core));
        timeline.notes.extend(interrupted(&timeline));
        timeline.notes.extend(counted_from(priority::nice_of_this_thread(), &parts));
        timeline.notes.push(handover::NOTE.to_owned());
        timeline
    }
}

impl Shut<'_> {
    /// Lets all threads begin at the same moment; none, where the closure that started them was not `whole`.
    pub fn let_go(mut self, recorder: &Recorder, whole: bool) {
        let count = locked(&self.core.parts).len();
        if count == 0 && whole {
            let what = "a run on a core without threads".to_owned();
            let because = "run.spawn was not called; one thread is the least".to_owned();
            recorder.fault(Error::NotPossible { what, because });
        }
        if !whole {
            self.core.gate.call_off();
        }
        self.gate.all_known();
        self.gate.open(count);
    }
}

impl Part {
    /// What it asks of the kernel, which must be said before the run's closure is through.
    pub fn asks(&self, change: impl FnOnce(&mut Priority)) {
        change(&mut locked(&self.asks));
    }

    /// The calling thread is this one; whether it is to begin. Only its own priority is ever changed.
    pub fn begins(&self, lane: &LaneWriter, recorder: &Recorder) -> bool {
        self.gate.wait_until_known();
        priority::wake_on_time();
        let asks = *locked(&self.asks);
        let asked = pin(self.core).and_then(|()| asks.ask(lane.name()));
        if asked.is_err() {
            self.gate.call_off();
        }
        let opened = self.gate.pass();
        match (asked, opened) {
            (Err(fault), _) => recorder.fault(fault),
            (Ok(_), None) => {}
            (Ok(nice), Some(opened)) => {
                let mut seen = locked(&self.seen);
                (seen.nice, seen.policy) = (Some(nice), asks.policy);
                lane.let_go_on_a_shared_core(opened);
                return true;
            }
        }
        false
    }

    /// The calling thread is this one, and is done.
    pub fn ends(&self, lane: &LaneWriter) {
        lane.done();
        locked(&self.seen).interrupts = lane.interrupts();
    }

    fn tells(&self, lane: &mut Lane) {
        let seen = *locked(&self.seen);
        (lane.nice, lane.policy, lane.interrupts) = (seen.nice, Some(seen.policy.name()), seen.interrupts);
    }
}

/// Where nice values do not begin at 0: from which one they are counted, and whether that left room for all.
fn counted_from(own: i32, parts: &[Arc<Part>]) -> Option<String> {
    let steps = parts.iter().filter_map(|part| locked(&part.asks).nice).max()?;
    let note = format!("this notebook has the nice value {own}, and the threads' are counted from there");
    let past = own + steps > 19;
    (own != 0).then(|| if past { note + "; 19 is the nicest there is, and more became 19" } else { note })
}

fn interrupted(timeline: &Timeline) -> Option<String> {
    let all = || timeline.lanes.iter().map(|lane| lane.interrupts);
    let (count, time) = all().fold((0, 0), |(count, time), one| (count + one.count, time + one.time));
    let longest = all().map(|one| one.longest).max().unwrap_or(0);
    (count > 0).then(|| {
        format!(
            "{count} gaps without a switch were interrupts ({:.1} ms in all, the longest {:.2} ms): they count as running",
            time as f64 / 1e6,
            longest as f64 / 1e6
        )
    })
}
