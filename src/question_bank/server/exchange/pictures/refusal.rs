//! Reasons to refuse pictures, and the marks of refused pictures.

use super::{NAMELESS, REFUSED};
use crate::question_bank::server::exchange::collect::{EMBEDDED, Note, shortened};

/// Reason to refuse a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureRefusal {
    Damaged,
    Kind,
    Size,
    Number,
}

const REFUSALS: [(PictureRefusal, &str, &str); 4] = [
    (PictureRefusal::Damaged, "damaged", "its content is damaged"),
    (
        PictureRefusal::Kind,
        "kind",
        "its content is no picture of a kind that browsers show (PNG, JPEG, GIF, WebP, AVIF or SVG)",
    ),
    (
        PictureRefusal::Size,
        "size",
        "it is larger than 5 MB, or all pictures together than 20 MB",
    ),
    (
        PictureRefusal::Number,
        "number",
        "the file has more than 500 pictures",
    ),
];

impl PictureRefusal {
    pub fn mark(self, name: &str) -> String {
        let known = REFUSALS.iter().find(|(refusal, ..)| *refusal == self);
        let code = known.map_or("", |(_, code, _)| code);
        let name: String = name
            .chars()
            .filter(|c| c.is_alphanumeric() || "._- ".contains(*c))
            .collect();
        format!("{REFUSED}{code}:{}", shortened(&name))
    }
}

/// Returns the note about a picture that is not taken over.
pub fn note(address: &str) -> Note {
    let refused = address
        .strip_prefix(REFUSED)
        .and_then(|rest| rest.split_once(':'))
        .and_then(|(code, name)| {
            let (.., why) = REFUSALS.iter().find(|(_, known, _)| *known == code)?;
            Some((name, *why))
        });
    let (name, why) = refused.unwrap_or((
        address,
        "it is not in the file; add it to the question again",
    ));
    let what = match name.is_empty() || name.starts_with("data:") || name.starts_with(NAMELESS) {
        true => EMBEDDED.to_owned(),
        false => format!("the picture '{}'", shortened(name)),
    };
    Note::new(what, why)
}
