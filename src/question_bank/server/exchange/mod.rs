//! Reads and writes questions in the formats of other systems. GIFT, Moodle XML, QTI 2.0 to 3.0 and
//! the quiz files of mdBook are read. GIFT and QTI 3.0 are written. Nothing is stored here. Files
//! are untrusted: their sizes are bounded before they are parsed, and no name in them is used as a
//! path on disk.

mod check;
mod cloze;
mod collect;
pub mod encoding;
mod gift;
mod marks;
mod markup;
mod mdbook;
mod moodle;
mod numbers;
mod pictures;
mod qti;
#[cfg(test)]
mod tests;
mod weights;

pub use collect::{digest, hash};
pub use pictures::Picture;

use std::borrow::Cow;

use crate::course::server::draft::QuestionDraft;
use crate::platform::figures::megabytes;
pub use crate::question_bank::limits::{MAX_BYTES, MAX_FILE_BYTES, MAX_QUESTIONS};
use pictures::Pictures;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Gift,
    MoodleXml,
    /// A single item or a zip package of items, QTI 2.0 to 3.0.
    Qti,
    MdBookToml,
}

impl Format {
    pub fn label(self) -> &'static str {
        match self {
            Self::Gift => "GIFT",
            Self::MoodleXml => "Moodle XML",
            Self::Qti => "QTI",
            Self::MdBookToml => "mdBook quiz",
        }
    }
}

/// The result of reading a file. Keys are unique within the file, and the same when it is read
/// again.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    pub format: Format,
    pub questions: Vec<QuestionDraft>,
    pub left_out: Vec<LeftOut>,
    /// Pictures that the questions show, without duplicates.
    pub pictures: Vec<Picture>,
    /// Indexes into `left_out` of the questions that were refused as a whole, ascending.
    pub refused: Vec<usize>,
}

/// A question, or a part of one, that has no counterpart on the other side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// For example `Question 3 'Grant's tomb'` or `Question 3 'Grant's tomb', the picture
    /// 'tomb.png'`.
    pub item: String,
    pub why: String,
}

/// A written file, and the questions and parts that it could not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Written<T> {
    pub content: T,
    pub left_out: Vec<LeftOut>,
}

/// Reads the questions of an uploaded file. The format is told by the content, with help of the
/// name.
///
/// # Errors
/// A sentence for people that says why the whole file is refused.
pub fn read(file_name: &str, bytes: &[u8]) -> Result<Imported, String> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(format!(
            "The file is larger than {}. Split it.",
            megabytes(MAX_FILE_BYTES)
        ));
    }
    if qti::is_package(bytes) {
        return qti::read_package(bytes);
    }
    let mut pictures = Pictures::default();
    let text: Cow<'_, str> = text_of(bytes)?.into();
    let text = pictures.embedded(&text);
    if text.len() > MAX_BYTES {
        return Err(format!(
            "The file is larger than {}. Split it, or export it without its pictures.",
            megabytes(MAX_BYTES)
        ));
    }
    let mut imported = if is_xml(file_name, &text) {
        read_xml(&text)
    } else if is_mdbook_quiz(file_name, &text) {
        mdbook::read(&text)
    } else {
        gift::read(&text)
    }?;
    pictures.hand_over(&mut imported);
    Ok(imported)
}

/// True if the questions are equal, apart from their keys and from white space that files do not
/// keep.
pub fn is_same(one: &QuestionDraft, other: &QuestionDraft) -> bool {
    let keyless = |question: &QuestionDraft| QuestionDraft {
        key: String::new(),
        ..collect::tidied(question.clone())
    };
    keyless(one) == keyless(other)
}

/// Writes a GIFT file with all questions that GIFT can express.
pub fn write_gift(questions: &[QuestionDraft]) -> Written<String> {
    gift::write(questions)
}

/// Writes a zip package of QTI 3.0 items.
pub fn write_qti(questions: &[QuestionDraft]) -> Result<Written<Vec<u8>>, String> {
    qti::write_package(questions)
}

fn text_of(bytes: &[u8]) -> Result<String, String> {
    encoding::text(bytes)
}

/// True for XML. GIFT files may begin with an HTML tag, so the first character alone does not tell.
fn is_xml(file_name: &str, text: &str) -> bool {
    let text = text.trim_start();
    let is_named_so = file_name.to_ascii_lowercase().ends_with(".xml") && text.starts_with('<');
    is_named_so
        || [
            "<?xml",
            "<!DOCTYPE",
            "<quiz",
            "<assessmentItem",
            "<qti-assessment-item",
            "<questestinterop",
        ]
        .iter()
        .any(|start| text.starts_with(start))
}

fn read_xml(text: &str) -> Result<Imported, String> {
    let mut root = markup::xml::parse(text)?;
    Pictures::place_files(&mut root);
    match root.name.as_str() {
        "quiz" => moodle::read(&root),
        name if qti::is_item(name) => qti::read_item(&root),
        name if qti::is_old(name) => Err(qti::OLD.to_owned()),
        name => Err(format!(
            "The file begins with <{}>: it is neither a Moodle quiz nor a QTI item.",
            collect::shortened(name)
        )),
    }
}

fn is_mdbook_quiz(file_name: &str, text: &str) -> bool {
    let is_toml = file_name.to_ascii_lowercase().ends_with(".toml");
    is_toml || text.lines().any(|line| line.trim() == "[[questions]]")
}
