//! A guess beside a measurement: two bars on one scale, and a sentence.

use super::document::Figure;
use super::numbers::number;
use super::palette::{BLUE, INK, MUTED};
use super::panel::{PAD, Panel, Pen, WIDTH};
use super::words::{clean, shorten, width};
use crate::time::Plain;

const LEFT: f64 = PAD + 84.0;

impl Figure {
    /// The figure with a strip below that shows a guess beside what was measured, both in the unit `symbol`: plain
    /// numbers, or times, which are counted in it whatever their own unit is.
    ///
    /// What cannot be drawn (not a number, infinite, negative) is answered in words.
    pub fn with_guess(mut self, what: &str, guess: impl Plain, measured: impl Plain, symbol: &str) -> Self {
        let (what, symbol) = (clean(what), clean(symbol));
        let (guess, measured) = (guess.plain_in(&symbol), measured.plain_in(&symbol));
        self.panels.push(if drawable(guess) && drawable(measured) {
            strip(&what, guess, measured, &symbol)
        } else {
            words(&what, guess, measured, &symbol)
        });
        self
    }
}

fn drawable(value: f64) -> bool {
    value.is_finite() && value >= 0.0
}

/// "1 line", "2 lines", "1 ms": a unit that is a word stands in the plural.
fn with_unit(value: f64, symbol: &str) -> String {
    let symbol = match symbol.strip_suffix('s') {
        _ if !value.is_finite() => "",
        Some(one) if value == 1.0 && one.len() > 2 => one,
        _ => symbol,
    };
    format!("{} {symbol}", number(value)).trim_end().to_owned()
}

/// "The whole run: you guessed 16 min, it was 10.2 min."
fn sentence(what: &str, guess: f64, measured: f64, symbol: &str) -> String {
    let mut letters = what.chars();
    let start = letters
        .next()
        .map_or(String::new(), |first| format!("{}{}: ", first.to_uppercase(), letters.as_str()));
    format!("{start}you guessed {}, it was {}.", with_unit(guess, symbol), with_unit(measured, symbol))
}

fn heading(text: &str) -> String {
    let line = format!(r##"<path d="M{PAD} 8.5h{}" stroke="#d8dee4"/>"##, WIDTH - 2.0 * PAD);
    line + &Pen::new(13.0, INK).bold().write(PAD, 31.0, &shorten(text, 13.0 * 1.1, WIDTH - 2.0 * PAD))
}

fn strip(what: &str, guess: f64, measured: f64, symbol: &str) -> Panel {
    let text = sentence(what, guess, measured, symbol);
    let mut body = heading(&text);
    let most = guess.max(measured);
    let values = [with_unit(guess, symbol), with_unit(measured, symbol)];
    let room = WIDTH - PAD - LEFT - values.iter().map(|value| width(value, 12.0)).fold(0.0, f64::max) - 10.0;
    for (index, (name, value)) in [("you guessed", guess), ("measured", measured)].into_iter().enumerate() {
        let y = 44.0 + 24.0 * index as f64;
        // Even nothing is shown as a line.
        let length = if most > 0.0 { (value / most * room).max(1.5) } else { 1.5 };
        let look = if index == 0 {
            format!(r##"fill="#fff" stroke="{INK}" stroke-width="1.3" stroke-dasharray="4 3""##)
        } else {
            format!(r#"fill="{BLUE}""#)
        };
        body.push_str(&Pen::new(12.0, MUTED).write(PAD, y + 12.0, name));
        body.push_str(&format!(
            r#"<rect x="{LEFT}" y="{y}" width="{length:.1}" height="16" rx="1.5" {look}/>"#
        ));
        body.push_str(&Pen::new(12.0, INK).write(LEFT + length + 8.0, y + 12.5, &values[index]));
    }
    Panel { height: 96.0, body, hover: String::new(), text }
}

/// What is said where a bar would be a lie.
fn words(what: &str, guess: f64, measured: f64, symbol: &str) -> Panel {
    let text = sentence(what, guess, measured, symbol);
    let explanation = if drawable(guess) {
        format!("The measurement cannot be drawn: {}.", trouble(measured))
    } else {
        format!("Your guess cannot be drawn: {}. Write a number from 0 up.", trouble(guess))
    };
    let body = heading(&text) + &Pen::new(12.0, INK).write(PAD, 50.0, &explanation);
    Panel { height: 60.0, body, hover: String::new(), text: format!("{text} {explanation}") }
}

fn trouble(value: f64) -> &'static str {
    match value {
        _ if value.is_nan() => "it is not a number",
        _ if value.is_infinite() => "it is infinite",
        _ => "it is below zero",
    }
}
