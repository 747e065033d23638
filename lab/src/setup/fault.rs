//! What to do about an error: the words of a tool or of the system, turned into advice.

use std::io::ErrorKind;

use anyhow::Error;

use crate::process::{Failure, Interrupted};

const NO_NETWORK: [&str; 14] = [
    "could not resolve host",
    "couldn't resolve host",
    "temporary failure in name resolution",
    "name or service not known",
    "failed to establish a new connection",
    "newconnectionerror",
    "network is unreachable",
    "connection refused",
    "connection reset",
    "connection aborted",
    "timed out",
    "timeout was reached",
    "failed to download",
    "spurious network error",
];
const DISK_FULL: [&str; 3] = ["no space left on device", "disk quota exceeded", "not enough space"];
const READ_ONLY: [&str; 2] = ["read-only file system", "permission denied"];

/// `error`, with what to do about it where that is known.
pub fn advise(error: Error) -> Error {
    if error.downcast_ref::<Interrupted>().is_some() {
        return error;
    }
    match advice(&error) {
        Some(advice) => anyhow::anyhow!("{error:#}\n\n{advice}"),
        None => error,
    }
}

fn advice(error: &Error) -> Option<&'static str> {
    let kind =
        error.chain().find_map(|cause| cause.downcast_ref::<std::io::Error>()).map(std::io::Error::kind);
    let words = error.chain().find_map(|cause| cause.downcast_ref::<Failure>()).map(|failure| &failure.words);
    let words = words.map(|words| words.to_lowercase()).unwrap_or_default();
    let says = |signs: &[&str]| signs.iter().any(|sign| words.contains(sign));
    if matches!(kind, Some(ErrorKind::StorageFull | ErrorKind::QuotaExceeded)) || says(&DISK_FULL) {
        Some(
            "The disk is full. The set-up needs about 2 GB for the time of building and 1 GB after it.\n\
             Make room, or put the cache elsewhere with TIMELANES_CACHE, then run the same command again:\n\
             it goes on where it stopped.",
        )
    } else if says(&NO_NETWORK) {
        Some(
            "The network could not be reached, or was lost. What had been fetched is kept: once you are\n\
             online, run the same command again, and it goes on from there.",
        )
    } else if matches!(kind, Some(ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem))
        || says(&READ_ONLY)
    {
        Some(
            "This place may not be written to. Use a copy of the checkout in a folder of your own; for the\n\
             cache, set TIMELANES_CACHE to a folder of your own.",
        )
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    fn advised(error: impl Into<Error>) -> String {
        format!("{:#}", advise(error.into()))
    }

    #[test]
    fn a_full_disk_is_named_whoever_says_it() {
        assert!(advised(std::io::Error::from(ErrorKind::StorageFull)).contains("The disk is full"));
    }

    #[test]
    fn a_read_only_folder_is_named_below_the_words_of_what_was_being_done() {
        let error =
            Err::<(), _>(std::io::Error::from(ErrorKind::ReadOnlyFilesystem)).context("x cannot be written");
        let words = advised(error.unwrap_err());
        assert!(words.starts_with("x cannot be written") && words.contains("TIMELANES_CACHE"), "{words}");
    }

    #[test]
    fn an_unknown_error_is_left_as_it_is() {
        assert_eq!(advised(anyhow::anyhow!("something else")), "something else");
    }
}
