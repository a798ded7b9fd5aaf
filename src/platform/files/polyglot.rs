//! Finds files that are two things at once, such as a picture that is also a page or an archive.

/// Largest distance of the end record of a ZIP file from the end of the file.
const ZIP_END: usize = 65_557;

/// Returns true for a picture or document that is also a page, an archive or another document.
pub fn is_polyglot(content: &[u8], media_type: &str) -> bool {
    const PAGES: [&[u8]; 4] = [b"<script", b"<html", b"<!doctype html", b"<?php"];
    let is_page = content.iter().enumerate().any(|(at, byte)| {
        let rest = &content[at..];
        *byte == b'<'
            && PAGES.iter().any(|page| {
                rest.get(..page.len())
                    .is_some_and(|found| found.eq_ignore_ascii_case(page))
            })
    });
    let contains = |part: &[u8], sign: &[u8]| part.windows(sign.len()).any(|found| found == sign);
    let head = &content[..content.len().min(1_024)];
    let tail = &content[content.len().saturating_sub(ZIP_END)..];
    let is_document = media_type != "application/pdf" && contains(head, b"%PDF-");
    is_page || is_document || contains(tail, b"PK\x05\x06")
}

#[cfg(test)]
mod tests {
    use super::is_polyglot;

    #[test]
    fn a_file_is_only_one_thing() {
        const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        for hidden in [
            &b"<ScRiPt>alert(1)</script>"[..],
            b"<!DOCTYPE html>",
            b"<?php echo 1;",
            b"%PDF-1.7",
            b"PK\x05\x06\0\0\0\0",
        ] {
            assert!(is_polyglot(&[PNG, hidden].concat(), "image/png"));
        }
        let archive = [&b"%PDF-1.7 "[..], b"PK\x05\x06\0\0"].concat();
        assert!(is_polyglot(&archive, "application/pdf"));
        assert!(!is_polyglot(&[PNG, b"< script"].concat(), "image/png"));
        assert!(!is_polyglot(b"%PDF-1.7 ", "application/pdf"));
    }
}
