//! The kernel's own record of context switches, to hold a run against: `perf_event_open` with `PERF_RECORD_SWITCH`
//! on the clock that the recorder uses.
//!
//! For a thread of one's own this needs no privilege where `/proc/sys/kernel/perf_event_paranoid` is 2 or less (and no
//! seccomp filter forbids the call, as Docker's default one does); for a whole core it needs root.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering};

use nix::libc;

/// Pages of a ring (a power of two): 128 KB, what every user may have, hold some three thousand switches of a thread.
const OWN_PAGES: usize = 32;
/// For a whole core, which only root may watch: forty thousand switches.
const CORE_PAGES: usize = 512;
const PAGE: usize = 4096;

/// A switch as the kernel wrote it down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Switch {
    /// Nanoseconds of `CLOCK_MONOTONIC`.
    pub time: u64,
    /// The thread this is about.
    pub tid: u32,
    /// Whether it left the core; else it came back.
    pub out: bool,
}

/// `struct perf_event_attr` up to its version 5 (`PERF_ATTR_SIZE_VER5`); see `perf_event_open(2)`.
#[repr(C)]
#[derive(Default)]
struct Attributes {
    kind: u32,
    size: u32,
    config: u64,
    sample_period: u64,
    sample_type: u64,
    read_format: u64,
    flags: u64,
    wakeup_events: u32,
    bp_type: u32,
    config1: u64,
    config2: u64,
    branch_sample_type: u64,
    sample_regs_user: u64,
    sample_stack_user: u32,
    clock: i32,
    sample_regs_intr: u64,
    aux_watermark: u32,
    sample_max_stack: u16,
    reserved: u16,
}

const CLOSE_ON_EXEC: u64 = 1 << 3;
const SOFTWARE: u32 = 1;
const DUMMY: u64 = 9;
const SAMPLE_TID: u64 = 1 << 1;
const SAMPLE_TIME: u64 = 1 << 2;
const EXCLUDE_KERNEL: u64 = 1 << 5;
const EXCLUDE_HYPERVISOR: u64 = 1 << 6;
const SAMPLE_ID_ALL: u64 = 1 << 18;
const USE_CLOCK: u64 = 1 << 25;
const CONTEXT_SWITCH: u64 = 1 << 26;
const RECORD_LOST: u32 = 2;
const RECORD_SWITCH: u32 = 14;
const RECORD_SWITCH_CPU_WIDE: u32 = 15;
const MISC_OUT: u16 = 1 << 13;
/// Where the ring's head and tail stand in its first page.
const HEAD: usize = 1024;
const TAIL: usize = 1032;

/// An open record: of one thread wherever it runs, or of one core whoever runs there.
pub struct Record {
    file: i32,
    ring: NonNull<u8>,
    pages: usize,
}

// SAFETY: the ring and the file belong to the record alone and may be used from any thread.
unsafe impl Send for Record {}

impl Record {
    /// Of the calling thread, from now on.
    pub fn of_this_thread() -> Result<Self, String> {
        Self::open(0, -1, OWN_PAGES)
    }

    /// Of a whole core, from now on.
    pub fn of_core(core: usize) -> Result<Self, String> {
        Self::open(-1, core as i32, CORE_PAGES)
    }

    fn open(pid: i32, core: i32, pages: usize) -> Result<Self, String> {
        let attributes = Attributes {
            kind: SOFTWARE,
            size: size_of::<Attributes>() as u32,
            config: DUMMY,
            sample_type: SAMPLE_TID | SAMPLE_TIME,
            flags: EXCLUDE_KERNEL | EXCLUDE_HYPERVISOR | SAMPLE_ID_ALL | USE_CLOCK | CONTEXT_SWITCH,
            clock: libc::CLOCK_MONOTONIC,
            ..Attributes::default()
        };
        // SAFETY: the attributes outlive the call, and their size stands in them.
        let answer = unsafe {
            libc::syscall(libc::SYS_perf_event_open, &raw const attributes, pid, core, -1, CLOSE_ON_EXEC)
        };
        let file = nix::Error::result(answer).map_err(|error| format!("perf_event_open: {error}"))? as i32;
        // SAFETY: a new mapping at a place of the kernel's choice.
        let ring = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                (pages + 1) * PAGE,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED,
                file,
                0,
            )
        };
        if ring == libc::MAP_FAILED {
            let error = nix::Error::last();
            // SAFETY: the file was opened above and is used nowhere else.
            unsafe { libc::close(file) };
            return Err(format!("the ring of perf_event_open: {error}"));
        }
        Ok(Self { file, pages, ring: NonNull::new(ring.cast()).expect("a mapping is never at 0") })
    }

    fn position(&self, offset: usize) -> &AtomicU64 {
        // SAFETY: head and tail lie in the mapping's first page, aligned, and the kernel accesses them atomically.
        unsafe { self.ring.add(offset).cast::<AtomicU64>().as_ref() }
    }

    /// Takes what was recorded so far out of the ring.
    ///
    /// # Panics
    /// When the ring was too small and the kernel lost records.
    pub fn take(&self) -> Vec<Switch> {
        let (head, mut tail) =
            (self.position(HEAD).load(Ordering::Acquire), self.position(TAIL).load(Ordering::Relaxed));
        let mut switches = Vec::new();
        while tail < head {
            let kind = self.read(tail, 4) as u32;
            let (misc, size) = (self.read(tail + 4, 2) as u16, self.read(tail + 6, 2));
            assert_ne!(kind, RECORD_LOST, "the ring was too small");
            // The thread and the time stand at the end of every record (`sample_id_all`).
            if kind == RECORD_SWITCH || kind == RECORD_SWITCH_CPU_WIDE {
                let tid = self.read(tail + size - 12, 4) as u32;
                switches.push(Switch { time: self.read(tail + size - 8, 8), tid, out: misc & MISC_OUT != 0 });
            }
            tail += size;
        }
        self.position(TAIL).store(tail, Ordering::Release);
        switches
    }

    /// `bytes` (at most 8) of the ring at a position that may wrap round, little end first.
    fn read(&self, position: u64, bytes: u64) -> u64 {
        (0..bytes).fold(0, |value, byte| {
            let offset = ((position + byte) as usize) % (self.pages * PAGE);
            // SAFETY: the data begin one page into the mapping; the kernel writes nothing below the head it published.
            let read = unsafe { self.ring.add(PAGE + offset).read_volatile() };
            value | u64::from(read) << (8 * byte)
        })
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        // SAFETY: both were made by `open`, and nobody has them after this.
        unsafe {
            libc::munmap(self.ring.as_ptr().cast(), (self.pages + 1) * PAGE);
            libc::close(self.file);
        }
    }
}
