//! Figures from plain data: what they show, how large they get, and what no name or number can do to them.

use std::collections::HashSet;

use roxmltree::Document;
use timelanes::error::Error;
use timelanes::figure::{Figure, bars, compare, histogram, lines, log};
use timelanes::time::{MILLISECOND, MINUTE};
use timelanes::timeline::{
    Activity, Arrow, ArrowKind, Counter, Hold, Lane, LaneKind, MarkKind, Span, Timeline,
};

const MS: u64 = 1_000_000;
/// Heights of full bars, as parts of the lane's, in the order of the classes k0, k1 …
const HEIGHTS: [(Activity, f64); 4] =
    [(Activity::Running, 1.0), (Activity::Ready, 0.7), (Activity::Blocked, 0.5), (Activity::Waiting, 0.26)];

/// A lane of spans given in minutes of the story.
fn lane(name: &str, spans: &[(u64, u64, Activity, &str)]) -> Lane {
    spans.iter().fold(Lane::new(name), |lane, (from, to, activity, label)| {
        lane.with_span(from * 10 * MS..to * 10 * MS, *activity, label).expect("spans are in order")
    })
}

fn at_once() -> Timeline {
    Timeline::new("all at once")
        .in_unit(MINUTE)
        .with_lane(lane("Amir", &[(0, 10, Activity::Waiting, "reads the menu")]))
        .with_lane(lane("Kohli", &[(0, 5, Activity::Waiting, "reads the menu")]))
}

fn in_a_row() -> Timeline {
    let kohli = [(0, 10, Activity::Ready, "waits"), (10, 15, Activity::Waiting, "reads the menu")];
    Timeline::new("in a row")
        .in_unit(MINUTE)
        .with_lane(lane("Amir", &[(0, 10, Activity::Waiting, "reads the menu")]))
        .with_lane(lane("Kohli", &kohli))
}

/// The figure of a timeline with a guess at its length.
fn guessed(timeline: &Timeline, guess: f64) -> Figure {
    timeline.figure().with_guess("the whole run", guess, timeline.length(), timeline.unit.symbol)
}

/// `lanes` lanes of `spans` spans each, in irregular lengths, without gaps.
fn many(lanes: usize, spans: usize) -> Timeline {
    let (mut timeline, mut seed) = (Timeline::new("many"), 5_u64);
    for number in 0..lanes {
        let mut lane = Lane::new(format!("lane {number}"));
        let label = lane.label_index("step");
        let mut start = 0;
        for index in 0..spans {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let end = start + 50 + (seed >> 40) % 900;
            let (activity, core) = (Activity::ALL[index % 4], Some((seed >> 60) as u16));
            lane.push(Span { core, ..Span::new(start..end, activity, label) }).expect("in order");
            start = end;
        }
        timeline.lanes.push(lane);
    }
    timeline
}

fn one_span(span: Span, label: &str) -> Timeline {
    let mut lane = Lane::new("lane");
    let label = lane.label_index(label);
    lane.push(Span { label, ..span }).expect("one span is in order");
    Timeline::new("one span").with_lane(lane)
}

/// A millisecond of running.
const SPAN: Span = Span {
    start: 0,
    end: MS,
    label: 0,
    core: None,
    lock: None,
    activity: Activity::Running,
    depth: 0,
    ended: true,
};

/// The pieces of a path made of M, H, V and z: each a list of corners.
fn polygons(path: &str) -> Vec<Vec<(f64, f64)>> {
    let mut polygons = Vec::new();
    for piece in path.split('z').filter(|piece| !piece.is_empty()) {
        let spaced = piece.replace('M', " M ").replace('H', " H ").replace('V', " V ");
        let mut words = spaced.split_whitespace();
        let (mut at, mut corners) = ((0.0, 0.0), Vec::new());
        while let Some(command) = words.next() {
            let mut value = || words.next().and_then(|word| word.parse::<f64>().ok()).expect("a number");
            match command {
                "M" => at = (value(), value()),
                "H" => at.0 = value(),
                _ => at.1 = value(),
            }
            corners.push(at);
        }
        polygons.push(corners);
    }
    polygons
}

fn area(path: &str) -> f64 {
    let of = |corners: &Vec<(f64, f64)>| {
        let next = corners.iter().cycle().skip(1);
        corners.iter().zip(next).map(|(one, other)| one.0 * other.1 - other.0 * one.1).sum::<f64>() / 2.0
    };
    polygons(path).iter().map(|corners| of(corners).abs()).sum()
}

/// The path of one kind in each panel of a figure.
fn paths(svg: &str, kind: usize) -> Vec<String> {
    let document = Document::parse(svg).expect("well-formed");
    let panels = document.descendants().filter(|node| node.attribute("class") == Some("panel"));
    let class = format!("k{kind}");
    let path = |panel: roxmltree::Node| {
        let mut nodes = panel.descendants();
        let path = nodes.find(|node| node.attribute("class") == Some(&class));
        path.and_then(|node| node.attribute("d")).unwrap_or_default().to_owned()
    };
    panels.map(path).collect()
}

fn right_end(path: &str) -> f64 {
    polygons(path).concat().iter().map(|corner| corner.0).fold(0.0, f64::max)
}

/// Everything a figure is shown as parses, holds no marker of the kernel, and is not blank.
fn assert_sound(figure: &Figure) {
    let html = figure.html().replace("<details", "<d").replace("</details>", "</d>");
    for text in [figure.svg(), html] {
        let document = Document::parse(&text).expect("well-formed");
        assert!(
            document.descendants().any(|node| node.has_tag_name("svg") || node.tag_name().name() == "svg")
        );
        assert!(!text.lines().any(|line| line == "EVCXR_END_CONTENT") && !text.contains("NaN"));
    }
    assert!(!figure.text().trim().is_empty() && figure.text().len() < 70_000);
    assert!(!figure.text().lines().any(|line| line == "EVCXR_END_CONTENT"));
}

#[test]
fn the_area_drawn_for_an_activity_is_its_share_of_the_time_within_one_per_cent() {
    for (lanes, spans) in [(1, 40), (1, 900), (1, 200_000), (7, 900), (7, 30_000), (300, 500)] {
        let timeline = many(lanes, spans);
        let svg = timeline.figure().svg();
        let areas = HEIGHTS.iter().enumerate().map(|(kind, (activity, height))| {
            (*activity, paths(&svg, kind).iter().map(|path| area(path)).sum::<f64>() / height)
        });
        let areas: Vec<(Activity, f64)> = areas.collect();
        let drawn: f64 = areas.iter().map(|(_, area)| area).sum();
        let total = |wanted: Option<Activity>| {
            let segments = timeline.lanes.iter().flat_map(Lane::segments);
            segments
                .filter(|part| wanted.is_none_or(|wanted| part.activity == wanted))
                .map(|part| part.length())
                .sum::<u64>()
        };
        for (activity, area) in areas {
            let share = total(Some(activity)) as f64 / total(None) as f64;
            let error = (area / drawn - share).abs();
            assert!(error < 0.01, "{lanes} × {spans}: {} is off by {error}", activity.name());
        }
    }
}

#[test]
fn a_nested_span_is_drawn_once_and_the_outer_one_bracketed() {
    let mut lane = Lane::new("baker");
    for (start, end, activity, depth, label) in
        [(0, 100, Activity::Running, 0, "cake"), (20, 60, Activity::Waiting, 1, "oven")]
    {
        let label = lane.label_index(label);
        let span = Span { depth, ..Span::new(start * MS..end * MS, activity, label) };
        lane.push(span).expect("in order");
    }
    let figure = Timeline::new("nested").with_lane(lane).figure();
    let [running, waiting] = [0, 3].map(|kind| area(&paths(&figure.svg(), kind)[0]) / HEIGHTS[kind].1);
    assert!((running / waiting - 1.5).abs() < 0.01);
    assert!(figure.svg().contains(">cake<") && figure.svg().contains(">oven<"));
    assert!(figure.text().contains("20.0 to 60.0 ms waiting (oven), inside cake"));
}

#[test]
fn panels_of_a_comparison_share_one_axis_each_from_its_own_beginning() {
    let mut late = at_once();
    late.lanes = late.lanes.iter().map(|lane| shifted(lane, 77 * MS)).collect();
    let svg = compare(&[&in_a_row(), &late]).svg();
    let ready = right_end(&paths(&svg, 1)[0]);
    let waiting = paths(&svg, 3);
    assert!((right_end(&waiting[1]) - ready).abs() < 0.15, "both are ten minutes");
    let (left, fifteen) = (polygons(&waiting[1])[0][0].0, right_end(&waiting[0]));
    assert!(((fifteen - left) / (ready - left) - 1.5).abs() < 0.002);
    assert_eq!(
        svg.matches("minutes of the story").count(),
        1 + 2,
        "one axis; each panel's words name the unit"
    );
}

fn shifted(lane: &Lane, by: u64) -> Lane {
    let spans =
        lane.spans().iter().map(|span| (span.start + by, span.end + by, span.activity, lane.label(span)));
    spans.fold(Lane::new(lane.name.as_str()), |shifted, (start, end, activity, label)| {
        shifted.with_span(start..end, activity, label).expect("in order")
    })
}

#[test]
fn a_comparison_is_written_in_the_unit_of_the_first_timeline_throughout() {
    let mut other = in_a_row();
    other.unit = Timeline::new("milliseconds").unit;
    let text = compare(&[&at_once(), &other]).text();
    assert!(text.contains("in a row: 15.0 min") && !text.contains(" ms,"), "{text}");
}

#[test]
fn the_legend_names_what_occurs_and_nothing_else() {
    let svg = at_once().figure().svg();
    assert!(
        svg.contains(">waiting</text>") && !svg.contains(">running</text>") && !svg.contains(">never ended<")
    );
}

#[test]
fn a_figure_by_core_names_the_cores_and_leaves_other_time_grey() {
    let mut timeline = one_span(Span { core: Some(3), ..SPAN }, "mix");
    timeline.lanes[0] =
        timeline.lanes[0].clone().with_span(MS..2 * MS, Activity::Waiting, "oven").expect("in order");
    let svg = timeline.figure_by_core().svg();
    assert!(svg.contains(">core 3</text>") && svg.contains("#0072B2") && !svg.contains("#009E73"));
    assert!(svg.contains(">mix · core 3<"));
}

#[test]
fn a_span_that_never_ended_is_ragged_and_says_so() {
    let figure = one_span(Span { ended: false, ..SPAN }, "waits for ever").figure();
    assert!(figure.html().contains("· never ended</title>"));
    assert!(figure.text().contains("never ended") && figure.svg().contains(">never ended</text>"));
}

#[test]
fn hover_texts_say_name_label_activity_times_and_core() {
    let html = one_span(Span { core: Some(1), ..SPAN }, "mixes").figure().html();
    assert!(html.contains("<title>lane: mixes · running · from 0 to 1.00 ms (1.00 ms) · core 1</title>"));
}

#[test]
fn the_words_say_the_numbers() {
    let text = guessed(&at_once(), 16.0).text();
    assert!(text.contains("Amir: 0 to 10.0 min waiting (reads the menu)"), "{text}");
    assert!(text.contains("Up to 2 lanes were waiting at the same time; two or more for 5.00 min."));
    assert!(text.contains("The whole run: you guessed 16 min, it was 10 min."));
}

#[test]
fn guesses_that_cannot_be_drawn_are_answered_in_words() {
    for (guess, says) in [
        (f64::NAN, "not a number"),
        (f64::INFINITY, "infinite"),
        (f64::NEG_INFINITY, "infinite"),
        (-3.0, "below zero"),
    ] {
        let figure = guessed(&at_once(), guess);
        assert!(figure.text().contains(says), "{}", figure.text());
        assert_sound(&figure);
    }
}

#[test]
fn a_guess_in_minutes_is_compared_with_minutes_whatever_the_axis_shows() {
    let figure = at_once().figure().with_guess("the whole run", 16.0, 102 * MILLISECOND, "min");
    assert!(figure.text().contains("you guessed 16 min, it was 10.2 min"), "{}", figure.text());
    let lines =
        at_once().figure().with_guess("printed", 1.0, 2.0, "lines").with_guess("x", 1.0, 1.5, "ms").text();
    assert!(
        lines.contains("you guessed 1 line, it was 2 lines") && lines.contains("1 ms, it was 1.5 ms"),
        "{lines}"
    );
    let figure = figure.with_guess("what they paid", 16.0, 102.0, "coins");
    assert!(figure.text().contains("it was 102 coins"), "{}", figure.text());
}

#[test]
fn huge_tiny_and_zero_guesses_keep_both_bars_on_one_scale() {
    for guess in [0.0, 1e-300, 1e300, f64::MAX, 16.0] {
        let figure = guessed(&at_once(), guess).with_guess("", guess, 0.0, "");
        assert_sound(&figure);
        let svg = figure.svg();
        let document = Document::parse(&svg).expect("well-formed");
        for bar in document.descendants().filter(|node| node.attribute("rx") == Some("1.5")) {
            let width: f64 = bar.attribute("width").and_then(|width| width.parse().ok()).expect("a width");
            assert!((1.0..=760.0).contains(&width), "{width}");
        }
    }
}

#[test]
fn nothing_recorded_is_said() {
    for timeline in [Timeline::new("empty"), Timeline::new("lanes only").with_lane(Lane::new("idle"))] {
        for figure in [
            timeline.figure(),
            timeline.figure_by_core(),
            guessed(&timeline, 1.0),
            compare(&[&timeline, &at_once()]),
        ] {
            assert!(figure.text().contains("nothing was recorded"));
            assert_sound(&figure);
        }
    }
    assert!(compare(&[]).text().contains("nothing was recorded"));
}

#[test]
fn no_name_breaks_out_of_a_figure() {
    let long = "x".repeat(10_000);
    for name in [
        "<script>alert(1)</script>",
        "a & b \"c\" 'd'",
        "👩‍🍳🍰",
        "two\nlines\r\u{0}\u{7}\u{b}",
        "EVCXR_END_CONTENT",
        "\nEVCXR_END_CONTENT\n",
        "]]>",
        "\u{202e}\u{ffff}",
        "",
        &long,
    ] {
        let mut timeline = one_span(SPAN, name).titled(name);
        timeline.lanes[0].name = name.to_owned();
        timeline.lanes[0].mark(MS / 2, name);
        timeline.lanes.push(Lane::new(name));
        timeline.notes.push(name.to_owned());
        timeline.arrows.push(Arrow {
            kind: ArrowKind::Message,
            label: name.to_owned(),
            from: (0, 0),
            to: (1, MS),
        });
        let figures = [
            timeline.figure_by_core(),
            compare(&[&timeline, &timeline]).with_guess(name, 1.0, 2.0, name),
            bars(name, name, &[(name, 1.0)]),
            histogram(name, name, &[1.0, 2.0]),
            lines(name, name, log(name), &[(name, vec![(1.0, 2.0)]), ("other", vec![])]),
        ];
        for figure in figures {
            assert_sound(&figure);
            assert!(figure.html().len() < 60_000 && !figure.html().contains("<script"));
        }
    }
}

#[test]
fn a_span_of_no_length_is_a_hair_line() {
    let svg = one_span(Span { end: 0, ..SPAN }, "blink").figure().svg();
    assert!(svg.contains(r#"stroke-width=".8""#));
    assert_sound(&one_span(Span { end: 0, ..SPAN }, "blink").figure());
}

#[test]
fn absurd_lengths_are_drawn() {
    let year = 365 * 24 * 3600 * 1000 * MS;
    for (start, end) in
        [(0, 1), (0, 500 * year), (u64::MAX - 1, u64::MAX), (0, u64::MAX), (u64::MAX, u64::MAX)]
    {
        let timeline = one_span(Span { start, end, ..SPAN }, "long");
        for timeline in [timeline.clone(), timeline.in_unit(MINUTE)] {
            assert_sound(&guessed(&timeline, 5.0));
        }
    }
    let mut crowd = one_span(Span { end: u64::MAX, ..SPAN }, "long");
    crowd.lanes = vec![crowd.lanes[0].clone(); 200];
    assert_sound(&crowd.figure());
}

#[test]
fn many_lanes_share_rows_and_a_note_says_so() {
    let figure = many(4_000, 10).figure();
    assert!(figure.text().contains("4,000 lanes: every row shows 80 of them"));
    assert!(figure.svg().len() < 120_000);
    assert_sound(&figure);
}

#[test]
fn a_million_spans_fit_into_120_kb_of_svg_and_600_more_of_hover_texts() {
    for lanes in [1, 9, 50, 60, 1_000] {
        let figure = many(lanes, 1_000_000 / lanes).figure();
        assert!(figure.svg().len() < 120_000, "{lanes} lanes: {}", figure.svg().len());
        assert!(figure.html().len() < 720_000);
    }
}

#[test]
fn no_number_of_spans_makes_a_figure_too_large() {
    for lanes in [1, 5, 10, 18, 30, 50] {
        for spans in [20, 60, 150, 300, 500, 800, 3_000] {
            for figure in [many(lanes, spans).figure(), many(lanes, spans).figure_by_core()] {
                let (svg, html) = (figure.svg().len(), figure.html().len());
                assert!(svg < 120_000, "{lanes} lanes of {spans} spans: {svg}");
                assert!(html < 720_000, "{lanes} lanes of {spans} spans: {html}");
            }
        }
    }
}

#[test]
fn thousands_of_marks_and_arrows_stay_bounded() {
    let mut timeline = many(3, 50);
    for at in 0..20_000 {
        timeline.lanes[at as usize % 3].mark(at, "wake");
        timeline.arrows.push(Arrow {
            kind: ArrowKind::Message,
            label: "message".to_owned(),
            from: (0, at),
            to: (at as usize % 4, at + 9),
        });
    }
    let figure = timeline.figure();
    assert!(figure.svg().len() < 140_000 && figure.html().len() < 760_000);
    assert!(figure.text().contains("20,000 arrows were recorded"));
    assert_sound(&figure);
}

#[test]
fn the_same_data_gives_the_same_figure_and_other_data_other_ids() {
    let id = |figure: &Figure| figure.svg().split_once("id=\"").map(|(_, rest)| rest[..18].to_owned());
    assert_eq!(at_once().figure().svg(), at_once().figure().svg());
    let ids =
        [at_once().figure(), in_a_row().figure(), guessed(&at_once(), 3.0), in_a_row().figure_by_core()];
    assert_eq!(ids.iter().map(id).collect::<HashSet<_>>().len(), 4);
}

#[test]
fn ids_are_unique_within_a_figure_and_every_reference_has_its_target() {
    let html = compare(&[&in_a_row(), &many(3, 900)]).html();
    let document = Document::parse(&html).expect("well-formed");
    let all: Vec<&str> = document.descendants().filter_map(|node| node.attribute("id")).collect();
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
    for target in html.split("url(#").skip(1).filter_map(|rest| rest.split(')').next()) {
        assert!(all.contains(&target), "{target}");
    }
}

#[test]
fn a_figure_has_a_role_a_title_and_a_description() {
    let svg = at_once().figure().svg();
    let document = Document::parse(&svg).expect("well-formed");
    let root = document.root_element();
    assert_eq!(root.attribute("role"), Some("img"));
    let [title, description] =
        ["title", "desc"].map(|tag| root.children().find(|node| node.tag_name().name() == tag));
    assert_eq!(title.and_then(|node| node.text()), Some("all at once"));
    assert!(
        description
            .and_then(|node| node.text())
            .is_some_and(|text| text.contains("Kohli: 0 to 5.00 min waiting"))
    );
}

#[test]
fn charts_take_any_number_and_say_what_they_leave_out() {
    let odd = [f64::NAN, f64::INFINITY, -5.0, 0.0, 1e300, -1e300, 1e-300, f64::MAX, f64::MIN];
    for value in odd {
        assert_sound(&bars("bars", "ms", &[("one", value), ("other", 1.0)]));
        assert_sound(&histogram("histogram", "ms", &[value, 1.0, 2.0]));
        assert_sound(&histogram("histogram", "ms", &[value]));
        for (x, y) in [("x".into(), log("y")), (log("x"), "y".into())] {
            assert_sound(&lines("lines", x, y, &[("one", [(value, 1.0), (2.0, value), (3.0, 4.0)])]));
        }
    }
    assert_sound(&histogram("all of them", "ms", &odd));
    assert_sound(&bars::<&str>("none", "ms", &[] as &[(&str, f64)]));
    let left_out = lines("lines", "x", log("y"), &[("one", [(1.0, 0.0), (2.0, 3.0)])]);
    assert!(left_out.text().contains("1 point cannot be drawn"));
    assert!(histogram("h", "ms", &[1.0, f64::NAN]).text().contains("1 of 2 values are not finite"));
}

#[test]
fn charts_say_their_numbers_in_words() {
    let text = bars("cost", "µs", &[("thread", 12.4), ("process", 283.0)]).text();
    assert_eq!(text, "cost\n- thread: 12.4 µs\n- process: 283 µs");
    let text = histogram("slices", "ms", &[1.0, 4.0, 4.0, 4.0, 9.0]).text();
    assert!(text.contains("5 values in ms: median 4 ms, from 1 ms to 9 ms"), "{text}");
    let text = lines("growth", log("threads"), "ms", &[("locked", [(1.0, 2.0), (4.0, 9.0)])]).text();
    assert_eq!(text, "growth\nms over threads (logarithmic).\n- locked: 2 at 1, 9 at 4");
}

#[test]
fn charts_of_many_points_stay_bounded() {
    let points: Vec<(f64, f64)> = (1..200_000).map(|x| (f64::from(x), f64::from(x % 97))).collect();
    let values: Vec<f64> = points.iter().map(|point| point.1).collect();
    let names: Vec<(String, f64)> = (0..5_000).map(|bar| (format!("bar {bar}"), f64::from(bar))).collect();
    for figure in [
        lines("many", "x", "y", &[("one", points)]),
        histogram("many", "ms", &values),
        bars("many", "ms", &names),
    ] {
        assert!(figure.svg().len() < 60_000);
        assert_sound(&figure);
    }
}

#[test]
fn every_bar_of_a_histogram_and_every_point_of_a_line_says_its_numbers() {
    let hovers = |figure: &Figure| figure.html().matches("<rect x=").count();
    let values: Vec<f64> = (0..100).map(f64::from).collect();
    let html = histogram("slices", "ms", &values).html();
    assert!(html.matches("times</title>").count() >= 6, "{html}");
    let drawn = lines("growth", "n", "ms", &[("ours", [(1.0, 2.0), (2.0, 4.0)])]);
    assert!(drawn.html().contains("ours: 4 at 2</title>"), "{}", drawn.html());
    assert!(hovers(&drawn) >= 2);
}

#[test]
fn a_label_beside_its_bar_is_not_written_again_for_the_same_thing() {
    let steps = [(0, 3, Activity::Running, "a narrow step"), (50, 53, Activity::Running, "a narrow step")];
    let figure = Timeline::new("twice")
        .with_lane(lane("ada", &steps))
        .with_lane(lane("end", &[(0, 100, Activity::Ready, "")]));
    assert_eq!(figure.figure().svg().matches(">a narrow step<").count(), 1);
}

/// One lane holds a lock for the whole time; the other is blocked on it for the second half.
fn one_oven() -> Timeline {
    let mut ada = lane("ada", &[(0, 10, Activity::Running, "bakes")]);
    ada.holds.push(Hold::new(0, 0..100 * MS));
    let mut bob = Lane::new("bob").of_kind(LaneKind::Thread);
    let label = bob.label_index("wants oven");
    let wants = Span { lock: Some(0), ..Span::new(50 * MS..100 * MS, Activity::Blocked, label) };
    bob.push(wants).expect("one span is in order");
    bob.holds.push(Hold::new(0, 100 * MS..120 * MS));
    let mut timeline = Timeline::new("one oven").in_unit(MINUTE).with_lane(ada).with_lane(bob);
    timeline.locks.push("oven".to_owned());
    timeline
}

#[test]
fn who_holds_a_lock_and_who_is_blocked_by_whom_is_drawn_and_said() {
    let figure = one_oven().figure();
    assert!(figure.svg().contains(">oven</text>") && figure.svg().contains(">holds a lock</text>"));
    let html = figure.html();
    assert!(html.contains("ada holds oven · from 0 min to 10.0 min (10.0 min)</title>"), "{html}");
    assert!(html.contains(
        "bob: wants oven · blocked · from 5.00 to 10.0 min (5.00 min) · blocked on oven, held by ada"
    ));
    let text = figure.text();
    assert!(
        text.contains("bob (thread): 5.00 to 10.0 min blocked (wants oven, on oven, held by ada)"),
        "{text}"
    );
    assert!(text.contains("ada held oven from 0 min to 10.0 min."), "{text}");
    assert_sound(&figure);
}

#[test]
fn locks_held_at_once_lie_below_each_other_and_a_million_holds_stay_bounded() {
    let mut timeline = one_oven();
    timeline.locks.push("mixer".to_owned());
    let alone = timeline.figure().svg();
    timeline.lanes[0].holds.push(Hold { ended: false, ..Hold::new(1, 30 * MS..60 * MS) });
    let both = timeline.figure();
    assert!(both.svg().contains(">mixer</text>") && both.text().contains("and never let go"));
    let height = |svg: &str| {
        svg.split("viewBox=\"0 0 840 ").nth(1).and_then(|rest| rest.split('"').next()?.parse::<u32>().ok())
    };
    assert!(height(&both.svg()) > height(&alone), "one more bar needs more room");
    let short = (0..1_000_000).map(|at| Hold::new(0, at * 100..at * 100 + 50));
    timeline.lanes[0].holds = short.collect();
    assert!(timeline.figure().svg().len() < 120_000 && timeline.figure().html().len() < 720_000);
}

#[test]
fn a_counter_is_a_step_line_on_the_lanes_axis_with_its_largest_value() {
    let mut timeline = at_once();
    let points = [(0, 1.0), (20, 7.0), (50, 3.0)].map(|(at, value)| (at * MS, value)).to_vec();
    timeline.counters.push(Counter { name: "queue".to_owned(), unit: "messages".to_owned(), points });
    let figure = timeline.figure();
    let svg = figure.svg();
    let document = Document::parse(&svg).expect("well-formed");
    let line =
        document.descendants().find(|node| node.attribute("class") == Some("counter")).expect("a line");
    let path = line.attribute("d").expect("a path");
    let steps = path.split('H').map(|step| step.split('V').next_back().expect("a height").parse::<f64>());
    let heights: Vec<f64> = steps.flatten().collect();
    let [one, seven, three] = [heights[0], heights[1], heights[2]];
    assert!(((one - seven) / (one - three) - 3.0).abs() < 0.05, "{path}");
    assert!(svg.contains(">7 messages</text>") && svg.contains(">queue</text>"));
    assert!(figure.html().contains("queue: 7 messages from 2.00 min to 5.00 min</title>"));
    assert!(figure.text().contains("counter queue: at most 7 messages (at 2.00 min), 3 messages in the end"));
    assert_sound(&figure);
}

#[test]
fn counters_of_a_comparison_share_one_scale_and_many_or_odd_values_stay_bounded() {
    let counted = |most: f64, points: u64| {
        let mut timeline = at_once();
        let points = (0..points).map(|at| (at * 100 * MS / points, most * (at % 2) as f64)).collect();
        timeline.counters.push(Counter { name: "queue".to_owned(), unit: String::new(), points });
        timeline
    };
    let svg = compare(&[&counted(10.0, 2), &counted(5.0, 2)]).svg();
    let lines: Vec<&str> = svg.split("class=\"counter\"").skip(1).collect();
    let top = |line: &str| -> f64 {
        let heights = line.split('"').nth(1).expect("a path").split('V').skip(1);
        let heights =
            heights.map(|rest| rest.split('H').next().expect("a number").parse::<f64>().expect("a number"));
        let all: Vec<f64> = heights.collect();
        all.iter().copied().fold(f64::INFINITY, f64::min)
    };
    let floor = |line: &str| -> f64 {
        line.split(['M', ' ', 'H']).nth(3).and_then(|text| text.parse().ok()).expect("a floor")
    };
    let [high, low] = [0, 1].map(|index| floor(lines[index]) - top(lines[index]));
    assert!((high / low - 2.0).abs() < 0.1, "{high} and {low}");
    for most in [0.0, -4.0, 1e300, f64::MAX] {
        for points in [1, 3, 500_000] {
            let figure = counted(most, points).figure();
            assert!(figure.svg().len() < 60_000);
            assert_sound(&figure);
        }
    }
    let mut many = at_once();
    many.counters =
        vec![Counter { name: "x".repeat(500), unit: "<b>".to_owned(), points: vec![(1, 2.0)] }; 40];
    assert!(many.figure().text().contains("32 counters more were recorded"), "{}", many.figure().text());
    assert_sound(&many.figure());
}

#[test]
fn a_failed_run_says_so_above_its_lanes_and_names_the_circle_below() {
    let mut table = Timeline::new("table");
    for (index, name) in ["ada", "bob"].into_iter().enumerate() {
        let mut one = Lane::new(name);
        let label = one.label_index("wants a fork");
        let wants = Span::new(5 * MS..9 * MS, Activity::Blocked, label);
        one.push(Span { lock: Some(1 - index as u16), ended: false, ..wants }).expect("in order");
        one.holds.push(Hold { ended: false, ..Hold::new(index as u16, MS..9 * MS) });
        table = table.with_lane(one);
    }
    table.locks = ["left", "right"].map(str::to_owned).to_vec();
    assert!(table.figure().text().contains("Deadlock: each waits for the next, in a circle"));
    let says = "\"ada\" panicked: burnt <the> cake".to_owned();
    table.fault = Some(Error::Panicked { lane: "ada".to_owned(), says });
    let figure = table.figure();
    let text = figure.text();
    assert_eq!(text.lines().nth(1).map(|line| line.starts_with("This run failed")), Some(true), "{text}");
    assert!(
        text.contains("ada waits for right, which bob holds; bob waits for left, which ada holds"),
        "{text}"
    );
    let svg = figure.svg();
    assert!(svg.find("This run failed").expect("said") < svg.find(">ada</text>").expect("drawn"));
    assert_sound(&figure);
    let compared = compare(&[&at_once(), &table]);
    assert!(compared.text().contains("table failed"), "{}", compared.text());
    assert_sound(&compared);
}

#[test]
fn a_crowd_of_arrows_is_thin_and_hides_nothing() {
    let edges = |count: u64| {
        let mut timeline = at_once();
        for index in 0..count {
            timeline.arrows.push(Arrow {
                from: (0, index * 100_000),
                to: (1, 5_000_000 + index * 100_000),
                label: String::new(),
                kind: ArrowKind::Message,
            });
        }
        let svg = timeline.figure().svg();
        assert_sound(&timeline.figure());
        (svg.contains(r#"stroke-width="3.5""#), svg.contains(r#"stroke-width="0.0""#))
    };
    assert_eq!((edges(5), edges(60)), ((true, false), (false, true)));
}

#[test]
fn kinds_of_arrows_differ_in_dash_or_head_and_the_legend_names_them() {
    let looks: HashSet<String> = ArrowKind::ALL
        .iter()
        .map(|kind| {
            let mut timeline = at_once();
            timeline.arrows.push(Arrow {
                kind: *kind,
                label: "x".to_owned(),
                from: (0, 0),
                to: (1, 50 * MS),
            });
            let svg = timeline.figure().svg();
            assert_eq!(svg.contains(&format!(">{}</text>", kind.name())), *kind != ArrowKind::Message);
            let panel = svg.split("class=\"panel\"").nth(1).expect("a panel");
            let dash = panel
                .split("stroke-dasharray=\"")
                .nth(1)
                .and_then(|rest| rest.split('"').next())
                .expect("a dash");
            let head = panel
                .split("stroke-dasharray")
                .nth(1)
                .and_then(|rest| rest.split("<path d=\"").nth(1))
                .expect("a head");
            format!(
                "{dash} {} {}",
                head.split('"').next().expect("a path").matches('L').count(),
                panel.contains("stroke-width=\"2.6\"")
            )
        })
        .collect();
    assert_eq!(looks.len(), ArrowKind::ALL.len(), "{looks:?}");
}

#[test]
fn what_a_mark_is_stands_beside_what_it_says() {
    let mut timeline = at_once();
    let said = timelanes::timeline::Mark { at: MS, kind: MarkKind::Panicked, label: "burnt".to_owned() };
    timeline.lanes[0].push_mark(said);
    assert!(
        timeline.figure().text().contains("panicked: burnt at 0.100 min"),
        "{}",
        timeline.figure().text()
    );
}

#[test]
fn a_mark_at_the_end_of_a_lane_is_written_before_its_pin_where_there_is_room() {
    let written = |marks: &[(u64, &str)]| {
        let mut timeline = at_once();
        marks.iter().for_each(|(at, label)| timeline.lanes[0].mark(*at, *label));
        timeline.figure().svg()
    };
    let last = "sends SIGTERM and SIGKILL";
    assert!(written(&[(99 * MS, last)]).contains(last));
    assert!(
        !written(&[(98 * MS, "the one right before"), (99 * MS, last)]).contains(&format!(">{last}</text>"))
    );
}
