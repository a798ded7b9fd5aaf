//! Converts tables to Markdown, or to HTML if a cell holds more than a line or spans others.

use super::escape::Surroundings;
use super::html::is_block;
use super::inline::Inline;
use super::to_markdown::{blocks, raw};
use super::{Element, Node};
use crate::question_bank::server::exchange::collect::Note;

/// Most cells of a table in Markdown, which fills short rows up to the width of the longest.
const MAX_CELLS: usize = 10_000;

pub fn table(element: &Element, notes: &mut Vec<Note>) -> Vec<String> {
    let mut out = Vec::new();
    for caption in element.all("caption") {
        out.extend(blocks(&caption.children, notes));
    }
    let rows = rows(element);
    let width = rows.iter().map(|row| cells(row).count()).max().unwrap_or(0);
    if width == 0 {
        return out;
    }
    if !rows.iter().flat_map(|row| cells(row)).all(is_simple) {
        out.push(raw(&plain(element)));
        return out;
    }
    if rows.len().saturating_mul(width) > MAX_CELLS {
        notes.push(Note::new(
            format!("a table of {} rows and {width} columns", rows.len()),
            format!("a table has up to {MAX_CELLS} cells here"),
        ));
        return out;
    }
    let has_head = rows
        .first()
        .is_some_and(|row| cells(row).all(|cell| cell.name == "th"));
    let mut lines = Vec::new();
    if !has_head {
        lines.push(line(vec![String::new(); width]));
        lines.push(line(vec!["---".to_owned(); width]));
    }
    for (number, row) in rows.iter().enumerate() {
        let mut texts: Vec<String> = cells(row).map(|cell| text(cell, notes)).collect();
        texts.resize(width, String::new());
        lines.push(line(texts));
        if has_head && number == 0 {
            lines.push(line(vec!["---".to_owned(); width]));
        }
    }
    out.push(lines.join("\n"));
    out
}

fn rows(element: &Element) -> Vec<&Element> {
    element
        .elements()
        .flat_map(|part| match part.name.as_str() {
            "tr" => vec![part],
            "thead" | "tbody" | "tfoot" => part.all("tr").collect(),
            _ => Vec::new(),
        })
        .collect()
}

fn cells(row: &Element) -> impl Iterator<Item = &Element> {
    row.elements()
        .filter(|cell| matches!(cell.name.as_str(), "td" | "th"))
}

/// True for a cell of one paragraph that spans no others.
fn is_simple(cell: &Element) -> bool {
    let spans = ["colspan", "rowspan"]
        .iter()
        .filter_map(|name| cell.attribute(name));
    let blocks = cell.walk();
    let blocks: Vec<_> = blocks
        .iter()
        .skip(1)
        .filter(|element| is_block(&element.name))
        .collect();
    spans.into_iter().all(|span| span == "1")
        && blocks.len() <= 1
        && blocks
            .iter()
            .all(|block| matches!(block.name.as_str(), "p" | "div"))
}

fn text(cell: &Element, notes: &mut Vec<Note>) -> String {
    let place = Surroundings {
        in_cell: true,
        ..Surroundings::default()
    };
    let mut inline = Inline::new(place, notes);
    inline.nodes(&cell.children);
    inline.finish()
}

fn line(cells: Vec<String>) -> String {
    format!("| {} |", cells.join(" | "))
}

/// Returns the element without the parts that an author's HTML may not have.
fn plain(element: &Element) -> Element {
    let keeps = |child: &Element| {
        !matches!(
            child.name.as_str(),
            "script"
                | "style"
                | "caption"
                | "img"
                | "object"
                | "audio"
                | "video"
                | "iframe"
                | "svg"
                | "input"
        )
    };
    Element {
        children: element
            .children
            .iter()
            .filter_map(|child| match child {
                Node::Element(child) => keeps(child).then(|| plain(child).into()),
                text => Some(text.clone()),
            })
            .collect(),
        ..element.clone()
    }
}
