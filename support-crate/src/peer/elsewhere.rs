//! What a system without the calls for it answers: no peer ever begins there.

use std::process::Command;
use std::time::Duration;

use super::Errands;
use super::outcome::{Outcome, Trouble};
use crate::error::Error;
use crate::timeline::Timeline;

fn never(name: &str) -> Outcome {
    let because = "measuring other programs needs calls that only Linux has".to_owned();
    Outcome::never(name, Trouble::NotStarted(because))
}

pub(super) fn script(name: &str, _errands: &Errands, _limit: Duration) -> Outcome {
    never(name)
}

pub(super) fn python(name: &str, _code: &str, _errands: &Errands, _limit: Duration) -> Outcome {
    never(name)
}

pub(super) fn program(name: &str, _command: Command, _errands: &Errands, _limit: Duration) -> Outcome {
    never(name)
}

pub(super) fn rust<F>(name: &str, _body: F, _errands: &Errands, _limit: Duration) -> Outcome
where
    F: FnOnce(&Errands) -> Result<(Timeline, u64), Error>,
{
    never(name)
}

pub(super) fn nothing() -> Option<Outcome> {
    None
}
