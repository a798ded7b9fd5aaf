//! Excel workbooks (Office Open XML, ECMA-376). Each sheet is a page with one table.

use super::blocks::{Block, ReadDocument, ReadPage};
use super::package::{BROKEN, ZipPackage};
use super::xml::XmlElement;
use super::{ReadProgress, ReadResult, inline};

const COLUMNS: usize = 100;
const ROWS: usize = 20_000;
/// Rows of one table, so that a long sheet is cut into parts with the head repeated.
const TABLE_ROWS: usize = 25;

pub fn read(content: &[u8], progress: &mut dyn ReadProgress) -> ReadResult {
    let package = ZipPackage::open(content)?;
    let workbook = package.xml("xl/workbook.xml")?.ok_or(BROKEN)?;
    let relations = package.relationships("xl/workbook.xml")?;
    let texts = shared_texts(&package)?;
    let dates = date_styles(&package)?;
    let sheets: Vec<(String, String)> = workbook
        .child("sheets")
        .into_iter()
        .flat_map(XmlElement::elements)
        .filter(|sheet| !matches!(sheet.attribute("state"), Some("hidden" | "veryHidden")))
        .filter_map(|sheet| {
            let ids = sheet.attributes.iter().filter(|(name, _)| name == "id");
            let relation = ids.filter_map(|(_, id)| relations.get(id)).next()?;
            let name = sheet.attribute("name").unwrap_or_default();
            Some((name.to_owned(), relation.target.clone()))
        })
        .collect();
    super::check_pages(sheets.len(), "sheet")?;
    progress.total(sheets.len());
    let mut is_empty = true;
    let mut notes = Vec::new();
    for (at, (name, part)) in sheets.iter().enumerate() {
        let sheet = package.xml(part)?.ok_or(BROKEN)?;
        let mut rows: Vec<Vec<String>> = Vec::new();
        let data = sheet
            .child("sheetData")
            .into_iter()
            .flat_map(XmlElement::elements);
        for row in data {
            if rows.len() == ROWS {
                notes.push(format!(
                    "Sheet {} is read up to row {}.",
                    at + 1,
                    crate::figures::number(ROWS)
                ));
                break;
            }
            let mut cells: Vec<String> = Vec::new();
            for cell in row.elements().filter(|cell| cell.name == "c") {
                let place = cell.attribute("r").map_or(cells.len(), column);
                if place >= COLUMNS {
                    break;
                }
                cells.resize(cells.len().max(place + 1), String::new());
                cells[place] = value(cell, &texts, &dates);
            }
            while cells.last().is_some_and(String::is_empty) {
                cells.pop();
            }
            if !cells.is_empty() {
                rows.push(cells);
            }
        }
        is_empty &= rows.is_empty();
        let mut blocks = vec![Block::Heading {
            level: 2,
            text: inline::escape(name),
        }];
        blocks.extend(tables(rows));
        if blocks.len() == 1 {
            blocks.clear();
        }
        progress.page(ReadPage {
            number: at + 1,
            label: name.clone(),
            blocks,
        });
    }
    if is_empty {
        return Err("The workbook has no text.".to_owned());
    }
    let (title, language) = package.properties()?;
    Ok(ReadDocument {
        title,
        language,
        page_kind: "sheet".to_owned(),
        notes,
    })
}

fn tables(rows: Vec<Vec<String>>) -> Vec<Block> {
    let Some((head, rest)) = rows.split_first() else {
        return Vec::new();
    };
    if rest.is_empty() || rows.iter().all(|row| row.len() == 1) {
        let texts = rows.iter().map(|row| row.join(" "));
        return texts.map(|text| Block::Paragraph { text }).collect();
    }
    let parts = rest.chunks(TABLE_ROWS);
    let parts = parts.map(|part| {
        let rows = std::iter::once(head.clone()).chain(part.iter().cloned());
        Block::Table {
            rows: rows.collect(),
        }
    });
    parts.collect()
}

/// Reads the column of a place such as “AB12”, from 0.
fn column(place: &str) -> usize {
    let letters = place.bytes().take_while(u8::is_ascii_uppercase);
    let number = letters.fold(0_usize, |sum, letter| {
        sum.saturating_mul(26)
            .saturating_add(usize::from(letter - b'A') + 1)
    });
    number.saturating_sub(1)
}

fn shared_texts(package: &ZipPackage<'_>) -> Result<Vec<String>, String> {
    let Some(root) = package.xml("xl/sharedStrings.xml")? else {
        return Ok(Vec::new());
    };
    let items = root.elements().filter(|item| item.name == "si");
    Ok(items.map(|item| inline::escape(&said(item))).collect())
}

/// The text of an item, without hints of pronunciation.
fn said(item: &XmlElement) -> String {
    let parts = item.elements().filter(|part| part.name != "rPh");
    parts
        .map(|part| match part.name.as_str() {
            "r" => part.child("t").map(XmlElement::text).unwrap_or_default(),
            _ => part.text(),
        })
        .collect()
}

/// Tells for each style whether its numbers are dates.
fn date_styles(package: &ZipPackage<'_>) -> Result<Vec<bool>, String> {
    let Some(root) = package.xml("xl/styles.xml")? else {
        return Ok(Vec::new());
    };
    let own: Vec<(&str, bool)> = root
        .child("numFmts")
        .into_iter()
        .flat_map(XmlElement::elements)
        .filter_map(|format| {
            let code = format.attribute("formatCode")?.to_lowercase();
            let is_date = code.contains("yy") || (code.contains('d') && code.contains('m'));
            Some((format.attribute("numFmtId")?, is_date))
        })
        .collect();
    let styles = root
        .child("cellXfs")
        .into_iter()
        .flat_map(XmlElement::elements);
    let is_date = styles.map(|style| {
        let id = style.attribute("numFmtId").unwrap_or_default();
        let known = own.iter().find(|(known, _)| *known == id);
        known.map_or(
            matches!(id, "14" | "15" | "16" | "17" | "22"),
            |(_, is_date)| *is_date,
        )
    });
    Ok(is_date.collect())
}

fn value(cell: &XmlElement, texts: &[String], dates: &[bool]) -> String {
    let raw = cell.child("v").map(XmlElement::text).unwrap_or_default();
    match cell.attribute("t") {
        Some("s") => {
            let at: Option<usize> = raw.trim().parse().ok();
            at.and_then(|at| texts.get(at)).cloned().unwrap_or_default()
        }
        Some("inlineStr") => cell
            .child("is")
            .map(|item| inline::escape(&said(item)))
            .unwrap_or_default(),
        Some("b") => if raw.trim() == "1" { "TRUE" } else { "FALSE" }.to_owned(),
        Some("str" | "e" | "d") => inline::escape(&raw),
        _ => {
            let style: Option<usize> = cell.attribute("s").and_then(|style| style.parse().ok());
            let is_date = style
                .and_then(|style| dates.get(style))
                .copied()
                .unwrap_or_default();
            match raw.trim().parse::<f64>() {
                Ok(days) if is_date && (1.0..2_958_466.0).contains(&days) => date(days),
                Ok(number) => shown(number),
                Err(_) => inline::escape(&raw),
            }
        }
    }
}

/// Dates count days from 1899-12-30, because Excel takes 1900 for a leap year.
fn date(days: f64) -> String {
    let start = chrono::NaiveDate::from_ymd_opt(1899, 12, 30);
    let day = start.and_then(|start| start.checked_add_days(chrono::Days::new(days as u64)));
    day.map(|day| day.to_string()).unwrap_or_default()
}

/// A number without the noise of binary fractions.
fn shown(number: f64) -> String {
    let rounded = (number * 1e9).round() / 1e9;
    match rounded.abs() < 1e15 {
        true => format!("{rounded}"),
        false => format!("{number:e}"),
    }
}
