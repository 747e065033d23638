//! Runs the two waiters of lesson 01 and writes their figure, as the README shows it.
//!
//! `cargo run --example waiter -- support-crate/examples/waiter.svg`

use std::process::ExitCode;
use std::sync::mpsc::channel;

use timelanes::prelude::*;

const READERS: [(&str, i32); 3] = [("Amir", 10), ("Kohli", 5), ("John", 1)];

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("say where to write the figure: cargo run --example waiter -- waiter.svg");
        return ExitCode::FAILURE;
    };
    let figure = in_a_row().and_then(|row| Ok(compare(&[&row, &at_once()?])));
    match figure.map(|figure| std::fs::write(&path, figure.svg())) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => fail(&format!("{path} cannot be written: {error}")),
        Err(error) => fail(&error.to_string()),
    }
}

fn fail(message: &str) -> ExitCode {
    eprintln!("{message}");
    ExitCode::FAILURE
}

fn in_a_row() -> Recorded {
    record("one after another").threads(|run| {
        let waiter = run.lane("waiter");
        let seats: Vec<_> = READERS.iter().map(|(name, _)| run.lane(*name)).collect();
        for customer in &seats[1..] {
            customer.becomes(Ready, "would read, but has no menu");
        }
        for (customer, (name, minutes)) in seats.iter().zip(READERS) {
            waiter.becomes(Waiting, &format!("stands beside {name}"));
            customer.wait("reads the menu", minutes * MINUTE);
        }
    })
}

fn at_once() -> Recorded {
    record("all reading at once").threads(|run| {
        let waiter = run.lane("waiter");
        let (raise_hand, hands) = channel();
        for (name, minutes) in READERS {
            let raise_hand = raise_hand.clone();
            run.spawn(name, move |customer| {
                customer.wait("reads the menu", minutes * MINUTE);
                let _ = raise_hand.send(customer.send("has chosen"));
            });
        }
        drop(raise_hand);
        waiter.becomes(Waiting, "looks round for a hand");
        hands.iter().for_each(|hand| waiter.receive(hand));
    })
}
