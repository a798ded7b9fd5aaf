//! Takes pictures out of a file whose texts have their contents in base64.

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::refusal::PictureRefusal;
use super::{NAMELESS, Pictures};

impl Pictures {
    /// Replaces base64 contents by marks, in `data:` addresses and in Moodle's `<file>` elements.
    pub fn embedded<'a>(&mut self, text: &'a str) -> Cow<'a, str> {
        const SIGN: &str = "base64";
        let mut out = String::new();
        let mut done = 0;
        while let Some(at) = text[done..].find(SIGN).map(|at| done + at) {
            let after = at + SIGN.len();
            let source = address(text, done, at);
            let is_address = source.is_some();
            let Some((from, to, content)) = source.or_else(|| file(text, done, at)) else {
                out.push_str(&text[done..after]);
                done = after;
                continue;
            };
            out.push_str(&text[done..from]);
            // A number tells the marks of refused pictures apart. The mark of a `<file>` gets the
            // file's name later.
            let name = match is_address {
                true => format!("{NAMELESS}{}", self.sources.len()),
                false => String::new(),
            };
            let mark = match decoded(content) {
                Some(content) => self.take(&name, &content),
                None => PictureRefusal::Damaged.mark(&name),
            };
            out.push_str(&mark);
            if is_address {
                // The backslashes are GIFT's.
                let source = || text[from..to].replace('\\', "");
                self.sources.entry(mark).or_insert_with(source);
            }
            done = to;
        }
        match done {
            0 => Cow::Borrowed(text),
            _ => Cow::Owned(out + &text[done..]),
        }
    }
}

/// Finds an address `data:image/…;base64,…` that a picture shows. Returns its beginning, its end
/// and its content. `at` is the position of the word "base64".
fn address(text: &str, done: usize, at: usize) -> Option<(usize, usize, &str)> {
    const LONGEST: usize = 80;
    let content = text[at..].strip_prefix("base64,")?;
    let before = &text[done..at];
    // GIFT puts a backslash before the colon.
    let sign = ["data:image", "data\\:image"].iter();
    let from = sign.filter_map(|sign| before.rfind(sign)).max()?;
    if before.len() - from > LONGEST {
        return None;
    }
    let is_shown = ["\"", "'", "(", "&quot;", "&#34;"]
        .iter()
        .any(|quote| before[..from].ends_with(quote));
    let is_content =
        |c: char| c.is_ascii_alphanumeric() || c.is_ascii_whitespace() || "+/=%\\".contains(c);
    let length = content.find(|c| !is_content(c)).unwrap_or(content.len());
    let start = text.len() - text[at..].len() + "base64,".len();
    is_shown.then(|| (done + from, start + length, &content[..length]))
}

/// Finds the content of a `<file>` in Moodle's XML. The parameters and the result are those of
/// `address`.
fn file(text: &str, done: usize, at: usize) -> Option<(usize, usize, &str)> {
    /// Longest rest of the tag before its content, in bytes.
    const LONGEST: usize = 1_000;
    let before = &text[done..at];
    if !before.ends_with("encoding=\"") && !before.ends_with("encoding='") {
        return None;
    }
    let tag = text.as_bytes()[at..].iter().take(LONGEST);
    let from = at + tag.into_iter().position(|byte| *byte == b'>')? + 1;
    let ends =
        |c: char| !c.is_ascii_alphanumeric() && !c.is_ascii_whitespace() && !"+/=".contains(c);
    let to = from + text[from..].find(ends)?;
    text[to..]
        .starts_with('<')
        .then(|| (from, to, &text[from..to]))
}

fn decoded(content: &str) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let content = content
        .replace("%2B", "+")
        .replace("%2F", "/")
        .replace("%3D", "=");
    let plain: String = content
        .chars()
        .filter(|c| !c.is_ascii_whitespace() && *c != '\\')
        .collect();
    GeneralPurpose::new(&STANDARD, config).decode(plain).ok()
}
