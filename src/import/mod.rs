//! Stores a course draft, in one transaction. Importing again updates in place. Parts with the same
//! name keep their id, and so everyone's progress. Missing parts are retired, not deleted.

mod bank;
mod cold_calls;
mod content;
mod course;
mod exercises;
pub mod export;
mod files;
mod known_topics;
mod search_index;
mod site_texts;
mod suggestions;
#[cfg(all(test, feature = "ssr"))]
pub mod tests;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;

pub use search_index::{refresh_catalog, reindex, reindex_course};

use crate::course::server::draft::{CourseDraft, CourseError};
use crate::course::server::files::{OF_QUESTIONS, address};
use crate::course::server::mdbook::{MAX_SLUG, Overrides};
use crate::course::server::native::is_slug;
use crate::course::server::outline;
use crate::course::server::render::Links;
use crate::platform::db::{Conn, Db, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::files::Files;
use crate::platform::ids::OrganizationId;

/// Summary of an import, for the person who ran it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ImportSummary {
    pub course: String,
    pub slug: String,
    pub is_new: bool,
    /// True if the course's page stays as it was changed on the site.
    pub page_is_kept: bool,
    pub topics: Changes,
    pub questions: Changes,
    pub exercises: Changes,
    pub cold_calls: Changes,
    pub files: usize,
    /// Old and new numbers of modules that learners had reached. Progress stays with the old
    /// number.
    pub moved: Vec<(i32, i32)>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Changes {
    pub added: Vec<String>,
    pub updated: Vec<String>,
    pub retired: Vec<String>,
    /// Items that were changed on the site, and are therefore not updated.
    pub kept: Vec<String>,
    pub unchanged: usize,
}

impl Changes {
    fn line(&self, what: &str) -> String {
        let kept = match self.kept.len() {
            0 => String::new(),
            count => format!(", {count} kept as edited on the site"),
        };
        format!(
            "{what}: {} added, {} updated, {} retired, {} unchanged{kept}",
            self.added.len(),
            self.updated.len(),
            self.retired.len(),
            self.unchanged
        )
    }
}

impl std::fmt::Display for ImportSummary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let verb = if self.is_new { "Imported" } else { "Updated" };
        writeln!(f, "{verb} “{}” (/courses/{})", self.course, self.slug)?;
        if self.page_is_kept {
            writeln!(
                f,
                "  Title, texts, language and price are kept as edited on the site."
            )?;
        }
        for (changes, what) in [
            (&self.topics, "Topics"),
            (&self.questions, "Questions"),
            (&self.exercises, "Exercises"),
            (&self.cold_calls, "Cold calls"),
        ] {
            writeln!(f, "  {}", changes.line(what))?;
            // On a first import everything is new, so the lists would only repeat the course.
            if !self.is_new {
                for (sign, names) in [
                    ("+", &changes.added),
                    ("~", &changes.updated),
                    ("-", &changes.retired),
                    ("=", &changes.kept),
                ] {
                    for name in names {
                        writeln!(f, "    {sign} {name}")?;
                    }
                }
            }
        }
        for (was, now) in &self.moved {
            writeln!(
                f,
                "  Module {was} is module {now} now, but what learners reached in its quizzes stays with module {was}: see the gradebook."
            )?;
        }
        write!(f, "  Files: {}", self.files)
    }
}

/// Options for reading a course folder.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// True to read the folder as an mdBook even if it looks like a native course.
    pub as_mdbook: bool,
    /// True to refuse a book if anything would be left out. Native courses are always read this
    /// way.
    pub strict: bool,
    /// Folder around a book whose files the book may use.
    pub root: Option<PathBuf>,
    /// Name of the course in addresses, instead of the folder's own.
    pub slug: Option<String>,
}

/// Reads a course folder: an mdBook if it has a book.toml, else the native format.
pub fn read(
    folder: &Path,
    as_mdbook: bool,
) -> Result<(CourseDraft, Vec<CourseError>), Vec<CourseError>> {
    let options = ReadOptions {
        as_mdbook,
        ..ReadOptions::default()
    };
    read_with(folder, options)
}

/// Reads a course folder, and returns the course with a note for each part that was left out.
///
/// # Errors
///
/// Returns everything that ends the import. Any mistake ends the import of a native course, because
/// its author writes it for Lyceum and can correct it. Books are written for mdBook, which forgives
/// much.
pub fn read_with(
    folder: &Path,
    options: ReadOptions,
) -> Result<(CourseDraft, Vec<CourseError>), Vec<CourseError>> {
    let is_book = options.as_mdbook
        || (folder.join("book.toml").is_file() && !folder.join("course.toml").is_file());
    if let Some(slug) = options.slug.as_ref().filter(|slug| !is_course_slug(slug)) {
        let message = format!(
            "--slug {slug}: a slug has lowercase letters, digits and single hyphens, at most {MAX_SLUG} characters"
        );
        return Err(vec![about(folder, message)]);
    }
    if is_book {
        let overrides = Overrides {
            strict: options.strict,
            root: options.root,
            slug: options.slug,
            ..Overrides::default()
        };
        let read = crate::course::server::mdbook::read(folder, &overrides)?;
        return Ok((read.draft, read.warnings));
    }
    if options.root.is_some() {
        let message = "--root is for mdBooks; a native course has all of its files in its folder";
        return Err(vec![about(folder, message.to_owned())]);
    }
    let mut draft = crate::course::server::native::read(folder)?;
    if let Some(key) = reserved_file(&draft) {
        return Err(vec![about(&folder.join(key), RESERVED.to_owned())]);
    }
    if let Some(slug) = options.slug {
        draft.slug = slug;
    }
    Ok((draft, Vec::new()))
}

const RESERVED: &str = "the folder's name 'from-files' is reserved for the pictures of imported question files; please rename the folder";

/// Returns a file of the course whose name is reserved for imported questions. An export has their
/// pictures under these names.
fn reserved_file(draft: &CourseDraft) -> Option<&str> {
    if draft.is_export {
        return None;
    }
    let mut keys = draft.files.iter().map(|file| file.key.as_str());
    keys.find(|key| key.starts_with(OF_QUESTIONS))
}

fn is_course_slug(slug: &str) -> bool {
    is_slug(slug) && slug.len() <= MAX_SLUG
}

fn about(folder: &Path, message: String) -> CourseError {
    CourseError {
        file: folder.to_path_buf(),
        line: None,
        message,
    }
}

/// Stores the draft and publishes the course if it is new.
pub async fn import(
    db: &Db,
    files: &Files,
    organization: OrganizationId,
    draft: CourseDraft,
) -> AppResult<ImportSummary> {
    let files = files.clone();
    db.within(organization, async move |conn| {
        store_draft(conn, &files, organization, draft, NewCourse::Published).await
    })
    .await
}

/// Whether an import publishes a course that is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewCourse {
    Published,
    Draft,
}

/// Returns the summary that an import would have. Nothing is stored.
pub async fn dry_run(
    db: &Db,
    organization: OrganizationId,
    draft: CourseDraft,
) -> AppResult<ImportSummary> {
    let found = Arc::new(Mutex::new(None));
    let seen = found.clone();
    let undone: AppResult<()> = db
        .within(organization, async move |conn| {
            let files = Files::in_memory();
            let new = NewCourse::Draft;
            let summary = store_draft(conn, &files, organization, draft, new).await?;
            // Constraints that are checked at the end of a transaction would not be checked.
            statement("set constraints all immediate")
                .execute(conn)
                .await?;
            *seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(summary);
            Err(AppError::Conflict("A dry run ends here.".to_owned()))
        })
        .await;
    let summary = found.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (summary, undone) {
        (Some(summary), _) => Ok(summary),
        (None, Err(error)) => Err(error),
        (None, Ok(())) => Err(AppError::internal("a dry run ended without a summary")),
    }
}

/// Stores the draft in the caller's transaction.
pub async fn store_draft(
    conn: &mut Conn,
    files: &Files,
    organization: OrganizationId,
    mut draft: CourseDraft,
    new: NewCourse,
) -> AppResult<ImportSummary> {
    draft.tidy_names();
    if let Some(key) = reserved_file(&draft) {
        return Err(AppError::field("", format!("{key}: {RESERVED}")));
    }
    lock(conn, organization, &draft.slug).await?;
    statement("set constraints topics_order, course_modules_order deferred")
        .execute(conn)
        .await?;
    let known = course::store_course(conn, &mut draft, new).await?;
    let course = known.course;
    let (stored, replaced) = files::store_files(conn, files, organization, course, &draft).await?;
    let addresses: HashMap<String, String> = stored
        .iter()
        .map(|(key, id)| (key.clone(), address(*id, key)))
        .collect();
    let links = Links {
        course_slug: &draft.slug,
        language: &draft.language,
        files: &addresses,
    };
    content::store_modules(conn, course, &draft).await?;
    let topics = content::store_topics(conn, course, &draft, &links).await?;
    let questions = bank::store_questions(conn, course, &draft, &topics.ids, &links).await?;
    outline::settle(conn, course).await?;
    let exercises = exercises::store_exercises(conn, course, &draft, &topics.ids, &links).await?;
    let cold_calls = cold_calls::store_cold_calls(conn, course, &draft, &topics.ids).await?;
    suggestions::store_suggestions(conn, course, &draft, &topics.ids, &links).await?;
    let reached = content::reached_modules(conn, course).await?;
    course::finish_course(conn, course, &draft, &stored, &links).await?;
    site_texts::settle(conn, course, &draft, &replaced).await?;
    search_index::refresh_course(conn, course, topics.words).await?;
    search_index::refresh_catalog(conn).await?;
    Ok(ImportSummary {
        course: draft.title.clone(),
        slug: draft.slug.clone(),
        is_new: known.is_new,
        page_is_kept: known.page_is_kept,
        topics: topics.changes,
        questions,
        exercises,
        cold_calls,
        files: stored.len(),
        moved: (topics.moved.into_iter())
            .filter(|(was, _)| reached.contains(was))
            .collect(),
    })
}

/// Locks the course for the transaction. Two imports of a course at the same time would undo each
/// other's retirements. Changes of the outline on the site take the same lock.
pub async fn lock(conn: &mut Conn, organization: OrganizationId, course: &str) -> QueryResult<()> {
    statement("select pg_advisory_xact_lock(hashtext($1))")
        .bind::<Text, _>(format!("import/{organization}/{course}"))
        .execute(conn)
        .await
        .map(drop)
}
