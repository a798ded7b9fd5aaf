//! Tells headings, paragraphs, lists, tables and code of a PDF by sizes and places.

use std::collections::HashMap;

use super::super::blocks::{Block, ListItem};
use super::super::text::item;
use super::inline;
use super::lines::PdfLine;

/// Part of a page's height at its top and bottom where running heads and page numbers are.
const MARGIN: f64 = 0.09;

/// The blocks of each page. `found` has each page's lines and height.
pub fn pages(mut found: Vec<(Vec<PdfLine>, f64)>) -> Vec<Vec<Block>> {
    remove_running(&mut found);
    let sizes = Sizes::of(&found);
    let mut pages: Vec<Vec<Block>> = Vec::with_capacity(found.len());
    for (lines, _) in found {
        let groups = groups(ordered(lines), &sizes);
        let blocks = groups
            .into_iter()
            .map(|group| group.block(&sizes))
            .collect();
        pages.push(joined_lists(blocks));
    }
    pages
}

/// Removes lines at the edges of pages that repeat from page to page, apart from their numbers.
fn remove_running(pages: &mut [(Vec<PdfLine>, f64)]) {
    let is_edge = |line: &PdfLine, height: f64| {
        line.y < height * MARGIN || line.y - line.size * 0.3 > height * (1.0 - MARGIN)
    };
    let key = |line: &PdfLine| -> String {
        let text = line.text.chars().filter(|c| !c.is_ascii_digit());
        text.collect::<String>().to_lowercase()
    };
    let mut counts: HashMap<String, usize> = HashMap::new();
    for (lines, height) in pages.iter() {
        let mut keys: Vec<String> = lines
            .iter()
            .filter(|line| is_edge(line, *height))
            .map(key)
            .collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            *counts.entry(key).or_default() += 1;
        }
    }
    let count = pages.len();
    for (lines, height) in pages.iter_mut() {
        lines.retain(|line| {
            if !is_edge(line, *height) {
                return true;
            }
            let key = key(line);
            let is_number = key.chars().all(|c| !c.is_alphabetic()) && line.text.len() <= 12;
            let is_roman = line.text.len() <= 6 && key.chars().all(|c| "ivxlc".contains(c));
            let times = counts.get(&key).copied().unwrap_or_default();
            // Heads of chapters differ from those of other chapters.
            let is_repeated = times >= 3 && times * 8 >= count.min(80);
            let is_counted = (is_number && count > 1) || (is_roman && count > 3);
            !is_counted && !is_repeated
        });
    }
}

/// Brings lines of the same height that were drawn line by line across columns into columns.
/// Rows of tables stay together.
fn ordered(lines: Vec<PdfLine>) -> Vec<PdfLine> {
    // Lines whose neighbor has the same baseline, as (index of the left one, of the right one).
    let beside = |a: &PdfLine, b: &PdfLine| (a.y - b.y).abs() < a.size * 0.3 && b.x > a.end;
    let rows = lines
        .windows(2)
        .filter(|two| beside(&two[0], &two[1]))
        .count();
    let is_long = |line: &PdfLine| line.text.chars().count() >= 25;
    let long = lines
        .windows(2)
        .filter(|two| beside(&two[0], &two[1]) && is_long(&two[0]) && is_long(&two[1]))
        .count();
    // Cells are short. Columns of text have long lines side by side.
    if rows < 4 || long * 2 < rows {
        return lines;
    }
    let left = lines.iter().map(|line| line.x).fold(f64::MAX, f64::min);
    let right = lines.iter().map(|line| line.end).fold(f64::MIN, f64::max);
    let middle = f64::midpoint(left, right);
    let is_across = |line: &PdfLine| line.x < middle - 8.0 && line.end > middle + 8.0;
    let mut out = Vec::with_capacity(lines.len());
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for line in lines {
        if is_across(&line) {
            out.append(&mut first);
            out.append(&mut second);
            out.push(line);
        } else if line.x < middle {
            first.push(line);
        } else {
            second.push(line);
        }
    }
    out.append(&mut first);
    out.append(&mut second);
    out
}

/// Sizes of the document's text.
struct Sizes {
    body: f64,
    /// Sizes of headings, largest first.
    headings: Vec<f64>,
}

fn rounded(size: f64) -> i64 {
    (size * 2.0).round() as i64
}

impl Sizes {
    fn of(pages: &[(Vec<PdfLine>, f64)]) -> Self {
        let mut characters: HashMap<i64, usize> = HashMap::new();
        for line in pages.iter().flat_map(|(lines, _)| lines) {
            *characters.entry(rounded(line.size)).or_default() += line.text.chars().count();
        }
        let body = characters
            .iter()
            .max_by_key(|(size, count)| (**count, **size));
        let body = body.map_or(20, |(size, _)| *size);
        let whole: usize = characters.values().sum();
        let mut headings: Vec<i64> = characters
            .iter()
            // A size that a quarter of the text has is no heading.
            .filter(|(size, count)| {
                **size as f64 >= body as f64 * 1.12 && **count * 4 <= whole.max(4)
            })
            .map(|(size, _)| *size)
            .collect();
        headings.sort_by_key(|size| std::cmp::Reverse(*size));
        Self {
            body: body as f64 / 2.0,
            headings: headings.into_iter().map(|size| size as f64 / 2.0).collect(),
        }
    }

    /// The level of a heading of this size.
    fn level(&self, size: f64) -> Option<u8> {
        let size = rounded(size) as f64 / 2.0;
        let at = self
            .headings
            .iter()
            .position(|heading| *heading <= size + 0.01)?;
        (size >= self.body * 1.12).then(|| u8::try_from(at + 1).unwrap_or(6).min(4))
    }
}

/// Lines that are one block.
enum Group {
    Text(Vec<PdfLine>),
    Rows(Vec<Vec<PdfLine>>),
    Code(Vec<PdfLine>),
}

fn groups(lines: Vec<PdfLine>, sizes: &Sizes) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut rows = rows(lines).into_iter().peekable();
    let mut table: Vec<Vec<PdfLine>> = Vec::new();
    while let Some(row) = rows.next() {
        let fits = table.last().is_none_or(|last| is_same_table(last, &row));
        if row.len() > 1 && fits {
            table.push(row);
            continue;
        }
        end_table(&mut table, &mut groups, sizes);
        if row.len() > 1 && rows.peek().is_some_and(|next| is_same_table(&row, next)) {
            table.push(row);
            continue;
        }
        for line in row {
            add_line(line, &mut groups, sizes);
        }
    }
    end_table(&mut table, &mut groups, sizes);
    groups
}

/// Lines with the same baseline that follow each other.
fn rows(lines: Vec<PdfLine>) -> Vec<Vec<PdfLine>> {
    let mut rows: Vec<Vec<PdfLine>> = Vec::new();
    for line in lines {
        let last = rows.last().and_then(|row| row.last());
        let is_beside = last.is_some_and(|last| {
            (last.y - line.y).abs() < last.size * 0.3 && line.x > last.end && !line.mono
        });
        match rows.last_mut() {
            Some(row) if is_beside => row.push(line),
            _ => rows.push(vec![line]),
        }
    }
    rows
}

fn is_same_table(one: &[PdfLine], other: &[PdfLine]) -> bool {
    let (Some(a), Some(b)) = (one.first(), other.first()) else {
        return false;
    };
    let is_near = b.y > a.y && b.y - a.y < a.size.max(b.size) * 3.5;
    let aligned = other
        .iter()
        .filter(|cell| {
            one.iter().any(|above| {
                let same = |x: f64, y: f64| (x - y).abs() < cell.size;
                same(above.x, cell.x)
                    || same(above.end, cell.end)
                    || same(
                        f64::midpoint(above.x, above.end),
                        f64::midpoint(cell.x, cell.end),
                    )
            })
        })
        .count();
    is_near && other.len() > 1 && one.len() > 1 && aligned >= 2
}

fn end_table(table: &mut Vec<Vec<PdfLine>>, groups: &mut Vec<Group>, sizes: &Sizes) {
    let rows = std::mem::take(table);
    if rows.len() >= 2 {
        groups.push(Group::Rows(rows));
        return;
    }
    // Parts of one line that are far apart, such as a number and its heading.
    for row in rows {
        let Some(first) = row.first().cloned() else {
            continue;
        };
        let whole = row.into_iter().skip(1).fold(first, |line, next| PdfLine {
            text: format!("{} {}", line.text, next.text),
            end: next.end,
            bold: line.bold && next.bold,
            mono: line.mono && next.mono,
            ..line
        });
        add_line(whole, groups, sizes);
    }
}

fn add_line(line: PdfLine, groups: &mut Vec<Group>, sizes: &Sizes) {
    match groups.last_mut() {
        Some(Group::Code(lines)) if line.mono => lines.push(line),
        Some(Group::Text(lines)) if continues(lines, &line, sizes) => lines.push(line),
        _ if line.mono => groups.push(Group::Code(vec![line])),
        _ => groups.push(Group::Text(vec![line])),
    }
}

/// Tells whether the line goes on with the paragraph.
fn continues(lines: &[PdfLine], next: &PdfLine, sizes: &Sizes) -> bool {
    let Some(last) = lines.last() else {
        return false;
    };
    let is_same_kind = rounded(last.size).abs_diff(rounded(next.size)) <= 1
        && !next.mono
        && (last.bold == next.bold || sizes.level(last.size).is_some());
    if !is_same_kind || item(&next.text).is_some() {
        return false;
    }
    let step = next.y - last.y;
    let is_below = step > 0.0 && step < last.size * 1.75;
    // The paragraph goes on in the next column if its sentence has not ended.
    let is_next_column = step < 0.0 && next.x > last.end;
    if is_next_column {
        return !ends_sentence(&last.text) && sizes.level(next.size).is_none();
    }
    if !is_below {
        return false;
    }
    let width = lines.iter().map(|line| line.end).fold(f64::MIN, f64::max);
    let left = lines
        .iter()
        .skip(1)
        .map(|line| line.x)
        .fold(last.x, f64::min);
    let is_indented = next.x > left + next.size * 0.8 && lines.len() > 1;
    let is_short = last.end < width.max(next.end) - last.size * 4.0;
    // A wider step than before separates paragraphs.
    let usual = lines
        .windows(2)
        .map(|two| two[1].y - two[0].y)
        .fold(f64::MAX, f64::min);
    let is_wider = lines.len() > 1 && step > usual * 1.3 + 0.5;
    !(is_wider || (ends_sentence(&last.text) && (is_indented || is_short)))
}

fn ends_sentence(text: &str) -> bool {
    text.trim_end_matches(['”', '"', '’', ')', '»'])
        .ends_with(['.', '!', '?', ':', '。', '！', '？', '…'])
}

impl Group {
    fn block(self, sizes: &Sizes) -> Block {
        match self {
            Self::Rows(rows) => Block::Table { rows: cells(&rows) },
            Self::Code(lines) => code(&lines),
            Self::Text(lines) => text(&lines, sizes),
        }
    }
}

/// Puts the cells of each row into the columns of the row that has most cells.
fn cells(rows: &[Vec<PdfLine>]) -> Vec<Vec<String>> {
    let widest = rows.iter().max_by_key(|row| row.len());
    let columns: Vec<f64> = widest.into_iter().flatten().map(|cell| cell.x).collect();
    let place = |cell: &PdfLine| {
        let distance = |x: &f64| (x - cell.x).abs();
        let places = columns.iter().enumerate();
        let nearest = places.min_by(|(_, a), (_, b)| distance(a).total_cmp(&distance(b)));
        nearest.map_or(0, |(at, _)| at)
    };
    let rows = rows.iter().map(|row| {
        let mut cells = vec![String::new(); columns.len().max(1)];
        for cell in row {
            let at = place(cell);
            if !cells[at].is_empty() {
                cells[at].push(' ');
            }
            cells[at].push_str(&inline::escape(&cell.text));
        }
        cells
    });
    rows.collect()
}

fn code(lines: &[PdfLine]) -> Block {
    let left = lines.iter().map(|line| line.x).fold(f64::MAX, f64::min);
    let shown = lines.iter().map(|line| {
        let width = line.size * 0.6;
        let indent = ((line.x - left) / width).round().clamp(0.0, 60.0) as usize;
        format!("{}{}", " ".repeat(indent), line.text)
    });
    Block::Code {
        language: String::new(),
        text: shown.collect::<Vec<_>>().join("\n"),
    }
}

fn text(lines: &[PdfLine], sizes: &Sizes) -> Block {
    let whole = joined(lines);
    let size = lines.first().map_or(sizes.body, |line| line.size);
    let bold = lines.iter().all(|line| line.bold);
    let count = whole.chars().count();
    let has_letters = whole.chars().filter(|c| c.is_alphabetic()).count() >= 2;
    if has_letters && count <= 200 && lines.len() <= 4 {
        let is_sentence = ends_sentence(&whole) && !whole.ends_with('?');
        let by_size = sizes.level(size).filter(|_| !is_sentence || count <= 80);
        let by_weight =
            (bold && !is_sentence && count <= 100 && size >= sizes.body * 0.95).then(|| {
                u8::try_from(sizes.headings.len() + 1)
                    .unwrap_or(5)
                    .clamp(2, 5)
            });
        if let Some(level) = by_size.or(by_weight) {
            let text = inline::escape(&whole);
            return Block::Heading { level, text };
        }
    }
    match item(&whole) {
        Some((ordered, text)) => Block::List {
            ordered,
            items: vec![ListItem {
                depth: 0,
                text: inline::escape(text),
            }],
        },
        None => Block::Paragraph {
            text: inline::escape(&whole),
        },
    }
}

/// Joins the lines of a paragraph. A word that was divided at the end of a line is whole again.
fn joined(lines: &[PdfLine]) -> String {
    let mut out = String::new();
    for line in lines {
        if out.is_empty() {
            out.push_str(&line.text);
            continue;
        }
        let divided = out.ends_with(['-', '\u{2010}'])
            && out.chars().rev().nth(1).is_some_and(char::is_alphabetic)
            && line.text.chars().next().is_some_and(char::is_lowercase);
        let is_wide = |c: Option<char>| {
            c.is_some_and(|c| {
                ('\u{2e80}'..='\u{9fff}').contains(&c) || ('\u{f900}'..='\u{ffef}').contains(&c)
            })
        };
        if divided {
            out.pop();
        } else if !(is_wide(out.chars().next_back()) && is_wide(line.text.chars().next())) {
            out.push(' ');
        }
        out.push_str(&line.text);
    }
    out
}

/// Items that follow each other are one list.
fn joined_lists(blocks: Vec<Block>) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::with_capacity(blocks.len());
    for block in blocks {
        match (out.last_mut(), block) {
            (
                Some(Block::List { ordered, items }),
                Block::List {
                    ordered: next,
                    items: mut more,
                },
            ) if *ordered == next => items.append(&mut more),
            (_, block) => out.push(block),
        }
    }
    out
}
