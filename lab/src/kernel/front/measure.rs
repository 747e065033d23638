//! How long the messages are that come in, measured before the zeromq crate reserves room for them.

#![cfg_attr(not(unix), allow(dead_code))]

/// What may be as long as [`LIMIT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Longest {
    /// Each message, with all its frames.
    Message,
    /// All that one client ever sends, where each message is kept: a subscription.
    Connection,
}

/// In bytes. A cell is a few thousand.
pub const LIMIT: u64 = 64 << 20;
/// The same for what is no message: a peer's name and kind. The longest honest one has a few hundred bytes.
const COMMANDS: u64 = 4 << 10;
/// What a frame costs beside its body, in bytes, and more.
const FRAME: u64 = 64;

/// How far a stream of bytes has come, by ZMTP 3.1 (<https://rfc.zeromq.org/spec/23/>): a greeting of 64 bytes, then frames
/// of a byte of flags, a length of one byte or eight, and the body.
#[derive(Debug)]
pub struct Measure {
    next: Part,
    longest: Longest,
    /// What the frames of this message, or of this connection, before this one cost.
    before: u64,
}

#[derive(Debug)]
enum Part {
    Flags,
    Length {
        missing: u8,
        so_far: u64,
        flags: u8,
    },
    /// The bytes of it that are still to come; the greeting is one, too.
    Body(u64),
}

/// More frames of this message follow.
const MORE: u8 = 1;
/// The length has eight bytes.
const LONG: u8 = 2;
/// It is no part of a message, and may come between two.
const COMMAND: u8 = 4;

impl Measure {
    /// Before the greeting.
    pub fn new(longest: Longest) -> Self {
        Self { next: Part::Body(64), longest, before: 0 }
    }

    /// Goes on by `bytes`; whether they may be passed on.
    pub fn allows(&mut self, mut bytes: &[u8]) -> bool {
        while let Some((&first, rest)) = bytes.split_first() {
            self.next = match self.next {
                Part::Body(0) => Part::Flags,
                Part::Body(left) => {
                    let here = left.min(bytes.len() as u64);
                    bytes = &bytes[here as usize..];
                    Part::Body(left - here)
                }
                Part::Flags => {
                    bytes = rest;
                    let missing = if first & LONG == 0 { 1 } else { 8 };
                    Part::Length { missing, so_far: 0, flags: first }
                }
                Part::Length { missing, so_far, flags } => {
                    bytes = rest;
                    let length = so_far << 8 | u64::from(first);
                    if missing > 1 {
                        Part::Length { missing: missing - 1, so_far: length, flags }
                    } else {
                        if flags & COMMAND != 0 {
                            if length > COMMANDS {
                                return false;
                            }
                        } else {
                            let whole = self.before.saturating_add(length).saturating_add(FRAME);
                            if whole > LIMIT {
                                return false;
                            }
                            let is_last = flags & MORE == 0 && self.longest == Longest::Message;
                            self.before = if is_last { 0 } else { whole };
                        }
                        Part::Body(length)
                    }
                }
            };
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GREETING: [u8; 64] = [0xff; 64];

    fn frame(flags: u8, length: u64) -> Vec<u8> {
        let mut frame = vec![flags];
        if flags & LONG == 0 {
            frame.push(length as u8)
        } else {
            frame.extend(length.to_be_bytes())
        }
        frame
    }

    #[test]
    fn messages_pass_in_whatever_pieces_they_come() {
        let mut stream = GREETING.to_vec();
        for length in [0_u64, 1, 255, 256, 70_000] {
            for more in [MORE, 0] {
                let long = if length > 255 { LONG } else { 0 };
                stream.extend(frame(more | long, length));
                stream.extend(vec![0xff; length as usize]);
            }
        }
        for piece in [1, 2, 7, 64, 4096, stream.len()] {
            let mut measure = Measure::new(Longest::Message);
            assert!(stream.chunks(piece).all(|piece| measure.allows(piece)), "in pieces of {piece}");
            assert!(matches!(measure.next, Part::Body(0)), "{measure:?}");
        }
    }

    #[test]
    fn a_length_that_nobody_means_is_not_passed_on() {
        for length in [LIMIT + 1, 1 << 40, u64::MAX] {
            let mut measure = Measure::new(Longest::Message);
            assert!(measure.allows(&GREETING));
            assert!(!measure.allows(&frame(LONG, length)), "{length}");
            let mut measure = Measure::new(Longest::Message);
            assert!(measure.allows(&GREETING));
            assert!(
                !measure.allows(&frame(LONG | COMMAND, length.min(COMMANDS + 1))),
                "a command of {length}"
            );
        }
    }

    /// How many times `frames` pass, one after the other, of twice as many as there is room for.
    fn passed(longest: Longest, frames: &[u8]) -> u64 {
        let mut measure = Measure::new(longest);
        assert!(measure.allows(&GREETING));
        let many = 2 * LIMIT / FRAME.max(frames.len() as u64);
        (0..many).take_while(|_| measure.allows(frames)).count() as u64
    }

    #[test]
    fn a_message_of_ever_more_frames_is_not_passed_on() {
        let mut long = frame(MORE | LONG, 1 << 20);
        long.extend(vec![0; 1 << 20]);
        assert_eq!(passed(Longest::Message, &long), LIMIT / (1 << 20) - 1);
        // Empty ones, and a command between two, which ends no message.
        assert_eq!(passed(Longest::Message, &frame(MORE, 0)), LIMIT / FRAME);
        let mut parted = frame(COMMAND, 1);
        parted.push(0);
        assert!(passed(Longest::Message, &[long, parted].concat()) < LIMIT / (1 << 20));
        // Whole messages go on for ever, but where each is kept.
        let short = frame(0, 0);
        assert_eq!(passed(Longest::Message, &short), 2 * LIMIT / FRAME);
        assert_eq!(passed(Longest::Connection, &short), LIMIT / FRAME);
    }
}
