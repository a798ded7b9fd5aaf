//! QR codes as paths of an SVG.

use qrcode::{Color, EcLevel, QrCode};

use crate::admission::review::QrImage;

/// Modules around the code that stay empty, as ISO 18004 asks.
const QUIET: usize = 4;

/// Draws the code of a text. None if the text is too long.
pub fn image(text: &str) -> Option<QrImage> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let colors = code.to_colors();
    let mut path = String::new();
    for (y, row) in colors.chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let run = row
                .iter()
                .skip(x)
                .take_while(|color| **color == Color::Dark);
            let length = run.count();
            if length > 0 {
                let (left, top) = (x + QUIET, y + QUIET);
                path.push_str(&format!("M{left} {top}h{length}v1h-{length}z"));
            }
            x += length.max(1);
        }
    }
    Some(QrImage {
        size: width + 2 * QUIET,
        path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_finder_patterns_and_a_quiet_zone() {
        let image = image("https://learn.example/join/K7QF2MXD").unwrap();
        assert!(image.size >= 21 + 8);
        // The top edge of the finder pattern in the upper left corner is seven modules wide.
        assert!(image.path.starts_with("M4 4h7v1h-7z"));
        assert!(super::image(&"x".repeat(5_000)).is_none());
    }
}
