//! Tells what a document is by its content; its name decides only between kinds of text.

use std::io::Cursor;

use zip::ZipArchive;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentFormat {
    Pdf,
    Docx,
    Pptx,
    Xlsx,
    Epub,
    Html,
    Markdown,
    Text,
    /// WebVTT or SubRip.
    Subtitles,
    /// An archive of documents.
    Zip,
}

/// Each format with its name in the database, in sentences, and its ending.
const FORMATS: [(DocumentFormat, &str, &str, &[&str]); 10] = [
    (DocumentFormat::Pdf, "pdf", "PDF", &["pdf"]),
    (DocumentFormat::Docx, "docx", "Word", &["docx"]),
    (DocumentFormat::Pptx, "pptx", "PowerPoint", &["pptx"]),
    (DocumentFormat::Xlsx, "xlsx", "Excel", &["xlsx"]),
    (DocumentFormat::Epub, "epub", "EPUB", &["epub"]),
    (
        DocumentFormat::Html,
        "html",
        "HTML",
        &["html", "htm", "xhtml"],
    ),
    (
        DocumentFormat::Markdown,
        "markdown",
        "Markdown",
        &["md", "markdown"],
    ),
    (DocumentFormat::Text, "text", "Text", &["txt", "text"]),
    (
        DocumentFormat::Subtitles,
        "subtitles",
        "Subtitles",
        &["vtt", "srt"],
    ),
    (DocumentFormat::Zip, "zip", "Zip", &["zip"]),
];

impl DocumentFormat {
    fn row(self) -> &'static (Self, &'static str, &'static str, &'static [&'static str]) {
        let row = FORMATS.iter().find(|(format, ..)| *format == self);
        row.unwrap_or(&FORMATS[0])
    }

    pub fn name(self) -> &'static str {
        self.row().1
    }

    pub fn label(self) -> &'static str {
        self.row().2
    }

    pub fn named(name: &str) -> Option<Self> {
        let row = FORMATS.iter().find(|(_, known, ..)| *known == name);
        row.map(|(format, ..)| *format)
    }

    fn of_ending(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        let ending = ending.to_lowercase();
        let row = FORMATS
            .iter()
            .find(|(.., endings)| endings.contains(&ending.as_str()));
        row.map(|(format, ..)| *format)
    }
}

/// Endings of files that are read.
pub fn endings() -> impl Iterator<Item = &'static str> {
    FORMATS
        .iter()
        .flat_map(|(.., endings)| endings.iter().copied())
}

/// Tells the format of a file.
///
/// # Errors
///
/// A sentence for a file that is none of them, or whose content is not what its name says.
pub fn detect(name: &str, content: &[u8]) -> Result<DocumentFormat, String> {
    if content.is_empty() {
        return Err("The file is empty.".to_owned());
    }
    let named = DocumentFormat::of_ending(name);
    // Some writers put bytes before the header.
    let head = &content[..content.len().min(1024)];
    if head.windows(5).any(|five| five == b"%PDF-") {
        return Ok(DocumentFormat::Pdf);
    }
    if content.starts_with(b"PK\x03\x04") || content.starts_with(b"PK\x05\x06") {
        return of_package(content);
    }
    if content.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) {
        return Err(match named {
            Some(DocumentFormat::Docx | DocumentFormat::Pptx | DocumentFormat::Xlsx) => {
                "The file is protected by a password. Save it without the password and add it again."
                    .to_owned()
            }
            _ => "The file is in the format of Office before 2007. Save it as DOCX, PPTX or XLSX."
                .to_owned(),
        });
    }
    let claims = named.filter(|format| {
        matches!(
            format,
            DocumentFormat::Pdf
                | DocumentFormat::Docx
                | DocumentFormat::Pptx
                | DocumentFormat::Xlsx
                | DocumentFormat::Epub
                | DocumentFormat::Zip
        )
    });
    if let Some(format) = claims {
        return Err(format!(
            "The file is named as {} but its content is {}.",
            format.label(),
            said_of(content)
        ));
    }
    if !looks_like_text(content) {
        return Err(format!(
            "The file is {}, which can't be read. Use PDF, DOCX, PPTX, XLSX, EPUB, HTML, Markdown, text, VTT, SRT or a zip of these.",
            said_of(content)
        ));
    }
    if content.starts_with(b"WEBVTT") || content.starts_with(b"\xef\xbb\xbfWEBVTT") {
        return Ok(DocumentFormat::Subtitles);
    }
    if let Some(format) = named {
        return Ok(format);
    }
    let start = String::from_utf8_lossy(head).trim_start().to_lowercase();
    match start.starts_with("<!doctype html") || start.starts_with("<html") {
        true => Ok(DocumentFormat::Html),
        false => Ok(DocumentFormat::Text),
    }
}

fn of_package(content: &[u8]) -> Result<DocumentFormat, String> {
    const BROKEN: &str = "The file is damaged or incomplete: it ends too early.";
    let archive = ZipArchive::new(Cursor::new(content)).map_err(|_| BROKEN.to_owned())?;
    let has = |name: &str| archive.index_for_name(name).is_some();
    Ok(if has("word/document.xml") {
        DocumentFormat::Docx
    } else if has("ppt/presentation.xml") {
        DocumentFormat::Pptx
    } else if has("xl/workbook.xml") {
        DocumentFormat::Xlsx
    } else if has("META-INF/container.xml") {
        DocumentFormat::Epub
    } else {
        DocumentFormat::Zip
    })
}

fn said_of(content: &[u8]) -> &'static str {
    if content.starts_with(b"MZ") || content.starts_with(b"\x7fELF") {
        return "a program";
    }
    match infer::get(content) {
        Some(kind) if kind.mime_type().starts_with("image/") => "a picture",
        Some(kind) if kind.mime_type().starts_with("video/") => "a video",
        Some(kind) if kind.mime_type().starts_with("audio/") => "a recording",
        Some(_) => "of another kind",
        None if looks_like_text(content) => "text",
        None => "of a kind that is not known",
    }
}

fn looks_like_text(content: &[u8]) -> bool {
    let head = &content[..content.len().min(8_192)];
    let is_wide = head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]);
    let odd = head
        .iter()
        .filter(|byte| **byte < 0x20 && !matches!(byte, b'\n' | b'\r' | b'\t' | 0x0c | 0x1b))
        .count();
    is_wide || odd == 0
}
