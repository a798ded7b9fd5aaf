//! Pictures in files of questions. They are taken out of the file, checked by their content, and
//! handed over with the questions that show them. While the file is read, a mark
//! (`picture:HASH.png`) stands for each.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use sha2::{Digest, Sha256};

use super::check;
use super::collect::{EMBEDDED, Note, called, shortened, texts_mut};
use super::markup::{Element, Node};
use super::{Imported, LeftOut};
use crate::course::server::draft::{AnswerDraft, QuestionDraft, TracingOutcome};
use crate::course::server::files::OF_QUESTIONS;
use crate::platform::figures::megabytes;
use crate::platform::markdown;

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

/// Reason to refuse a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    Damaged,
    Kind,
    Size,
    Number,
}

impl Refusal {
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

    fn mark(self, name: &str) -> String {
        let code = self.code();
        let name: String = name
            .chars()
            .filter(|c| c.is_alphanumeric() || "._- ".contains(*c))
            .collect();
        format!("{REFUSED}{code}:{}", shortened(&name))
    }
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

/// Returns the note about a picture that is not taken over.
pub fn note(address: &str) -> Note {
    let refused = address
        .strip_prefix(REFUSED)
        .and_then(|rest| rest.split_once(':'))
        .and_then(|(code, name)| {
            let refusal = Refusal::ALL
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

impl Pictures {
    /// Takes a picture and returns its mark, or a mark that gives the reason to refuse it.
    pub fn take(&mut self, name: &str, content: &[u8]) -> String {
        self.keep(content)
            .unwrap_or_else(|refusal| refusal.mark(name))
    }

    /// Returns the mark of a picture that is too large to be read.
    pub fn too_large(name: &str) -> String {
        Refusal::Size.mark(name)
    }

    fn keep(&mut self, content: &[u8]) -> Result<String, Refusal> {
        let (ending, media_type) = kind(content).ok_or(Refusal::Kind)?;
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
            return Err(Refusal::Size);
        }
        if self.found.len() >= MAX_COUNT {
            return Err(Refusal::Number);
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
                None => Refusal::Damaged.mark(&name),
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

    /// Replaces the addresses of Moodle's files in texts by the marks of the files.
    pub fn place_files(element: &mut Element) {
        let files: HashMap<String, String> = element
            .all("file")
            .filter_map(|file| {
                let name = file.attribute("name")?;
                let folder = file.attribute("path").unwrap_or("/");
                let path = format!("{folder}/{name}");
                let path = path.split('/').filter(|part| !part.is_empty());
                let mark = file.text();
                let mark = match mark.trim().strip_prefix(REFUSED) {
                    Some(rest) => format!("{REFUSED}{}{}", rest, shortened(name)),
                    None => mark.trim().to_owned(),
                };
                Some((path.collect::<Vec<_>>().join("/"), mark))
            })
            .collect();
        for child in &mut element.children {
            let Node::Element(child) = child else {
                continue;
            };
            if child.name == "text" && !files.is_empty() {
                for node in &mut child.children {
                    if let Node::Text(text) = node {
                        *text = with_files(text, &files);
                    }
                }
            } else if child.name != "file" {
                Self::place_files(child);
            }
        }
    }

    /// Replaces the addresses of pictures in an item by the marks that `found` returns.
    pub fn place(
        &mut self,
        element: &mut Element,
        found: &mut impl FnMut(&mut Self, &str) -> Option<String>,
    ) {
        if element.name == "object" && is_picture(element) {
            *element = as_image(element);
        }
        if element.name == "img" {
            for (name, value) in &mut element.attributes {
                if name == "src"
                    && mark(value).is_none()
                    && let Some(mark) = found(self, value)
                {
                    *value = mark;
                }
            }
        }
        for child in &mut element.children {
            if let Node::Element(child) = child {
                self.place(child, found);
            }
        }
    }

    /// Replaces the marks in all questions by addresses of course files. Adds the pictures that are
    /// shown to `imported`. Text that only looks like a picture, such as a program or an answer
    /// about one, becomes again what it was.
    pub fn hand_over(self, imported: &mut Imported) {
        let mut too_long = HashMap::new();
        for (at, question) in imported.questions.iter_mut().enumerate() {
            if self.restore(question)
                && let Err(why) = check::check(question)
            {
                too_long.insert(at, why);
                continue;
            }
            let name = called(question);
            for text in texts_mut(question) {
                for mark in marks(text) {
                    let Some(picture) = self.found.get(&mark) else {
                        // The file itself contains an address that looks like a mark.
                        let note = note(&mark);
                        imported.left_out.push(LeftOut {
                            item: format!("{name}, {}", note.what),
                            why: note.why,
                        });
                        continue;
                    };
                    *text = text.replace(&mark, &format!("file:{}", picture.name));
                    if !imported.pictures.contains(picture) {
                        imported.pictures.push(picture.clone());
                    }
                }
            }
        }
        let mut at = 0;
        imported.questions.retain(|question| {
            let why = too_long.remove(&at);
            at += 1;
            let is_kept = why.is_none();
            if let Some(why) = why {
                imported.refused.push(imported.left_out.len());
                imported.left_out.push(LeftOut {
                    item: called(question),
                    why,
                });
            }
            is_kept
        });
    }

    /// Replaces marks that no picture and no link has as its target by the text for which they
    /// stand. Returns true if there were any.
    fn restore(&self, question: &mut QuestionDraft) -> bool {
        let mut is_changed = false;
        let plain: Vec<&mut String> = match &mut question.answer {
            AnswerDraft::ShortAnswer { accepted, .. } => accepted.iter_mut().collect(),
            AnswerDraft::Tracing {
                program,
                outcome: TracingOutcome::Prints(output),
                ..
            } => vec![program, output],
            AnswerDraft::Tracing { program, .. } => vec![program],
            _ => Vec::new(),
        };
        for text in plain {
            is_changed |= self.restore_in(text, |_| HashSet::new());
        }
        for text in texts_mut(question) {
            is_changed |= self.restore_in(text, targets);
        }
        is_changed
    }

    /// Replaces the marks in a text, except those whose numbers `kept` returns.
    fn restore_in(&self, text: &mut String, kept: impl Fn(&[&str]) -> HashSet<usize>) -> bool {
        // Odd parts are marks.
        let mut parts: Vec<&str> = Vec::new();
        let mut done = 0;
        let known = |found: &str| self.sources.contains_key(found);
        for (at, _) in text.match_indices(TAKEN) {
            let from = match text[..at].ends_with(NO) {
                true => at - NO.len(),
                false => at,
            };
            let is_end = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | ':' | '-');
            let end = text[at..].find(is_end).map_or(text.len(), |end| at + end);
            // A sign after the mark may be the end of a sentence.
            let found = text[from..end].trim_end_matches(['.', ':', '-']);
            if from >= done && known(found) {
                parts.extend([&text[done..from], found]);
                done = from + found.len();
            }
        }
        if parts.is_empty() {
            return false;
        }
        parts.push(&text[done..]);
        let kept = kept(&parts);
        let shown = parts.iter().enumerate().map(|(at, part)| {
            let source = self.sources.get(*part);
            match source.filter(|_| at % 2 == 1 && !kept.contains(&at)) {
                Some(source) => source.as_str(),
                None => part,
            }
        });
        let restored: String = shown.collect();
        let is_changed = restored != *text;
        *text = restored;
        is_changed
    }
}

/// Returns the odd parts that are the target of a picture or a link in Markdown. Each gets an
/// address of its own for that, because one picture may be shown and also be named in a program.
fn targets(parts: &[&str]) -> HashSet<usize> {
    let address = |at: usize| format!("{TAKEN}{at:032x}.png");
    let numbered = parts.iter().enumerate().map(|(at, part)| match at % 2 {
        0 => (*part).to_owned(),
        _ => address(at),
    });
    let found = RefCell::new(HashSet::new());
    markdown::render(&numbered.collect::<String>(), &|target, _| {
        found.borrow_mut().insert(target.to_owned());
        None
    });
    let found = found.into_inner();
    (0..parts.len())
        .filter(|at| at % 2 == 1 && found.contains(&address(*at)))
        .collect()
}

fn marks(text: &str) -> Vec<String> {
    let ends = |c: char| !c.is_ascii_alphanumeric() && c != '.';
    let mut found: Vec<String> = text
        .match_indices(TAKEN)
        .filter_map(|(at, sign)| {
            let from = at + sign.len();
            let length = text[from..].find(ends).unwrap_or(text.len() - from);
            mark(&text[at..from + length]).map(str::to_owned)
        })
        .collect();
    found.sort();
    found.dedup();
    found
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

fn with_files(text: &str, files: &HashMap<String, String>) -> String {
    const SIGN: &str = "@@PLUGINFILE@@/";
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(SIGN) {
        let (before, found) = rest.split_at(at);
        let found = &found[SIGN.len()..];
        let quote = before.chars().next_back();
        let ends = |c: char| match quote {
            Some('"' | '\'') => Some(c) == quote,
            Some('(') => c == ')' || c.is_whitespace(),
            _ => c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>'),
        };
        let end = found.find(ends).unwrap_or(found.len());
        let path = found[..end].split(['?', '#']).next().unwrap_or_default();
        let path = percent_decoded(&path.replace("&amp;", "&"));
        out.push_str(before);
        match files.get(&path) {
            Some(mark) => out.push_str(mark),
            None => out.push_str(&rest[at..at + SIGN.len() + end]),
        }
        rest = &found[end..];
    }
    out + rest
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

fn is_picture(object: &Element) -> bool {
    let kind = object.attribute("type").unwrap_or_default();
    kind.starts_with("image/") && object.attribute("data").is_some()
}

/// Returns an `<object>` of QTI 2 as an `<img>`. Its label or its text becomes the alternative
/// text.
fn as_image(object: &Element) -> Element {
    let alt = object.attribute("label").map(str::to_owned);
    let alt = alt.unwrap_or_else(|| {
        object
            .text()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    });
    Element::new("img")
        .with("src", object.attribute("data").unwrap_or_default())
        .with("alt", alt)
}
