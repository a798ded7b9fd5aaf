//! Reads documents that people wrote elsewhere: PDF, Office files, EPUB, HTML, Markdown, text and
//! subtitles. Every format becomes the same structure of pages and blocks.
//!
//! Parsers of foreign files are the widest door of such a system. [`child`] therefore reads in a
//! process of its own, with limits of memory, time and output. A crash there fails one document.

mod blocks;
pub mod child;
mod docx;
mod epub;
mod format;
mod html;
mod inline;
mod package;
mod pdf;
mod pptx;
mod subtitles;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod text;
pub mod unpack;
mod xlsx;
mod xml;

pub use blocks::{Block, ReadDocument, ReadPage, markdown};
pub use format::{DocumentFormat, detect, endings};
pub use inline::{escape, plain_text};

/// Largest document in bytes.
pub const DOCUMENT_BYTES: usize = 50 * 1024 * 1024;
/// Most pages, slides, sheets or chapters of a document.
pub const PAGES: usize = 3_000;
/// Most characters of a document's text.
pub const CHARACTERS: usize = 8_000_000;

/// Receives the parts of a document as they are read.
pub trait ReadProgress {
    /// Tells the number of pages, once it is known.
    fn total(&mut self, pages: usize);
    fn page(&mut self, page: ReadPage);
}

/// A reader's result: the document without its pages, or a sentence that says why it can't be read.
pub type ReadResult = Result<ReadDocument, String>;

/// Reads a document. The pages go to `progress`.
pub fn read(format: DocumentFormat, content: &[u8], progress: &mut dyn ReadProgress) -> ReadResult {
    match format {
        DocumentFormat::Pdf => pdf::read(content, progress),
        DocumentFormat::Docx => docx::read(content, progress),
        DocumentFormat::Pptx => pptx::read(content, progress),
        DocumentFormat::Xlsx => xlsx::read(content, progress),
        DocumentFormat::Epub => epub::read(content, progress),
        DocumentFormat::Html => html::read(content, progress),
        DocumentFormat::Markdown => text::read_markdown(content, progress),
        DocumentFormat::Text => text::read_plain(content, progress),
        DocumentFormat::Subtitles => subtitles::read(content, progress),
        DocumentFormat::Zip => Err("A zip is unpacked before its files are read.".to_owned()),
    }
}

/// Refuses a document with too many pages.
fn check_pages(count: usize, what: &str) -> Result<(), String> {
    match count > PAGES {
        true => Err(format!(
            "The document has {} {what}s. At most {} are read; split it into parts.",
            crate::figures::number(count),
            crate::figures::number(PAGES)
        )),
        false => Ok(()),
    }
}
