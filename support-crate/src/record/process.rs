//! The lane of a process, written from both sides: by the child while it lives, by its parent once it has ended.

use std::time::Duration;

use super::LaneWriter;
use crate::timeline::MarkKind;

impl LaneWriter {
    /// The calling process is what this lane is about; the lane numbered `by` forked it.
    pub(crate) fn process_begins(&self, by: u32) {
        self.belongs_here();
        self.forked_by(by);
        self.mark_of(MarkKind::Began, MarkKind::Began.name());
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
    pub(crate) fn process_ended(&self, moment: u64, says: Option<&str>, cpu: Option<Duration>) {
        let Some(strip) = self.track.strip() else { return };
        if let Some(cpu) = cpu {
            strip.set_cpu(cpu.as_nanos() as u64);
        }
        self.leave(strip.ended().unwrap_or(moment));
        if let Some(says) = says {
            strip.set_ending(says);
        }
    }

    /// What the panic said of the process that wrote this lane.
    pub(crate) fn panic_of_process(&self) -> Option<String> {
        self.track.strip()?.panic()
    }
}
