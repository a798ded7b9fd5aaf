//! Draws a certificate on one sheet of A4 paper, for printing and keeping.

use std::num::NonZeroU16;
use std::panic::{AssertUnwindSafe, catch_unwind};

use krilla::Document;
use krilla::action::LinkAction;
use krilla::annotation::{Annotation, LinkAnnotation, Target};
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{
    ArtifactType, ContentTag, Identifier, SpanTag, Tag, TagGroup, TagKind, TagTree,
};

use super::fonts::Fonts;
use super::letters::{Coverage, Style, TextLine};
use crate::certificate::CertificateFacts;

/// Landscape A4, in points.
const PAPER: (f32, f32) = (841.89, 595.28);
/// Distances from the edge of the paper to the frame and to the text, in points.
const EDGE: f32 = 28.0;
const MARGIN: f32 = 72.0;
/// Maximum width of a line, in points.
const MEASURE: f32 = PAPER.0 - 2.0 * MARGIN;

type Color = (u8, u8, u8);

const NAVY: Color = (28, 39, 75);
const INK: Color = (27, 32, 47);
const SOFT: Color = (84, 91, 105);
const GOLD: Color = (196, 148, 40);

/// Lines of text in the largest size in which they fit.
struct Text {
    lines: Vec<TextLine>,
    size: f32,
    /// The whole text, if the fonts lack some of its letters. Screen readers read this text
    /// instead.
    said: Option<String>,
}

impl Text {
    fn width(&self) -> f32 {
        let widths = self.lines.iter().map(|line| line.width(self.size));
        widths.fold(0.0, f32::max)
    }
}

struct Sheet {
    organization: Text,
    heading: Text,
    lead: Text,
    name: Text,
    done: Text,
    course: Text,
    when: Text,
    /// Note that letters are missing.
    note: Option<Text>,
    issued: Text,
    check: Text,
    address: Text,
}

impl Sheet {
    fn of(fonts: &'static Fonts, facts: &CertificateFacts) -> Self {
        use Style::{Sans, Serif};
        let fitted = |text: &str, style, size| fitted(fonts, text, style, size);
        let coverage = |text: &str| TextLine::set(fonts, text, Serif).coverage();
        let (organization, name, course) = (
            &facts.organization_name,
            &facts.learner_name,
            &facts.course_title,
        );
        let when = format!(
            "{} · completed on {}",
            facts.program.label(),
            facts.completed_on.0
        );
        let by_whom = match coverage(organization) {
            Coverage::Nothing => String::new(),
            _ => format!(" by {organization}"),
        };
        let all = [organization, name, course];
        let is_whole = all.iter().all(|text| coverage(text) == Coverage::All);
        Self {
            organization: match coverage(organization) {
                Coverage::Nothing => {
                    fitted("Its issuer is named at the address below", Serif, 13.0)
                }
                _ => fitted(organization, Serif, 17.0),
            },
            heading: fitted("Certificate of completion", Serif, 31.0),
            lead: fitted("This certifies that", Sans, 11.5),
            name: match coverage(name) {
                Coverage::Nothing => fitted("the person named at the address below", Serif, 25.0),
                _ => fitted(name, Serif, 44.0),
            },
            done: fitted("has completed the course", Sans, 11.5),
            course: match coverage(course) {
                Coverage::Nothing => fitted("whose title is at the address below", Serif, 20.0),
                _ => wrapped(fonts, course, Serif, &[25.0, 20.0, 15.0]),
            },
            when: fitted(&when, Sans, 11.5),
            note: (!is_whole).then(|| fitted(LACKS_LETTERS, Sans, 9.0)),
            issued: fitted(
                &format!("Issued on {}{by_whom}", facts.issued_on),
                Sans,
                9.0,
            ),
            check: fitted("Anybody can check it at", Sans, 9.0),
            address: fitted(&facts.address, Sans, 9.0),
        }
    }
}

const LACKS_LETTERS: &str = "The server that made this file has no font for some letters of this certificate. \
    The page at the address below shows all of it.";

/// Draws the PDF. Letters that no font has become boxes, and a note says so. A name or title
/// without any known letter is left to the certificate's page. Anything can be wrong with a font of
/// the system, so if one breaks the drawing, only the bundled fonts are used.
pub fn draw(fonts: &'static Fonts, facts: &CertificateFacts) -> Result<Vec<u8>, String> {
    let cause = match catch_unwind(AssertUnwindSafe(|| draw_with(fonts, facts))) {
        Ok(Ok(pdf)) => return Ok(pdf),
        Ok(Err(cause)) => cause,
        Err(_) => "a panic".to_owned(),
    };
    tracing::error!(cause, "a certificate is drawn without the system's fonts");
    draw_with(fonts.without_system(), facts)
}

fn draw_with(fonts: &'static Fonts, facts: &CertificateFacts) -> Result<Vec<u8>, String> {
    let sheet = Sheet::of(fonts, facts);
    let settings = PageSettings::from_wh(PAPER.0, PAPER.1).ok_or("there is no such paper")?;
    let mut document = Document::new();
    document.set_metadata(
        Metadata::new()
            .title(format!("{}: {}", facts.learner_name, facts.course_title))
            .authors(vec![facts.organization_name.clone()])
            .language("en".to_owned()),
    );
    let mut page = document.start_page_with(settings);
    let mut tags = TagTree::new();
    let mut surface = page.surface();
    surface.start_tagged(ContentTag::Artifact(ArtifactType::Page));
    frame(&mut surface);
    ornament(&mut surface, 180.0);
    surface.end_tagged();
    let foot = PAPER.1 - EDGE - 44.0;
    let mut write = |text: &Text, y, color, tag: TagKind| {
        let (written, below) = centered(&mut surface, text, y, color);
        tags.push(TagGroup::with_children(tag, vec![written.into()]));
        below
    };
    write(&sheet.organization, 92.0, NAVY, Tag::P.into());
    write(
        &sheet.heading,
        152.0,
        INK,
        Tag::Hn(NonZeroU16::MIN, None).into(),
    );
    write(&sheet.lead, 222.0, SOFT, Tag::P.into());
    write(&sheet.name, 280.0, NAVY, Tag::P.into());
    write(&sheet.done, 326.0, SOFT, Tag::P.into());
    let below = write(
        &sheet.course,
        366.0,
        INK,
        Tag::P.with_lang(Some(facts.course_language.tag())).into(),
    );
    write(&sheet.when, below + 12.0, SOFT, Tag::P.into());
    if let Some(note) = &sheet.note {
        write(note, foot - 46.0, SOFT, Tag::P.into());
    }
    write(&sheet.issued, foot - 28.0, SOFT, Tag::P.into());
    write(&sheet.check, foot - 6.0, SOFT, Tag::P.into());
    let (address, _) = centered(&mut surface, &sheet.address, foot + 9.0, NAVY);
    surface.finish();
    let mut link = TagGroup::with_children(Tag::Link, vec![address.into()]);
    let width = sheet.address.width();
    if let Some(place) = Rect::from_xywh((PAPER.0 - width) / 2.0, foot - 2.0, width, 15.0) {
        let to = Target::Action(LinkAction::new(facts.address.clone()).into());
        let said = Some("The page where this certificate is checked".to_owned());
        let annotation = Annotation::new_link(LinkAnnotation::new(place, to), said);
        link.push(page.add_tagged_annotation(annotation));
    }
    tags.push(TagGroup::with_children(Tag::P, vec![link.into()]));
    page.finish();
    document.set_tag_tree(tags);
    document
        .finish()
        .map_err(|error| format!("the certificate can't be drawn: {error:?}"))
}

/// Fits text on one line, in a size smaller than `size` if the text is long.
fn fitted(fonts: &'static Fonts, text: &str, style: Style, size: f32) -> Text {
    let line = TextLine::set(fonts, text, style);
    let size = size.min(MEASURE / line.width(1.0).max(f32::EPSILON));
    written(text, vec![line], size)
}

/// Wraps text to at most two lines in the first size that allows it. Otherwise uses the last size
/// and as many lines as needed.
fn wrapped(fonts: &'static Fonts, text: &str, style: Style, sizes: &[f32]) -> Text {
    let mut lines = Vec::new();
    let mut used = 0.0;
    for &size in sizes {
        (lines, used) = (broken(fonts, text, style, size), size);
        if lines.len() <= 2 {
            break;
        }
    }
    written(text, lines, used)
}

fn written(text: &str, lines: Vec<TextLine>, size: f32) -> Text {
    let is_whole = lines.iter().all(|line| line.coverage() == Coverage::All);
    Text {
        said: (!is_whole).then(|| text.to_owned()),
        lines,
        size,
    }
}

fn broken(fonts: &'static Fonts, text: &str, style: Style, size: f32) -> Vec<TextLine> {
    let mut lines = Vec::new();
    let mut open = String::new();
    for (gap, piece) in pieces(text) {
        let longer = match open.is_empty() {
            true => piece.clone(),
            false => format!("{open}{gap}{piece}"),
        };
        if !open.is_empty() && TextLine::set(fonts, &longer, style).width(size) > MEASURE {
            lines.push(TextLine::set(fonts, &open, style));
            open = piece;
        } else {
            open = longer;
        }
    }
    lines.push(TextLine::set(fonts, &open, style));
    lines
}

/// Splits text into pieces between which a line may end, each with the gap before it. Pieces are
/// words, or characters of writing systems without gaps.
fn pieces(text: &str) -> Vec<(&'static str, String)> {
    let mut pieces: Vec<(&str, String)> = Vec::new();
    for word in text.split_whitespace() {
        let mut gap = " ";
        for letter in word.chars() {
            match pieces.last_mut() {
                Some((_, open)) if gap.is_empty() && !may_break(open, letter) => open.push(letter),
                _ => pieces.push((gap, letter.to_string())),
            }
            gap = "";
        }
    }
    pieces
}

/// Returns true if a line may end between `before` and `next`. Chinese and Japanese lines may end
/// between any two characters. But no line begins with a closing mark or ends with an opening one.
fn may_break(before: &str, next: char) -> bool {
    let is_ideographic = |letter: char| {
        matches!(letter, '\u{2e80}'..='\u{312f}' | '\u{31a0}'..='\u{31ff}' | '\u{3400}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}' | '\u{ff01}'..='\u{ff60}' | '\u{20000}'..='\u{3ffff}')
    };
    let Some(last) = before.chars().last() else {
        return false;
    };
    (is_ideographic(last) || is_ideographic(next))
        && !"、。，．：；！？）］｝」』】〉》〕ー々っゃゅょッャュョ,.:;!?)]}".contains(next)
        && !"（［｛「『【〈《〔([{".contains(last)
}

/// Writes centered lines, the first on the baseline `y`. Returns the tagged text, for screen
/// readers, and the next baseline.
fn centered(surface: &mut Surface<'_>, text: &Text, mut y: f32, color: Color) -> (Identifier, f32) {
    let written = surface.start_tagged(ContentTag::Span(SpanTag {
        actual_text: text.said.as_deref(),
        ..SpanTag::empty()
    }));
    surface.set_fill(Some(fill(color)));
    for line in &text.lines {
        // A single word can be wider than the sheet.
        let size = text.size.min(MEASURE / line.width(1.0).max(f32::EPSILON));
        let x = (PAPER.0 - line.width(size)) / 2.0;
        line.draw(surface, Point::from_xy(x, y), size);
        y += text.size * 1.3;
    }
    surface.end_tagged();
    (written, y)
}

fn frame(surface: &mut Surface<'_>) {
    for (inset, width, color) in [(EDGE, 2.0, NAVY), (EDGE + 6.0, 0.6, GOLD)] {
        let mut path = PathBuilder::new();
        let sides = (PAPER.0 - 2.0 * inset, PAPER.1 - 2.0 * inset);
        if let Some(rect) = Rect::from_xywh(inset, inset, sides.0, sides.1) {
            path.push_rect(rect);
        }
        stroke(surface, path, width, color);
    }
}

/// Draws a short gold line with the site's mark in its middle.
fn ornament(surface: &mut Surface<'_>, y: f32) {
    let middle = PAPER.0 / 2.0;
    for side in [-1.0, 1.0] {
        let mut path = PathBuilder::new();
        path.move_to(middle + side * 14.0, y);
        path.line_to(middle + side * 96.0, y);
        stroke(surface, path, 1.0, GOLD);
    }
    let mut drop = PathBuilder::new();
    drop.move_to(middle, y - 8.0);
    drop.cubic_to(
        middle + 2.0,
        y - 5.0,
        middle + 5.0,
        y - 2.5,
        middle + 5.0,
        y + 1.0,
    );
    drop.cubic_to(
        middle + 5.0,
        y + 7.5,
        middle - 5.0,
        y + 7.5,
        middle - 5.0,
        y + 1.0,
    );
    drop.cubic_to(
        middle - 5.0,
        y - 2.5,
        middle - 2.0,
        y - 5.0,
        middle,
        y - 8.0,
    );
    drop.close();
    if let Some(path) = drop.finish() {
        surface.set_stroke(None);
        surface.set_fill(Some(fill(GOLD)));
        surface.draw_path(&path);
    }
}

fn stroke(surface: &mut Surface<'_>, path: PathBuilder, width: f32, (r, g, b): Color) {
    if let Some(path) = path.finish() {
        surface.set_fill(None);
        surface.set_stroke(Some(Stroke {
            paint: rgb::Color::new(r, g, b).into(),
            width,
            ..Stroke::default()
        }));
        surface.draw_path(&path);
        surface.set_stroke(None);
    }
}

fn fill((r, g, b): Color) -> Fill {
    Fill {
        paint: rgb::Color::new(r, g, b).into(),
        opacity: NormalizedF32::ONE,
        rule: FillRule::NonZero,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::ProgramType;
    use crate::certificate::server::fonts::testing;

    fn facts(name: &str, course: &str, organization: &str) -> CertificateFacts {
        CertificateFacts {
            code: "0000-0000-0000".to_owned(),
            address: "https://learn.example/certificates/0000-0000-0000".to_owned(),
            learner_name: name.to_owned(),
            course_title: course.to_owned(),
            course_language: crate::platform::ui::Language::new("en"),
            organization_name: organization.to_owned(),
            program: ProgramType::Workshop,
            completed_on: ("1 March 2026".to_owned(), String::new()),
            issued_on: "1 March 2026".to_owned(),
            revoked_on: None,
        }
    }

    fn sheet(name: &str, course: &str, organization: &str) -> Sheet {
        let nothing = tempfile::tempdir().unwrap();
        let facts = facts(name, course, organization);
        Sheet::of(testing::bundled_only(nothing.path()), &facts)
    }

    #[test]
    fn a_broken_font_of_the_system_breaks_no_certificate() {
        let facts = facts("สมชาย ใจดี", "Small", "Lyceum");
        let mut broke = 0;
        for (table, font) in [testing::damaged(0), testing::damaged(0xff)].concat() {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("thai.ttf"), font).unwrap();
            let fonts = testing::with_system(folder.path());
            let drawn = catch_unwind(AssertUnwindSafe(|| draw_with(fonts, &facts)));
            broke += i32::from(!matches!(drawn, Ok(Ok(_))));
            assert!(
                draw(fonts, &facts).unwrap().starts_with(b"%PDF-"),
                "{table}"
            );
        }
        assert!(broke > 1, "no damage matters");
    }

    fn text(text: &Text) -> String {
        text.lines.iter().map(TextLine::text).collect()
    }

    #[test]
    fn a_sheet_says_in_words_what_no_font_has() {
        let whole = sheet("Asha", "Small", "Lyceum");
        assert!(whole.note.is_none() && whole.name.said.is_none());

        let part = sheet("Ming 王", "Small", "Lyceum");
        assert!(text(part.note.as_ref().unwrap()).contains("no font for some letters"));
        assert_eq!(part.name.said.as_deref(), Some("Ming 王"));

        let none = sheet("王小明", "圣经", "学校");
        assert!(none.note.is_some());
        for (text, words) in [
            (text(&none.name), "the person named at the address below"),
            (text(&none.course), "whose title is at the address below"),
            (
                text(&none.organization),
                "Its issuer is named at the address below",
            ),
            (text(&none.issued), "Issued on 1 March 2026"),
        ] {
            assert_eq!(text, words);
        }
    }

    #[test]
    fn lines_end_between_words_and_between_ideographs() {
        let lines = |text: &str| -> Vec<String> {
            pieces(text)
                .into_iter()
                .map(|(gap, piece)| format!("{gap}{piece}"))
                .collect()
        };
        assert_eq!(lines("How to trust"), [" How", " to", " trust"]);
        assert_eq!(
            lines("Rust语言（圣经）。"),
            [" Rust", "语", "言", "（圣", "经）。"]
        );
    }
}
