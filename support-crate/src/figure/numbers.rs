//! Numbers as people read them: three significant digits, thousands apart, powers of ten when absurd.

/// `value` with three significant digits: "16", "10.2", "0.0457", "12,870", "5.12·10¹²".
pub(super) fn number(value: f64) -> String {
    if !value.is_finite() {
        return if value.is_nan() { "not a number".into() } else { "infinite".into() };
    }
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e6).contains(&size) {
        return power_of_ten(value);
    }
    let decimals = match size {
        _ if size >= 99.95 || size == 0.0 => 0,
        _ if size >= 9.995 => 1,
        _ if size >= 0.9995 => 2,
        _ => 3 + (-size.log10()).floor().max(0.0) as usize - usize::from(size >= 0.1),
    };
    without_zeros(&grouped(value, decimals))
}

/// `value` with a fixed number of decimals, as the labels of one axis need it.
pub(super) fn fixed(value: f64, decimals: usize) -> String {
    if value != 0.0 && (value.abs() >= 1e6 || decimals > 6) {
        return power_of_ten(value);
    }
    grouped(if value == 0.0 { 0.0 } else { value }, decimals)
}

/// A count: "12,870".
pub(crate) fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// "one lane", "3 lanes": a count of things with a regular plural.
pub(super) fn counted(value: usize, thing: &str) -> String {
    format!("{} {thing}{}", count(value as u64), if value == 1 { "" } else { "s" })
}

fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let sign = if value < 0.0 { "−" } else { "" };
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), count);
    format!("{sign}{whole}{rest}")
}

fn without_zeros(text: &str) -> String {
    if !text.contains('.') {
        return text.to_owned();
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn power_of_ten(value: f64) -> String {
    let text = format!("{:.2e}", value.abs());
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let raised: String = exponent.chars().map(superscript).collect();
    let sign = if value < 0.0 { "−" } else { "" };
    let digits = without_zeros(digits);
    if digits == "1" { format!("{sign}10{raised}") } else { format!("{sign}{digits}·10{raised}") }
}

fn superscript(digit: char) -> char {
    match digit {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        _ => digit.to_digit(10).and_then(|digit| char::from_u32(0x2070 + digit)).unwrap_or(digit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_significant_digits_and_no_idle_zeros() {
        let shown = [16.0, 10.234, 0.04567, 12870.0, 5.12e12, 0.0, -2.5, 0.5, 1e9];
        let expected = ["16", "10.2", "0.0457", "12,870", "5.12·10¹²", "0", "−2.5", "0.5", "10⁹"];
        assert_eq!(shown.map(number), expected);
    }

    #[test]
    fn what_is_not_a_number_is_said_in_words() {
        assert_eq!(number(f64::NAN), "not a number");
        assert_eq!(number(f64::INFINITY), "infinite");
    }
}
