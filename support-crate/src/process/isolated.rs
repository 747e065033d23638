//! [`Recording::isolated`]: a run in a process of its own. Whatever happens there, this process goes on.

#[cfg(target_os = "linux")]
use std::time::Duration;

use crate::error::Error;
#[cfg(target_os = "linux")]
use crate::machine::now;
use crate::record::{Frame, Recorded, Recording};

impl Recording {
    /// The run happens in a copy of this process, so that it may deadlock, loop without an end, or crash: at the limit
    /// the copy is killed, with all of its threads, and what was recorded up to then is kept. For
    /// [`threads`](Self::threads).
    ///
    /// The run's closure works on a **copy** of the variables around it. What it changes there is gone at its end, even
    /// when all went well; what it measures belongs into the recording: spans, marks, counters.
    ///
    /// ```standalone_crate
    /// use std::sync::Mutex;
    /// use timelanes::prelude::*;
    /// let (left, right) = (Mutex::new(()), Mutex::new(()));
    /// let stuck = record("two forks").within(200 * MILLISECOND).isolated().threads(|run| {
    ///     for (name, first, second) in [("ada", &left, &right), ("bob", &right, &left)] {
    ///         run.spawn(name, move |lane| {
    ///             let _first = first.lock().unwrap();
    ///             lane.wait("looks for the other fork", 10 * MILLISECOND);
    ///             lane.during(Blocked, "wants the other fork", || drop(second.lock().unwrap()));
    ///         });
    ///     }
    /// });
    /// # if cfg!(target_os = "linux") {
    /// let stuck = stuck.kept();
    /// assert!(stuck.fault.as_ref().unwrap().to_string().contains("ada and bob were waiting"));
    /// assert!(stuck.lane("ada")?.nanos(Blocked) > 50_000_000);
    /// # }
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// When the run fails: this process has other threads (only one of them would be copied); the copy crashed or ended
    /// itself; its time was up; a core to be shared was asked for as well; and what goes wrong in any run of its kind.
    /// It has room for 1,024 lanes.
    pub fn isolated(self) -> Self {
        Self { isolated: true, ..self }
    }

    /// Does `body` in a child of this process, until the limit.
    pub(crate) fn in_a_child(&self, body: impl FnOnce(&Frame)) -> Recorded {
        if self.core.is_some() {
            let what = "isolating a run on a shared core".to_owned();
            let because =
                "what its threads saw of the core would be gone with their process; choose one of the two";
            return Err(self.fails(Error::NotPossible { what, because: because.to_owned() }));
        }
        let frame = self.frame_across_processes()?;
        if let Err(fault) = watch(&frame, body) {
            frame.recorder.fault_unless_told(fault);
        }
        frame.close()
    }
}

/// Forks, waits, prints what was printed, and says what went wrong with the child itself.
#[cfg(target_os = "linux")]
fn watch(frame: &Frame, body: impl FnOnce(&Frame)) -> Result<(), Error> {
    use super::{Ending, fork, output::Output, owned::Process, stuck::stuck};
    let output = Output::new()?;
    let pid = fork::fork(&output, || {
        frame.recorder.forked();
        body(frame);
        0
    })?;
    let process = Process::new(pid, frame.recorder.clone(), None, output);
    let left = frame.recorder.deadline().saturating_sub(now());
    let ended = process.wait_within(Duration::from_nanos(left));
    let stuck = if ended.is_none() { stuck(&frame.recorder, process.id()) } else { String::new() };
    let ending = process.wait();
    let printed = process.output();
    print!("{}", printed.text);
    if printed.beyond > 0 {
        println!("\n… and {} bytes more", printed.beyond);
    }
    match ending {
        Ending::Code(0) => Ok(()),
        Ending::OutOfTime => Err(frame.recorder.shared().stalled(&stuck)),
        ending => {
            Err(Error::InChild { says: format!("the process of this run {ending} before the run was over") })
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn watch(_frame: &Frame, _body: impl FnOnce(&Frame)) -> Result<(), Error> {
    Err(Error::NotPossible {
        what: "a run in a process of its own".to_owned(),
        because: "it needs calls that only Linux has".to_owned(),
    })
}
