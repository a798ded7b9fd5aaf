//! Decodes the bytes of a file to text, whatever encoding the file was saved in.

use std::borrow::Cow;

use encoding_rs::{Encoding, MACINTOSH, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Returns the text without a byte order mark and with line feeds as line ends.
///
/// # Errors
/// A sentence for people if the bytes are not text or if their encoding cannot be determined.
pub fn text(bytes: &[u8]) -> Result<String, String> {
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, &bytes[length..]),
        None => (encoding_of(bytes)?, bytes),
    };
    let (text, is_damaged) = encoding.decode_without_bom_handling(bytes);
    if is_damaged {
        return Err(damaged(encoding, &text));
    }
    let is_text = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\u{b}' | '\u{c}');
    // DOS ended text files with this character.
    let text = text.trim_end_matches('\u{1a}');
    if text.contains('\0') || text.chars().filter(|c| !is_text(*c)).count() > text.len() / 20 {
        return Err("The file is not a text file.".to_owned());
    }
    if text.trim().is_empty() {
        return Err("The file is empty.".to_owned());
    }
    Ok(with_line_feeds(text).into_owned())
}

fn with_line_feeds(text: &str) -> Cow<'_, str> {
    match text.contains('\r') {
        true => text.replace("\r\n", "\n").replace('\r', "\n").into(),
        false => text.into(),
    }
}

fn damaged(encoding: &'static Encoding, text: &str) -> String {
    let before = text.split('\u{fffd}').next().unwrap_or_default();
    let line = 1 + with_line_feeds(before).matches('\n').count();
    format!(
        "The file is not all in one encoding: line {line} has bytes that are not {}. Save the file as UTF-8.",
        encoding.name()
    )
}

/// Determines the encoding of a file without a byte order mark.
fn encoding_of(bytes: &[u8]) -> Result<&'static Encoding, String> {
    if let Some(encoding) = utf_16(bytes) {
        return Ok(encoding);
    }
    // A declared UTF-16 is wrong here: in UTF-16 the declaration would not have been readable as
    // bytes.
    let declared = declared(bytes).filter(|encoding| ![UTF_16LE, UTF_16BE].contains(encoding));
    match std::str::from_utf8(bytes) {
        // UTF-8 wins over another declaration: editors save files as UTF-8 and leave the first line
        // as it was.
        Ok(text) if declared.is_none_or(Encoding::is_ascii_compatible) => {
            let is_plain = text.is_ascii();
            Ok(declared.filter(|_| is_plain).unwrap_or(UTF_8))
        }
        _ => match declared.filter(|declared| *declared != UTF_8) {
            Some(declared) => Ok(declared),
            None if is_mostly_utf_8(bytes) => Ok(UTF_8),
            None => western(bytes),
        },
    }
}

/// Recognizes UTF-16 by its zero bytes. Text in a Western language has one in every second byte.
fn utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    const SAMPLE: usize = 4096;
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let zeros = |offset: usize| {
        let units = sample.iter().skip(offset).step_by(2);
        units.filter(|byte| **byte == 0).count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    let many = sample.len() / 5;
    match (even, odd) {
        _ if sample.len() < 4 || !bytes.len().is_multiple_of(2) => None,
        (even, odd) if odd > many && even * 8 < odd => Some(UTF_16LE),
        (even, odd) if even > many && odd * 8 < even => Some(UTF_16BE),
        _ => None,
    }
}

/// Returns the encoding that the first line of an XML file declares.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    const LONGEST: usize = 300;
    let start = bytes.trim_ascii_start();
    let head = start.strip_prefix(b"<?xml")?;
    let head = &head[..head.len().min(LONGEST)];
    let end = head.windows(2).position(|two| two == b"?>")?;
    let head = std::str::from_utf8(&head[..end]).ok()?;
    let (_, rest) = head.split_once("encoding")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let label = rest[1..].split(quote).next()?;
    Encoding::for_label(label.trim().as_bytes())
}

/// True if a few bytes are not UTF-8 in a file whose other bytes can hardly be anything else.
fn is_mostly_utf_8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > 4 * bad
}

/// Chooses between Windows-1252 and Mac Roman for a file without a declaration. Refuses a file
/// whose bytes fit neither.
fn western(bytes: &[u8]) -> Result<&'static Encoding, String> {
    const LONGEST_RUN: usize = 4;
    let runs = bytes.split(u8::is_ascii);
    // Western words have an accent here and there. Longer runs of non-ASCII bytes are another
    // script.
    if runs.map(<[u8]>::len).max().unwrap_or(0) > LONGEST_RUN {
        return Err(
            "The file's encoding is neither UTF-8 nor one of Western languages. Save the file as UTF-8."
                .to_owned(),
        );
    }
    let count = |range: std::ops::RangeInclusive<u8>| {
        bytes.iter().filter(|byte| range.contains(byte)).count()
    };
    let has_old_line_ends = !bytes.contains(&b'\n') && bytes.contains(&b'\r');
    // Most accented letters are in 0x80 to 0x9F in Mac Roman, and in 0xC0 to 0xFF in Windows-1252.
    match has_old_line_ends && count(0x80..=0x9f) > count(0xc0..=0xff) {
        true => Ok(MACINTOSH),
        false => Ok(WINDOWS_1252),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf_16_bytes(text: &str, is_big: bool) -> Vec<u8> {
        let bytes = |unit: u16| match is_big {
            true => unit.to_be_bytes(),
            false => unit.to_le_bytes(),
        };
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn every_encoding_of_editors_is_read() {
        let german = "Größe aus Köln? {=ja ~nein}\n";
        let read = |bytes: &[u8]| text(bytes).unwrap();
        assert_eq!(read(german.as_bytes()), german);
        assert_eq!(read(&[b"\xef\xbb\xbf", german.as_bytes()].concat()), german);
        for is_big in [true, false] {
            let plain = utf_16_bytes(german, is_big);
            assert_eq!(read(&plain), german);
            let marked = utf_16_bytes(&format!("\u{feff}{german}"), is_big);
            assert_eq!(read(&marked), german);
        }
        assert_eq!(read(b"Gr\xf6\xdfe \x96 \x93gut\x94\r\n"), "Größe – “gut”\n");
        assert_eq!(read(b"Gr\xf6\xdfe\rK\xf6ln"), "Größe\nKöln");
        // Mac Roman with the line ends of old Macs.
        assert_eq!(read(b"Gr\x9a\xa7e\rK\x9aln\rCaf\x8e"), "Größe\nKöln\nCafé");
        let declared = |label: &str, word: &[u8]| {
            let head = format!("<?xml version=\"1.0\" encoding=\"{label}\"?><a>");
            read(&[head.as_bytes(), word, b"</a>"].concat())
        };
        assert!(declared("ISO-8859-1", b"K\xf6ln").contains("Köln"));
        assert!(declared("windows-1251", b"\xcc\xee\xf1\xea\xe2\xe0").contains("Москва"));
        assert!(declared("Shift_JIS", b"\x93\x8c\x8b\x9e").contains("東京"));
        assert!(declared("utf-16", "Köln".as_bytes()).contains("Köln"));
        assert!(declared("ISO-8859-1", "Köln".as_bytes()).contains("Köln"));
        assert!(declared("nonsense", "Köln".as_bytes()).contains("Köln"));
        let wide = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><a>Köln</a>";
        assert!(read(&utf_16_bytes(wide, false)).contains("Köln"));
    }

    #[test]
    fn what_can_not_be_told_is_refused() {
        let why = |bytes: &[u8]| text(bytes).unwrap_err();
        assert_eq!(why(b"a\0b"), "The file is not a text file.");
        assert_eq!(why(b"\x01\x02\x03\x04abc"), "The file is not a text file.");
        assert_eq!(why(b"\xef\xbb\xbf \r"), "The file is empty.");
        let russian = b"\xcc\xee\xf1\xea\xe2\xe0{T}";
        assert!(why(russian).starts_with("The file's encoding is neither"));
        let mixed = [
            "Größe äöü äöü\nKöln ".as_bytes(),
            b"\xf6\n",
            "äöü".as_bytes(),
        ]
        .concat();
        assert_eq!(
            why(&mixed),
            "The file is not all in one encoding: line 2 has bytes that are not UTF-8. Save the file as UTF-8."
        );
    }
}
