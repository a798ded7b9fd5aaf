//! Lines of text set in the fonts that come with us, each letter in the first font that has it.

use std::sync::LazyLock;

use krilla::geom::Point;
use krilla::surface::Surface;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::{Direction, Face, UnicodeBuffer};
use unicode_bidi::BidiInfo;
use unicode_normalization::UnicodeNormalization;

struct Typeface {
    font: Font,
    shaper: Face<'static>,
}

/// The first is the serif; each one's letters are looked for in those after it, too.
static TYPEFACES: LazyLock<Vec<Typeface>> = LazyLock::new(|| {
    FILES
        .iter()
        .filter_map(|file| {
            Some(Typeface {
                font: Font::new(file.to_vec().into(), 0)?,
                shaper: Face::from_slice(file, 0)?,
            })
        })
        .collect()
});

const FILES: [&[u8]; 8] = [
    include_bytes!("fonts/serif.ttf"),
    include_bytes!("fonts/sans.ttf"),
    include_bytes!("fonts/noto-arabic.ttf"),
    include_bytes!("fonts/noto-bengali.ttf"),
    include_bytes!("fonts/noto-devanagari.ttf"),
    include_bytes!("fonts/noto-hebrew.ttf"),
    include_bytes!("fonts/noto-tamil.ttf"),
    include_bytes!("fonts/noto-thai.ttf"),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Serif,
    Sans,
}

/// A line in one size, which is 1 until it is drawn. Its runs stand as they are seen, from left to right.
pub struct Line {
    runs: Vec<Run>,
}

/// Letters of one font and one direction.
struct Run {
    typeface: &'static Typeface,
    text: String,
    glyphs: Vec<KrillaGlyph>,
    width: f32,
}

impl Line {
    /// None where no font has one of the letters.
    pub fn set(text: &str, style: Style) -> Option<Self> {
        let choice = match style {
            Style::Serif => &TYPEFACES[..],
            Style::Sans => TYPEFACES.get(1..)?,
        };
        // Fonts have letters with their accents rather than accents alone.
        let text: String = text.nfc().collect();
        let bidi = BidiInfo::new(&text, None);
        let mut runs = Vec::new();
        for paragraph in &bidi.paragraphs {
            let (levels, seen) = bidi.visual_runs(paragraph, paragraph.range.clone());
            for range in seen {
                let is_rtl = levels.get(range.start)?.is_rtl();
                let mut parts = by_font(&text[range], choice)?;
                let direction = match is_rtl {
                    true => {
                        parts.reverse();
                        Direction::RightToLeft
                    }
                    false => Direction::LeftToRight,
                };
                for (typeface, part) in parts {
                    runs.push(typeface.shape(part, direction)?);
                }
            }
        }
        Some(Self { runs })
    }

    /// In that size.
    pub fn width(&self, size: f32) -> f32 {
        self.runs.iter().map(|run| run.width).sum::<f32>() * size
    }

    /// From the start of its base line, in the surface's colour.
    pub fn draw(&self, surface: &mut Surface<'_>, mut start: Point, size: f32) {
        for run in &self.runs {
            let font = run.typeface.font.clone();
            surface.draw_glyphs(start, &run.glyphs, font, &run.text, size, false);
            start.x += run.width * size;
        }
    }
}

/// The text in parts of one font each, in the order in which it is read.
fn by_font(text: &str, choice: &'static [Typeface]) -> Option<Vec<(&'static Typeface, String)>> {
    let mut parts: Vec<(&'static Typeface, String)> = Vec::new();
    for letter in text.chars() {
        match parts.last_mut() {
            Some((typeface, part)) if typeface.has(letter) => part.push(letter),
            _ => {
                let typeface = choice.iter().find(|typeface| typeface.has(letter))?;
                parts.push((typeface, letter.to_string()));
            }
        }
    }
    Some(parts)
}

impl Typeface {
    fn has(&self, letter: char) -> bool {
        // What joins letters or directs them is never seen by itself.
        matches!(letter, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            || self.shaper.glyph_index(letter).is_some()
    }

    fn shape(&'static self, text: String, direction: Direction) -> Option<Run> {
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(&text);
        buffer.set_direction(direction);
        buffer.guess_segment_properties();
        let shaped = rustybuzz::shape(&self.shaper, &[], buffer);
        let mut starts: Vec<usize> = shaped
            .glyph_infos()
            .iter()
            .map(|info| info.cluster as usize)
            .collect();
        starts.sort_unstable();
        let em = self.shaper.units_per_em() as f32;
        let mut width = 0.0;
        let mut glyphs = Vec::with_capacity(starts.len());
        for (info, position) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
            if info.glyph_id == 0 {
                return None;
            }
            let from = info.cluster as usize;
            let to = starts.iter().find(|&&start| start > from);
            let advance = position.x_advance as f32 / em;
            width += advance;
            glyphs.push(KrillaGlyph::new(
                GlyphId::new(info.glyph_id),
                advance,
                position.x_offset as f32 / em,
                position.y_offset as f32 / em,
                position.y_advance as f32 / em,
                from..to.copied().unwrap_or(text.len()),
                None,
            ));
        }
        Some(Run {
            typeface: self,
            text,
            glyphs,
            width,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_many_scripts_are_set_and_what_no_font_has_is_not() {
        assert_eq!(TYPEFACES.len(), FILES.len());
        for name in [
            "Asha Kulkarni",
            "Łukasz Żółć",
            "Nguyễn Thị Hồng",
            "Ольга Ёлкина",
            "Ἀλέξανδρος Παπαδόπουλος",
            "अनन्या शर्मा",
            "محمد علي",
            "দেবাশীষ",
            "தமிழ்ச்செல்வி",
            "שרה כהן",
            "สมชาย ใจดี",
            "Zoë (زوي) O’Neill",
        ] {
            for style in [Style::Serif, Style::Sans] {
                let line = Line::set(name, style).unwrap_or_else(|| panic!("{name} can't be set"));
                assert!(line.width(1.0) > 0.1, "{name}");
                let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
                let set: usize = line.runs.iter().map(|run| letters(&run.text)).sum();
                assert_eq!(set, letters(name), "{name}");
            }
        }
        for name in ["王小明", "🦀"] {
            assert!(Line::set(name, Style::Serif).is_none(), "{name}");
        }
    }

    /// The letters of the line as they are seen, from left to right.
    fn seen(text: &str) -> String {
        let line = Line::set(text, Style::Serif).unwrap_or_else(|| panic!("{text} can't be set"));
        let mut seen = String::new();
        for run in &line.runs {
            for glyph in &run.glyphs {
                let letters = &run.text[glyph.text_range.clone()];
                if glyph.x_advance > 0.0 {
                    seen.push_str(letters);
                }
            }
        }
        seen
    }

    #[test]
    fn what_is_read_from_the_right_is_written_from_the_right() {
        for (name, expected) in [
            ("ג'ורג'", "'גרו'ג"),
            ("نور-هدى", "ىده-رون"),
            ("نور ١٢", "١٢ رون"),
            ("Zoë (נור) O’Neill", "Zoë (רונ) O’Neill"),
            // The font turns these brackets round.
            ("נור (Zoë)", ")Zoë( רונ"),
            ("Zoe\u{308}", "Zoë"),
        ] {
            assert_eq!(seen(name), expected, "{name}");
        }
    }
}
