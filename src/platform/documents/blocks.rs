//! The structure that every format becomes.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

/// A part of a page. Texts are Markdown without line breaks, except code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    Heading {
        level: u8,
        text: String,
    },
    Paragraph {
        text: String,
    },
    List {
        ordered: bool,
        items: Vec<ListItem>,
    },
    /// The first row is the head.
    Table {
        rows: Vec<Vec<String>>,
    },
    Code {
        language: String,
        text: String,
    },
    /// Alternative text of a picture.
    Image {
        alt: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListItem {
    /// From 0.
    pub depth: u8,
    pub text: String,
}

/// A page, slide, sheet or chapter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadPage {
    /// From 1.
    pub number: usize,
    /// Name of a sheet or title of a slide.
    pub label: String,
    pub blocks: Vec<Block>,
}

/// A document without its pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadDocument {
    /// The title that the document itself has.
    pub title: Option<String>,
    pub language: Option<String>,
    /// Name of its pages: page, slide, sheet, chapter or part.
    pub page_kind: String,
    /// Sentences about what could not be read.
    pub notes: Vec<String>,
}

impl Block {
    /// Number of characters, without the signs of Markdown for lists and tables.
    pub fn characters(&self) -> usize {
        let count = |text: &String| text.chars().count();
        match self {
            Self::Heading { text, .. } | Self::Paragraph { text } | Self::Code { text, .. } => {
                count(text)
            }
            Self::List { items, .. } => items.iter().map(|item| count(&item.text) + 1).sum(),
            Self::Table { rows } => rows.iter().flatten().map(|cell| count(cell) + 1).sum(),
            Self::Image { alt } => count(alt),
        }
    }

    /// The block in Markdown, without an empty line after it.
    pub fn markdown(&self) -> String {
        match self {
            Self::Heading { level, text } => {
                format!("{} {text}", "#".repeat(usize::from(*level).clamp(1, 6)))
            }
            Self::Paragraph { text } => text.clone(),
            Self::Image { alt } => format!("*[Picture: {alt}]*"),
            Self::Code { language, text } => fenced(language, text),
            Self::List { ordered, items } => list(*ordered, items),
            Self::Table { rows } => table(rows),
        }
    }
}

/// A table of the rows that are not empty, or paragraphs if the rows only arrange the page.
pub fn of_rows(mut rows: Vec<Vec<String>>) -> Vec<Block> {
    rows.retain(|row| row.iter().any(|cell| !cell.is_empty()));
    let width = rows.iter().map(Vec::len).max().unwrap_or_default();
    if width > 1 && rows.len() > 1 {
        return vec![Block::Table { rows }];
    }
    let texts = rows.into_iter().flatten().filter(|text| !text.is_empty());
    texts.map(|text| Block::Paragraph { text }).collect()
}

/// Blocks in Markdown, with an empty line between them.
pub fn markdown<'a>(blocks: impl IntoIterator<Item = &'a Block>) -> String {
    let blocks: Vec<String> = blocks.into_iter().map(Block::markdown).collect();
    blocks.join("\n\n")
}

fn fenced(language: &str, text: &str) -> String {
    let runs = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(runs.max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}", text.trim_end())
}

fn list(ordered: bool, items: &[ListItem]) -> String {
    let mut out = String::new();
    let mut counts = [0_u32; 16];
    for item in items {
        let depth = usize::from(item.depth).min(counts.len() - 1);
        counts[depth] += 1;
        for deeper in &mut counts[depth + 1..] {
            *deeper = 0;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&"   ".repeat(depth));
        // Writing to a String never fails.
        let _ = match ordered {
            true => write!(out, "{}. {}", counts[depth], item.text),
            false => write!(out, "- {}", item.text),
        };
    }
    out
}

fn table(rows: &[Vec<String>]) -> String {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0).max(1);
    let line = |cells: &[String]| {
        let cell = |at| {
            let text = cells.get(at).map(String::as_str).unwrap_or_default();
            text.replace('|', "\\|")
        };
        let cells: Vec<String> = (0..width).map(cell).collect();
        format!("| {} |", cells.join(" | "))
    };
    let mut lines = vec![line(rows.first().map(Vec::as_slice).unwrap_or_default())];
    lines.push(format!("|{}", "---|".repeat(width)));
    lines.extend(rows.iter().skip(1).map(|row| line(row)));
    lines.join("\n")
}
