//! Cards as CSV, out and in: front, back and tags.

use axum::Router;
use axum::extract::{Extension, Path};
use axum::response::Response;
use axum::routing::get;
use chrono::{DateTime, Utc};
use csv::ReaderBuilder;

use super::store::cards::{self, NewCard};
use super::store::{CardContent, materials, no_material};
use super::take::read_tags;
use crate::paths::STUDY;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::platform::http::downloads::{self, Download};
use crate::platform::http::{AppState, Cx};
use crate::platform::ids::{MaterialId, UserId};
use crate::platform::spreadsheet::{csv_file, inert};
use crate::study::{CSV_CHARACTERS, SIDE_CHARACTERS, material_path};

/// Most cards of one file, in and out.
const MOST: usize = 5_000;

/// Address of the file with a material's cards.
pub const CARDS_FILE: &str = "/study/materials/{material}/cards.csv";

pub fn routes() -> Router<AppState> {
    Router::new().route(CARDS_FILE, get(send))
}

async fn send(Extension(cx): Extension<Cx>, Path(material): Path<String>) -> Response {
    let (file, page) = match material.parse().map(MaterialId) {
        Ok(material) => (file(cx, material).await, material_path(material)),
        Err(_) => (Err(no_material()), STUDY.to_owned()),
    };
    let named = |content| Download::csv("cards.csv", content);
    downloads::send(file.map(named), &page)
}

async fn file(cx: Cx, material: MaterialId) -> AppResult<Vec<u8>> {
    let viewer = cx.viewer.clone().ok_or(AppError::SignInRequired)?;
    let user = viewer.user_id;
    let rows = cx
        .within(async move |conn| {
            materials::one(conn, user, material, Utc::now())
                .await?
                .ok_or_else(no_material)?;
            let most = i64::try_from(MOST).unwrap_or(i64::MAX);
            Ok(cards::for_file(conn, user, material, most).await?)
        })
        .await?;
    let lines = rows.into_iter().map(|row| {
        let content = CardContent::of(row.content);
        [content.front, content.back, row.tags.join(", ")]
    });
    write(lines)
}

fn write(lines: impl Iterator<Item = [String; 3]>) -> AppResult<Vec<u8>> {
    csv_file(|writer| {
        writer.write_record(["front", "back", "tags"])?;
        for line in lines {
            writer.write_record(line.map(|text| inert(&text)))?;
        }
        Ok(())
    })
}

/// Reads cards from CSV text. A line that names the columns is left out. Commas, semicolons and
/// tabs separate values, as the first line does.
///
/// # Errors
///
/// A sentence that names the first wrong line.
pub fn read(text: &str) -> Result<Vec<NewCard>, String> {
    if text.chars().count() > CSV_CHARACTERS as usize {
        return Err(figures::use_at_most(CSV_CHARACTERS));
    }
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err("Paste lines with a front and a back.".to_owned());
    }
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let mut cards = Vec::new();
    for (record, number) in reader.records().zip(1..) {
        let record = record.map_err(|_| format!("Line {number} is not CSV."))?;
        let value = |at: usize| active(record.get(at).unwrap_or_default().trim());
        let (front, back) = (value(0), value(1));
        let is_head =
            number == 1 && front.eq_ignore_ascii_case("front") && back.eq_ignore_ascii_case("back");
        if is_head || (front.is_empty() && back.is_empty()) {
            continue;
        }
        let at = |problem: String| format!("Line {number}: {problem}");
        check_side("front", &front).map_err(at)?;
        check_side("back", &back).map_err(at)?;
        let tags = read_tags(&value(2)).map_err(at)?;
        cards.push(NewCard::own(&front, &back, tags));
        if cards.len() > MOST {
            return Err(format!(
                "Add at most {} cards at once.",
                figures::number(MOST)
            ));
        }
    }
    match cards.is_empty() {
        true => Err("Paste lines with a front and a back.".to_owned()),
        false => Ok(cards),
    }
}

/// Takes away the apostrophe that keeps text from being a formula.
fn active(text: &str) -> String {
    match text.strip_prefix('\'') {
        Some(rest) if inert(rest) == text => rest.to_owned(),
        _ => text.to_owned(),
    }
}

/// The sign that separates values: a tab if the first line has one, else the more frequent one of
/// semicolon and comma.
fn delimiter(text: &str) -> u8 {
    let line = text.lines().next().unwrap_or_default();
    let count = |sign: char| line.matches(sign).count();
    match (count('\t'), count(';') > count(',')) {
        (1.., _) => b'\t',
        (0, true) => b';',
        (0, false) => b',',
    }
}

/// Checks a side of a card. `name` is `front` or `back`.
///
/// # Errors
///
/// A sentence.
pub fn check_side(name: &str, side: &str) -> Result<(), String> {
    if side.is_empty() {
        return Err(format!("Enter the {name}."));
    }
    match side.chars().count() > SIDE_CHARACTERS as usize {
        true => Err(figures::use_at_most(SIDE_CHARACTERS)),
        false => Ok(()),
    }
}

/// Adds the cards of CSV text to a material. Returns the number of new cards.
pub async fn add(
    conn: &mut Conn,
    user: UserId,
    material: MaterialId,
    text: &str,
    now: DateTime<Utc>,
) -> AppResult<usize> {
    let new = read(text).map_err(|sentence| AppError::field("csv", sentence))?;
    materials::one(conn, user, material, now)
        .await?
        .ok_or_else(no_material)?;
    Ok(cards::add(conn, user, material, &new, now).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_come_back_as_they_went_and_no_cell_is_a_formula() {
        let cards = [
            [
                "=1+1".to_owned(),
                "a \"b\"\nc".to_owned(),
                "x, y".to_owned(),
            ],
            ["-".to_owned(), "@b".to_owned(), String::new()],
        ];
        let file = String::from_utf8(write(cards.into_iter()).unwrap()).unwrap();
        assert!(file.contains("\"'=1+1\""), "{file}");
        let read = read(&file).unwrap();
        assert_eq!(read[0].content, CardContent::new("=1+1", "a \"b\"\nc"));
        assert_eq!(read[0].tags, ["x", "y"]);
        assert_eq!(read[1].content, CardContent::new("-", "@b"));
    }

    #[test]
    fn other_separators_are_read_and_wrong_lines_named() {
        assert_eq!(read("a\tb, c").unwrap()[0].content.back, "b, c");
        assert_eq!(read("a;b").unwrap()[0].content.back, "b");
        assert_eq!(read("a,b\nc,").unwrap_err(), "Line 2: Enter the back.");
        assert!(read("front,back\n").is_err());
    }
}
