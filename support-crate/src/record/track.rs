//! One lane while it is being recorded: what its writer publishes and the recorder reads.

use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use super::arena::{Arena, Strip};
use super::buffer::Buffer;
use super::event::Event;
use super::locked;
use crate::machine::Switches;
use crate::timeline::LaneKind;

/// No lane of this recording; also the number of a lane too many.
pub(crate) const NOBODY: u32 = u32::MAX;

/// One lane while it is being recorded.
pub(super) struct Track {
    pub name: String,
    pub kind: LaneKind,
    /// Its place among the lanes of the recording, or [`NOBODY`].
    pub number: u32,
    buffer: Buffer,
    labels: Mutex<Vec<String>>,
    pub thread: OnceLock<u32>,
    used: Mutex<Used>,
    /// Where all of this lies instead when several processes record.
    strip: Option<(Arc<Arena>, usize)>,
}

/// What a lane's thread used between the lane's first event and its last, where it stayed on one thread.
#[derive(Clone, Copy, Default)]
pub(super) struct Used {
    pub cpu: Option<Duration>,
    pub switches: Option<Switches>,
}

impl Track {
    pub fn new(name: String, kind: LaneKind, number: u32, strip: Option<(Arc<Arena>, usize)>) -> Self {
        let track = Self {
            name,
            kind,
            number,
            buffer: Buffer::new(),
            labels: Mutex::default(),
            thread: OnceLock::new(),
            used: Mutex::default(),
            strip,
        };
        if let Some(strip) = track.strip() {
            strip.set_kind(kind);
        }
        track
    }

    /// A lane that may have been opened by another process.
    pub fn in_arena(arena: &Arc<Arena>, index: usize) -> Self {
        let strip = arena.strip(index);
        let used = Used { cpu: strip.cpu().map(Duration::from_nanos), switches: strip.switches() };
        Self {
            name: strip.name(),
            kind: strip.kind(),
            number: index as u32,
            buffer: Buffer::new(),
            labels: Mutex::default(),
            thread: OnceLock::from(strip.tid()),
            used: Mutex::new(used),
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
            Some(strip) => push_shared(strip, event),
        }
    }

    pub fn events(&self) -> Box<dyn Iterator<Item = Event> + '_> {
        match self.strip() {
            None => Box::new(self.buffer.events()),
            Some(strip) => Box::new(strip.events()),
        }
    }

    pub fn add_label(&self, label: &str) {
        match self.strip() {
            None => locked(&self.labels).push(label.to_owned()),
            Some(strip) => strip.add_label(label),
        }
    }

    pub fn labels(&self) -> Vec<String> {
        self.strip().map_or_else(|| locked(&self.labels).clone(), Strip::labels)
    }

    pub fn begins_on(&self, thread: u32) {
        self.thread.get_or_init(|| thread);
        if let Some(strip) = self.strip() {
            strip.written_by(std::process::id(), thread);
        }
    }

    pub fn set_used(&self, used: Used) {
        *locked(&self.used) = used;
        if let Some(strip) = self.strip() {
            used.cpu.iter().for_each(|cpu| strip.set_cpu(cpu.as_nanos() as u64));
            used.switches.iter().for_each(|switches| strip.set_switches(*switches));
        }
    }

    pub fn used(&self) -> Used {
        *locked(&self.used)
    }

    /// Events that found no room.
    pub fn lost(&self) -> u64 {
        self.strip().map_or_else(|| self.buffer.lost(), Strip::lost)
    }

    /// Labels that found no room.
    pub fn lost_labels(&self) -> u64 {
        self.strip().map_or(0, Strip::lost_labels)
    }
}

/// By itself, so that the way into a lane's own buffer is short.
#[inline(never)]
fn push_shared(strip: Strip<'_>, event: Event) {
    strip.push(event);
}
