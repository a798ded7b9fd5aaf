//! Reasons to refuse pictures, and the marks of refused pictures.

use super::{MAX_ALL_BYTES, MAX_BYTES, MAX_COUNT, NAMELESS, REFUSED};
use crate::platform::figures::megabytes;
use crate::question_bank::server::exchange::collect::{EMBEDDED, Note, shortened};

/// Reason to refuse a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureRefusal {
    Damaged,
    Kind,
    Size,
    Number,
}

impl PictureRefusal {
    const ALL: [Self; 4] = [Self::Damaged, Self::Kind, Self::Size, Self::Number];

    fn code(self) -> &'static str {
        match self {
            Self::Damaged => "damaged",
            Self::Kind => "kind",
            Self::Size => "size",
            Self::Number => "number",
        }
    }

    fn reason(self) -> String {
        match self {
            Self::Damaged => "its content is damaged".to_owned(),
            Self::Kind => "its content is no picture of a kind that browsers show (PNG, JPEG, GIF, WebP, AVIF or SVG)".to_owned(),
            Self::Size => format!(
                "it is larger than {}, or all pictures together than {}",
                megabytes(MAX_BYTES),
                megabytes(MAX_ALL_BYTES)
            ),
            Self::Number => format!("the file has more than {MAX_COUNT} pictures"),
        }
    }

    pub fn mark(self, name: &str) -> String {
        let code = self.code();
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
            let refusal = PictureRefusal::ALL
                .into_iter()
                .find(|known| known.code() == code)?;
            Some((name, refusal.reason()))
        });
    let (name, why) = refused.unwrap_or((
        address,
        "it is not in the file; add it to the question again".to_owned(),
    ));
    let what = match name.is_empty() || name.starts_with("data:") || name.starts_with(NAMELESS) {
        true => EMBEDDED.to_owned(),
        false => format!("the picture '{}'", shortened(name)),
    };
    Note::new(what, why)
}
