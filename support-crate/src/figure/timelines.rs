//! From timelines to figures: one timeline, by activity or by core, or several on one time axis.

use super::arrows;
use super::counters;
use super::document::Figure;
use super::fault;
use super::holds;
use super::lanes::{Sheet, left_edge, nothing, panel, right_edge};
use super::layout::Density;
use super::legend::{activity_key, merged_note, never_ended_key};
use super::merge::Window;
use super::numbers::count;
use super::palette::Inks;
use super::panel::Panel;
use super::rows::{cores, rows};
use super::words::clean;
use crate::timeline::Timeline;

/// Bytes of hover texts in one figure.
const HOVER: usize = 580_000;
/// Shapes that keep the SVG of a figure within 120 KB.
const STEPS: usize = 4000;

impl Timeline {
    /// The timeline drawn: a row for each lane, told apart by what was being done.
    pub fn figure(&self) -> Figure {
        draw(&[self], Inks::by_activity())
    }

    /// The timeline drawn with running time told apart by the core it ran on, everything else grey.
    pub fn figure_by_core(&self) -> Figure {
        draw(&[self], Inks::by_core(cores(&[self])))
    }

    /// Shows the timeline as the result of a notebook's cell.
    pub fn evcxr_display(&self) {
        self.figure().evcxr_display();
    }
}

/// Several timelines above one another on one time axis, each from its own beginning, so that lengths compare.
///
/// The axis is in the first timeline's unit.
pub fn compare(timelines: &[&Timeline]) -> Figure {
    draw(timelines, Inks::by_activity())
}

/// Like [`compare`], with running time told apart by core.
pub fn compare_by_core(timelines: &[&Timeline]) -> Figure {
    draw(timelines, Inks::by_core(cores(timelines)))
}

fn draw(timelines: &[&Timeline], inks: Inks) -> Figure {
    let titles: Vec<String> = timelines.iter().map(|timeline| clean(&timeline.title)).collect();
    let mut figure = Figure::new(titles.join(" · "));
    figure.headed = timelines.len() == 1;
    if timelines.is_empty() {
        figure.panels.push(nothing("nothing was recorded"));
    }
    let drawn: Vec<&Timeline> = timelines.iter().copied().filter(|timeline| !timeline.is_empty()).collect();
    let sheets = sheets(&drawn, &inks);
    let mut sheets_left = sheets.iter();
    for timeline in timelines {
        let titled = timelines.len() > 1;
        figure.panels.extend(fault::fault(timeline, titled));
        figure.panels.push(match sheets_left.as_slice().first().filter(|_| !timeline.is_empty()) {
            Some(sheet) => {
                sheets_left.next();
                panel(sheet, titled, sheets_left.len() == 0, HOVER / sheets.len(), &drawn)
            }
            None => empty(timeline, titled),
        });
        figure.panels.extend(fault::waits(timeline));
        figure.notes.extend(timeline.notes.iter().map(|note| clean(note)));
    }
    explain(&mut figure, &sheets, &inks);
    figure
}

/// Lengths, legend and notes: what the pictures alone do not say.
fn explain(figure: &mut Figure, sheets: &[Sheet], inks: &Inks) {
    if let ([sheet], true) = (sheets, figure.headed) {
        figure.length = Some(sheet.unit.write(sheet.length));
    }
    let rows = || sheets.iter().flat_map(|sheet| &sheet.rows);
    let used: Vec<bool> = (0..inks.len()).map(|kind| rows().any(|row| row.tally.time[kind] > 0)).collect();
    figure.patterns.push_str(&inks.patterns(&used));
    let kinds = (0..inks.len()).filter(|kind| used[*kind]);
    figure.legend.extend(kinds.map(|kind| activity_key(inks, kind)));
    if rows().any(|row| !row.endless.is_empty()) {
        figure.legend.push(never_ended_key());
    }
    let timelines = || sheets.iter().map(|sheet| sheet.timeline);
    if timelines().flat_map(|timeline| &timeline.lanes).any(|lane| !lane.holds.is_empty()) {
        figure.legend.push(holds::key());
    }
    figure.legend.extend(arrows::keys(timelines().flat_map(|timeline| &timeline.arrows)));
    for sheet in sheets {
        figure.notes.extend(grouped_note(sheet).into_iter().chain(arrows::note(sheet)));
        figure.notes.extend(counters::note(sheet.timeline));
    }
    figure.notes.extend(merged_note(sheets));
    figure.notes.dedup();
}

fn grouped_note(sheet: &Sheet) -> Option<String> {
    let lanes = sheet.timeline.lanes.len();
    let group = sheet.rows.first().map_or(0, |row| row.lanes.len());
    (group > 1).then(|| {
        let lanes = count(lanes as u64);
        format!("{lanes} lanes: every row shows {group} of them, each colour as high as their mean share of the time")
    })
}

fn empty(timeline: &Timeline, titled: bool) -> Panel {
    let title = clean(&timeline.title);
    let says = if titled && !title.is_empty() {
        format!("{title}: nothing was recorded")
    } else {
        "nothing was recorded".to_owned()
    };
    nothing(&super::words::shorten(&says, 13.0, 700.0))
}

/// Sheets of timelines that are not empty, all with the same scale and the same left edge.
fn sheets<'timeline>(timelines: &[&'timeline Timeline], inks: &'timeline Inks) -> Vec<Sheet<'timeline>> {
    let bounds: Vec<(u64, u64)> =
        timelines.iter().map(|timeline| (timeline.start(), timeline.end())).collect();
    let length = bounds.iter().map(|(start, end)| end - start).max().unwrap_or(0).max(1);
    let count: usize =
        timelines.iter().map(|timeline| timeline.lanes.len().min(super::rows::MOST_ROWS)).sum();
    let density = Density::of(count);
    let names = timelines.iter().flat_map(|timeline| &timeline.lanes).take(1000);
    let names: Vec<String> = names
        .map(|lane| clean(&lane.name) + if count >= super::rows::MOST_ROWS { " + 99" } else { "" })
        .collect();
    let left = left_edge(names.iter().map(String::as_str).chain(counters::names(timelines)), density.name);
    let mut sheets: Vec<Sheet> = Vec::new();
    for (timeline, (start, end)) in timelines.iter().zip(bounds) {
        let window = Window { start, length, left, width: right_edge() - left };
        let rows = rows(timeline, window, inks);
        sheets.push(Sheet {
            timeline,
            window,
            unit: timelines[0].unit,
            length: end - start,
            rows,
            coarse: false,
            inks,
            density,
        });
    }
    coarsen(&mut sheets);
    sheets
}

/// Puts narrow cells together where all of them would make too large a file.
fn coarsen(sheets: &mut [Sheet]) {
    let mut column = 1.0;
    loop {
        let rows = sheets.iter().flat_map(|sheet| &sheet.rows);
        let steps: usize = rows.map(|row| row.cells.steps()).sum();
        if steps <= STEPS {
            return;
        }
        column *= (steps as f64 / STEPS as f64).clamp(1.5, 16.0);
        for sheet in sheets.iter_mut() {
            sheet.coarse = true;
            sheet.rows.iter_mut().for_each(|row| row.cells = row.cells.coarser(column.ceil()));
        }
    }
}
