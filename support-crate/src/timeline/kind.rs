//! What lanes, spans, marks and arrows mean. Meaning is kept in these, never read back from a label.
//!
//! To add an activity, a kind of lane, mark or arrow: add it here with its word; `record/event.rs` packs them by
//! number, and `figure/palette.rs` has an activity's colour.

/// What somebody is doing during a span, in the terms of an operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Activity {
    /// On a core, getting on.
    Running,
    /// In the run queue ("runnable"): could get on, and is not let, because the core, or the waiter, is with somebody
    /// else. A thread gets here by being woken, by being preempted, or by yielding.
    Ready,
    /// Waiting for something to happen ("sleeping"): a timer, a disk, a customer who reads the menu.
    Waiting,
    /// Held up by somebody else's lock, by a channel that is full or empty, or by standing beside a person who is not done.
    Blocked,
}

impl Activity {
    /// All of them, in the order of legends and tables.
    pub const ALL: [Self; 4] = [Self::Running, Self::Ready, Self::Waiting, Self::Blocked];

    /// Its word: "running", "ready", "waiting", "blocked".
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Ready => "ready",
            Self::Waiting => "waiting",
            Self::Blocked => "blocked",
        }
    }
}

macro_rules! kinds {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $kind:ident = $word:literal,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum $name {
            $($(#[$doc])* $kind,)*
        }

        impl $name {
            /// All of them, each at the place of its number.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// Its word.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $word,)*
                }
            }

            /// The one with this number; the default for one that is not known.
            pub fn numbered(number: u8) -> Self {
                Self::ALL.get(usize::from(number)).copied().unwrap_or_default()
            }

            /// The one with this word.
            pub fn named(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.name() == word)
            }
        }
    };
}

kinds! {
    /// What a lane is about.
    LaneKind {
        /// Something of the story: a person, an oven, a step.
        #[default]
        Story = "lane",
        /// A thread of the kernel's.
        Thread = "thread",
        /// A thread that polls futures or does chunks of work: a runtime's worker, an event loop, a pool's worker.
        Worker = "worker",
        /// A process.
        Process = "process",
        /// A future that is polled.
        Task = "task",
        /// A coroutine with a stack of its own.
        Coroutine = "coroutine",
        /// A core, with whoever ran on it.
        Core = "core",
        /// Whoever else had the core: other programs, the kernel itself.
        Others = "others",
        /// The CPU quota that this process runs under.
        Quota = "quota",
    }
}

kinds! {
    /// What happened at a moment.
    MarkKind {
        /// Whatever the lane's own code marked.
        #[default]
        Note = "note",
        /// A process began.
        Began = "begins",
        /// A process ended; the label says how.
        Ended = "ended",
        /// A future was dropped before it was ready.
        Cancelled = "cancelled",
        /// A future was pending, and nobody held its waker any more: it would have been pending for ever.
        Lost = "lost: nobody held its waker",
        /// A poll, a coroutine, a thread panicked; the label is what it said.
        Panicked = "panicked",
        /// A coroutine's stack was unwound before it was done.
        Dropped = "dropped",
        /// The run ended this thread.
        Stopped = "stopped",
        /// A receiver found its channel empty and closed; the label is the channel's name.
        Closed = "closed",
        /// A sender found its channel full, and waits for room; the label is the channel's name.
        Full = "full",
        /// The body of the run was over; what is still alive is cancelled from here on.
        Shutdown = "shutdown",
        /// A worker got a task of a [queue](crate::queue) for the time of a lease; the label is the task, here and below.
        Claimed = "claims",
        /// A worker got a new lease for the task that it has.
        Extended = "extends the lease",
        /// A worker was done with a task, and the queue took it out.
        Acknowledged = "acknowledges",
        /// A worker was done with a task that had a later claim, or was out of the queue: it was refused.
        TooLate = "too late",
        /// A worker gave a task back, to be tried again.
        Retried = "gives back",
        /// A worker put a task aside, for a person to look at.
        DeadLetter = "dead letter",
    }
}

kinds! {
    /// What went from one lane to another.
    ArrowKind {
        /// Something was handed over: a message, a dish.
        #[default]
        Message = "message",
        /// One woke the other.
        Wake = "wake",
        /// A worker took another's task.
        Steal = "steal",
        /// One started the other.
        Fork = "fork",
        /// One took the core from the other.
        Preempt = "preempt",
    }
}

/// Something that happened at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// When, in nanoseconds of the shared clock.
    pub at: u64,
    /// What kind of thing happened.
    pub kind: MarkKind,
    /// What happened, in words; for most kinds but [`MarkKind::Note`] the kind's own.
    pub label: String,
}

impl Mark {
    /// A mark of the system's own, in the kind's words.
    pub fn of(kind: MarkKind, at: u64) -> Self {
        Self { at, kind, label: kind.name().to_owned() }
    }
}

/// Something that went from one lane to another: a message, a wake, a stolen task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrow {
    /// What kind of thing went over.
    pub kind: ArrowKind,
    /// What went over, in words.
    pub label: String,
    /// Index of the lane it left, and when (nanoseconds).
    pub from: (usize, u64),
    /// Index of the lane it reached, and when (nanoseconds).
    pub to: (usize, u64),
}
