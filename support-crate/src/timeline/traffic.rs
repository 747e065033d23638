//! What went through a channel: how many items, how long each was under way, how many were queued.

use std::fmt;

use super::Timeline;
use crate::error::Error;
use crate::time::{MICROSECOND, Time};

/// What the depth of a channel is counted in.
pub(crate) const QUEUED: &str = "queued";
/// Microseconds from item to item, below which recording has a part in it.
const QUICK: f64 = 20.0;
/// So many items make a pace.
const MANY: usize = 20;

/// What went through a channel, from the first send to the last receive; shows itself as a sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct Traffic {
    /// The channel's name.
    pub channel: String,
    /// Items that were sent and received.
    pub received: usize,
    /// Items that were sent and never received.
    pub left: usize,
    /// From the first send to the last receive.
    pub time: Time,
    /// From an item's send to its receive, in the mean.
    pub delay: Time,
    /// The same, at most.
    pub longest: Time,
    /// How many were queued, in the mean over `time`.
    pub depth: f64,
    /// How many were queued, at most.
    pub most: f64,
    /// Mean time from one receive to the next.
    pub pace: Time,
}

impl Timeline {
    /// What went through the channel called `name`.
    ///
    /// Of a channel that was emptied, `depth` is `received / time × delay`: Little's law (J. D. C. Little, "A Proof for the
    /// Queuing Formula L = λW", Operations Research 9 (1961)).
    ///
    /// # Errors
    /// When there is no such channel; the error names the counters there are.
    pub fn traffic(&self, name: &str) -> Result<Traffic, Error> {
        let counter = self.counter(name)?;
        let arrows: Vec<_> = self.arrows.iter().filter(|arrow| arrow.label == name).collect();
        let moment = |first: bool| {
            let sent = arrows.iter().map(|arrow| arrow.from.1);
            let received = arrows.iter().map(|arrow| arrow.to.1);
            if first { sent.min() } else { received.max() }.unwrap_or(0)
        };
        let (start, end) = (moment(true), moment(false));
        let first = arrows.iter().map(|arrow| arrow.to.1).min().unwrap_or(0);
        let delays = arrows.iter().map(|arrow| arrow.to.1.saturating_sub(arrow.from.1));
        let received = arrows.len();
        Ok(Traffic {
            channel: name.to_owned(),
            received,
            left: counter.last() as usize,
            time: self.time(end - start),
            delay: self.time(delays.clone().sum::<u64>() / received.max(1) as u64),
            longest: self.time(delays.max().unwrap_or(0)),
            depth: counter.mean(start, end),
            most: counter.most(),
            pace: self.time((end - first) / received.saturating_sub(1).max(1) as u64),
        })
    }
}

impl Timeline {
    /// What a reader must know of channels whose items came so quickly that the recording had a part in their times
    /// (measured by the bench `channels`).
    pub(crate) fn notes_of_quick_channels(&self) -> Vec<String> {
        let queues = self.counters.iter().filter(|counter| counter.unit == QUEUED);
        let traffic = queues.filter_map(|counter| self.traffic(&counter.name).ok());
        let quick = traffic.filter(|traffic| traffic.received >= MANY && traffic.pace < QUICK * MICROSECOND);
        let note = |Traffic { channel, pace, .. }: Traffic| {
            let pace = pace.in_unit(MICROSECOND);
            format!(
                "{channel}: an item every {pace}, of which recording it takes 0.3 to 5 µs; a bare channel is quicker"
            )
        };
        quick.map(note).collect()
    }
}

impl fmt::Display for Traffic {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { channel, received, left, delay, longest, depth, most, pace, .. } = self;
        write!(
            out,
            "{channel}: {received} received, one every {pace}; each {delay} under way ({longest} at most); {depth:.1} \
             queued ({most} at most)"
        )?;
        if *left > 0 { write!(out, "; {left} left in it") } else { Ok(()) }
    }
}
