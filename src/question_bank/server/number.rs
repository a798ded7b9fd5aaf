//! Numbers as people write them: with decimal commas, real minus signs, and spaces between groups
//! of digits.

/// Returns the number in the form that `f64` parses, such as `-1234.5e6`. None if the text is not a
/// number. A single comma is a decimal sign here; `is_ambiguous` tells if it could also separate
/// thousands.
pub fn plain(text: &str) -> Option<String> {
    let text: String = text.trim().chars().filter_map(ascii).collect();
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(&text)),
    };
    let (digits, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let mut number = format!("{sign}{}", mantissa(digits)?);
    if let Some(exponent) = exponent {
        let (sign, digits) = match exponent.strip_prefix('-') {
            Some(rest) => ("-", rest),
            None => ("", exponent.strip_prefix('+').unwrap_or(exponent)),
        };
        if !are_digits(digits) {
            return None;
        }
        number.push_str(&format!("e{sign}{digits}"));
    }
    let is_finite = number.parse::<f64>().is_ok_and(f64::is_finite);
    is_finite.then_some(number)
}

/// Returns the value of a number that `plain` can read.
pub fn value(text: &str) -> Option<f64> {
    plain(text)?.parse().ok()
}

/// True if the only comma may be a decimal sign or may separate thousands, as in `1,000`.
pub fn is_ambiguous(text: &str) -> bool {
    without_groups(text).is_some()
}

/// Returns the number with its only comma read as a separator of thousands. None if the comma
/// cannot be one.
pub fn without_groups(text: &str) -> Option<String> {
    let text: String = text.trim().chars().filter_map(ascii).collect();
    let (before, after) = text.split_once(',')?;
    let before_digits = before.trim_start_matches(['-', '+']);
    let is_group = after.len() == 3
        && are_digits(after)
        && are_digits(before_digits)
        && before_digits.len() <= 3
        && !before_digits.starts_with('0');
    is_group.then(|| plain(&format!("{before}{after}")))?
}

/// True if the comma in the text can only be a decimal sign.
pub fn has_decimal_comma(text: &str) -> bool {
    text.contains(',') && !text.contains('.') && plain(text).is_some() && !is_ambiguous(text)
}

/// Returns the ASCII counterpart of a digit or sign, or the character itself. None for invisible
/// characters.
pub fn ascii(c: char) -> Option<char> {
    let digit = |zero: u32| char::from_digit(u32::from(c) - zero, 10);
    match c {
        '\u{2212}' | '\u{2010}'..='\u{2013}' | '\u{fe63}' | '\u{ff0d}' => Some('-'),
        '\u{ff0b}' => Some('+'),
        '\u{ff0e}' | '\u{66b}' => Some('.'),
        '\u{ff0c}' => Some(','),
        '\u{660}'..='\u{669}' => digit(0x660),
        '\u{6f0}'..='\u{6f9}' => digit(0x6f0),
        '\u{ff10}'..='\u{ff19}' => digit(0xff10),
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{61c}' => None,
        c => Some(c),
    }
}

fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns the digits without group separators, with at most one decimal point.
fn mantissa(text: &str) -> Option<String> {
    let count = |sign: char| text.matches(sign).count();
    let (decimal, group) = match (count('.'), count(',')) {
        (0, 0) => (None, None),
        (1, 0) => (Some('.'), None),
        (0, 1) => (Some(','), None),
        (1, _) if text.find(',') < text.find('.') => (Some('.'), Some(',')),
        (_, 1) if text.find('.') < text.find(',') => (Some(','), Some('.')),
        (0, _) => (None, Some(',')),
        (_, 0) => (None, Some('.')),
        _ => return None,
    };
    let (whole, part) = match decimal {
        Some(sign) => text.split_once(sign)?,
        None => (text, ""),
    };
    let whole = match group {
        Some(sign) => grouped(whole, |c| c == sign)?,
        None => grouped(whole, is_gap)?,
    };
    let part: String = part.chars().filter(|c| !is_gap(*c)).collect();
    let is_number = match (whole.as_str(), part.as_str()) {
        ("", part) => are_digits(part),
        (whole, "") => are_digits(whole),
        (whole, part) => are_digits(whole) && are_digits(part),
    };
    is_number.then(|| match (whole.as_str(), part.as_str()) {
        (whole, "") => whole.to_owned(),
        ("", part) => format!("0.{part}"),
        (whole, part) => format!("{whole}.{part}"),
    })
}

/// True for characters that separate groups of digits: all spaces, and the apostrophes used in
/// Switzerland.
fn is_gap(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\'' | '\u{2019}' | '\u{66c}')
}

/// Removes the separators between groups of digits. None if there are separators and the first
/// group does not have one to three digits or another group does not have three.
fn grouped(text: &str, is_sign: impl Fn(char) -> bool) -> Option<String> {
    let mut groups = text.split(is_sign);
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    if rest.is_empty() {
        return Some(first.to_owned());
    }
    let is_grouped = (1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3);
    is_grouped.then(|| format!("{first}{}", rest.concat()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, plain_form) in [
            ("3.14", "3.14"),
            (" 3,14 ", "3.14"),
            ("\u{2212}5", "-5"),
            ("+5", "5"),
            (".5", "0.5"),
            ("5.", "5"),
            ("1\u{202f}234,5", "1234.5"),
            ("1\u{a0}000\u{a0}000", "1000000"),
            ("1 000", "1000"),
            ("1'000.5", "1000.5"),
            ("1,234.5", "1234.5"),
            ("1.234,5", "1234.5"),
            ("1,234,567", "1234567"),
            ("0.333\u{2009}333", "0.333333"),
            ("6.022e23", "6.022e23"),
            ("6,022E+23", "6.022e23"),
            ("1e\u{2212}9", "1e-9"),
            ("٣٫١٤", "3.14"),
        ] {
            assert_eq!(plain(text).as_deref(), Some(plain_form), "{text}");
        }
        for text in [
            "", "-", "abc", "0x10", "1 2", "1,2,3", "inf", "nan", "1e999", "--1", "1e", "1.2.3",
            "1-2", "1 0000",
        ] {
            assert_eq!(plain(text), None, "{text}");
        }
        assert!(is_ambiguous("1,000") && is_ambiguous("-12,500"));
        for text in ["0,125", "1,57", "1,0000", "1,000.5", "1.000", "1000"] {
            assert!(!is_ambiguous(text), "{text}");
        }
        assert_eq!(without_groups("1,000").as_deref(), Some("1000"));
        assert!(has_decimal_comma("0,01") && !has_decimal_comma("1,000"));
    }

    proptest! {
        #[test]
        fn what_a_computer_writes_is_read_as_it_is(number: f64) {
            prop_assume!(number.is_finite());
            prop_assert_eq!(value(&number.to_string()), Some(number));
            prop_assert_eq!(value(&format!("{number:e}")), Some(number));
        }

        #[test]
        fn any_text_is_a_number_or_not(text in "[-+0-9., eE'\u{2212}\u{202f}]{0,12}") {
            if let Some(plain_form) = plain(&text) {
                prop_assert_eq!(plain(&plain_form), Some(plain_form.clone()));
            }
        }
    }
}
