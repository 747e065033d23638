//! What a guest of the [delay server](super::delay_server) may write, one line an order (lesson 13).

/// Minutes of one dish: 20 s, as long as a run may last.
const LONGEST_WAIT: f64 = 2000.0;

/// A dish that a guest wants.
#[derive(Debug, PartialEq)]
pub(super) struct Order {
    pub name: String,
    /// Of the story.
    pub minutes: f64,
    pub manner: Manner,
}

/// How its answer comes.
#[derive(Debug, PartialEq)]
pub(super) enum Manner {
    /// At the end, in one piece.
    Whole,
    /// Half of it after half of the time.
    InPieces,
    /// Half of it, and the connection is closed.
    HangsUp,
}

impl Order {
    /// Reads a line with its end; what is wrong with it otherwise.
    pub fn read(line: &[u8]) -> Result<Self, String> {
        const FORM: &str = "say a name and minutes, as in: Amir 10";
        let line = line.strip_suffix(b"\n").ok_or("an order is one short line")?;
        let line = std::str::from_utf8(line).map_err(|_| FORM)?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let [name, minutes, manner @ ..] = &words[..] else { return Err(FORM.to_owned()) };
        let minutes: f64 = minutes.parse().map_err(|_| FORM)?;
        if !(0.0..=LONGEST_WAIT).contains(&minutes) {
            return Err(format!("a dish takes from 0 to {LONGEST_WAIT} minutes, not {minutes}"));
        }
        let manner = match manner {
            [] => Manner::Whole,
            ["in", "pieces"] => Manner::InPieces,
            ["hang", "up"] => Manner::HangsUp,
            _ => return Err("after the minutes comes nothing, \"in pieces\" or \"hang up\"".to_owned()),
        };
        Ok(Self { name: (*name).to_owned(), minutes, manner })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_a_name_minutes_and_a_manner() {
        let order = |line: &str| Order::read(line.as_bytes());
        let amir = |manner| Ok(Order { name: "Amir".to_owned(), minutes: 10.0, manner });
        assert_eq!(order("Amir 10\r\n"), amir(Manner::Whole));
        assert_eq!(order("Amir 10 in pieces\n"), amir(Manner::InPieces));
        assert_eq!(order("Amir 10 hang up\n"), amir(Manner::HangsUp));
    }

    #[test]
    fn what_is_no_order_is_answered_with_what_is_wrong() {
        for garbage in
            ["\n", "Amir\n", "Amir ten\n", "Amir -1\n", "Amir NaN\n", "Amir 10 minutes\n", "Amir 10"]
        {
            assert!(Order::read(garbage.as_bytes()).is_err(), "{garbage:?}");
        }
        assert!(Order::read(b"\xff 10\n").is_err());
    }
}
