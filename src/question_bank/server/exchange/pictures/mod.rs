//! Pictures in files of questions. They are taken out of the file, checked by their content, and
//! handed over with the questions that show them. While the file is read, a mark
//! (`picture:HASH.png`) stands for each.

mod embedded;
mod hand_over;
mod item_images;
mod moodle_files;
mod refusal;

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use self::refusal::PictureRefusal;
pub use self::refusal::note;
use crate::course::server::files::OF_QUESTIONS;

/// Limits for pictures in bytes: each one, and all of a file together.
const MAX_BYTES: usize = 5 * 1024 * 1024;
const MAX_ALL_BYTES: usize = 20 * 1024 * 1024;
const MAX_COUNT: usize = 500;

/// Prefixes of marks: of a picture that is taken over, and of one that is not.
const TAKEN: &str = "picture:";
const REFUSED: &str = "no-picture:";
/// The difference of both prefixes.
const NO: &str = "no-";
/// Beginning of the names in marks of refused pictures that have no file name.
const NAMELESS: &str = "embedded-";

/// A picture for the files of the course, under the name that its questions use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub name: String,
    pub media_type: &'static str,
    pub content: Vec<u8>,
}

#[derive(Default)]
pub struct Pictures {
    /// The pictures by their marks.
    found: HashMap<String, Picture>,
    /// The `data:` addresses for which marks stand, by the marks.
    sources: HashMap<String, String>,
    bytes: usize,
}

/// Returns the address as a mark if it is one.
pub fn mark(address: &str) -> Option<&str> {
    let name = address.strip_prefix(TAKEN)?;
    let (hash, ending) = name.split_once('.')?;
    let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    let is_mark = hash.len() == 32
        && hash.chars().all(is_hex)
        && matches!(ending, "png" | "jpg" | "gif" | "webp" | "avif" | "svg");
    is_mark.then_some(address)
}

impl Pictures {
    /// Takes a picture and returns its mark, or a mark that gives the reason to refuse it.
    pub fn take(&mut self, name: &str, content: &[u8]) -> String {
        self.keep(content)
            .unwrap_or_else(|refusal| refusal.mark(name))
    }

    /// Returns the mark of a picture that is too large to be read.
    pub fn too_large(name: &str) -> String {
        PictureRefusal::Size.mark(name)
    }

    fn keep(&mut self, content: &[u8]) -> Result<String, PictureRefusal> {
        let (ending, media_type) = kind(content).ok_or(PictureRefusal::Kind)?;
        let hash: String = Sha256::digest(content)
            .iter()
            .take(16)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let mark = format!("{TAKEN}{hash}.{ending}");
        if self.found.contains_key(&mark) {
            return Ok(mark);
        }
        if content.len() > MAX_BYTES || content.len() > MAX_ALL_BYTES - self.bytes {
            return Err(PictureRefusal::Size);
        }
        if self.found.len() >= MAX_COUNT {
            return Err(PictureRefusal::Number);
        }
        self.bytes += content.len();
        let picture = Picture {
            name: format!("{OF_QUESTIONS}{hash}.{ending}"),
            media_type,
            content: content.to_vec(),
        };
        self.found.insert(mark.clone(), picture);
        Ok(mark)
    }
}

/// Returns the file ending and the media type of a picture that browsers show, told by its content.
fn kind(content: &[u8]) -> Option<(&'static str, &'static str)> {
    let is_svg = || {
        let text = std::str::from_utf8(content).unwrap_or_default();
        text.trim_start_matches('\u{feff}')
            .trim_start()
            .starts_with('<')
            && text.contains("<svg")
    };
    match infer::get(content).map(|kind| kind.mime_type()) {
        Some("image/png") => Some(("png", "image/png")),
        Some("image/jpeg") => Some(("jpg", "image/jpeg")),
        Some("image/gif") => Some(("gif", "image/gif")),
        Some("image/webp") => Some(("webp", "image/webp")),
        Some("image/avif") => Some(("avif", "image/avif")),
        _ if is_svg() => Some(("svg", "image/svg+xml")),
        _ => None,
    }
}

/// Decodes percent escapes, as in `%20` for a space.
pub fn percent_decoded(address: &str) -> String {
    let mut out = Vec::with_capacity(address.len());
    let mut rest = address.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let code = match (byte, after) {
            (b'%', [high, low, ..]) => std::str::from_utf8(&[*high, *low])
                .ok()
                .and_then(|hex| u8::from_str_radix(hex, 16).ok()),
            _ => None,
        };
        rest = if code.is_some() { &after[2..] } else { after };
        out.push(code.unwrap_or(*byte));
    }
    String::from_utf8(out).unwrap_or_else(|_| address.to_owned())
}
