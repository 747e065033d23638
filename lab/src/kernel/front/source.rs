//! From a line of the source that evcxr generates around a cell back to the learner's own line.

/// Where a learner finds a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The number of the cell, when it is an earlier one.
    pub cell: Option<u64>,
    /// The line in it, from 1.
    pub line: usize,
    /// The line.
    pub text: String,
}

/// The learner's line that `generated` has in its line number `at`: in the cell `code`, or in one of those that ran
/// `before`, the latest first.
pub fn place<'a>(
    generated: &str,
    at: usize,
    code: &str,
    before: impl Iterator<Item = (u64, &'a str)>,
) -> Option<Place> {
    let wanted = generated.lines().nth(at.checked_sub(1)?)?.trim();
    // Of equal lines, the same one counted from above.
    let above = generated.lines().take(at - 1).filter(|line| line.trim() == wanted).count();
    let cells = std::iter::once((None, code)).chain(before.map(|(number, code)| (Some(number), code)));
    let mut found = cells.filter_map(|(cell, code)| {
        let (line, text) = line_like(code, wanted, above)?;
        Some(Place { cell, line, text: text.trim_end().to_owned() })
    });
    found.next()
}

/// evcxr leaves lines as they are, but breaks those of several statements, and wraps a value that is to be shown.
fn line_like<'a>(code: &'a str, wanted: &str, above: usize) -> Option<(usize, &'a str)> {
    const SHORTEST: usize = 4;
    let lines = || code.lines().enumerate().map(|(index, line)| (index + 1, line));
    let equal: Vec<_> = lines().filter(|(_, line)| line.trim() == wanted && !wanted.is_empty()).collect();
    let part_of = |whole: &str, part: &str| part.len() >= SHORTEST && whole.contains(part);
    equal
        .get(above)
        .or(equal.last())
        .copied()
        .or_else(|| lines().find(|(_, line)| part_of(line, wanted)))
        .or_else(|| {
            let inside = lines().filter(|(_, line)| part_of(wanted, line.trim().trim_end_matches(';')));
            inside.max_by_key(|(_, line)| line.trim().len())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(generated: &str, at: usize, code: &str) -> Option<(usize, String)> {
        place(generated, at, code, std::iter::empty()).map(|place| (place.line, place.text))
    }

    #[test]
    fn a_line_is_found_whole_in_parts_and_wrapped() {
        let code = "let a = 1; let b = list[7];\nlist[9]\n";
        assert_eq!(found("x\nlet b = list[7];\n", 2, code), Some((1, "let a = 1; let b = list[7];".into())));
        assert_eq!(found("(&(list[9])).evcxr_display();\n", 1, code), Some((2, "list[9]".into())));
        assert_eq!(found("something else\n", 1, code), None);
    }

    #[test]
    fn of_equal_lines_it_is_the_one_at_the_same_turn() {
        assert_eq!(found("f();\ng();\nf();\n", 3, "f();\ng();\nf();\n").unwrap().0, 3);
    }

    #[test]
    fn a_line_of_an_earlier_cell_is_named_with_that_cell() {
        let before = [(4, "fn f() {\n    panic!(\"no\")\n}")];
        let place = place("    panic!(\"no\")\n", 1, "f()", before.into_iter()).unwrap();
        assert_eq!((place.cell, place.line), (Some(4), 2));
    }
}
