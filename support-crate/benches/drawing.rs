//! Drawing a timeline of many spans, beside plotters with a rectangle for each span, in the same run.
//!
//! The peer draws what a first attempt would: every span as a filled rectangle on the same time axis.

use std::time::Instant;

use plotters::prelude::*;
use timelanes::timeline::{Activity, Lane, Span, Timeline};

/// A timeline of `spans` spans in `lanes` lanes, of irregular lengths from a fixed seed.
fn timeline(lanes: usize, spans: usize) -> Timeline {
    let (mut timeline, mut seed) = (Timeline::new("drawing"), 11_u64);
    for number in 0..lanes {
        let mut lane = Lane::new(format!("lane {number}"));
        let label = lane.label_index("step");
        let mut start = 0;
        for index in 0..spans / lanes {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let end = start + 100 + (seed >> 40) % 1000;
            let activity = Activity::ALL[index % 4];
            let span = Span { core: Some(0), ..Span::new(start..end, activity, label) };
            lane.push(span).expect("spans are made in order");
            start = end;
        }
        timeline.lanes.push(lane);
    }
    timeline
}

/// Milliseconds of the fastest of some runs, and how large the result was.
fn fastest(runs: usize, mut draw: impl FnMut() -> usize) -> (f64, usize) {
    let timed = (0..runs).map(|_| {
        let start = Instant::now();
        let size = draw();
        (start.elapsed().as_secs_f64() * 1e3, size)
    });
    timed.min_by(|one, other| one.0.total_cmp(&other.0)).unwrap_or((0.0, 0))
}

/// plotters alone: a rectangle for each span.
fn rectangles(timeline: &Timeline) -> usize {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (840, 400)).into_drawing_area();
        let mut chart = ChartBuilder::on(&root)
            .build_cartesian_2d(0.0..timeline.end() as f64, 0.0..timeline.lanes.len() as f64)
            .expect("the chart has a size");
        for (row, lane) in timeline.lanes.iter().enumerate() {
            let bars = lane.spans().iter().map(|span| {
                let corners = [(span.start as f64, row as f64), (span.end as f64, row as f64 + 0.8)];
                Rectangle::new(corners, Palette99::pick(span.activity as usize).filled())
            });
            chart.draw_series(bars).expect("a string takes everything");
        }
        root.present().expect("a string takes everything");
    }
    svg.len()
}

fn main() {
    println!("drawing, best of several runs; KB = 1,000 bytes; the peer is plotters with a rectangle a span");
    println!(
        "{:>9} {:>6}  {:>9} {:>7}  {:>9} {:>7}  {:>9} {:>9}  {:>7} {:>6}",
        "spans", "lanes", "SVG ms", "KB", "HTML ms", "KB", "peer ms", "KB", "faster", "less"
    );
    for (spans, lanes) in [
        (1_000, 1),
        (10_000, 1),
        (100_000, 1),
        (1_000_000, 1),
        (1_000_000, 8),
        (1_000_000, 40),
        (1_000_000, 1_000),
    ] {
        let timeline = timeline(lanes, spans);
        let (svg, svg_size) = fastest(9, || timeline.figure().svg().len());
        let (html, html_size) = fastest(9, || timeline.figure().html().len());
        let (peer, peer_size) = fastest(2, || rectangles(&timeline));
        println!(
            "{spans:>9} {lanes:>6}  {svg:>9.2} {:>7}  {html:>9.2} {:>7}  {peer:>9.1} {:>9}  {:>6.0}× {:>5.0}×",
            svg_size / 1000,
            html_size / 1000,
            peer_size / 1000,
            peer / svg,
            peer_size as f64 / svg_size as f64
        );
    }
}
