//! The numbers of the labels that a lane has used; most spans repeat the label before.

use std::collections::HashMap;

/// So many labels are looked through one by one.
const FEW: usize = 8;

/// The labels of one lane, numbered in the order of their first use.
#[derive(Default)]
pub(super) struct Labels {
    last: usize,
    names: Vec<String>,
    numbers: HashMap<String, usize>,
}

impl Labels {
    /// The number of `text`; `tell` is told of it when it is new.
    #[inline]
    pub fn number(&mut self, text: &str, tell: impl FnOnce()) -> u32 {
        if self.names.get(self.last).is_none_or(|last| last != text) {
            // A lane that goes to and fro between a few labels never computes a hash.
            let few = self.names.iter().take(FEW).position(|name| name == text);
            let known = few.or_else(|| self.numbers.get(text).copied());
            self.last = known.unwrap_or_else(|| self.add(text, tell));
        }
        self.last as u32
    }

    #[cold]
    fn add(&mut self, text: &str, tell: impl FnOnce()) -> usize {
        let number = self.names.len();
        self.names.push(text.to_owned());
        self.numbers.insert(text.to_owned(), number);
        // Only a label never seen before takes this lock; the recorder reads under it.
        tell();
        number
    }
}
