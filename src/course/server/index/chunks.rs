//! Splits the text of a topic into chunks: along its headings, at ends of sentences, never within
//! code or a table.

use std::ops::Range;

use crate::platform::markdown::{PieceKind, TextPiece};

/// Length that a chunk does not exceed, in characters, unless it is one block of code or table.
const CHARACTERS: usize = 900;
/// Characters at the end of a chunk that the next one of the same section repeats, at most.
const OVERLAP: usize = 150;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// Headings above the chunk, outermost first.
    pub heading_path: Vec<String>,
    /// Id of the nearest heading.
    pub anchor: Option<String>,
    /// Range in the topic's plain text, in characters.
    pub range: Range<usize>,
    pub text: String,
}

/// Part of a text that is in a chunk as a whole: a sentence, a block of code, a table.
struct Unit {
    /// Bytes in the plain text.
    bytes: Range<usize>,
    characters: usize,
    /// Only sentences are repeated in the next chunk.
    is_sentence: bool,
}

/// Headings above a place of a text.
#[derive(Default)]
struct Place {
    headings: Vec<(u8, String)>,
    anchor: Option<String>,
}

/// Returns the chunks of a topic. Its plain text has the pieces in order, with an empty line
/// between paragraphs.
pub fn chunks(pieces: &[TextPiece]) -> Vec<Chunk> {
    let mut chunker = Chunker::default();
    for piece in pieces {
        chunker.add(piece);
    }
    chunker.end_section();
    chunker.chunks
}

#[derive(Default)]
struct Chunker {
    plain: String,
    place: Place,
    /// Units of the section since its heading.
    units: Vec<Unit>,
    chunks: Vec<Chunk>,
    /// A byte of the plain text, and the characters before it.
    counted: (usize, usize),
    is_list: bool,
}

impl Chunker {
    fn add(&mut self, piece: &TextPiece) {
        if let PieceKind::Heading { level, id } = &piece.kind {
            self.end_section();
            self.place.headings.retain(|(above, _)| above < level);
            self.place.headings.push((*level, piece.text.clone()));
            if id.is_some() {
                self.place.anchor.clone_from(id);
            }
        }
        let is_list = piece.kind == PieceKind::ListItem;
        if !self.plain.is_empty() {
            let between = if is_list && self.is_list {
                "\n"
            } else {
                "\n\n"
            };
            self.plain.push_str(between);
        }
        self.is_list = is_list;
        let start = self.plain.len();
        self.plain.push_str(&piece.text);
        match piece.kind {
            PieceKind::Heading { .. } => {}
            PieceKind::Code | PieceKind::Table => self.push_unit(start..self.plain.len(), false),
            PieceKind::Paragraph | PieceKind::ListItem => {
                for sentence in sentences(&piece.text, CHARACTERS) {
                    self.push_unit(start + sentence.start..start + sentence.end, true);
                }
            }
        }
    }

    fn push_unit(&mut self, bytes: Range<usize>, is_sentence: bool) {
        self.units.push(Unit {
            characters: self.plain[bytes.clone()].chars().count(),
            bytes,
            is_sentence,
        });
    }

    /// Makes chunks of the section's units.
    fn end_section(&mut self) {
        let units = std::mem::take(&mut self.units);
        let mut first = 0;
        let mut length = 0;
        for (at, unit) in units.iter().enumerate() {
            if at > first && length + unit.characters > CHARACTERS {
                self.push_chunk(units[first].bytes.start..units[at - 1].bytes.end);
                first = overlap(&units[first + 1..at], first + 1, unit.characters);
                length = units[first..at].iter().map(|unit| unit.characters).sum();
            }
            length += unit.characters;
        }
        if let (Some(begin), Some(end)) = (units.get(first), units.last()) {
            self.push_chunk(begin.bytes.start..end.bytes.end);
        }
    }

    fn push_chunk(&mut self, bytes: Range<usize>) {
        let start = self.characters_before(bytes.start);
        let text = self.plain[bytes].to_owned();
        self.chunks.push(Chunk {
            heading_path: (self.place.headings.iter())
                .map(|(_, text)| text.clone())
                .collect(),
            anchor: self.place.anchor.clone(),
            range: start..start + text.chars().count(),
            text,
        });
    }

    fn characters_before(&mut self, byte: usize) -> usize {
        let (at, count) = self.counted;
        let count = match byte >= at {
            true => count + self.plain[at..byte].chars().count(),
            false => count - self.plain[byte..at].chars().count(),
        };
        self.counted = (byte, count);
        count
    }
}

/// Returns the index of the first unit of the next chunk: the sentences at the end of `units` that
/// fit into the overlap, and into the chunk with the unit of `next` characters. `offset` is the
/// index of the first of `units`.
fn overlap(units: &[Unit], offset: usize, next: usize) -> usize {
    let mut room = OVERLAP.min(CHARACTERS.saturating_sub(next));
    let mut first = units.len();
    while let Some(unit) = first.checked_sub(1).map(|at| &units[at]) {
        if !unit.is_sentence || unit.characters > room {
            break;
        }
        room -= unit.characters;
        first -= 1;
    }
    offset + first
}

/// Returns the byte ranges of the sentences of a text, without the space around them. Sentences of
/// more than `most` characters are cut between words.
pub fn sentences(text: &str, most: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut length = 0;
    let mut space = None;
    let mut is_ended = false;
    for (at, c) in text.char_indices() {
        if length == 0 && c.is_whitespace() {
            start = at + c.len_utf8();
            continue;
        }
        if length > 0 && is_ended && c.is_whitespace() {
            found.push(start..at);
            (start, length, space, is_ended) = (at + c.len_utf8(), 0, None, false);
            continue;
        }
        if length >= most {
            let end = space.unwrap_or(at);
            found.push(start..end);
            start = text[end..at]
                .find(|c: char| !c.is_whitespace())
                .map_or(at, |skip| end + skip);
            length = text[start..at].chars().count();
            space = None;
        }
        length += 1;
        match c {
            '.' | '!' | '?' | '…' => is_ended = true,
            '。' | '！' | '？' => {
                found.push(start..at + c.len_utf8());
                (start, length, space, is_ended) = (at + c.len_utf8(), 0, None, false);
            }
            '"' | '\'' | ')' | ']' | '”' | '’' | '»' => {}
            c if c.is_whitespace() => space = Some(at),
            _ => is_ended = false,
        }
    }
    if length > 0 {
        found.push(start..text.trim_end().len().max(start));
    }
    found.retain(|range| !range.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(kind: PieceKind, text: &str) -> TextPiece {
        TextPiece {
            kind,
            text: text.to_owned(),
        }
    }

    fn heading(level: u8, text: &str) -> TextPiece {
        let id = Some(text.to_lowercase());
        piece(PieceKind::Heading { level, id }, text)
    }

    #[test]
    fn chunks_follow_headings_and_know_their_place() {
        let found = chunks(&[
            piece(PieceKind::Paragraph, "Über alles."),
            heading(2, "One"),
            piece(PieceKind::Paragraph, "First."),
            heading(3, "Deep"),
            piece(PieceKind::ListItem, "a"),
            piece(PieceKind::ListItem, "b"),
            heading(2, "Two"),
            piece(PieceKind::Code, "fn x() {}"),
        ]);
        let plain = "Über alles.\n\nOne\n\nFirst.\n\nDeep\n\na\nb\n\nTwo\n\nfn x() {}";
        let paths: Vec<String> = found
            .iter()
            .map(|chunk| chunk.heading_path.join("/"))
            .collect();
        assert_eq!(paths, ["", "One", "One/Deep", "Two"]);
        assert_eq!(found[2].anchor.as_deref(), Some("deep"));
        assert_eq!(found[2].text, "a\nb");
        for chunk in &found {
            let shown: String = plain
                .chars()
                .skip(chunk.range.start)
                .take(chunk.range.len())
                .collect();
            assert_eq!(shown, chunk.text);
        }
    }

    #[test]
    fn long_sections_are_cut_at_sentences_with_an_overlap() {
        let sentence =
            |n: usize| format!("Sentence {n} has some sixty characters, which is about right.");
        let text: Vec<String> = (0..40).map(sentence).collect();
        let found = chunks(&[
            heading(1, "A"),
            piece(PieceKind::Paragraph, &text.join(" ")),
        ]);
        assert!(found.len() >= 3);
        for chunk in &found {
            assert!(chunk.text.chars().count() <= CHARACTERS + 20);
            assert!(chunk.text.starts_with("Sentence") && chunk.text.ends_with("right."));
        }
        for two in found.windows(2) {
            let shared = two[0].range.end - two[1].range.start;
            assert!(
                two[1].range.start < two[0].range.end && shared <= OVERLAP + 5,
                "{shared}"
            );
        }
        assert!(found.last().unwrap().text.contains("Sentence 39 "));
    }

    #[test]
    fn code_and_tables_are_never_cut() {
        let code = "let x = 1; // one.\n".repeat(100);
        let table = "a | b\n".repeat(200);
        let found = chunks(&[
            piece(PieceKind::Paragraph, "Before."),
            piece(PieceKind::Code, code.trim_end()),
            piece(PieceKind::Table, table.trim_end()),
            piece(PieceKind::Paragraph, "After."),
        ]);
        assert!(
            found
                .iter()
                .any(|chunk| chunk.text.ends_with(code.trim_end()))
        );
        assert!(
            found
                .iter()
                .any(|chunk| chunk.text.contains(table.trim_end()))
        );
    }

    #[test]
    fn any_text_is_cut_without_loss() {
        let long = "x".repeat(2_000);
        let words = "word ".repeat(500);
        for text in [
            long.as_str(),
            words.as_str(),
            "a. b. c",
            "第一句。第二句！",
            " . ",
            "é".repeat(1_000).as_str(),
        ] {
            let ranges = sentences(text, CHARACTERS);
            let kept: String = ranges.iter().map(|range| &text[range.clone()]).collect();
            let plain = |text: &str| text.split_whitespace().collect::<String>();
            assert_eq!(plain(&kept), plain(text));
            assert!(
                ranges
                    .iter()
                    .all(|range| text[range.clone()].chars().count() <= CHARACTERS)
            );
        }
    }
}
