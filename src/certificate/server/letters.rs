//! Sets lines of text, each letter in the first font that has it.

use std::collections::BTreeSet;

use krilla::geom::Point;
use krilla::surface::Surface;
use krilla::text::{GlyphId, KrillaGlyph};
use rustybuzz::{Direction, UnicodeBuffer};
use unicode_bidi::BidiInfo;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::fonts::{Fonts, Typeface};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Serif,
    Sans,
}

/// Share of a text's letters that the fonts have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    All,
    Part,
    Nothing,
}

/// A line of text at size 1, scaled when drawn. Its runs are in visual order, from left to right.
pub struct TextLine {
    runs: Vec<GlyphRun>,
}

/// Letters in one font and one direction.
struct GlyphRun {
    typeface: &'static Typeface,
    text: String,
    glyphs: Vec<KrillaGlyph>,
    width: f32,
    /// False for letters that no font has. Each is drawn as an empty box.
    is_drawn: bool,
}

impl TextLine {
    pub fn set(fonts: &'static Fonts, text: &str, style: Style) -> Self {
        // Compose accents first: fonts have accented letters more often than separate accents.
        let text: String = text.nfc().collect();
        let choice = Choice::for_text(fonts, &text, style);
        let bidi = BidiInfo::new(&text, None);
        let mut runs = Vec::new();
        for paragraph in &bidi.paragraphs {
            let (levels, seen) = bidi.visual_runs(paragraph, paragraph.range.clone());
            for range in seen {
                let is_rtl = levels.get(range.start).is_some_and(|level| level.is_rtl());
                let mut parts = choice.parts(&text[range]);
                let direction = match is_rtl {
                    true => {
                        parts.reverse();
                        Direction::RightToLeft
                    }
                    false => Direction::LeftToRight,
                };
                runs.extend(parts.into_iter().filter_map(|(typeface, part)| {
                    Some(match typeface {
                        Some(typeface) => GlyphRun::shape(typeface, part, direction),
                        None => GlyphRun::of_boxes(choice.bundled.first()?, part),
                    })
                }));
            }
        }
        Self { runs }
    }

    pub fn coverage(&self) -> Coverage {
        let is_written = |run: &&GlyphRun| run.text.contains(|c: char| !c.is_whitespace());
        let mut written = self.runs.iter().filter(is_written);
        match self.runs.iter().all(|run| run.is_drawn) {
            true => Coverage::All,
            false if written.any(|run| run.is_drawn) => Coverage::Part,
            false => Coverage::Nothing,
        }
    }

    /// Returns the text of the runs, including letters drawn as boxes.
    #[cfg(test)]
    pub fn text(&self) -> String {
        self.runs.iter().map(|run| run.text.as_str()).collect()
    }

    /// Returns the width at a size, in the unit of the size.
    pub fn width(&self, size: f32) -> f32 {
        self.runs.iter().map(|run| run.width).sum::<f32>() * size
    }

    /// Draws the line in the surface's color, from the start of the baseline.
    pub fn draw(&self, surface: &mut Surface<'_>, mut start: Point, size: f32) {
        for run in &self.runs {
            let font = run.typeface.font.clone();
            surface.draw_glyphs(start, &run.glyphs, font, &run.text, size, false);
            start.x += run.width * size;
        }
    }
}

/// The typefaces for one text.
struct Choice {
    bundled: Vec<&'static Typeface>,
    /// Typefaces for letters that no bundled font has.
    system: Vec<&'static Typeface>,
}

impl Choice {
    fn for_text(fonts: &'static Fonts, text: &str, style: Style) -> Self {
        let first = usize::from(style == Style::Sans);
        let bundled: Vec<_> = fonts.bundled().iter().skip(first).collect();
        let missing: BTreeSet<char> = text
            .chars()
            .filter(|letter| !is_invisible(*letter) && !letter.is_whitespace())
            .filter(|letter| !bundled.iter().any(|typeface| typeface.has(*letter)))
            .collect();
        Self {
            bundled,
            system: match missing.is_empty() {
                true => Vec::new(),
                false => fonts.of_system(&missing, style == Style::Serif),
            },
        }
    }

    /// Splits the text into parts of one font each, in reading order. The font is None for letters
    /// that no font has.
    fn parts(&self, text: &str) -> Vec<(Option<&'static Typeface>, String)> {
        let mut parts: Vec<(Option<&'static Typeface>, String)> = Vec::new();
        for letter in text.chars() {
            // Fonts lack line breaks and some kinds of spaces, so replace them by a space.
            let space = letter.is_whitespace() && !self.any_has(letter);
            let letter = if space { ' ' } else { letter };
            if let Some((typeface, part)) = parts.last_mut()
                && self.goes_on(*typeface, letter)
            {
                part.push(letter);
                continue;
            }
            let typeface = self.typefaces().find(|typeface| typeface.has(letter));
            if typeface.is_some() || !is_invisible(letter) {
                parts.push((typeface, letter.to_string()));
            }
        }
        parts
    }

    fn typefaces(&self) -> impl Iterator<Item = &'static Typeface> {
        self.bundled.iter().chain(&self.system).copied()
    }

    fn any_has(&self, letter: char) -> bool {
        self.typefaces().any(|typeface| typeface.has(letter))
    }

    /// Returns true if the letter continues a part in this font. System fonts are only for letters
    /// that the bundled ones lack. So Latin letters beside Chinese ones look the same as everywhere
    /// else.
    fn goes_on(&self, typeface: Option<&'static Typeface>, letter: char) -> bool {
        if is_invisible(letter) {
            return true;
        }
        let Some(typeface) = typeface else {
            return !letter.is_whitespace() && !self.any_has(letter);
        };
        let is_of_system = self
            .system
            .iter()
            .any(|system| std::ptr::eq(*system, typeface));
        typeface.has(letter)
            && (!is_of_system
                || letter.is_whitespace()
                || is_combining_mark(letter)
                || !self.bundled.iter().any(|bundled| bundled.has(letter)))
    }
}

/// Returns true for characters that are never visible alone. They join letters, set a direction or
/// choose a shape.
fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

impl GlyphRun {
    fn shape(typeface: &'static Typeface, text: String, direction: Direction) -> Self {
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(&text);
        buffer.set_direction(direction);
        buffer.guess_segment_properties();
        let shaped = rustybuzz::shape(&typeface.shaper, &[], buffer);
        let mut starts: Vec<usize> = shaped
            .glyph_infos()
            .iter()
            .map(|info| info.cluster as usize)
            .collect();
        starts.sort_unstable();
        let em = typeface.shaper.units_per_em() as f32;
        let mut width = 0.0;
        let mut is_drawn = true;
        let mut glyphs = Vec::with_capacity(starts.len());
        for (info, position) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
            is_drawn &= info.glyph_id != 0;
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
        Self {
            typeface,
            text,
            glyphs,
            width,
            is_drawn,
        }
    }

    /// Returns a run of the font's box for missing letters, one for each letter.
    fn of_boxes(typeface: &'static Typeface, text: String) -> Self {
        let shaper = &typeface.shaper;
        let units = shaper.glyph_hor_advance(rustybuzz::ttf_parser::GlyphId(0));
        let advance = f32::from(units.unwrap_or_default()) / shaper.units_per_em() as f32;
        let glyphs: Vec<KrillaGlyph> = text
            .char_indices()
            .filter(|(_, letter)| !is_invisible(*letter))
            .map(|(start, letter)| {
                let range = start..start + letter.len_utf8();
                KrillaGlyph::new(GlyphId::new(0), advance, 0.0, 0.0, 0.0, range, None)
            })
            .collect();
        Self {
            typeface,
            width: advance * glyphs.len() as f32,
            text,
            glyphs,
            is_drawn: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::server::fonts::testing;

    fn set(text: &str, style: Style) -> TextLine {
        let nothing = tempfile::tempdir().unwrap();
        TextLine::set(testing::bundled_only(nothing.path()), text, style)
    }

    #[test]
    fn names_of_many_scripts_are_set_with_the_fonts_that_come_with_us() {
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
            "Արամ Խաչատրյան",
            "გიორგი ბერიძე",
            "પ્રિયા પટેલ",
            "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ",
            "ಪ್ರಿಯಾ ರಾವ್",
            "សុខ វិសាល",
            "ສົມຊາຍ",
            "പ്രിയ നായർ",
            "ପ୍ରିୟା ପଟ୍ଟନାୟକ",
            "ప్రియ రెడ్డి",
            "Zoë (زوي) O’Neill",
            "Asha\u{3000}Kulkarni\u{fe0f}",
        ] {
            for style in [Style::Serif, Style::Sans] {
                let line = set(name, style);
                assert_eq!(line.coverage(), Coverage::All, "{name}");
                assert!(line.width(1.0) > 0.1, "{name}");
                let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
                let set: usize = line.runs.iter().map(|run| letters(&run.text)).sum();
                assert_eq!(set, letters(name), "{name}");
            }
        }
    }

    #[test]
    fn a_box_stands_for_each_letter_that_no_font_has() {
        for (name, coverage) in [
            ("王小明", Coverage::Nothing),
            ("王 小明", Coverage::Nothing),
            ("🦀", Coverage::Nothing),
            ("Ming 王", Coverage::Part),
            ("", Coverage::All),
        ] {
            let line = set(name, Style::Serif);
            assert_eq!(line.coverage(), coverage, "{name}");
            let letters = name.chars().count();
            let glyphs: usize = line.runs.iter().map(|run| run.glyphs.len()).sum();
            assert_eq!(glyphs, letters, "{name}");
        }
    }

    #[test]
    fn letters_that_our_fonts_lack_are_taken_from_the_systems_fonts() {
        let folder = testing::system_folder();
        let fonts = testing::with_system(folder.path());
        // The Hebrew font is the second font of a collection.
        for name in ["สมชาย ใจดี", "שרה כהן", "Zoë (שרה) สมชาย"]
        {
            for style in [Style::Serif, Style::Sans] {
                let line = TextLine::set(fonts, name, style);
                assert_eq!(line.coverage(), Coverage::All, "{name}");
                assert!(line.runs.iter().all(|run| run.width > 0.0), "{name}");
            }
        }
        let mixed = TextLine::set(fonts, "Zoë שרה", Style::Serif);
        let serif = &fonts.bundled()[0];
        assert!(std::ptr::eq(mixed.runs[0].typeface, serif), "Latin stays");
        let lacking = TextLine::set(fonts, "সমর שרה", Style::Serif);
        assert_eq!(lacking.coverage(), Coverage::Part);
    }

    /// Returns the line's letters in visual order, from left to right.
    fn seen(text: &str) -> String {
        let line = set(text, Style::Serif);
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
            // The font mirrors these brackets.
            ("נור (Zoë)", ")Zoë( רונ"),
            ("Zoe\u{308}", "Zoë"),
        ] {
            assert_eq!(seen(name), expected, "{name}");
        }
    }
}
