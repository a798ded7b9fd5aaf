//! Colors that admins choose, and their contrast (WCAG 2.2, "contrast ratio").

/// Least contrast of text to its background, level AA.
pub const LEAST_CONTRAST: f64 = 4.5;
/// Share of the color in the background of marked texts. The rest is the color of the page.
const WASH: f64 = 0.1;

/// A color of the screen: red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb(pub [u8; 3]);

impl Rgb {
    /// Reads a color such as "#7e5209".
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.trim().strip_prefix('#')?;
        if digits.len() != 6 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
        Some(Self([part(0)?, part(2)?, part(4)?]))
    }

    pub fn hex(self) -> String {
        let [red, green, blue] = self.0;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }

    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|part| {
            let part = f64::from(part) / 255.0;
            match part <= 0.04045 {
                true => part / 12.92,
                false => ((part + 0.055) / 1.055).powf(2.4),
            }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance(), other.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }
}

/// A theme of the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccentTheme {
    Light,
    Dark,
}

impl AccentTheme {
    /// Backgrounds of texts: paper, surface and sunken, as `tokens.css` has them.
    fn grounds(self) -> [Rgb; 3] {
        match self {
            Self::Light => [
                Rgb([0xfb, 0xf9, 0xf0]),
                Rgb([0xff, 0xfe, 0xfc]),
                Rgb([0xf3, 0xf0, 0xe9]),
            ],
            Self::Dark => [
                Rgb([0x0f, 0x13, 0x1b]),
                Rgb([0x16, 0x1b, 0x25]),
                Rgb([0x0a, 0x0d, 0x15]),
            ],
        }
    }

    /// Background of texts that are marked with the color.
    pub fn wash(self, color: Rgb) -> Rgb {
        let paper = self.grounds()[0];
        let mixed = |at: usize| {
            let (from, to) = (f64::from(paper.0[at]), f64::from(color.0[at]));
            (from + (to - from) * WASH).round() as u8
        };
        Rgb([mixed(0), mixed(1), mixed(2)])
    }

    /// Least contrast of the color to a background that it is shown on.
    pub fn contrast(self, color: Rgb) -> f64 {
        let [paper, surface, sunken] = self.grounds();
        [paper, surface, sunken, self.wash(color)]
            .into_iter()
            .map(|ground| color.contrast(ground))
            .fold(f64::INFINITY, f64::min)
    }

    /// Says how well texts in this color can be read. Without a color, nothing.
    ///
    /// # Errors
    ///
    /// A sentence that says why the color can't be used.
    pub fn verdict(self, typed: &str) -> Result<String, String> {
        if typed.trim().is_empty() {
            return Ok(String::new());
        }
        let Some(color) = Rgb::parse(typed) else {
            return Err(
                "Enter a color as # and six digits or letters from a to f, such as #7e5209."
                    .to_owned(),
            );
        };
        let contrast = self.contrast(color);
        // Rounded down, so that a color below the limit never seems to reach it.
        let shown = (contrast * 10.0).floor() / 10.0;
        if contrast >= LEAST_CONTRAST {
            return Ok(format!("Contrast {shown:.1} : 1."));
        }
        let (pages, better) = match self {
            Self::Light => ("light", "darker"),
            Self::Dark => ("dark", "lighter"),
        };
        Err(format!(
            "This color has a contrast of only {shown:.1} : 1 on {pages} pages. Text needs {LEAST_CONTRAST} : 1, so choose a {better} color."
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_the_standard() {
        let color = |text: &str| Rgb::parse(text).unwrap();
        let contrast = |one: &str, other: &str| color(one).contrast(color(other));
        assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 1e-9);
        assert!((contrast("#777777", "#ffffff") - 4.478).abs() < 1e-3);
        assert!((contrast("#ffffff", "#777777") - 4.478).abs() < 1e-3);
        assert_eq!(color("#7e5209").hex(), "#7e5209");
    }

    #[test]
    fn the_built_in_colors_would_be_accepted_and_each_only_in_its_theme() {
        for (theme, good, bad) in [
            (AccentTheme::Light, "#7e5209", "#ebc879"),
            (AccentTheme::Dark, "#ebc879", "#7e5209"),
        ] {
            assert!(theme.verdict(good).is_ok(), "{good}");
            assert!(theme.verdict(bad).unwrap_err().contains("4.5 : 1"), "{bad}");
        }
    }

    #[test]
    fn only_six_digits_are_a_color() {
        for wrong in [
            "7e5209", "#7e520", "#7e52091", "#gggggg", "red", "#é7e5", "#",
        ] {
            assert!(AccentTheme::Light.verdict(wrong).is_err(), "{wrong}");
        }
        assert_eq!(AccentTheme::Light.verdict(" "), Ok(String::new()));
    }
}
