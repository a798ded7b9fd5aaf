//! Changes of nuggets by people. The text before each change is kept.

use chrono::Utc;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::{metadata, no_nugget, nugget_view, slides};
use crate::ingest::{CONCEPTS_CHARACTERS, NUGGET_CHARACTERS, NuggetMetadata, TITLE_CHARACTERS};
use crate::platform::db::Conn;
use crate::platform::db::schema::{nugget_versions, nuggets};
use crate::platform::error::{AppError, AppResult, FieldProblems};
use crate::platform::ids::{NuggetId, UserId};
use crate::platform::{figures, markdown, names};

/// Most concepts of a list, and the longest of them in characters.
const NAMED: usize = 12;
const NAME: usize = 80;

/// A nugget as it was typed.
pub struct TypedNugget {
    pub title: String,
    pub content: String,
    /// Separated by commas.
    pub concepts: String,
    pub prerequisites: String,
    pub difficulty: String,
    /// Identifies the text that the form showed.
    pub seen: String,
}

/// Saves a nugget, and keeps the text that it had.
///
/// # Errors
///
/// All problems of the form, or a conflict if the text has changed since the form was loaded.
pub async fn save(conn: &mut Conn, id: NuggetId, typed: &TypedNugget, by: UserId) -> AppResult<()> {
    let mut problems = FieldProblems::default();
    let title = names::tidy(&typed.title);
    if title.is_empty() {
        problems.add("title", "Enter a title.");
    } else if title.chars().count() > TITLE_CHARACTERS as usize {
        problems.add("title", figures::use_at_most(TITLE_CHARACTERS));
    }
    let content = typed.content.replace("\r\n", "\n").replace('\0', "");
    let content = content.trim();
    if content.is_empty() {
        problems.add("content", "Enter a text.");
    } else if content.chars().count() > NUGGET_CHARACTERS as usize {
        problems.add("content", figures::use_at_most(NUGGET_CHARACTERS));
    }
    let concepts = problems.keep(list("concepts", &typed.concepts));
    let prerequisites = problems.keep(list("prerequisites", &typed.prerequisites));
    let difficulty = typed.difficulty.trim().parse::<u8>().ok();
    let difficulty = difficulty.filter(|difficulty| (1..=10).contains(difficulty));
    if difficulty.is_none() {
        problems.add("difficulty", "Enter a number from 1 to 10.");
    }
    let (Some(concepts), Some(prerequisites), Some(difficulty)) =
        (concepts, prerequisites, difficulty)
    else {
        return Err(problems.error());
    };
    problems.check()?;
    nugget_view::check_stored(conn, id).await?;
    let old: Option<(String, String, Value)> = nuggets::table
        .find(id)
        .select((nuggets::title, nuggets::content, nuggets::metadata))
        .for_update()
        .first(conn)
        .await
        .optional()?;
    let (old_title, old_content, old_metadata) = old.ok_or_else(no_nugget)?;
    if nugget_view::seen(&old_title, &old_content) != typed.seen {
        return Err(AppError::Conflict(
            "The nugget has changed since you opened it. Load the page again, and add your change to it.".to_owned(),
        ));
    }
    let html = markdown::render(content, &|_, _| None).html;
    let mut described: NuggetMetadata =
        serde_json::from_value(old_metadata.clone()).unwrap_or_default();
    described.concepts = concepts;
    described.prerequisites = prerequisites;
    described.difficulty = difficulty;
    described.minutes = metadata::minutes(&markdown::words(&html));
    let described = serde_json::to_value(described).map_err(|error| AppError::internal(&error))?;
    if old_title != title || old_content != content || old_metadata != described {
        diesel::insert_into(nugget_versions::table)
            .values((
                nugget_versions::nugget_id.eq(id),
                nugget_versions::title.eq(&old_title),
                nugget_versions::content.eq(&old_content),
                nugget_versions::metadata.eq(&old_metadata),
                nugget_versions::replaced_by.eq(by),
            ))
            .execute(conn)
            .await?;
    }
    diesel::update(nuggets::table.find(id))
        .set((
            nuggets::title.eq(&title),
            nuggets::content.eq(content),
            nuggets::slides.eq(slides::to_json(&slides::slides(&title, &html))),
            nuggets::content_html.eq(html),
            nuggets::metadata.eq(described),
            nuggets::is_edited.eq(true),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

fn list(field: &str, typed: &str) -> AppResult<Vec<String>> {
    if typed.chars().count() > CONCEPTS_CHARACTERS as usize {
        return Err(AppError::field(
            field,
            figures::use_at_most(CONCEPTS_CHARACTERS),
        ));
    }
    let mut found: Vec<String> = Vec::new();
    for name in typed
        .split(',')
        .map(names::tidy)
        .filter(|name| !name.is_empty())
    {
        if name.chars().count() > NAME {
            return Err(AppError::field(
                field,
                format!("A concept can have at most {NAME} characters."),
            ));
        }
        if found
            .iter()
            .all(|known| metadata::key(known) != metadata::key(&name))
        {
            found.push(name);
        }
    }
    match found.len() > NAMED {
        true => Err(AppError::field(
            field,
            format!("Name at most {NAMED} concepts."),
        )),
        false => Ok(found),
    }
}

/// Retires a nugget, or brings it back.
pub async fn set_retired(conn: &mut Conn, id: NuggetId, retired: bool) -> AppResult<()> {
    nugget_view::check_stored(conn, id).await?;
    let at = retired.then(Utc::now);
    let changed = diesel::update(nuggets::table.find(id))
        .set(nuggets::retired_at.eq(at))
        .execute(conn)
        .await?;
    match changed {
        0 => Err(no_nugget()),
        _ => Ok(()),
    }
}

/// Makes the slides of a nugget anew.
pub async fn remake_slides(conn: &mut Conn, id: NuggetId) -> AppResult<()> {
    nugget_view::check_stored(conn, id).await?;
    let found: Option<(String, String)> = nuggets::table
        .find(id)
        .select((nuggets::title, nuggets::content_html))
        .for_update()
        .first(conn)
        .await
        .optional()?;
    let (title, html) = found.ok_or_else(no_nugget)?;
    diesel::update(nuggets::table.find(id))
        .set(nuggets::slides.eq(slides::to_json(&slides::slides(&title, &html))))
        .execute(conn)
        .await?;
    Ok(())
}
