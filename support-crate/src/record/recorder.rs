//! From buffers to a timeline: a [`Recorder`] knows every lane that was opened, and reads them when the run is over.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use super::arena::{Arena, Strip};
use super::buffer::Buffer;
use super::event::{Event, Kind};
use super::wakes::NOBODY;
use super::writer::LaneWriter;
use crate::error::Error;
use crate::machine::now;
use crate::timeline::{Arrow, Lane, MILLISECOND, Mark, Span, Timeline, Unit};

/// The most events one recording keeps: 256 MB.
const ROOM: usize = 16 << 20;
/// The most lanes one recording has; a figure could not show more.
pub(super) const LANES: usize = 20_000;

/// Records one run. Clones are handles to the same recording; pass them by value to whoever takes part.
///
/// ```
/// use timelanes::prelude::*;
/// let recorder = Recorder::new("two steps");
/// let ada = recorder.lane("ada");
/// ada.during(Activity::Running, "first", || ());
/// ada.wait("a pause", 1 * MILLISECOND);
/// let timeline = recorder.finish()?;
/// assert_eq!(timeline.lane("ada")?.spans().len(), 2);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone)]
pub struct Recorder {
    pub(super) shared: Arc<Shared>,
}

/// What all handles of a recording share.
pub(super) struct Shared {
    title: String,
    unit: OnceLock<Unit>,
    lanes: Mutex<Vec<Arc<Track>>>,
    /// Where everything lies instead when several processes record.
    arena: Option<Arc<Arena>>,
    /// The process that began the recording and will finish it.
    owner: u32,
    fault: Mutex<Option<Error>>,
    arrows: AtomicU32,
    arrow_labels: Mutex<Vec<String>>,
    pub room: AtomicUsize,
    /// Moment of the shared clock after which nothing waits or works any more.
    pub deadline: u64,
    /// Moment of the shared clock at which it began.
    begun: u64,
    pub limit: Duration,
}

/// One lane while it is being recorded: what its writer publishes and the recorder reads.
pub(super) struct Track {
    pub name: String,
    /// Its place among the lanes of the recording; a lane too many has [`NOBODY`]'s.
    pub number: u32,
    buffer: Buffer,
    labels: Mutex<Vec<String>>,
    pub thread: OnceLock<u32>,
    /// CPU nanoseconds of the lane's thread, plus one; 0 until the lane ends on the thread it began on.
    cpu: AtomicU64,
    /// Where events, labels and CPU time lie instead when several processes record.
    strip: Option<(Arc<Arena>, usize)>,
}

/// A lock whose data are whole even when a thread panicked beside them.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Recorder {
    /// A new recording, whose waits and work end after [`LIMIT`](super::LIMIT) at the latest.
    pub fn new(title: impl Into<String>) -> Self {
        Self::with_limit(title, super::LIMIT)
    }

    /// A new recording, whose waits and work end `limit` from now at the latest.
    pub fn with_limit(title: impl Into<String>, limit: Duration) -> Self {
        Self::begin(title.into(), limit, None)
    }

    /// A new recording that forked children write into as well.
    ///
    /// # Errors
    /// Where memory cannot be shared between processes.
    pub(crate) fn across_processes(title: impl Into<String>, limit: Duration) -> Result<Self, Error> {
        Ok(Self::begin(title.into(), limit, Some(Arc::new(Arena::new()?))))
    }

    fn begin(title: String, limit: Duration, arena: Option<Arc<Arena>>) -> Self {
        let begun = now();
        let shared = Shared {
            title,
            unit: OnceLock::new(),
            lanes: Mutex::new(Vec::new()),
            arena,
            owner: std::process::id(),
            fault: Mutex::new(None),
            arrows: AtomicU32::new(0),
            arrow_labels: Mutex::new(Vec::new()),
            room: AtomicUsize::new(ROOM),
            deadline: begun.saturating_add(limit.as_nanos() as u64),
            begun,
            limit,
        };
        Self { shared: Arc::new(shared) }
    }

    /// Opens a lane. Its writer may be moved to the thread, or into the future, that the lane is about.
    ///
    /// Past 20,000 lanes nothing is recorded and [`finish`](Self::finish) says so.
    pub fn lane(&self, name: impl Into<String>) -> LaneWriter {
        let name = name.into();
        let shared = self.shared.arena.as_ref();
        let strip = shared.map(|arena| (arena.open(&name), Arc::clone(arena)));
        let most = if strip.is_some() { super::arena::LANES } else { LANES };
        let full = strip.as_ref().is_some_and(|(index, _)| index.is_none());
        let strip = strip.and_then(|(index, arena)| Some((arena, index?)));
        let mut lanes = locked(&self.shared.lanes);
        let place = strip.as_ref().map_or(lanes.len(), |(_, index)| *index);
        let track = Arc::new(Track {
            name,
            number: if place < most { place as u32 } else { NOBODY },
            strip,
            buffer: Buffer::new(),
            labels: Mutex::new(Vec::new()),
            thread: OnceLock::new(),
            cpu: AtomicU64::new(0),
        });
        if lanes.len() < most && !full {
            lanes.push(Arc::clone(&track));
        } else if lanes.len() == most || full {
            drop(lanes);
            self.fault(Error::TooMany {
                what: "lanes",
                limit: most,
                because: "a figure could not show more".to_owned(),
            });
        }
        LaneWriter::new(self.clone(), track)
    }

    /// The recording so far becomes a timeline. Lanes that are still written to keep what they have; a span that
    /// has not ended reaches to this moment and says that it [did not end](Span::ended).
    ///
    /// # Errors
    /// The first thing that went wrong while recording: a duration nobody can wait for, too many lanes, a panic in
    /// a thread of the run, the time limit.
    pub fn finish(self) -> Result<Timeline, Error> {
        let fault = locked(&self.shared.fault).take();
        let told = || self.shared.arena.as_ref().and_then(|arena| arena.told_fault());
        let fault = fault.or_else(|| told().map(|says| Error::InChild { says }));
        fault.map_or_else(|| Ok(self.timeline()), Err)
    }

    /// The recording so far, which goes on.
    pub(crate) fn timeline(&self) -> Timeline {
        let (end, tracks) = (now(), self.tracks());
        let mut timeline = Timeline::new(&self.shared.title);
        let told = self.shared.arena.as_ref().and_then(|arena| arena.unit());
        timeline.unit = told.unwrap_or_else(|| *self.shared.unit.get_or_init(|| MILLISECOND.unit()));
        let (mut flights, mut wakes) = (HashMap::<u32, Flight>::new(), Vec::new());
        for (number, track) in tracks.iter().enumerate() {
            timeline.lanes.push(track.read(number, end, &mut flights, &mut wakes));
        }
        // Where lanes share a thread, its CPU time is nobody's own.
        let mut threads = HashMap::<u32, usize>::new();
        timeline.lanes.iter().for_each(|lane| *threads.entry(lane.tid).or_default() += 1);
        timeline.lanes.iter_mut().filter(|lane| threads[&lane.tid] > 1).for_each(|lane| lane.cpu = None);
        let shared_labels = self.shared.arena.as_ref().map(|arena| arena.arrow_labels());
        let arrow_labels = shared_labels.unwrap_or_else(|| locked(&self.shared.arrow_labels).clone());
        timeline.arrows = arrows(flights, &arrow_labels);
        timeline.arrows.append(&mut wakes);
        timeline.arrows.sort_by_key(|arrow| arrow.from.1);
        let lost: u64 = tracks.iter().map(|track| track.lost()).sum();
        if lost > 0 {
            timeline
                .notes
                .push(format!("{lost} events found no room and are not shown; a recording holds {ROOM}"));
        }
        timeline
    }

    /// Every lane, those that children opened among them.
    fn tracks(&self) -> Vec<Arc<Track>> {
        let Some(arena) = &self.shared.arena else { return locked(&self.shared.lanes).clone() };
        (0..arena.lanes()).map(|index| Arc::new(Track::in_arena(arena, index))).collect()
    }

    /// The lanes of process `pid` end now, with whatever they were doing.
    pub(crate) fn process_ends(&self, pid: u32, moment: u64) {
        if let Some(arena) = &self.shared.arena {
            arena.end(pid, moment);
        }
    }

    pub(crate) fn fault(&self, fault: Error) {
        if let Some(arena) = self.shared.arena.as_ref().filter(|_| std::process::id() != self.shared.owner) {
            return arena.fault(&fault.to_string());
        }
        // The first is what the learner is told; a loop that fails a million times must not keep a million.
        locked(&self.shared.fault).get_or_insert(fault);
    }

    /// The first time a story's unit is used it becomes the timeline's.
    pub(crate) fn speak(&self, unit: Unit) {
        if let Some(arena) = &self.shared.arena {
            arena.speak(unit);
        }
        self.shared.unit.get_or_init(|| unit);
    }

    /// Moment of the shared clock after which nothing waits or works any more.
    pub(crate) fn deadline(&self) -> u64 {
        self.shared.deadline
    }

    /// Moment of the shared clock at which the recording began.
    pub(super) fn begun(&self) -> u64 {
        self.shared.begun
    }

    /// The same for all handles of this recording, and for no other that is alive.
    pub(super) fn identity(&self) -> usize {
        Arc::as_ptr(&self.shared) as usize
    }

    /// The run was ended at its limit because of this.
    pub(crate) fn stalled(&self, because: &str) -> Error {
        let says =
            format!("stopped after {} s, the limit of this run: {because}", self.shared.limit.as_secs_f64());
        Error::Stall { title: self.shared.title.clone(), says }
    }

    pub(crate) fn time_limit(&self) -> Error {
        Error::TimeLimit { title: self.shared.title.clone(), limit: self.shared.limit.as_secs_f64() }
    }

    pub(super) fn new_arrow(&self, label: String) -> u32 {
        if let Some(arena) = &self.shared.arena {
            return arena.new_arrow(&label);
        }
        let mut labels = locked(&self.shared.arrow_labels);
        labels.push(label);
        self.shared.arrows.fetch_add(1, Ordering::Relaxed)
    }
}

/// Both ends of an arrow, as far as they were found: lane and moment.
#[derive(Default)]
struct Flight {
    from: Option<(usize, u64)>,
    to: Option<(usize, u64)>,
}

fn arrows(flights: HashMap<u32, Flight>, labels: &[String]) -> Vec<Arrow> {
    let whole = |(number, flight): (u32, Flight)| {
        Some(Arrow { label: labels.get(number as usize)?.clone(), from: flight.from?, to: flight.to? })
    };
    flights.into_iter().filter_map(whole).collect()
}

impl Track {
    fn in_arena(arena: &Arc<Arena>, index: usize) -> Self {
        let strip = arena.strip(index);
        Self {
            name: strip.name(),
            number: index as u32,
            buffer: Buffer::new(),
            labels: Mutex::new(strip.labels()),
            thread: OnceLock::from(strip.tid()),
            cpu: AtomicU64::new(strip.cpu().map_or(0, |cpu| cpu + 1)),
            strip: Some((Arc::clone(arena), index)),
        }
    }

    pub fn strip(&self) -> Option<Strip<'_>> {
        self.strip.as_ref().map(|(arena, index)| arena.strip(*index))
    }

    #[inline]
    pub fn push(&self, event: Event, room: &AtomicUsize) {
        match self.strip() {
            None => self.buffer.push(event, room),
            Some(strip) => strip.push(event),
        }
    }

    pub fn add_label(&self, label: &str) {
        match self.strip() {
            None => locked(&self.labels).push(label.to_owned()),
            Some(strip) => strip.add_label(label),
        }
    }

    pub fn begins_on(&self, thread: u32) {
        self.thread.get_or_init(|| thread);
        if let Some(strip) = self.strip() {
            strip.written_by(std::process::id(), thread);
        }
    }

    pub fn set_cpu(&self, nanoseconds: u64) {
        self.cpu.store(nanoseconds + 1, Ordering::Release);
        if let Some(strip) = self.strip() {
            strip.set_cpu(nanoseconds);
        }
    }

    fn lost(&self) -> u64 {
        self.strip().map_or_else(|| self.buffer.lost(), Strip::lost)
    }

    fn read(
        &self,
        number: usize,
        end: u64,
        flights: &mut HashMap<u32, Flight>,
        wakes: &mut Vec<Arrow>,
    ) -> Lane {
        let labels = locked(&self.labels).clone();
        let end = self.strip().and_then(Strip::ended).unwrap_or(end);
        let events: Box<dyn Iterator<Item = Event>> = match self.strip() {
            None => Box::new(self.buffer.events()),
            Some(strip) => Box::new(strip.events()),
        };
        let (mut spans, mut marks, mut open) = (Vec::<Span>::new(), Vec::new(), Vec::<usize>::new());
        for Event { time, kind, core, label } in events {
            if matches!(kind, Kind::End | Kind::Next(_))
                && let Some(last) = open.pop()
            {
                spans[last].end = time;
                spans[last].ended = true;
            }
            match kind {
                Kind::Begin(activity) | Kind::Next(activity) => {
                    let depth = open.len().min(usize::from(u8::MAX)) as u8;
                    open.push(spans.len());
                    // The end is not known yet: until it comes, the span reaches to the end of the recording.
                    spans.push(Span {
                        start: time,
                        end: end.max(time),
                        label,
                        core,
                        activity,
                        depth,
                        ended: false,
                    });
                }
                Kind::End => {}
                Kind::Mark => marks
                    .push(Mark { at: time, label: labels.get(label as usize).cloned().unwrap_or_default() }),
                Kind::Send => flights.entry(label).or_default().from = Some((number, time)),
                Kind::Receive => flights.entry(label).or_default().to = Some((number, time)),
                Kind::Woken if label == NOBODY => {}
                Kind::Woken => wakes.push(Arrow {
                    label: "wake".to_owned(),
                    from: (label as usize, time),
                    to: (number, time),
                }),
            }
        }
        let mut lane = Lane::recorded(self.name.clone(), labels, spans, marks);
        lane.pid = self.strip().map_or_else(std::process::id, Strip::pid);
        lane.tid = self.thread.get().copied().unwrap_or(0);
        lane.cpu = self.cpu.load(Ordering::Acquire).checked_sub(1).map(Duration::from_nanos);
        lane
    }
}
