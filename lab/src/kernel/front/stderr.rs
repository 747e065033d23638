//! What a cell writes to stderr: panics are told apart from other text, and lose the frames below them.
//!
//! evcxr asks Rust for a backtrace whatever anybody sets. It holds some twenty frames, and none of them is the learner's:
//! cells are compiled without line tables.

/// What evcxr says when the process that runs the cells crashes; frames follow.
const CRASHES: [&str; 4] =
    ["Segmentation fault.", "Illegal instruction.", "Bus error.", "Unexpected signal."];

/// A panic as Rust prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panic {
    /// The thread's name.
    pub thread: String,
    /// Its number, where the system numbers threads.
    pub number: Option<u32>,
    /// The source file and, by its number, the line.
    pub place: (String, usize),
    /// What it says.
    pub message: String,
}

impl Panic {
    /// As text, without frames, and without a place in source that the learner does not see.
    fn text(&self) -> String {
        let Self { thread, place: (file, line), message, .. } = self;
        match self.is_in_cell() {
            true => format!("thread '{thread}' panicked:\n{message}\n"),
            false => format!("thread '{thread}' panicked at {file}:{line}:\n{message}\n"),
        }
    }

    /// Whether the place is in the source that was generated around the cell.
    pub fn is_in_cell(&self) -> bool {
        ["src/lib.rs", "cell/src/lib.rs"].contains(&self.place.0.as_str())
    }
}

/// The text of a cell's stderr, line by line.
#[derive(Debug, Default)]
pub struct Stderr {
    /// The number of the cell's own thread, once it is known.
    pub own_thread: Option<u32>,
    /// Whether the frames of a crash are being printed.
    crashed: bool,
    /// Rust prints an empty line before a panic; whether one is held back.
    blank: bool,
    /// The panic that is being printed, and whether its frames have begun.
    current: Option<(Panic, bool)>,
    /// The last panic of the cell's own thread.
    own: Option<Panic>,
}

impl Stderr {
    /// Takes in a line; gives what is to be shown of it.
    pub fn take(&mut self, line: &str) -> String {
        let mut shown = String::new();
        if self.crashed && (is_frame(line) || line.is_empty()) {
            return shown;
        }
        self.crashed = CRASHES.contains(&line);
        if let Some((panic, in_frames)) = &mut self.current {
            if line.starts_with("note: ") && line.contains("RUST_BACKTRACE") {
                return self.finish();
            } else if line == "stack backtrace:" {
                *in_frames = true;
                return shown;
            } else if *in_frames && is_frame(line) {
                return shown;
            } else if !*in_frames && begins(line).is_none() {
                if !panic.message.is_empty() {
                    panic.message.push('\n');
                }
                panic.message.push_str(line);
                return shown;
            }
            // Something else came between, or the frames ended without a note.
            shown = self.finish();
        }
        if let Some(panic) = begins(line) {
            self.blank = false;
            self.current = Some((panic, false));
            return shown;
        }
        if std::mem::replace(&mut self.blank, line.is_empty()) {
            shown.push('\n');
        }
        if !line.is_empty() {
            shown.push_str(line);
            shown.push('\n');
        }
        shown
    }

    /// What is still held back when nothing more comes.
    pub fn finish(&mut self) -> String {
        let mut shown = if std::mem::take(&mut self.blank) { "\n".to_owned() } else { String::new() };
        if let Some((panic, _)) = self.current.take() {
            // The cell's own thread has the number of its process. Its name is not known to the cell's Rust.
            let is_own = match (self.own_thread, panic.number) {
                (Some(own), Some(number)) => own == number,
                _ => ["main", "<unnamed>"].contains(&panic.thread.as_str()),
            };
            if is_own {
                // An earlier one was caught, and is text.
                shown.extend(self.own.replace(panic).map(|earlier| earlier.text()));
            } else {
                shown.push_str(&panic.text());
            }
        }
        shown
    }

    /// The last panic of the cell's own thread. Whether that ended the cell, or was caught, is not said here.
    pub fn own_panic(&mut self) -> Option<Panic> {
        self.own.take()
    }

    /// Its text, when it ended nothing.
    pub fn own_text(&mut self) -> String {
        self.own.take().map(|panic| panic.text()).unwrap_or_default()
    }
}

/// The panic that begins with this line: `thread 'main' (17) panicked at src/lib.rs:5:9:`.
fn begins(line: &str) -> Option<Panic> {
    let (thread, place) = line.strip_prefix("thread '")?.split_once("' ")?;
    let (number, place) = place.split_once("panicked at ")?;
    let number = number.trim().strip_prefix('(').and_then(|number| number.strip_suffix(')')?.parse().ok());
    let place = place.strip_suffix(':')?;
    let mut parts = place.rsplitn(3, ':');
    let (_column, line, file) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
    let (thread, place) = (thread.to_owned(), (file.to_owned(), line));
    Some(Panic { thread, number, place, message: String::new() })
}

/// `  12: run_user_code_3` or `             at ./src/lib.rs:5:9`.
fn is_frame(line: &str) -> bool {
    let text = line.trim_start();
    let number = text.split_once(": ").is_some_and(|(number, _)| number.parse::<u32>().is_ok());
    text.len() < line.len() && (number || text.starts_with("at "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(stderr: &mut Stderr, text: &str) -> String {
        text.lines().map(|line| stderr.take(line)).collect()
    }

    fn panic(thread: &str) -> String {
        format!(
            "\nthread '{thread}' (17) panicked at src/lib.rs:5:9:\nfirst\nsecond\nstack backtrace:\n   0: core\n      \
             at /rustc/core.rs:1:2\n  12: run\nnote: Some details are omitted, run with `RUST_BACKTRACE=full` for \
             a verbose backtrace.\n"
        )
    }

    #[test]
    fn a_panic_of_the_cells_own_thread_is_held_back_without_its_frames() {
        let mut stderr = Stderr::default();
        assert_eq!(shown(&mut stderr, &format!("before\n\nafter{}", panic("main"))), "before\n\nafter\n");
        let own = stderr.own_panic().unwrap();
        assert_eq!((own.place, own.message.as_str()), (("src/lib.rs".to_owned(), 5), "first\nsecond"));
    }

    #[test]
    fn a_panic_of_another_thread_stays_text_without_its_frames() {
        let mut stderr = Stderr::default();
        let text = shown(&mut stderr, &(panic("kettle") + "after\n"));
        assert_eq!(text, "thread 'kettle' panicked:\nfirst\nsecond\nafter\n");
        assert_eq!(stderr.own_panic(), None);
    }

    #[test]
    fn a_panic_without_frames_or_note_is_whole_when_nothing_more_comes() {
        let mut stderr = Stderr::default();
        assert_eq!(shown(&mut stderr, "thread 'a' panicked at b.rs:1:2:\nwhy\n"), "");
        assert_eq!(stderr.finish(), "thread 'a' panicked at b.rs:1:\nwhy\n");
    }

    #[test]
    fn of_unnamed_threads_the_cells_own_is_known_by_its_number() {
        let mut stderr = Stderr { own_thread: Some(18), ..Stderr::default() };
        assert!(shown(&mut stderr, &panic("<unnamed>")).starts_with("thread '<unnamed>' panicked"));
        let own = panic("<unnamed>").replace("17", "18");
        assert_eq!(shown(&mut stderr, &own), "");
        assert!(stderr.own_panic().is_some());
    }

    #[test]
    fn a_crash_is_told_without_its_frames() {
        let mut stderr = Stderr::default();
        let text = "Segmentation fault.\n   0: evcxr::runtime\n             at ./csu/libc.h:58:16\n\nafter\n";
        assert_eq!(shown(&mut stderr, text), "Segmentation fault.\nafter\n");
    }

    #[test]
    fn empty_lines_are_kept() {
        let mut stderr = Stderr::default();
        assert_eq!(shown(&mut stderr, "a\n\n\nb\n\n") + &stderr.finish(), "a\n\n\nb\n\n");
    }
}
