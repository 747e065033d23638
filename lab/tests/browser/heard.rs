//! What a program says on its standard output.

use std::io::{BufRead, BufReader};
use std::sync::mpsc;
use std::thread;

use lab::process::Group;

/// The first thing that `find` finds in a line; nothing when the program ends without saying it. Later lines are read
/// too, for a program that nobody listens to may end.
pub fn wait_for<T: Send + 'static>(
    program: &mut Group,
    mut find: impl FnMut(&str) -> Option<T> + Send + 'static,
) -> Option<T> {
    let stdout = program.child().stdout.take()?;
    let (sender, found) = mpsc::channel();
    thread::spawn(move || {
        let mut sender = Some(sender);
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if let Some(it) = sender.as_ref().and_then(|_| find(&line)) {
                let _ = sender.take().map(|sender| sender.send(it));
            }
        }
    });
    found.recv().ok()
}
