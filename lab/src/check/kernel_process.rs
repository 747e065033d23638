//! The kernel that runs one lesson: its ports, its process group, its end.

use std::fs::File;
use std::net::{IpAddr, Ipv4Addr};
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use jupyter_protocol::ConnectionInfo;
use jupyter_zmq_client::peek_ports_with_listeners;

use super::copies::Copy;
use crate::kernel::drive::connection;
use crate::kernel::{self, WarmFolder};
use crate::project::Project;

/// How long the processes of a killed kernel may take to be gone.
const GONE: Duration = Duration::from_millis(500);

/// A running kernel. Dropping it kills everything in its process group.
pub struct KernelProcess {
    child: Child,
    /// Where it listens.
    pub connection: ConnectionInfo,
    // Removed after the processes that write to it are gone.
    _warm: WarmFolder,
}

impl KernelProcess {
    /// Starts a kernel that works in `copy`.
    ///
    /// # Errors
    /// When there is no warm folder, no port, or no kernel.
    pub async fn start(project: &Project, copy: &Copy) -> Result<Self> {
        group::adopt_orphans();
        let warm = WarmFolder::take(project)?;
        let localhost = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let (ports, listeners) = peek_ports_with_listeners(localhost, 5).await?;
        let connection = connection(localhost, &ports);
        std::fs::write(copy.connection_file(), serde_json::to_vec(&connection)?)?;
        let log = File::create(copy.kernel_log())?;
        let mut command = kernel::command(project, &warm, &copy.connection_file());
        command
            .current_dir(copy.notebooks())
            .env("TIMELANES_STATE", copy.state())
            .env("TIMELANES_CHECK", "1");
        command.stdout(log.try_clone()?).stderr(log);
        // Kept until here, so that no other kernel gets the same ports.
        drop(listeners);
        let child =
            command.spawn().with_context(|| format!("{:?} could not be started", command.get_program()))?;
        Ok(Self { child, connection, _warm: warm })
    }

    /// How the kernel ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }
}

impl Drop for KernelProcess {
    fn drop(&mut self) {
        group::kill(&self.child);
        let _ = self.child.kill();
        let _ = self.child.wait();
        let start = Instant::now();
        while group::is_left(&self.child) && start.elapsed() < GONE {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// The kernel's process group: the kernel, the process that runs the cells, and all they started.
#[cfg(unix)]
mod group {
    use std::process::Child;

    use nix::sys::signal::{Signal, killpg};
    use nix::sys::wait::{WaitPidFlag, waitpid};
    use nix::unistd::Pid;

    /// What a killed kernel had started becomes a child of this process, so that it can be waited for. In
    /// a container nobody else might.
    pub fn adopt_orphans() {
        #[cfg(target_os = "linux")]
        let _ = nix::sys::prctl::set_child_subreaper(true);
    }

    fn id(child: &Child) -> Option<Pid> {
        child.id().try_into().ok().map(Pid::from_raw)
    }

    pub fn kill(child: &Child) {
        if let Some(group) = id(child) {
            let _ = killpg(group, Signal::SIGKILL);
        }
    }

    /// Whether any process of the group is left, after taking leave of one that has ended.
    pub fn is_left(child: &Child) -> bool {
        let Some(group) = id(child) else { return false };
        let _ = waitpid(Pid::from_raw(-group.as_raw()), Some(WaitPidFlag::WNOHANG));
        killpg(group, None).is_ok()
    }
}

#[cfg(not(unix))]
mod group {
    use std::process::Child;

    // Without process groups the kernel alone is killed; what runs its cells ends with it.
    pub fn adopt_orphans() {}

    pub fn kill(_child: &Child) {}

    pub fn is_left(_child: &Child) -> bool {
        false
    }
}
