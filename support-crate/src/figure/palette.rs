//! How things are told apart: Okabe–Ito colours, and always a second cue (height, hatch, dash) beside them.
//!
//! Colours: Okabe and Ito, "Color Universal Design", <https://jfly.uni-koeln.de/color/>.

use std::fmt::Write;

use crate::timeline::Activity;

pub(super) const INK: &str = "#1f2328";
pub(super) const MUTED: &str = "#57606a";
pub(super) const GRID: &str = "#e4e7eb";
pub(super) const CARD: &str = "#ffffff";

pub(super) const BLUE: &str = "#0072B2";
pub(super) const ORANGE: &str = "#E69F00";
pub(super) const GREEN: &str = "#009E73";
pub(super) const PURPLE: &str = "#CC79A7";
const SKY: &str = "#56B4E9";
pub(super) const VERMILLION: &str = "#D55E00";
const YELLOW: &str = "#F0E442";
const GREY: &str = "#8c959f";

/// Colours of series and cores, the most different first.
pub(super) const SERIES: [&str; 6] = [BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY];

/// What fills a shape beside its colour.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Hatch {
    Solid,
    /// Stripes of the colour on a pale ground.
    Stripes,
    /// Crossing lines of the colour on a pale ground.
    Cross,
    /// White lines on the colour, turned by so many degrees.
    Lines(u16),
    /// White dots on the colour.
    Dots,
}

/// How one kind of time is drawn, and what the legend calls it.
pub(super) struct Ink {
    pub name: String,
    pub colour: &'static str,
    pub hatch: Hatch,
    /// Height of its bar as a part of the lane's, so that greyscale tells activities apart.
    pub height: f64,
}

/// All kinds of time of one figure, in the order in which they are stacked from the lane's floor.
pub(super) struct Inks {
    pub inks: Vec<Ink>,
    /// Cores with an ink of their own, ascending; empty when activities are coloured.
    cores: Vec<u16>,
}

/// More cores than this share the last ink: nobody tells twenty colours apart.
const MOST_CORES: usize = 15;

impl Inks {
    /// One ink for each activity.
    pub fn by_activity() -> Self {
        let inks = vec![
            ink("running", BLUE, Hatch::Solid, 1.0),
            ink("ready", ORANGE, Hatch::Stripes, 0.7),
            ink("blocked", PURPLE, Hatch::Cross, 0.5),
            ink("waiting", GREEN, Hatch::Solid, 0.26),
        ];
        Self { inks, cores: Vec::new() }
    }

    /// Running time by the core it ran on, everything else grey.
    pub fn by_core(mut cores: Vec<u16>) -> Self {
        cores.sort_unstable();
        cores.dedup();
        let mut inks = vec![ink("running, core not known", INK, Hatch::Solid, 1.0)];
        inks.extend(cores.iter().take(MOST_CORES).enumerate().map(|(index, core)| core_ink(index, *core)));
        if cores.len() > MOST_CORES {
            let last = &mut inks[MOST_CORES];
            last.name = format!("{} and {} more", last.name, cores.len() - MOST_CORES);
        }
        inks.push(ink("ready", GREY, Hatch::Stripes, 0.7));
        inks.push(ink("blocked", GREY, Hatch::Cross, 0.5));
        inks.push(ink("waiting", GREY, Hatch::Solid, 0.26));
        Self { inks, cores }
    }

    /// How many kinds there are.
    pub fn len(&self) -> usize {
        self.inks.len()
    }

    /// Whether running time is told apart by core.
    pub fn cores(&self) -> bool {
        !self.cores.is_empty()
    }

    /// The kind of a piece of time.
    #[inline]
    pub fn kind(&self, activity: Activity, core: Option<u16>) -> usize {
        match activity {
            Activity::Running if self.cores.is_empty() => 0,
            Activity::Running => core.map_or(0, |core| self.core_kind(core)),
            Activity::Ready => self.len() - 3,
            Activity::Blocked => self.len() - 2,
            Activity::Waiting => self.len() - 1,
        }
    }

    fn core_kind(&self, core: u16) -> usize {
        self.cores.binary_search(&core).map_or(0, |index| 1 + index.min(MOST_CORES - 1))
    }

    /// The `fill` of a kind; patterns live in [`patterns`](Self::patterns).
    pub fn fill(&self, kind: usize) -> String {
        match self.inks[kind].hatch {
            Hatch::Solid => self.inks[kind].colour.to_owned(),
            _ => format!("url(#{ID}{kind})"),
        }
    }

    /// The definitions of the patterns of the kinds in use.
    pub fn patterns(&self, used: &[bool]) -> String {
        let mut out = String::new();
        for (kind, ink) in self.inks.iter().enumerate().filter(|(kind, _)| used[*kind]) {
            out.push_str(&pattern(&format!("{ID}{kind}"), ink.hatch, ink.colour));
        }
        out
    }
}

/// Stands for the figure's id until it is known; no cleaned text can hold it.
pub(super) const ID: char = '\u{1}';

fn ink(name: &str, colour: &'static str, hatch: Hatch, height: f64) -> Ink {
    Ink { name: name.to_owned(), colour, hatch, height }
}

fn core_ink(index: usize, core: u16) -> Ink {
    const COLOURS: [&str; 7] = [BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILLION, YELLOW];
    const HATCHES: [Hatch; 5] =
        [Hatch::Solid, Hatch::Lines(45), Hatch::Dots, Hatch::Lines(90), Hatch::Lines(135)];
    ink(&format!("core {core}"), COLOURS[index % 7], HATCHES[index % 5], 1.0)
}

/// The definition of one pattern; nothing for a solid fill.
pub(super) fn pattern(id: &str, hatch: Hatch, colour: &str) -> String {
    let (turn, ground, lines) = match hatch {
        Hatch::Solid => return String::new(),
        Hatch::Stripes => (45, 0.16, format!(r#"<path fill="{colour}" d="M0 0h3v6h-3z"/>"#)),
        Hatch::Cross => (
            45,
            0.14,
            format!(r#"<path fill="none" stroke="{colour}" stroke-width="1.4" d="M0 3h6M3 0v6"/>"#),
        ),
        Hatch::Lines(turn) => (turn, 1.0, r##"<path fill="#fff" d="M0 0h1.6v6h-1.6z"/>"##.to_owned()),
        Hatch::Dots => (45, 1.0, r##"<circle fill="#fff" cx="3" cy="3" r="1.3"/>"##.to_owned()),
    };
    let mut out = String::new();
    let _ = write!(
        out,
        r##"<pattern id="{id}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate({turn})"><path fill="#fff" d="M0 0h6v6h-6z"/><path fill="{colour}" fill-opacity="{ground}" d="M0 0h6v6h-6z"/>{lines}</pattern>"##
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_cores_of_a_small_machine_look_alike_without_colour_and_with_it() {
        let inks = Inks::by_core((0..MOST_CORES as u16).collect());
        for (index, one) in inks.inks.iter().enumerate() {
            for other in &inks.inks[index + 1..] {
                assert!(one.colour != other.colour || one.hatch != other.hatch || one.height != other.height);
            }
        }
    }

    #[test]
    fn activities_differ_in_height_and_colour() {
        let inks = Inks::by_activity().inks;
        for (index, one) in inks.iter().enumerate() {
            assert!(inks[index + 1..].iter().all(|o| o.height != one.height && o.colour != one.colour));
        }
    }

    #[test]
    fn a_machine_with_many_cores_says_that_the_last_ink_is_shared() {
        let inks = Inks::by_core((0..64).collect());
        assert_eq!(inks.inks[MOST_CORES].name, "core 14 and 49 more");
        assert_eq!(inks.kind(Activity::Running, Some(63)), MOST_CORES);
    }
}
