//! The certificate on one sheet of A4 paper, for printing and keeping.

use std::num::NonZeroU16;

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

use super::Facts;
use super::letters::{Line, Style};

/// A4, lying, in points.
const PAPER: (f32, f32) = (841.89, 595.28);
/// From the edge of the paper to the frame, and on to what is written.
const EDGE: f32 = 28.0;
const MARGIN: f32 = 72.0;
/// Room for a line.
const MEASURE: f32 = PAPER.0 - 2.0 * MARGIN;

type Colour = (u8, u8, u8);

const NAVY: Colour = (28, 39, 75);
const INK: Colour = (27, 32, 47);
const SOFT: Colour = (84, 91, 105);
const GOLD: Colour = (196, 148, 40);

/// A line to be written, in the largest of sizes in which it fits.
struct Text {
    lines: Vec<Line>,
    size: f32,
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
    issued: Text,
    check: Text,
    address: Text,
}

impl Sheet {
    /// None where our fonts lack a letter.
    fn of(facts: &Facts) -> Option<Self> {
        use Style::{Sans, Serif};
        let when = format!(
            "{} · completed on {}",
            facts.program.label(),
            facts.completed_on.0
        );
        let issued = format!(
            "Issued on {} by {}",
            facts.issued_on, facts.organization_name
        );
        Some(Self {
            organization: fitted(&facts.organization_name, Serif, 17.0)?,
            heading: fitted("Certificate of completion", Serif, 31.0)?,
            lead: fitted("This certifies that", Sans, 11.5)?,
            name: fitted(&facts.learner_name, Serif, 44.0)?,
            done: fitted("has completed the course", Sans, 11.5)?,
            course: wrapped(&facts.course_title, Serif, &[25.0, 20.0, 15.0])?,
            when: fitted(&when, Sans, 11.5)?,
            issued: fitted(&issued, Sans, 9.0)?,
            check: fitted("Anybody can check it at", Sans, 9.0)?,
            address: fitted(&facts.address, Sans, 9.0)?,
        })
    }
}

pub fn has_letters(facts: &Facts) -> bool {
    Sheet::of(facts).is_some()
}

/// The PDF, or None where our fonts lack a letter.
pub fn draw(facts: &Facts) -> Result<Option<Vec<u8>>, String> {
    let Some(sheet) = Sheet::of(facts) else {
        return Ok(None);
    };
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
    let mut write = |text: &Text, y, colour, tag: TagKind| {
        let (written, below) = centred(&mut surface, text, y, colour);
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
    write(&sheet.issued, foot - 28.0, SOFT, Tag::P.into());
    write(&sheet.check, foot - 6.0, SOFT, Tag::P.into());
    let (address, _) = centred(&mut surface, &sheet.address, foot + 9.0, NAVY);
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
    let pdf = document
        .finish()
        .map_err(|error| format!("the certificate can't be drawn: {error:?}"))?;
    Ok(Some(pdf))
}

/// On one line, smaller than `size` if it is long.
fn fitted(text: &str, style: Style, size: f32) -> Option<Text> {
    let line = Line::set(text, style)?;
    let size = size.min(MEASURE / line.width(1.0).max(f32::EPSILON));
    Some(Text {
        lines: vec![line],
        size,
    })
}

/// On at most two lines in the first size that allows it, else on as many as it takes in the last.
fn wrapped(text: &str, style: Style, sizes: &[f32]) -> Option<Text> {
    let mut set = None;
    for &size in sizes {
        let lines = broken(text, style, size)?;
        let fits = lines.len() <= 2;
        set = Some(Text { lines, size });
        if fits {
            break;
        }
    }
    set
}

fn broken(text: &str, style: Style, size: f32) -> Option<Vec<Line>> {
    let mut lines = Vec::new();
    let mut open = String::new();
    for word in text.split_whitespace() {
        let longer = match open.is_empty() {
            true => word.to_owned(),
            false => format!("{open} {word}"),
        };
        if !open.is_empty() && Line::set(&longer, style)?.width(size) > MEASURE {
            lines.push(Line::set(&open, style)?);
            open = word.to_owned();
        } else {
            open = longer;
        }
    }
    lines.push(Line::set(&open, style)?);
    Some(lines)
}

/// Writes the lines around the middle of the sheet, the first on the base line `y`: what was written, for those who hear
/// it, and the next base line.
fn centred(
    surface: &mut Surface<'_>,
    text: &Text,
    mut y: f32,
    colour: Colour,
) -> (Identifier, f32) {
    let written = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
    surface.set_fill(Some(fill(colour)));
    for line in &text.lines {
        // A single word can be longer than the sheet is wide.
        let size = text.size.min(MEASURE / line.width(1.0).max(f32::EPSILON));
        let x = (PAPER.0 - line.width(size)) / 2.0;
        line.draw(surface, Point::from_xy(x, y), size);
        y += text.size * 1.3;
    }
    surface.end_tagged();
    (written, y)
}

fn frame(surface: &mut Surface<'_>) {
    for (inset, width, colour) in [(EDGE, 2.0, NAVY), (EDGE + 6.0, 0.6, GOLD)] {
        let mut path = PathBuilder::new();
        let sides = (PAPER.0 - 2.0 * inset, PAPER.1 - 2.0 * inset);
        if let Some(rect) = Rect::from_xywh(inset, inset, sides.0, sides.1) {
            path.push_rect(rect);
        }
        stroke(surface, path, width, colour);
    }
}

/// A short line of gold with the mark of the site in its middle.
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

fn stroke(surface: &mut Surface<'_>, path: PathBuilder, width: f32, (r, g, b): Colour) {
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

fn fill((r, g, b): Colour) -> Fill {
    Fill {
        paint: rgb::Color::new(r, g, b).into(),
        opacity: NormalizedF32::ONE,
        rule: FillRule::NonZero,
    }
}
