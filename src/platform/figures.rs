//! Figures in sentences. With these, sentences take each limit from its constant.

/// Formats a number with separators: "50,000".
pub fn number(number: usize) -> String {
    let digits = number.to_string();
    let mut written = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

/// Asks for a shorter text: "Use at most 50,000 characters."
pub fn use_at_most(characters: u32) -> String {
    format!("Use at most {} characters.", number(characters as usize))
}

/// Formats a size in bytes with the unit that fits: "2 KB".
pub fn size(bytes: i64) -> String {
    match bytes {
        ..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{} KB", bytes >> 10),
        1_048_576..10_737_418_240 => format!("{} MB", bytes >> 20),
        _ => format!("{} GB", bytes >> 30),
    }
}

/// Formats a size in bytes: "20 MB".
pub fn megabytes(bytes: usize) -> String {
    format!("{} MB", bytes >> 20)
}

/// Formats a number of hours as people say it: "two hours", "three days".
pub fn hours(hours: u16) -> String {
    const WORDS: [&str; 10] = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    ];
    let (count, unit) = match hours.is_multiple_of(24) {
        true => (hours / 24, "day"),
        false => (hours, "hour"),
    };
    let plural = if count == 1 { "" } else { "s" };
    match WORDS.get(usize::from(count)) {
        Some(word) => format!("{word} {unit}{plural}"),
        None => format!("{count} {unit}{plural}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_the_unit_that_fits() {
        assert_eq!(size(0), "0 B");
        assert_eq!(size(2_048), "2 KB");
        assert_eq!(size(5 << 20), "5 MB");
        assert_eq!(size(20 << 30), "20 GB");
    }

    #[test]
    fn figures_read_as_people_write_them() {
        assert_eq!(number(7), "7");
        assert_eq!(number(50_000), "50,000");
        assert_eq!(number(1_234_567), "1,234,567");
        assert_eq!(use_at_most(5_000), "Use at most 5,000 characters.");
        assert_eq!(megabytes(20 * 1024 * 1024), "20 MB");
        assert_eq!(hours(1), "one hour");
        assert_eq!(hours(2), "two hours");
        assert_eq!(hours(72), "three days");
        assert_eq!(hours(36), "36 hours");
    }
}
