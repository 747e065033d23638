//! What a run waits for when it is at its limit: whoever can tell is asked then, as long as it is there.

use std::sync::{Arc, Mutex, Weak};

use super::locked;
use super::recorder::Recorder;
use super::shared::Shared;

/// So many sentences are told.
const TOLD: usize = 5;

/// Something at which lanes wait: a channel.
pub(crate) trait AtTheLimit: Send + Sync {
    /// A sentence for each lane that waits at it, with what for.
    fn told(&self) -> Vec<String>;
}

/// Those who are asked.
#[derive(Default)]
pub(super) struct Asked(Mutex<Vec<Weak<dyn AtTheLimit>>>);

impl Recorder {
    /// From now on, as long as it is there, this is asked.
    pub(crate) fn asks_at_the_limit(&self, asked: Weak<impl AtTheLimit + 'static>) {
        locked(&self.shared.asked.0).push(asked);
    }
}

impl Shared {
    /// What lanes wait for at this moment, by those who can tell; `None` where nobody waits at any of them.
    pub fn at_the_limit(&self) -> Option<String> {
        let there: Vec<Arc<_>> = locked(&self.asked.0).iter().filter_map(Weak::upgrade).collect();
        let mut told: Vec<String> = there.iter().flat_map(|asked| asked.told()).collect();
        let more = told.len().saturating_sub(TOLD);
        told.truncate(TOLD);
        told.extend((more > 0).then(|| format!("{more} more wait")));
        (!told.is_empty()).then(|| told.join("; "))
    }
}
