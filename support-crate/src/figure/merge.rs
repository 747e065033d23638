//! Spans narrower than a pixel become cells that say truthfully how their time was shared.
//!
//! A span at least a column wide stays what it is. All others are added up in the column they lie in, and a cell
//! keeps each kind's share of its time. So the drawn area of a kind is its share of the time, and what a row costs
//! to draw depends on its width in pixels, not on how many spans it has.

/// From nanoseconds of the shared clock to pixels of the figure.
#[derive(Clone, Copy)]
pub(super) struct Window {
    /// The nanosecond at the left edge.
    pub start: u64,
    /// Nanoseconds from the left edge to the right one, at least 1.
    pub length: u64,
    /// The left edge in pixels, a whole number.
    pub left: f64,
    /// Pixels from edge to edge, a whole number.
    pub width: f64,
}

impl Window {
    /// Where a moment is drawn.
    pub fn x(&self, at: u64) -> f64 {
        self.left + at.saturating_sub(self.start) as f64 / self.length as f64 * self.width
    }

    /// Nanoseconds in one column of one pixel.
    pub fn column(&self) -> f64 {
        self.length as f64 / self.width
    }
}

/// Stretches of a row, each with every kind's share of its time; in order, none overlapping another.
#[derive(Clone)]
pub(super) struct Cells {
    kinds: usize,
    /// Left and right edge in pixels.
    pub edges: Vec<(f64, f64)>,
    shares: Vec<f64>,
}

impl Cells {
    pub fn new(kinds: usize) -> Self {
        Self { kinds, edges: Vec::new(), shares: Vec::new() }
    }

    /// The shares of one cell, by kind.
    pub fn shares(&self, cell: usize) -> &[f64] {
        &self.shares[cell * self.kinds..][..self.kinds]
    }

    /// Adds a cell; `amounts` divided by `whole` are its shares.
    pub fn add(&mut self, edges: (f64, f64), amounts: &[f64], whole: f64) {
        if whole > 0.0 && amounts.iter().any(|amount| *amount > 0.0) {
            self.edges.push(edges);
            self.shares.extend(amounts.iter().map(|amount| amount / whole));
        }
    }

    /// How many shapes it takes to draw them, about.
    pub fn steps(&self) -> usize {
        self.shares.iter().filter(|share| **share > 0.0).count()
    }

    /// The same cells with those narrower than `column` pixels put together.
    pub fn coarser(&self, column: f64) -> Self {
        let mut coarse = Self::new(self.kinds);
        let mut open: Option<(f64, f64)> = None;
        let mut sums = vec![0.0; self.kinds];
        for (index, edges) in self.edges.iter().copied().enumerate() {
            let wide = edges.1 - edges.0 >= column;
            if let Some((from, to)) = open.filter(|open| wide || edges.0 >= open.1 - 1e-6) {
                coarse.add((from, to.min(edges.0)), &sums, to.min(edges.0) - from);
                sums.fill(0.0);
                open = None;
            }
            if wide {
                coarse.add(edges, self.shares(index), 1.0);
                continue;
            }
            let (from, to) = open.unwrap_or_else(|| (edges.0, (edges.0 / column).floor() * column + column));
            open = Some((from, to.max(edges.1)));
            let width = edges.1 - edges.0;
            sums.iter_mut().zip(self.shares(index)).for_each(|(sum, share)| *sum += share * width);
        }
        if let Some((from, to)) = open {
            coarse.add((from, to), &sums, to - from);
        }
        coarse
    }
}

/// Merges the pieces of one lane, given in order of time.
pub(super) struct Merger {
    window: Window,
    /// Nanoseconds of the cell being filled.
    from: u64,
    to: u64,
    /// From this many nanoseconds on a piece is drawn as itself.
    wide: u64,
    sums: Vec<u64>,
    cells: Cells,
}

impl Merger {
    pub fn new(window: Window, kinds: usize) -> Self {
        let wide = (window.column().ceil() as u64).max(1);
        Self { window, from: 0, to: 0, wide, sums: vec![0; kinds], cells: Cells::new(kinds) }
    }

    /// Adds a piece; true when it is wide enough to be drawn as itself.
    #[inline]
    pub fn add(&mut self, start: u64, end: u64, kind: usize) -> bool {
        if end <= self.to && start >= self.from {
            self.sums[kind] += end - start;
            return false;
        }
        self.add_beyond(start, end, kind)
    }

    fn add_beyond(&mut self, mut start: u64, end: u64, kind: usize) -> bool {
        if end - start >= self.wide {
            self.close(start);
            let edges = (self.window.x(start), self.window.x(end));
            let mut one = vec![0.0; self.sums.len()];
            one[kind] = 1.0;
            self.cells.add(edges, &one, 1.0);
            (self.from, self.to) = (end, self.boundary_after(end).1);
            return true;
        }
        while start < end {
            if start >= self.to {
                self.close(self.to);
                (self.from, self.to) = self.boundary_after(start);
            }
            let until = end.min(self.to);
            self.sums[kind] += until - start;
            start = until;
        }
        false
    }

    /// Ends the cell being filled, at `at` at the latest.
    fn close(&mut self, at: u64) {
        let to = self.to.min(at);
        if to > self.from && self.sums.iter().any(|sum| *sum > 0) {
            let sums: Vec<f64> = self.sums.iter().map(|sum| *sum as f64).collect();
            self.cells.add((self.window.x(self.from), self.window.x(to)), &sums, (to - self.from) as f64);
        }
        self.sums.fill(0);
    }

    /// The column that holds `at`, in nanoseconds.
    fn boundary_after(&self, at: u64) -> (u64, u64) {
        let column = self.window.column();
        let index = ((at - self.window.start) as f64 / column).floor();
        let boundary = |index: f64| self.window.start.saturating_add((index * column).ceil() as u64);
        (boundary(index).min(at), boundary(index + 1.0).max(at.saturating_add(1)))
    }

    /// What was merged.
    pub fn finish(mut self) -> Cells {
        self.close(self.to);
        self.cells
    }
}

#[cfg(test)]
mod tests {
    use super::super::sum::Sum;
    use super::*;

    const WINDOW: Window = Window { start: 1000, length: 1_000_000, left: 0.0, width: 100.0 };

    fn area(cells: &Cells, kind: usize) -> f64 {
        let areas = cells
            .edges
            .iter()
            .enumerate()
            .map(|(cell, edges)| (edges.1 - edges.0) * cells.shares(cell)[kind]);
        areas.sum::<f64>() / WINDOW.width
    }

    /// Pieces of irregular lengths that fill the window, kinds 0 and 1 in turn, and the share of kind 0.
    fn pieces(longest: u64) -> (Vec<(u64, u64, usize)>, f64) {
        let (mut at, mut seed, mut first, mut pieces) = (1000, 7_u64, 0, Vec::new());
        while at < 1_001_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let end = (at + 1 + (seed >> 33) % longest).min(1_001_000);
            let kind = pieces.len() % 2;
            first += if kind == 0 { end - at } else { 0 };
            pieces.push((at, end, kind));
            at = end;
        }
        (pieces, first as f64 / 1_000_000.0)
    }

    #[test]
    fn areas_are_shares_of_time_however_narrow_the_spans_are() {
        for longest in [3, 200, 9_000, 30_000, 300_000] {
            let (pieces, share) = pieces(longest);
            let (mut merger, mut sum) = (Merger::new(WINDOW, 2), Sum::new(WINDOW, 2));
            for (start, end, kind) in pieces {
                merger.add(start, end, kind);
                sum.add(start, end, kind);
            }
            let cells = merger.finish();
            for cells in [&cells, &cells.coarser(2.0), &cells.coarser(7.5), &sum.finish(1)] {
                assert!((area(cells, 0) - share).abs() < 1e-6, "{} is not {share}", area(cells, 0));
                assert!((area(cells, 1) - (1.0 - share)).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn cells_never_overlap_and_never_hold_more_than_their_time() {
        for longest in [3, 9_000, 30_000] {
            let mut merger = Merger::new(WINDOW, 2);
            pieces(longest).0.into_iter().for_each(|(start, end, kind)| _ = merger.add(start, end, kind));
            let cells = merger.finish();
            for cells in [cells.coarser(3.0), cells] {
                assert!(cells.edges.windows(2).all(|pair| pair[0].1 <= pair[1].0 + 1e-6));
                assert!(
                    (0..cells.edges.len()).all(|cell| cells.shares(cell).iter().sum::<f64>() < 1.0 + 1e-6)
                );
            }
        }
    }

    #[test]
    fn a_million_pieces_make_no_more_cells_than_columns() {
        let mut merger = Merger::new(WINDOW, 1);
        (0..1_000_000).for_each(|at| _ = merger.add(1000 + at, 1001 + at, 0));
        assert_eq!(merger.finish().edges.len(), 100);
    }
}
