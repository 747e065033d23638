//! What is counted of a channel: how much is queued, who has its ends, who waits. One lock guards all of it, so that the
//! counters are exact at every moment; the items themselves lie in the channel of the library.

use std::sync::{Arc, Mutex, MutexGuard};

use super::waiting::{Ends, Waiting};
use crate::error::Error;
use crate::machine::now;
use crate::record::{Gauge, Handoff, LaneWriter, Recorder, locked, stop};
use crate::timeline::{MarkKind, QUEUED};

/// The most items that a channel of a run may hold; more would only make the recording larger.
pub const MOST_ITEMS: usize = 100_000;
/// The most bytes that the items queued in one channel may take.
pub const MOST_BYTES: usize = 64_000_000;
/// From here on what is queued is drawn as memory too; below, the figure has better use for its room.
const WORTH_DRAWING: usize = 4_096;

/// An item on its way.
pub(super) struct Parcel<T> {
    pub item: T,
    bytes: usize,
    handoff: Option<Handoff>,
}

/// What is counted of one channel.
pub(super) struct Ledger {
    pub recorder: Recorder,
    pub name: String,
    /// How many items it may hold; `None` for any number.
    pub bound: Option<usize>,
    depth: Gauge,
    book: Mutex<Book>,
}

/// What changes.
#[derive(Default)]
pub(super) struct Book {
    pub queued: usize,
    pub received: usize,
    bytes: usize,
    memory: Option<Gauge>,
    pub ends: Ends,
    pub waiting: Waiting,
    /// Whether it has held more than it may.
    over: bool,
}

impl Book {
    /// Whether the channel held too much: then nobody receives any more, for that could take for ever.
    pub fn over(&self) -> bool {
        self.over
    }
}

impl Ledger {
    /// A channel called `name`. A bound past [`MOST_ITEMS`] becomes the recording's fault.
    pub fn new(recorder: &Recorder, name: String, bound: Option<usize>) -> Arc<Self> {
        let bound = bound.map(|bound| bound.min(MOST_ITEMS));
        let depth = recorder.counter(&*name, QUEUED);
        let ledger = Self { recorder: recorder.clone(), name, bound, depth, book: Mutex::default() };
        let ledger = Arc::new(ledger);
        let weak = Arc::downgrade(&ledger);
        recorder.asks_at_the_limit(weak);
        ledger
    }

    pub fn book(&self) -> MutexGuard<'_, Book> {
        locked(&self.book)
    }

    /// An item of so many bytes is queued now, by `lane`.
    ///
    /// Where the channel would hold more than any may, the run ends here.
    pub fn queue<T>(
        &self,
        mut book: MutexGuard<'_, Book>,
        lane: Option<&LaneWriter>,
        item: T,
        bytes: usize,
        put: impl FnOnce(Parcel<T>),
    ) {
        if book.queued >= MOST_ITEMS || book.bytes.saturating_add(bytes) > MOST_BYTES {
            book.over = true;
            let fault = self.too_much(&book);
            drop(book);
            self.recorder.fault(fault);
            stop::stop();
        }
        (book.queued, book.bytes) = (book.queued + 1, book.bytes + bytes);
        let handoff = lane.map(|lane| lane.send(&self.name));
        put(Parcel { item, bytes, handoff });
        self.counted(&mut book, lane);
    }

    /// An item was taken out now, by `lane`.
    pub fn take<T>(&self, book: &mut Book, lane: Option<&LaneWriter>, parcel: Parcel<T>) -> T {
        (book.queued, book.bytes) = (book.queued - 1, book.bytes - parcel.bytes);
        book.received += 1;
        if let (Some(lane), Some(handoff)) = (lane, parcel.handoff) {
            lane.receive(handoff);
        }
        self.counted(book, lane);
        parcel.item
    }

    /// Writes down what is queued now.
    fn counted(&self, book: &mut Book, lane: Option<&LaneWriter>) {
        let Some(lane) = lane else { return };
        // Where nothing lies between two who meet, there is nothing to draw.
        if self.bound != Some(0) {
            lane.set(&self.depth, book.queued as i64);
        }
        if book.memory.is_none() && book.bytes >= WORTH_DRAWING {
            book.memory = Some(self.recorder.counter(format!("{}, memory", self.name), "KB"));
        }
        if let Some(memory) = &book.memory {
            lane.set(memory, book.bytes.div_ceil(1_000) as i64);
        }
    }

    /// `lane` finds the channel empty and closed.
    pub fn is_closed(&self, lane: &LaneWriter) {
        lane.mark_of(MarkKind::Closed, &self.name);
    }

    /// Whether the run must end here: it is past its limit, or this channel held too much.
    pub fn is_over(&self, book: &Book) -> bool {
        book.over() || now() >= self.recorder.deadline()
    }

    /// The run ends here, with who waited for whom.
    pub fn stop(&self, book: MutexGuard<'_, Book>) -> ! {
        drop(book);
        let shared = self.recorder.shared();
        let told = shared.at_the_limit();
        self.recorder.fault(told.map_or_else(|| shared.time_limit(), |told| shared.stalled(&told)));
        stop::stop();
    }

    fn too_much(&self, book: &Book) -> Error {
        let (name, queued, received) = (&self.name, book.queued, book.received);
        let because = match self.bound {
            None => format!(
                "nothing makes the senders of \"{name}\" wait for its receivers: {queued} are queued, {received} were \
                 received. Give it a bound, and the senders wait"
            ),
            Some(bound) => format!(
                "\"{name}\" has room for {bound}, and {queued} of them take as much: give it less room"
            ),
        };
        match queued >= MOST_ITEMS {
            true => Error::TooMany { what: "items in a channel", limit: MOST_ITEMS, because },
            false => {
                Error::TooMany { what: "megabytes in a channel", limit: MOST_BYTES / 1_000_000, because }
            }
        }
    }
}

/// That a channel cannot have so much room.
pub(super) fn absurd(bound: usize, name: &str) -> Option<Error> {
    let because = format!("\"{name}\" with room for {bound} would be as good as unbounded");
    (bound > MOST_ITEMS).then_some(Error::TooMany { what: "places in a channel", limit: MOST_ITEMS, because })
}
