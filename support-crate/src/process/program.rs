//! Another program as a lane: Python, Node.js, whatever the machine has.

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::rc::Rc;

use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;
use nix::unistd::{Pid, getpid, getppid};

use super::output::{LARGEST_FILE, Output, bound};
use super::owned::Process;
use super::{Child, Processes};
use crate::error::Error;
use crate::record::LaneWriter;
use crate::timeline::{Activity, LaneKind};

impl Processes {
    /// Runs another program. Its lane has one span, from its start to its end; its CPU time stands in the summary.
    /// It reads nothing, and what it prints is caught.
    ///
    /// Where the program cannot be started, the recording fails with a clear message.
    pub fn program(&self, name: impl Into<String>, command: &mut Command) -> Child {
        let name = name.into();
        let child = self.try_program(&name, command).unwrap_or_else(|fault| {
            self.recorder.fault(fault);
            Child::never(&name)
        });
        self.children.borrow_mut().push(child.clone());
        child
    }

    fn try_program(&self, name: &str, command: &mut Command) -> Result<Child, Error> {
        self.count()?;
        let (output, lane) = (Output::new()?, self.recorder.lane_of(name, LaneKind::Process));
        let program = command.get_program().to_string_lossy().into_owned();
        let pid = start(command, &output, &output, LARGEST_FILE).map_err(|error| Error::NotPossible {
            what: format!("running the program {program}"),
            because: error.to_string(),
        })?;
        lane.program_begins(pid.as_raw() as u32, self.own.get(), &program);
        Ok(Child {
            name: name.into(),
            process: Some(Rc::new(Process::new(pid, self.recorder.clone(), Some(lane), output))),
        })
    }
}

/// Starts a program that may write files of at most `largest` bytes.
pub(super) fn start(
    command: &mut Command,
    stdout: &Output,
    stderr: &Output,
    largest: u64,
) -> std::io::Result<Pid> {
    let parent = getpid();
    let prepare = move || {
        set_pdeathsig(Signal::SIGKILL)?;
        if getppid() != parent {
            return Err(std::io::Error::other("the parent is gone"));
        }
        Ok(bound(largest)?)
    };
    command.stdin(Stdio::null()).stdout(stdout.another()?).stderr(stderr.another()?).process_group(0);
    // SAFETY: between fork and exec `prepare` calls nothing but the system.
    let child = unsafe { command.pre_exec(prepare) }.spawn()?;
    Ok(Pid::from_raw(child.id() as i32))
}

impl LaneWriter {
    /// A program that records nothing itself runs as process `pid`, started by the lane numbered `by`.
    fn program_begins(&self, pid: u32, by: u32, program: &str) {
        self.begins_as(pid);
        self.forked_by(by);
        self.becomes(Activity::Running, program);
    }
}
