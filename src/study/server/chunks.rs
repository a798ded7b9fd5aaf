//! Cuts rendered HTML into passages: headings, paragraphs, lists, tables and code, in order.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use crate::course::server::search::without_practice;

/// Longest passage, in characters. The rest of a longer one is left out.
const MOST_CHARACTERS: usize = 8_000;

/// Longest heading, in characters.
const HEADING_CHARACTERS: usize = 300;

/// Stands in a passage for a formula or a picture, which plain text cannot show.
pub const GAP_OF_TEXT: &str = "[…formula…]";

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ChunkKind {
    Heading,
    #[default]
    Paragraph,
    List,
    Table,
    Code,
}

impl ChunkKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Heading => "heading",
            Self::Paragraph => "paragraph",
            Self::List => "list",
            Self::Table => "table",
            Self::Code => "code",
        }
    }
}

/// A passage of a text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StudyChunk {
    pub kind: ChunkKind,
    /// Items of a list and rows of a table are lines. Cells are separated by a bar.
    pub text: String,
    /// Text of the heading above.
    pub heading: String,
    /// Texts that are set off, such as terms where they are introduced.
    pub stressed: Vec<String>,
    /// Items of a list.
    pub items: Vec<String>,
    pub is_numbered: bool,
    /// Rows of a table, with their cells.
    pub rows: Vec<Vec<String>>,
    /// True if the first row of the table is its head.
    pub has_head: bool,
}

impl StudyChunk {
    pub fn words(&self) -> usize {
        self.text.split_whitespace().count()
    }
}

/// Cuts the text, which has passed the sanitizer. Practice questions are left out.
pub fn chunks(html: &str) -> Vec<StudyChunk> {
    let html = without_practice(html);
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html.as_str()));
    let tokenizer = Tokenizer::new(ChunkSink(RefCell::default()), TokenizerOpts::default());
    // Feeding pauses only to run scripts, which the sink never requests.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let mut reader = tokenizer.sink.0.into_inner();
    reader.finish();
    reader.found
}

struct ChunkSink(RefCell<ChunkReader>);

impl TokenSink for ChunkSink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut reader = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => reader.start(&tag),
            Token::TagToken(tag) => reader.end(&tag.name),
            Token::CharacterTokens(text) => reader.text(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// Elements whose content is left out.
const SKIPPED: [&str; 7] = ["math", "svg", "button", "form", "nav", "video", "script"];

#[derive(Default)]
struct ChunkReader {
    found: Vec<StudyChunk>,
    heading: String,
    open: Option<StudyChunk>,
    /// Number of lists that are open.
    lists: usize,
    /// Text of the item, cell or paragraph that is open.
    part: String,
    stressed_from: Option<usize>,
    skipped: Vec<String>,
}

impl ChunkReader {
    fn start(&mut self, tag: &Tag) {
        let name = &*tag.name;
        let is_anchor = name == "a"
            && tag
                .attrs
                .iter()
                .any(|each| &*each.name.local == "class" && &*each.value == "anchor");
        if SKIPPED.contains(&name) || is_anchor {
            self.skipped.push(name.to_owned());
            if matches!(name, "math" | "svg") {
                self.part.push_str(GAP_OF_TEXT);
            }
            return;
        }
        if !self.skipped.is_empty() {
            return;
        }
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.begin(ChunkKind::Heading),
            "p" | "dd" | "dt" | "blockquote" if self.is_within_whole() => self.part.push(' '),
            "p" | "dd" | "dt" => self.begin(ChunkKind::Paragraph),
            "ul" | "ol" => {
                if self.lists == 0 {
                    self.begin(ChunkKind::List);
                    if let Some(open) = &mut self.open {
                        open.is_numbered = name == "ol";
                    }
                }
                self.lists += 1;
            }
            "li" => self.end_item(),
            "table" => self.begin(ChunkKind::Table),
            "tr" => {
                if let Some(open) = &mut self.open {
                    open.rows.push(Vec::new());
                }
                self.part.clear();
            }
            "th" | "td" => self.part.clear(),
            "pre" => self.begin(ChunkKind::Code),
            "strong" | "em" | "dfn" | "b" | "i" => self.stressed_from = Some(self.part.len()),
            "br" => self.part.push(' '),
            _ => {}
        }
    }

    /// True within a list or a table, which paragraphs do not end.
    fn is_within_whole(&self) -> bool {
        let kind = self.open.as_ref().map(|open| open.kind);
        matches!(kind, Some(ChunkKind::List | ChunkKind::Table))
    }

    fn end(&mut self, name: &str) {
        if self.skipped.last().is_some_and(|open| open == name) {
            self.skipped.pop();
            return;
        }
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "pre" | "table" => self.finish(),
            "p" | "dd" | "dt" if !self.is_within_whole() => self.finish(),
            "li" => self.end_item(),
            "ul" | "ol" => {
                self.end_item();
                self.lists = self.lists.saturating_sub(1);
                if self.lists == 0 {
                    self.finish();
                }
            }
            "th" | "td" => {
                let cell = joined(&self.part);
                self.part.clear();
                if let Some(open) = &mut self.open {
                    open.has_head |= name == "th" && open.rows.len() == 1;
                    if let Some(row) = open.rows.last_mut() {
                        row.push(cell);
                    }
                }
            }
            "strong" | "em" | "dfn" | "b" | "i" => {
                if let (Some(from), Some(open)) = (self.stressed_from.take(), &mut self.open) {
                    let stressed = joined(self.part.get(from..).unwrap_or_default());
                    if !stressed.is_empty() {
                        open.stressed.push(stressed);
                    }
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.skipped.is_empty() && self.open.is_some() {
            self.part.push_str(text);
        }
    }

    fn end_item(&mut self) {
        let item = joined(&self.part);
        self.part.clear();
        self.stressed_from = None;
        if let Some(open) = self.open.as_mut().filter(|_| !item.is_empty()) {
            open.items.push(item);
        }
    }

    fn begin(&mut self, kind: ChunkKind) {
        self.finish();
        self.open = Some(StudyChunk {
            kind,
            ..StudyChunk::default()
        });
    }

    fn finish(&mut self) {
        self.stressed_from = None;
        self.lists = 0;
        let part = std::mem::take(&mut self.part);
        let Some(mut chunk) = self.open.take() else {
            return;
        };
        chunk.text = match chunk.kind {
            ChunkKind::Heading | ChunkKind::Paragraph => joined(&part),
            ChunkKind::Code => part.trim_matches('\n').to_owned(),
            ChunkKind::List => {
                let lines = chunk.items.iter().zip(1..);
                let lines = lines.map(|(item, number)| match chunk.is_numbered {
                    true => format!("{number}. {item}"),
                    false => format!("- {item}"),
                });
                lines.collect::<Vec<_>>().join("\n")
            }
            ChunkKind::Table => {
                let lines = chunk.rows.iter().map(|row| row.join(" | "));
                lines.collect::<Vec<_>>().join("\n")
            }
        };
        chunk.text = limited(&chunk.text, MOST_CHARACTERS);
        if chunk.text.trim().is_empty() {
            return;
        }
        if chunk.kind == ChunkKind::Heading {
            self.heading = limited(&chunk.text, HEADING_CHARACTERS);
        } else {
            chunk.heading.clone_from(&self.heading);
        }
        self.found.push(chunk);
    }
}

/// The text with single spaces. U+0000 cannot be stored.
fn joined(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace('\0', "")
}

fn limited(text: &str, characters: usize) -> String {
    text.chars()
        .filter(|c| *c != '\0')
        .take(characters)
        .collect()
}

/// Returns how central each passage is, from 0 to 1. The score is the mean weight of its words,
/// where the weight of a word is the logarithm of its number of passages. The most central passage
/// has 1.
pub fn relevance(chunks: &[StudyChunk]) -> Vec<f64> {
    let words: Vec<HashSet<String>> = chunks
        .iter()
        .map(|chunk| content_words(&chunk.text))
        .collect();
    let mut passages: HashMap<&str, f64> = HashMap::new();
    for word in words.iter().flatten() {
        *passages.entry(word.as_str()).or_default() += 1.0;
    }
    let weigh = |words: &HashSet<String>| {
        let weights = words.iter().filter_map(|word| passages.get(word.as_str()));
        let total: f64 = weights.map(|count| count.ln_1p()).sum();
        // Words are few in short passages, and long ones only gather them.
        total / (words.len().max(4) as f64).sqrt()
    };
    let weights: Vec<f64> = words.iter().map(weigh).collect();
    let most = weights.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    weights
        .iter()
        .map(|weight| (weight / most).clamp(0.0, 1.0))
        .collect()
}

fn content_words(text: &str) -> HashSet<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() > 3)
        .map(str::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::platform::markdown;

    fn of(markdown: &str) -> Vec<StudyChunk> {
        chunks(&markdown::render(markdown, &|_, _| None).html)
    }

    #[test]
    fn a_text_is_cut_into_passages_with_their_types() {
        let found = of(
            "# Averages\n\nThe **mean** is a *sum*.\n\n1. Count.\n2. Divide.\n\n- one\n- two\n\n\
             | Value | Count |\n|---|---|\n| a | 1 |\n\n```\nlet x = 1;\n```\n",
        );
        let kinds: Vec<&str> = found.iter().map(|chunk| chunk.kind.name()).collect();
        assert_eq!(
            kinds,
            ["heading", "paragraph", "list", "list", "table", "code"]
        );
        assert_eq!(found[1].heading, "Averages");
        assert_eq!(found[1].stressed, ["mean", "sum"]);
        assert_eq!(found[2].text, "1. Count.\n2. Divide.");
        assert!(found[2].is_numbered && !found[3].is_numbered);
        assert_eq!(found[4].rows, [vec!["Value", "Count"], vec!["a", "1"]]);
        assert!(found[4].has_head);
        assert_eq!(found[5].text, "let x = 1;");
    }

    #[test]
    fn the_passage_with_the_common_words_is_the_most_central() {
        let found = of(
            "Pelicans catch fishes together.\n\nPelicans share fishes together.\n\nUnrelated remark stands alone.",
        );
        let scores = relevance(&found);
        assert!(scores[0] > scores[2] && scores[1] > scores[2], "{scores:?}");
    }

    proptest! {
        #[test]
        fn any_text_is_cut_without_empty_passages(text in "\\PC{0,300}") {
            let found = of(&text);
            for chunk in &found {
                prop_assert!(!chunk.text.trim().is_empty());
            }
            for score in relevance(&found) {
                prop_assert!((0.0..=1.0).contains(&score));
            }
        }
    }
}
