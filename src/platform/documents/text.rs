//! Plain text and Markdown.

use pulldown_cmark::{Options, Parser};

use super::blocks::{Block, ListItem, ReadDocument, ReadPage};
use super::{CHARACTERS, ReadProgress, ReadResult, html, inline};

/// Decodes text: UTF-8, UTF-16 with a mark, and windows-1252 for all else.
pub fn decode(content: &[u8]) -> String {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(content) {
        let (text, _) = encoding.decode_without_bom_handling(&content[mark..]);
        return text.replace('\0', "");
    }
    match std::str::from_utf8(content) {
        Ok(text) => text.replace('\0', ""),
        Err(_) => {
            let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(content);
            text.replace('\0', "")
        }
    }
}

pub(super) fn check_length(text: &str) -> Result<(), String> {
    match text.len() > CHARACTERS {
        true => Err(format!(
            "The text is too long: at most {} million characters are read.",
            CHARACTERS / 1_000_000
        )),
        false => Ok(()),
    }
}

pub fn read_markdown(content: &[u8], progress: &mut dyn ReadProgress) -> ReadResult {
    let source = decode(content);
    check_length(&source)?;
    let source = without_front_matter(&source);
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut page = String::with_capacity(source.len() * 2);
    pulldown_cmark::html::push_html(&mut page, Parser::new_ext(source, options));
    let parts = html::blocks(&page);
    one_page(parts.blocks, None, progress)
}

/// The text after metadata between lines of `---`, which generators of sites write.
fn without_front_matter(source: &str) -> &str {
    let rest = source
        .strip_prefix("---\n")
        .or_else(|| source.strip_prefix("---\r\n"));
    let end = rest.and_then(|rest| Some((rest, rest.find("\n---")?)));
    match end {
        Some((rest, at)) => rest[at + 4..].trim_start_matches('-'),
        None => source,
    }
}

pub fn read_plain(content: &[u8], progress: &mut dyn ReadProgress) -> ReadResult {
    let text = decode(content);
    check_length(&text)?;
    // A form feed begins a page.
    let pages: Vec<&str> = text.split('\u{c}').collect();
    super::check_pages(pages.len(), "page")?;
    progress.total(pages.len());
    let mut is_empty = true;
    for (at, page) in pages.iter().enumerate() {
        let blocks = plain_blocks(page);
        is_empty &= blocks.is_empty();
        progress.page(ReadPage {
            number: at + 1,
            label: String::new(),
            blocks,
        });
    }
    match is_empty {
        true => Err("The file has no text.".to_owned()),
        false => Ok(ReadDocument {
            page_kind: if pages.len() > 1 { "page" } else { "part" }.to_owned(),
            ..ReadDocument::default()
        }),
    }
}

/// Paragraphs are separated by empty lines. A short line alone, without a sign at its end, is a
/// heading; lines with bullets or numbers are lists.
fn plain_blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let page = page.replace("\r\n", "\n").replace('\r', "\n");
    for part in page.split("\n\n") {
        let lines: Vec<&str> = part
            .lines()
            .map(str::trim)
            .filter(|l| !l.is_empty())
            .collect();
        match lines[..] {
            [] => {}
            [line] if is_heading(line) => blocks.push(Block::Heading {
                level: 2,
                text: inline::escape(line.trim_start_matches('#').trim()),
            }),
            _ => lines_of(&lines, &mut blocks),
        }
    }
    blocks
}

fn lines_of(lines: &[&str], blocks: &mut Vec<Block>) {
    let mut items: Vec<ListItem> = Vec::new();
    let mut ordered = false;
    let mut paragraph = String::new();
    let end_paragraph = |paragraph: &mut String, blocks: &mut Vec<Block>| {
        let text = inline::escape(paragraph);
        paragraph.clear();
        if !text.is_empty() {
            blocks.push(Block::Paragraph { text });
        }
    };
    for line in lines {
        match item(line) {
            Some((is_ordered, text)) => {
                end_paragraph(&mut paragraph, blocks);
                if !items.is_empty() && ordered != is_ordered {
                    let items = std::mem::take(&mut items);
                    blocks.push(Block::List { ordered, items });
                }
                ordered = is_ordered;
                items.push(ListItem {
                    depth: 0,
                    text: inline::escape(text),
                });
            }
            None => match items.last_mut() {
                Some(last) => last.text = format!("{} {}", last.text, inline::escape(line)),
                None => {
                    paragraph.push_str(line);
                    paragraph.push(' ');
                }
            },
        }
    }
    end_paragraph(&mut paragraph, blocks);
    if !items.is_empty() {
        blocks.push(Block::List { ordered, items });
    }
}

/// The text of a line that begins with a bullet or a number, and whether it is a number.
pub(super) fn item(line: &str) -> Option<(bool, &str)> {
    for bullet in [
        "• ",
        "▪ ",
        "◦ ",
        "‣ ",
        "● ",
        "– ",
        "- ",
        "* ",
        "· ",
        "\u{f0b7} ",
    ] {
        if let Some(text) = line.strip_prefix(bullet) {
            return Some((false, text.trim())).filter(|(_, text)| !text.is_empty());
        }
    }
    let digits = line.find(|c: char| !c.is_ascii_digit())?;
    let rest = line[digits..]
        .strip_prefix(". ")
        .or_else(|| line[digits..].strip_prefix(") "))?;
    let is_short = (1..=3).contains(&digits);
    (is_short && !rest.trim().is_empty()).then_some((true, rest.trim()))
}

fn is_heading(line: &str) -> bool {
    let count = line.chars().count();
    let text = line.trim_start_matches('#').trim();
    (2..=80).contains(&count)
        && text.split_whitespace().count() <= 10
        && !line.ends_with(['.', ',', ';', ':', '!', '?', '。', '…'])
        && text.chars().next().is_some_and(|c| {
            c.is_uppercase() || c.is_ascii_digit() || (c.is_alphabetic() && !c.is_lowercase())
        })
        && item(line).is_none()
}

/// Passes a document on that has no pages.
pub(super) fn one_page(
    blocks: Vec<Block>,
    title: Option<String>,
    progress: &mut dyn ReadProgress,
) -> ReadResult {
    if blocks.is_empty() {
        return Err("The file has no text.".to_owned());
    }
    progress.total(1);
    progress.page(ReadPage {
        number: 1,
        label: String::new(),
        blocks,
    });
    Ok(ReadDocument {
        title,
        page_kind: "part".to_owned(),
        ..ReadDocument::default()
    })
}
