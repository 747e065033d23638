//! Rows that stand for many lanes: the shares of each column are means over the lanes.
//!
//! What a lane costs here depends on its spans or on the columns they cross, whichever are fewer.

use super::merge::{Cells, Window};

/// Adds up many lanes in one row: each column's shares are means over the lanes.
pub(super) struct Sum {
    window: Window,
    kinds: usize,
    /// Where the columns begin, in nanoseconds, and where the last one ends.
    bounds: Vec<u64>,
    /// Nanoseconds by column and kind.
    sums: Vec<u64>,
    /// Changes of the number of pieces that cover a whole column, by column and kind.
    covering: Vec<i32>,
    /// The column that the last piece ended in.
    column: usize,
}

impl Sum {
    pub fn new(window: Window, kinds: usize) -> Self {
        let columns = window.width as usize;
        let bound =
            |column: usize| window.start.saturating_add((column as f64 * window.column()).round() as u64);
        let mut bounds: Vec<u64> = (0..=columns).map(bound).collect();
        bounds[columns] = window.start.saturating_add(window.length);
        // One more, so that there is always a column after the next.
        bounds.push(u64::MAX);
        let size = (columns + 1) * kinds;
        Self { window, kinds, bounds, sums: vec![0; size], covering: vec![0; size], column: 0 }
    }

    /// Adds a piece; the pieces of each lane come in order of time.
    #[inline]
    pub fn add(&mut self, start: u64, end: u64, kind: usize) {
        if start < self.bounds[self.column] || start > self.bounds[self.column + 1] {
            self.column = self.column_of(start);
        }
        if end > self.bounds[self.column + 2] {
            return self.add_long(start, end, kind);
        }
        // Both halves are added always: whether a piece crosses into the next column is a coin that no branch
        // predictor can guess.
        let bound = self.bounds[self.column + 1];
        let here = end.min(bound);
        let slot = self.column * self.kinds + kind;
        self.sums[slot] += here - start;
        self.sums[slot + self.kinds] += end - here;
        self.column += usize::from(end > bound);
    }

    fn add_long(&mut self, mut start: u64, end: u64, kind: usize) {
        let long = 8 * self.window.column() as u64 + 8;
        while end > self.bounds[self.column + 1] {
            let until = self.bounds[self.column + 1];
            self.sums[self.column * self.kinds + kind] += until.saturating_sub(start);
            self.column += 1;
            start = if end - until > long { self.cover(end, kind) } else { until };
        }
        self.sums[self.column * self.kinds + kind] += end - start;
    }

    /// Counts the columns from the current one to that of `end` as covered, without visiting each; returns where
    /// the rest begins.
    fn cover(&mut self, end: u64, kind: usize) -> u64 {
        let until = self.column_of(end);
        self.covering[self.column * self.kinds + kind] += 1;
        self.covering[until * self.kinds + kind] -= 1;
        self.column = until;
        self.bounds[until]
    }

    /// The column that holds a moment.
    fn column_of(&self, at: u64) -> usize {
        (self.bounds.partition_point(|bound| *bound <= at).max(1) - 1).min(self.bounds.len() - 3)
    }

    /// The means over `lanes` lanes.
    pub fn finish(self, lanes: usize) -> Cells {
        let mut cells = Cells::new(self.kinds);
        let mut covering = vec![0; self.kinds];
        let mut sums = vec![0.0; self.kinds];
        for (column, bounds) in self.bounds.windows(2).take(self.window.width as usize).enumerate() {
            let length = (bounds[1] - bounds[0]) as f64;
            for kind in 0..self.kinds {
                let slot = column * self.kinds + kind;
                covering[kind] += self.covering[slot];
                sums[kind] = self.sums[slot] as f64 + f64::from(covering[kind]) * length;
            }
            let left = self.window.left + column as f64;
            // Columns of a few nanoseconds differ in length; whole pixels make shorter paths.
            let rough = self.window.column() < 50.0;
            let exact = || (self.window.x(bounds[0]), self.window.x(bounds[1]));
            cells.add(if rough { exact() } else { (left, left + 1.0) }, &sums, length * lanes as f64);
        }
        cells
    }
}
