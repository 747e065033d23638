//! Counters: numbers that a run changes, drawn over time below its lanes.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use super::LaneWriter;
use super::event::Kind;
use super::shared::Shared;
use crate::error::Error;
use crate::machine::now_in_order;

/// A number that a run changes: the depth of a queue, memory in use. It becomes a
/// [`Counter`](crate::timeline::Counter) of the timeline. Clones change the same number.
#[derive(Clone)]
pub struct Gauge {
    shared: Arc<Shared>,
    number: Option<u16>,
    here: Arc<AtomicI64>,
}

impl Gauge {
    /// A number called `name`, counted in `unit`; it begins at 0. Past the most there may be, the recording fails with a
    /// clear message.
    pub(super) fn new(shared: &Arc<Shared>, name: String, unit: String) -> Self {
        let number = shared.new_counter(name, unit);
        if number.is_none() {
            let because = "a figure could not show more".to_owned();
            shared.fault(Error::TooMany { what: "counters", limit: super::arena::NAMES, because });
        }
        Self { shared: Arc::clone(shared), number, here: Arc::default() }
    }

    /// What it is now.
    pub fn now(&self) -> i64 {
        self.value().load(Ordering::Relaxed)
    }

    fn value(&self) -> &AtomicI64 {
        match (&self.shared.arena, self.number) {
            (Some(arena), Some(number)) => arena.count(number),
            _ => &self.here,
        }
    }
}

impl LaneWriter {
    /// Changes a counter by `by`, and writes down in this lane when. Below 0 it is shown as 0.
    pub fn count(&self, gauge: &Gauge, by: i64) {
        self.counted(gauge, gauge.value().fetch_add(by, Ordering::AcqRel) + by);
    }

    /// Sets a counter, and writes down in this lane when. Below 0 it is shown as 0.
    pub fn set(&self, gauge: &Gauge, value: i64) {
        gauge.value().store(value, Ordering::Release);
        self.counted(gauge, value);
    }

    fn counted(&self, gauge: &Gauge, value: i64) {
        if gauge.number.is_some() {
            let value = value.clamp(0, i64::from(u32::MAX)) as u32;
            self.push_at(now_in_order(), Kind::Count, value, gauge.number);
        }
    }
}
