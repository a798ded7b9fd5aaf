//! Numbers and how far one may be off, as files write them.

pub fn finite(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|n: &f64| n.is_finite())
}

/// A range as its middle and how far it goes to both sides, without more digits than it was written with needs.
pub fn middle(from: &str, to: &str) -> Option<(String, f64)> {
    let (from, to) = (from.trim(), to.trim());
    let (low, high) = (finite(from)?, finite(to)?);
    let decimals = |text: &str| text.split_once('.').map_or(0, |(_, digits)| digits.len());
    let digits = decimals(from).max(decimals(to)).min(15) + 1;
    let rounded = |number: f64| {
        let text = format!("{number:.digits$}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    let off = rounded((high - low).abs() / 2.0).parse().ok()?;
    Some((rounded(low / 2.0 + high / 2.0), off))
}
