//! Numbers and tolerances as files write them.

use super::collect::shortened;
use crate::question_bank::server::number;

pub use crate::question_bank::server::number::value as finite;

/// Returns the number as text and the tolerance. A missing tolerance is 0. If one of the two
/// clearly has a decimal comma, the other is read that way too.
///
/// # Errors
/// The reason why the answer cannot be taken over.
pub fn with_tolerance(number: &str, tolerance: &str) -> Result<(String, f64), String> {
    let has_comma = [number, tolerance]
        .into_iter()
        .any(number::has_decimal_comma);
    let tolerance = match tolerance.trim() {
        "" => "0",
        tolerance => tolerance,
    };
    let plain = read(number, has_comma, "answer")?;
    let off = read(tolerance, has_comma, "tolerance")?;
    Ok((plain, off.parse::<f64>().map_or(0.0, f64::abs)))
}

/// Reads a range. Returns its middle and half its width, as `with_tolerance` does.
pub fn range(from: &str, to: &str) -> Result<(String, f64), String> {
    let has_comma = [from, to].into_iter().any(number::has_decimal_comma);
    let [from, to] = [from, to].map(|end| read(end, has_comma, "answer"));
    let (from, to) = (from?, to?);
    middle(&from, &to).ok_or_else(|| format!("its range from {from} to {to} is too wide"))
}

/// Returns true if one of the numbers clearly has a decimal comma. `has_comma` is true if this is
/// known already.
///
/// # Errors
/// Otherwise, refuses a number whose comma can be a decimal sign or separate thousands.
pub fn unambiguous<'a>(
    texts: impl Iterator<Item = &'a str> + Clone,
    has_comma: bool,
) -> Result<bool, String> {
    let has_comma = has_comma || texts.clone().any(number::has_decimal_comma);
    for text in texts {
        refuse_ambiguous(text, has_comma, "number")?;
    }
    Ok(has_comma)
}

fn refuse_ambiguous(text: &str, has_comma: bool, what: &str) -> Result<(), String> {
    match number::without_groups(text) {
        Some(whole) if !has_comma => Err(format!(
            "its {what} '{}' can mean {whole} or {}",
            shortened(text),
            text.trim().replace(',', ".")
        )),
        _ => Ok(()),
    }
}

fn read(text: &str, has_comma: bool, what: &str) -> Result<String, String> {
    refuse_ambiguous(text, has_comma, what)?;
    number::plain(text).ok_or_else(|| format!("its {what} '{}' is not a number", shortened(text)))
}

/// Returns the middle of a range and half its width, with no more digits than its ends need.
pub fn middle(from: &str, to: &str) -> Option<(String, f64)> {
    let (from, to) = (number::plain(from)?, number::plain(to)?);
    let (low, high) = (finite(&from)?, finite(&to)?);
    let (middle, off) = (low / 2.0 + high / 2.0, (high / 2.0 - low / 2.0).abs());
    if from.contains('e') || to.contains('e') {
        return Some((middle.to_string(), off));
    }
    let decimals = |text: &str| text.split_once('.').map_or(0, |(_, digits)| digits.len());
    let digits = decimals(&from).max(decimals(&to)).min(15) + 1;
    let rounded = |number: f64| {
        let text = format!("{number:.digits$}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    let off = rounded(off).parse().ok()?;
    Some((rounded(middle), off))
}
