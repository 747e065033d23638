//! The lane of a process, written from both sides: by the child while it lives, by its parent once it has ended.

use std::time::Duration;

use super::LaneWriter;
use super::event::{Event, Kind};

impl LaneWriter {
    /// The calling process is what this lane is about.
    pub(crate) fn process_begins(&self) {
        self.mark("begins");
    }

    /// The lane is about process `pid`, which writes nothing into it itself.
    pub(crate) fn begins_as(&self, pid: u32) {
        if let Some(strip) = self.track.strip() {
            self.track.thread.get_or_init(|| pid);
            strip.written_by(pid, pid);
        }
    }

    /// The calling process panicked.
    pub(crate) fn process_panicked(&self, says: &str) {
        if let Some(strip) = self.track.strip() {
            strip.set_panic(says);
        }
    }

    /// Said by the parent: the process that wrote this lane is gone since `moment`, this is how, and what CPU time it
    /// used.
    pub(crate) fn process_ended(&self, pid: u32, moment: u64, says: Option<&str>, cpu: Option<Duration>) {
        self.recorder.process_ends(pid, moment);
        let Some(strip) = self.track.strip() else { return };
        if let Some(cpu) = cpu {
            strip.set_cpu(cpu.as_nanos() as u64);
        }
        self.leave(strip.ended().unwrap_or(moment));
        if let Some(says) = says {
            let label = strip.labels().len() as u32;
            strip.add_label(says);
            strip.push(Event { time: strip.ended().unwrap_or(moment), kind: Kind::Mark, core: None, label });
        }
    }

    /// What the panic said of the process that wrote this lane.
    pub(crate) fn panic_of_process(&self) -> Option<String> {
        self.track.strip()?.panic()
    }

    /// Moment of the shared clock after which the run is over.
    pub(crate) fn deadline(&self) -> u64 {
        self.recorder.deadline()
    }
}
