//! CSV files for spreadsheets, and text that is safe in them.

use unicode_normalization::UnicodeNormalization;

use super::error::{AppError, AppResult};
use super::names::is_ignorable;

/// Returns the CSV file of the records that `write` writes. It begins with a byte order mark, by
/// which spreadsheets recognize UTF-8. Every value is quoted, because spreadsheets in many
/// languages separate at semicolons, and would split a name there. Text of people must be
/// [`inert`].
pub fn csv_file(
    write: impl FnOnce(&mut csv::Writer<Vec<u8>>) -> csv::Result<()>,
) -> AppResult<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .from_writer("\u{feff}".as_bytes().to_vec());
    write(&mut writer).map_err(|error| AppError::internal(&error))?;
    let written = writer.into_inner();
    written.map_err(|error| AppError::internal(error.error()))
}

/// Puts an apostrophe before text that a spreadsheet would run as a formula. All text that people
/// write must pass through here on its way into a CSV file. Text after a semicolon is treated
/// alike, because a spreadsheet that separates at semicolons reads only the quotes around the first
/// value of a line.
pub fn inert(text: &str) -> String {
    let parts = text
        .split_inclusive(';')
        .map(|part| match may_be_formula(part) {
            true => format!("'{part}"),
            false => part.to_owned(),
        });
    parts.collect()
}

/// Returns true if the first visible character begins a formula. Spreadsheets skip white space and
/// invisible characters before it. They also accept full-width and small forms of the sign.
fn may_be_formula(text: &str) -> bool {
    if text.starts_with(['\t', '\r', '\n']) {
        return true;
    }
    text.chars()
        .find(|c| !(c.is_whitespace() || c.is_control() || is_ignorable(*c)))
        .and_then(|c| c.nfkc().next())
        .is_some_and(|c| matches!(c, '=' | '+' | '-' | '@' | '\u{2212}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_person_wrote_is_a_formula() {
        for evil in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "\u{ff1d}1+1",
            "\u{ff0b}1",
            "\u{ff0d}1",
            "\u{ff20}SUM(A1)",
            "\u{fe66}1",
            "\u{2212}1",
            "\u{200b}=1",
            "\u{feff}\u{ff1d}1",
            " \u{a0}=1",
            "\u{202e}=1",
            "\0=1",
        ] {
            assert_eq!(inert(evil), format!("'{evil}"));
        }
        assert_eq!(inert("Asha;=1+1; @b;c"), "Asha;'=1+1;' @b;c");
        for text in ["Åsa-Lena = 1", "a; b", ";", "", "\u{200b}Asha", "１＋１"] {
            assert_eq!(inert(text), text);
        }
    }
}
