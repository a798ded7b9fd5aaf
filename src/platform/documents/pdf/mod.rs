//! PDF. The interpreter says where each glyph is; `lines.rs` joins glyphs to lines, and
//! `structure.rs` tells headings, paragraphs, lists and tables by sizes and places.

mod lines;
mod structure;

use hayro_interpret::font::{Glyph, GlyphRun};
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use hayro_interpret::kurbo::{BezPath, Point, Vec2};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
    InterpreterCache, InterpreterSettings, SoftMask, TransformExt, interpret_page,
};

use self::lines::{GlyphBox, PdfLine};
use super::blocks::{ReadDocument, ReadPage};
use super::{CHARACTERS, ReadProgress, ReadResult, inline};

/// Most glyphs of one page. A page of text has a few thousand.
const GLYPHS: usize = 400_000;

/// Pages after which the fonts in memory are forgotten.
const CACHED_PAGES: usize = 100;

pub fn read(content: &[u8], progress: &mut dyn ReadProgress) -> ReadResult {
    let pdf = Pdf::new(content.to_vec()).map_err(refused)?;
    let pages = pdf.pages();
    super::check_pages(pages.len(), "page")?;
    progress.total(pages.len());
    let mut cache = InterpreterCache::new();
    let mut found: Vec<(Vec<PdfLine>, f64)> = Vec::with_capacity(pages.len());
    let mut characters = 0;
    for (at, page) in pages.iter().enumerate() {
        if at > 0 && at.is_multiple_of(CACHED_PAGES) {
            cache = InterpreterCache::new();
        }
        let (_, height) = page.render_dimensions();
        let mut context = Context::new(
            page.initial_transform(true).to_kurbo(),
            hayro_interpret::kurbo::Rect::new(0.0, 0.0, 1.0, 1.0),
            &cache,
            pdf.xref(),
            InterpreterSettings::default(),
        );
        let mut collector = GlyphCollector::default();
        interpret_page(page, &mut context, &mut collector);
        let lines = lines::lines(collector.glyphs);
        characters += lines.iter().map(|line| line.text.len()).sum::<usize>();
        if characters > CHARACTERS {
            return Err(format!(
                "The document has more than {} million characters. Split it into parts.",
                CHARACTERS / 1_000_000
            ));
        }
        found.push((lines, f64::from(height)));
    }
    let without: Vec<usize> = found
        .iter()
        .zip(1..)
        .filter(|((lines, _), _)| lines.is_empty())
        .map(|(_, number)| number)
        .collect();
    if without.len() == found.len() {
        return Err(
            "The pages are pictures without text, such as a scan. Run text recognition (OCR) on the file and add it again."
                .to_owned(),
        );
    }
    for (at, blocks) in structure::pages(found).into_iter().enumerate() {
        progress.page(ReadPage {
            number: at + 1,
            label: String::new(),
            blocks,
        });
    }
    let title = pdf.metadata().title.as_deref().map(said);
    Ok(ReadDocument {
        title: title.filter(|title| is_title(title)),
        language: None,
        page_kind: "page".to_owned(),
        notes: without_text("Page", &without),
    })
}

fn refused(error: LoadPdfError) -> String {
    match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => {
            "The PDF is protected by a password. Save it without the password and add it again."
        }
        LoadPdfError::Decryption(_) => "The PDF is encrypted in a way that can't be read.",
        LoadPdfError::Invalid => "The PDF is damaged or incomplete.",
    }
    .to_owned()
}

/// Sentences about pages or slides that have no text.
pub fn without_text(what: &str, numbers: &[usize]) -> Vec<String> {
    const NAMED: usize = 40;
    let mut notes: Vec<String> = numbers
        .iter()
        .take(NAMED)
        .map(|number| format!("{what} {number} has no text; it may be a scan or a picture."))
        .collect();
    if numbers.len() > NAMED {
        let more = numbers.len() - NAMED;
        notes.push(format!("{more} more have no text."));
    }
    notes
}

/// Decodes a text of the file's properties: UTF-16 with a mark, UTF-8, or Latin-1.
fn said(bytes: &[u8]) -> String {
    inline::joined(&super::text::decode(bytes))
}

/// Programs write names of files where a title belongs.
fn is_title(title: &str) -> bool {
    let lower = title.to_lowercase();
    title.chars().count() >= 3
        && !lower.starts_with("microsoft ")
        && !lower.starts_with("untitled")
        && ![
            ".doc", ".docx", ".pdf", ".tex", ".dvi", ".indd", ".ppt", ".pptx", ".qxd",
        ]
        .iter()
        .any(|ending| lower.ends_with(ending))
}

#[derive(Default)]
struct GlyphCollector {
    glyphs: Vec<GlyphBox>,
    /// Font of the glyph before, because neighbors mostly share it.
    font: Option<(u128, bool, bool)>,
}

impl Device<'_> for GlyphCollector {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'_>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
    fn draw_image(&mut self, _: Image<'_, '_>, _: ImageDrawProps<'_>) {}

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, '_>, props: DrawProps<'_>, _: &DrawMode) {
        for glyph in run.glyphs() {
            if self.glyphs.len() >= GLYPHS {
                return;
            }
            let text = match glyph.as_unicode() {
                Some(BfString::Char(c)) => c.to_string(),
                Some(BfString::String(text)) => text,
                None => continue,
            };
            let transform = props.transform * glyph.transform();
            let at = transform * Point::ZERO;
            let vector = |x: f64, y: f64| -> Vec2 { transform * Point::new(x, y) - at };
            let (across, up) = (vector(1000.0, 0.0), vector(0.0, 1000.0));
            let size = up.hypot();
            if !size.is_finite() || size < 0.5 || !at.x.is_finite() || !at.y.is_finite() {
                continue;
            }
            // Text that runs up a margin is no part of the page's text.
            if across.y.abs() > across.x.abs() {
                continue;
            }
            let advance = match &**glyph {
                Glyph::Outline(outline) => outline.advance_width(),
                Glyph::Type3(glyph) => glyph.advance_width(),
            };
            let advance = advance.map_or(500.0, f64::from);
            let (bold, mono) = self.marks(glyph);
            self.glyphs.push(GlyphBox {
                text,
                x: at.x,
                y: at.y,
                width: vector(advance, 0.0).x.abs(),
                size,
                bold,
                mono,
            });
        }
    }
}

impl GlyphCollector {
    /// Tells whether the font is bold, and whether its letters have one width.
    fn marks(&mut self, glyph: &Glyph<'_>) -> (bool, bool) {
        let Glyph::Outline(outline) = glyph else {
            return (false, false);
        };
        let Some(font) = outline.font_data() else {
            return (false, false);
        };
        if let Some((key, bold, mono)) = self.font
            && key == font.cache_key
        {
            return (bold, mono);
        }
        let name = font.postscript_name.unwrap_or_default().to_lowercase();
        let bold = font.weight.is_some_and(|weight| weight >= 600)
            || name.contains("bold")
            || name.contains("black")
            || name.contains("heavy")
            || name.starts_with("cmbx")
            || name.contains("+cmbx");
        let mono = font.is_monospace
            || ["mono", "courier", "consol", "cmtt", "menlo"]
                .iter()
                .any(|part| name.contains(part));
        self.font = Some((font.cache_key, bold, mono));
        (bold, mono)
    }
}
