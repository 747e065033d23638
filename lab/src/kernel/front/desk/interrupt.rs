//! Interrupts: the cell ends soon, whatever the kernel still has to do before it can run another.

use std::time::{Duration, Instant};

use serde_json::json;

use super::Desk;
use crate::kernel::front::stop;

/// How long an interrupted cell may take to end by itself.
pub(super) const INTERRUPT: Duration = Duration::from_millis(80);
/// Between two looks at what compiles an interrupted cell.
pub(super) const LOOK: Duration = Duration::from_millis(15);
/// How long the kernel may take to be ready again after an interrupt.
pub(super) const RECOVERY: Duration = Duration::from_secs(20);

/// What an interrupted kernel still has to do before it can run a cell.
#[derive(Debug)]
pub(super) struct Recovery {
    /// The request that it still has to answer.
    pub(super) awaited: String,
    pub(super) answered: Option<bool>,
    /// Whether the process that ran the cells has been ended, where it had to be.
    pub(super) carried_out: bool,
    /// Whether the cell was being compiled.
    pub(super) compiling: bool,
    pub(super) since: Instant,
}

impl Desk {
    /// Ends the cell that runs; without one, there is nothing to interrupt.
    pub(super) async fn interrupt(&mut self) {
        let Some(cell) = self.cell.as_mut().filter(|cell| cell.interrupted.is_none()) else { return };
        cell.interrupted = Some(Instant::now());
        let (Some(id), Some(backend)) = (cell.id.clone(), &mut self.backend) else {
            cell.compiling = true;
            self.waiting = None;
            return self.finish(None).await;
        };
        cell.compiling = !cell.began() && !cell.answered() && cfg!(target_os = "linux");
        let compiling = cell.compiling;
        if compiling {
            stop::compilation(backend.offer.process);
        } else {
            backend.interrupt().await;
        }
        self.recovery = Some(Recovery {
            awaited: id,
            answered: None,
            carried_out: compiling,
            compiling,
            since: Instant::now(),
        });
    }

    pub(super) async fn look_at_recovery(&mut self) {
        let (Some(recovery), Some(backend)) = (&mut self.recovery, &mut self.backend) else { return };
        match recovery.answered {
            Some(_) if recovery.carried_out && recovery.compiling => self.recovery = None,
            // The cell ended by itself a moment before its process was ended: the kernel finds out by a cell.
            Some(true) if recovery.carried_out => {
                recovery.awaited = backend.ask("execute_request", json!({ "code": "();" })).await;
                recovery.answered = None;
            }
            Some(false) if recovery.carried_out => self.recovery = None,
            _ if recovery.since.elapsed() > RECOVERY => {
                self.recovery = None;
                Box::pin(self.kernel_ended("the Rust kernel did not come back from an interrupt".to_owned()))
                    .await;
            }
            None if recovery.compiling => {
                stop::compilation(backend.offer.process);
            }
            _ => {}
        }
        if self.recovery.is_none() {
            Box::pin(self.next()).await;
        }
    }
}
