//! Cuts a document into nuggets: along its headings, at ends of sentences, never within a table or
//! a block of code.

use sha2::{Digest, Sha256};

use crate::course::server::index::chunks::sentences;
use crate::platform::documents::{Block, ReadPage, escape, plain_text};

/// Most and fewest characters of a nugget. A table or block of code that is longer stays whole, and
/// a document that is shorter is one nugget.
pub const MOST: usize = 2_000;
pub const LEAST: usize = 200;

/// Longest title, in characters.
const TITLE: usize = 200;

/// A part of a document that becomes a nugget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutNugget {
    pub title: String,
    /// Headings above, outermost first, without marks.
    pub heading_path: Vec<String>,
    /// Markdown.
    pub content: String,
    pub page_from: usize,
    pub page_to: usize,
}

impl CutNugget {
    /// Equal for equal texts. A nugget keeps its id while its text stays.
    pub fn hash(&self) -> String {
        hash(self.content.as_bytes())
    }
}

/// SHA-256 in hexadecimal digits.
pub fn hash(content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A part of a text that is in a nugget as a whole.
#[derive(Debug, Clone)]
struct CutUnit {
    text: String,
    characters: usize,
    page: usize,
    /// True if an empty line comes before it; false for a sentence that goes on with a paragraph.
    begins: bool,
}

/// The text between two headings.
#[derive(Debug, Clone, Default)]
struct CutSection {
    path: Vec<String>,
    units: Vec<CutUnit>,
}

impl CutSection {
    fn characters(&self) -> usize {
        length(&self.units)
    }
}

fn length(units: &[CutUnit]) -> usize {
    units.iter().map(|unit| unit.characters + 2).sum()
}

/// Cuts the pages of a document. `title` is the title of nuggets without a heading above.
pub fn cut(pages: &[ReadPage], title: &str) -> Vec<CutNugget> {
    let sections = joined(sections(pages));
    let mut nuggets = Vec::new();
    for section in &sections {
        let pieces = pieces(&section.units);
        let count = pieces.len();
        for (at, piece) in pieces.iter().enumerate() {
            nuggets.push(nugget(section, piece, (at, count), title));
        }
    }
    nuggets
}

fn sections(pages: &[ReadPage]) -> Vec<CutSection> {
    let mut headings: Vec<(u8, String)> = Vec::new();
    let mut sections = vec![CutSection::default()];
    for page in pages {
        for block in &page.blocks {
            if let Block::Heading { level, text } = block {
                let text: String = plain_text(text).chars().take(TITLE).collect();
                headings.retain(|(above, _)| above < level);
                headings.push((*level, text));
                sections.push(CutSection {
                    path: headings.iter().map(|(_, text)| text.clone()).collect(),
                    units: Vec::new(),
                });
            } else if let Some(section) = sections.last_mut() {
                units(block, page.number, &mut section.units);
            }
        }
    }
    sections.retain(|section| !section.units.is_empty());
    sections
}

/// Adds the units of a block. Paragraphs and lists are divided only if they are too long.
fn units(block: &Block, page: usize, units: &mut Vec<CutUnit>) {
    let text = block.markdown();
    let characters = text.chars().count();
    let whole = |text: String, characters, begins| CutUnit {
        text,
        characters,
        page,
        begins,
    };
    match block {
        Block::Paragraph { text } if characters > MOST => {
            for (at, range) in sentences(text, MOST).into_iter().enumerate() {
                let sentence = text[range].to_owned();
                let characters = sentence.chars().count();
                units.push(whole(sentence, characters, at == 0));
            }
        }
        Block::List { ordered, items } if characters > MOST => {
            for item in items {
                let one = Block::List {
                    ordered: *ordered,
                    items: vec![item.clone()],
                };
                let text = one.markdown();
                let characters = text.chars().count();
                units.push(whole(text, characters, true));
            }
        }
        _ => units.push(whole(text, characters, true)),
    }
}

/// Joins sections that are too short with the next one below the same heading, or with the one
/// before. The headings within are kept in the text.
fn joined(sections: Vec<CutSection>) -> Vec<CutSection> {
    let mut out: Vec<CutSection> = Vec::new();
    for section in sections {
        let Some(last) = out.last_mut() else {
            out.push(section);
            continue;
        };
        let is_short = last.characters() < LEAST || section.characters() < LEAST;
        let common = last
            .path
            .iter()
            .zip(&section.path)
            .take_while(|(a, b)| a == b)
            .count();
        let is_near = common + 1 >= last.path.len().min(section.path.len());
        let fits = last.characters() + section.characters() + 100 <= MOST;
        if is_short && is_near && fits {
            let page = section.units.first().map_or(1, |unit| unit.page);
            if section.path != last.path {
                last.units.extend(heading(&section.path, page));
            }
            last.units.extend(section.units);
            // Sections of equal rank are below what they have in common.
            if common < last.path.len() && common > 0 && section.path.len() <= last.path.len() {
                keep_first_heading(last, common);
            }
        } else {
            out.push(section);
        }
    }
    out
}

/// The first of several joined sections keeps its heading in the text, and the path is that of all.
fn keep_first_heading(section: &mut CutSection, common: usize) {
    let page = section.units.first().map_or(1, |unit| unit.page);
    section.units.splice(0..0, heading(&section.path, page));
    section.path.truncate(common);
}

/// The innermost heading of a path as a part of the text.
fn heading(path: &[String], page: usize) -> Option<CutUnit> {
    let depth = path.len().clamp(2, 6);
    let text = format!("{} {}", "#".repeat(depth), escape(path.last()?));
    Some(CutUnit {
        characters: text.chars().count(),
        text,
        page,
        begins: true,
    })
}

/// Divides the units of a section into pieces of about equal length.
fn pieces(units: &[CutUnit]) -> Vec<Vec<CutUnit>> {
    let whole = length(units);
    let target = whole.div_ceil(whole.div_ceil(MOST).max(1));
    let mut pieces: Vec<Vec<CutUnit>> = Vec::new();
    let mut open: Vec<CutUnit> = Vec::new();
    for unit in units {
        let now = length(&open);
        let is_full = now + unit.characters + 2 > MOST
            || (now >= LEAST && now + unit.characters / 2 > target);
        if !open.is_empty() && is_full {
            pieces.push(std::mem::take(&mut open));
        }
        open.push(unit.clone());
    }
    if !open.is_empty() {
        pieces.push(open);
    }
    fill(&mut pieces);
    pieces
}

/// Joins pieces that are too short with a neighbor, or moves units to them.
fn fill(pieces: &mut Vec<Vec<CutUnit>>) {
    let mut at = 0;
    while at < pieces.len() && pieces.len() > 1 {
        if length(&pieces[at]) >= LEAST {
            at += 1;
            continue;
        }
        let fits = |other: usize| length(&pieces[other]) + length(&pieces[at]) <= MOST;
        if at > 0 && fits(at - 1) {
            let short = pieces.remove(at);
            pieces[at - 1].extend(short);
        } else if at + 1 < pieces.len() && fits(at + 1) {
            let short = pieces.remove(at);
            pieces[at].splice(0..0, short);
        } else {
            if at > 0 {
                let mut taken = Vec::new();
                while length(&taken) + length(&pieces[at]) < LEAST && pieces[at - 1].len() > 1 {
                    if let Some(unit) = pieces[at - 1].pop() {
                        taken.insert(0, unit);
                    }
                }
                pieces[at].splice(0..0, taken);
            }
            at += 1;
        }
    }
}

fn nugget(
    section: &CutSection,
    units: &[CutUnit],
    (at, count): (usize, usize),
    title: &str,
) -> CutNugget {
    let mut content = String::new();
    for unit in units {
        if !content.is_empty() {
            // Items of a divided list stay one list.
            let is_item =
                |text: &str| text.starts_with("- ") || text.trim_start().starts_with("- ");
            content.push_str(match unit.begins {
                false => " ",
                true if is_item(&unit.text) && content.lines().last().is_some_and(is_item) => "\n",
                true => "\n\n",
            });
        }
        content.push_str(&unit.text);
    }
    let named = section.path.last().map_or(title, String::as_str);
    let title: String = named.chars().take(TITLE).collect();
    CutNugget {
        title: match count > 1 {
            true => format!("{title} ({} of {count})", at + 1),
            false => title,
        },
        heading_path: section.path.clone(),
        content,
        page_from: units.iter().map(|unit| unit.page).min().unwrap_or(1),
        page_to: units.iter().map(|unit| unit.page).max().unwrap_or(1),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn page(number: usize, blocks: Vec<Block>) -> ReadPage {
        ReadPage {
            number,
            label: String::new(),
            blocks,
        }
    }

    fn heading(level: u8, text: &str) -> Block {
        Block::Heading {
            level,
            text: text.to_owned(),
        }
    }

    fn text(sentences: usize) -> Block {
        let sentence = |at| format!("Sentence {at} says something of some length.");
        Block::Paragraph {
            text: (0..sentences).map(sentence).collect::<Vec<_>>().join(" "),
        }
    }

    #[test]
    fn nuggets_follow_headings_and_know_their_pages() {
        let found = cut(
            &[
                page(
                    1,
                    vec![
                        heading(1, "Birds"),
                        text(8),
                        heading(2, "Pelicans"),
                        text(7),
                    ],
                ),
                page(2, vec![text(7), heading(2, "Swans"), text(8)]),
            ],
            "A book",
        );
        let shown: Vec<(&str, usize, usize, usize)> = found
            .iter()
            .map(|nugget| {
                let depth = nugget.heading_path.len();
                (
                    nugget.title.as_str(),
                    depth,
                    nugget.page_from,
                    nugget.page_to,
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("Birds", 1, 1, 1),
                ("Pelicans", 2, 1, 2),
                ("Swans", 2, 2, 2)
            ]
        );
    }

    #[test]
    fn short_sections_are_joined_and_keep_their_headings() {
        let found = cut(
            &[page(
                1,
                vec![
                    heading(1, "Birds"),
                    text(2),
                    heading(2, "Pelicans"),
                    text(8),
                ],
            )],
            "",
        );
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].title, "Birds");
        assert!(
            found[0].content.contains("\n\n## Pelicans\n\n"),
            "{}",
            found[0].content
        );
    }

    #[test]
    fn long_tables_and_code_stay_whole() {
        let code = Block::Code {
            language: String::new(),
            text: "let x = 1;\n".repeat(400),
        };
        let found = cut(&[page(1, vec![text(10), code.clone(), text(10)])], "A book");
        assert!(
            found
                .iter()
                .any(|nugget| nugget.content.contains(&code.markdown()))
        );
        assert_eq!(found[0].title, "A book (1 of 3)");
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_lengths_are_kept(
            parts in prop::collection::vec((0_u8..4, 1_usize..90), 1..20),
        ) {
            let mut blocks = Vec::new();
            for (at, (level, count)) in parts.iter().enumerate() {
                if *level > 0 {
                    blocks.push(heading(*level, &format!("Heading {at}")));
                }
                blocks.push(text(*count));
            }
            let whole: usize = parts.iter().map(|(_, count)| count).sum();
            let found = cut(&[page(1, blocks)], "A book");
            let kept: usize = found.iter().map(|n| n.content.matches("Sentence").count()).sum();
            prop_assert_eq!(kept, whole);
            for nugget in &found {
                let count = nugget.content.chars().count();
                prop_assert!(count <= MOST, "{count}");
                prop_assert!(nugget.content.ends_with("length."));
            }
        }
    }
}
