//! Texts in memory that several processes share.

use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};

use crate::machine::mapping::Shareable;

/// A text of at most `N` bytes that is written once.
#[repr(C)]
pub(super) struct Text<const N: usize> {
    claimed: AtomicU32,
    length: AtomicU32,
    bytes: [AtomicU8; N],
}

// SAFETY: it holds nothing but atomics.
unsafe impl<const N: usize> Shareable for Text<N> {}

impl<const N: usize> Text<N> {
    /// Writes the text, cut where it does not fit; only the first caller's is kept.
    pub fn set(&self, text: &str) {
        if self.claimed.swap(1, Ordering::Relaxed) == 0 {
            let text = cut(text, N);
            write(&self.bytes, text.as_bytes());
            self.length.store(text.len() as u32 + 1, Ordering::Release);
        }
    }

    pub fn get(&self) -> Option<String> {
        let length = (self.length.load(Ordering::Acquire) as usize).checked_sub(1)?;
        Some(String::from_utf8_lossy(&read(&self.bytes[..length])).into_owned())
    }
}

/// At most the first `most` bytes of a text, and no half letter.
pub(crate) fn cut(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

pub(super) fn write(to: &[AtomicU8], bytes: &[u8]) {
    to.iter().zip(bytes).for_each(|(to, byte)| to.store(*byte, Ordering::Relaxed));
}

pub(super) fn read(bytes: &[AtomicU8]) -> Vec<u8> {
    bytes.iter().map(|byte| byte.load(Ordering::Relaxed)).collect()
}
