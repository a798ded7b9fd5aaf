//! Writes a course of the site as files in the native format, so that importing them anywhere gives
//! the same course.

mod questions;
mod topics;

use std::collections::HashMap;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::course::Level;
use crate::course::server::draft::{CourseDraft, CourseSettings, FileDraft, ModuleDraft};
use crate::course::server::native::write;
use crate::platform::db::Conn;
use crate::platform::db::schema::{
    course_files, course_modules, course_quiz_settings, courses, stored_files,
};
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures::megabytes;
use crate::platform::files::{Files, StoredFile};
use crate::platform::ids::{CourseId, FileId};

/// Most bytes of a course's files in a zip, which is made in memory.
const ZIP_BYTES: i64 = 200 * 1024 * 1024;

/// A course that is ready to be written.
pub struct ExportedCourse {
    pub draft: CourseDraft,
    /// Content of each file of the draft, in the same order.
    stored: Vec<StoredFile>,
    /// Sentences about parts that the format can't hold.
    pub left_out: Vec<String>,
}

/// A course's own row.
#[derive(Queryable, Selectable)]
#[diesel(table_name = courses)]
struct CourseToExport {
    slug: String,
    title: String,
    summary: String,
    description: String,
    language: String,
    level: Level,
    tags: Vec<Option<String>>,
    authors: Vec<Option<String>>,
    outcomes: Vec<Option<String>>,
    license: Option<String>,
    price_cents: i32,
    currency: String,
    cohort_only: bool,
    is_gated: bool,
    cooldown_days: i32,
    passing_score_percent: i32,
    questions_per_attempt: i32,
    seconds_per_question: Option<i32>,
    thumbnail_file_id: Option<FileId>,
}

/// Reads a course from the database: what learners see, and drafts of topics. Retired parts and
/// unpublished changes of published topics stay behind.
pub async fn load(conn: &mut Conn, course: CourseId) -> AppResult<ExportedCourse> {
    type QuizRules = (Option<i32>, i32, bool);
    let (row, quizzes): (CourseToExport, Option<QuizRules>) = courses::table
        .left_join(course_quiz_settings::table)
        .filter(courses::course_id.eq(course))
        .select((
            CourseToExport::as_select(),
            (
                course_quiz_settings::attempts_allowed,
                course_quiz_settings::retry_wait_minutes,
                course_quiz_settings::partial_credit,
            )
                .nullable(),
        ))
        .first(conn)
        .await?;
    let (attempts_allowed, retry_wait_minutes, partial_credit) = quizzes.unwrap_or_default();
    let mut left_out = Vec::new();
    let (files, stored) = files(conn, course, &mut left_out).await?;
    let thumbnail = stored.iter().zip(&files);
    let thumbnail = thumbnail
        .filter(|(stored, _)| row.thumbnail_file_id == Some(stored.file_id))
        .map(|(_, file)| file.key.clone())
        .next();
    let list = |values: Vec<Option<String>>| values.into_iter().flatten().collect();
    let draft = CourseDraft {
        slug: row.slug,
        former_slug: None,
        title: row.title,
        summary: row.summary,
        description: row.description,
        language: row.language,
        level: row.level,
        tags: list(row.tags),
        authors: list(row.authors),
        outcomes: list(row.outcomes),
        license: row.license,
        price_cents: row.price_cents,
        currency: row.currency,
        cohort_only: row.cohort_only,
        settings: CourseSettings {
            gated: row.is_gated,
            cooldown_days: row.cooldown_days,
            passing_score_percent: row.passing_score_percent,
            questions_per_attempt: row.questions_per_attempt,
            seconds_per_question: row.seconds_per_question,
            attempts_allowed,
            retry_wait_minutes,
            partial_credit,
        },
        modules: modules(conn, course, &mut left_out).await?,
        files,
        thumbnail,
        is_export: true,
    };
    Ok(ExportedCourse {
        draft,
        stored,
        left_out,
    })
}

async fn modules(
    conn: &mut Conn,
    course: CourseId,
    left_out: &mut Vec<String>,
) -> AppResult<Vec<ModuleDraft>> {
    let rows: Vec<(i32, String, String, bool)> = course_modules::table
        .filter(course_modules::course_id.eq(course))
        .order(course_modules::module_no)
        .select((
            course_modules::module_no,
            course_modules::title,
            course_modules::summary,
            course_modules::gates,
        ))
        .load(conn)
        .await?;
    let mut topics = topics::load(conn, course).await?;
    questions::add(conn, course, &mut topics, left_out).await?;
    let mut by_module: HashMap<i32, Vec<topics::LoadedTopic>> = HashMap::new();
    for topic in topics {
        by_module.entry(topic.module_no).or_default().push(topic);
    }
    let modules = rows.into_iter().zip(1..);
    Ok(modules
        .map(|((module_no, title, summary, gates), number)| {
            let topics = by_module.remove(&module_no).unwrap_or_default();
            let topics = topics.into_iter().zip(1..).map(|(mut topic, number)| {
                topic.draft.number = number;
                topic.draft
            });
            ModuleDraft {
                number,
                title,
                summary,
                gates,
                topics: topics.collect(),
            }
        })
        .collect())
}

async fn files(
    conn: &mut Conn,
    course: CourseId,
    left_out: &mut Vec<String>,
) -> AppResult<(Vec<FileDraft>, Vec<StoredFile>)> {
    let rows: Vec<(String, StoredFile)> = course_files::table
        .inner_join(stored_files::table.on(stored_files::file_id.eq(course_files::file_id)))
        .filter(course_files::course_id.eq(course))
        .order(course_files::name)
        .select((course_files::name, StoredFile::as_select()))
        .load(conn)
        .await?;
    let (taken, kept): (Vec<_>, Vec<_>) = rows
        .into_iter()
        .partition(|(name, _)| write::is_taken(name));
    left_out.extend(taken.into_iter().map(|(name, _)| {
        format!("The file “{name}” is left out, because its name has another meaning in a course’s folder.")
    }));
    Ok(kept
        .into_iter()
        .map(|(key, stored)| {
            let file = FileDraft {
                key,
                path: PathBuf::new(),
                media_type: stored.media_type.clone(),
            };
            (file, stored)
        })
        .unzip())
}

impl ExportedCourse {
    /// Writes the course into a folder, which is made.
    ///
    /// # Errors
    ///
    /// A sentence if the folder has files already, or can't be written.
    pub async fn write_to(&self, files: &Files, folder: &Path) -> AppResult<()> {
        let said = |error: std::io::Error| {
            AppError::field(
                "",
                format!("{} can’t be written: {error}", folder.display()),
            )
        };
        std::fs::create_dir_all(folder).map_err(said)?;
        if std::fs::read_dir(folder).map_err(said)?.next().is_some() {
            let sentence = format!(
                "{} is not empty. Choose a new folder; nothing was written.",
                folder.display()
            );
            return Err(AppError::field("", sentence));
        }
        let put = |name: &str, content: &[u8]| {
            let path = folder.join(name);
            let made = path.parent().map(std::fs::create_dir_all).transpose();
            made.and_then(|_| std::fs::write(&path, content))
                .map_err(said)
        };
        for (name, text) in self.texts().await? {
            put(&name, text.as_bytes())?;
        }
        for (file, stored) in self.draft.files.iter().zip(&self.stored) {
            put(&file.key, &files.read(stored).await?)?;
        }
        Ok(())
    }

    /// Returns the course as a zip. The same course gives the same bytes.
    ///
    /// # Errors
    ///
    /// A sentence if the course is too large for a download.
    pub async fn zipped(&self, files: &Files) -> AppResult<Vec<u8>> {
        let bytes: i64 = self.stored.iter().map(|file| file.size_bytes).sum();
        if bytes > ZIP_BYTES {
            let sentence = format!(
                "The files of this course have more than {} in all, too much for a download. Ask your operator to run “lyceum export {}”.",
                megabytes(ZIP_BYTES as usize),
                self.draft.slug
            );
            return Err(AppError::field("", sentence));
        }
        let mut contents = Vec::new();
        for stored in &self.stored {
            contents.push(files.read(stored).await?);
        }
        let texts = self.texts().await?;
        let keys = self.draft.files.iter().map(|file| file.key.clone());
        let binaries: Vec<_> = keys.zip(contents).collect();
        let zipping = tokio::task::spawn_blocking(move || {
            let texts = texts.iter();
            let texts = texts.map(|(name, text)| (name.as_str(), text.as_bytes()));
            let binaries = binaries.iter();
            let binaries = binaries.map(|(name, content)| (name.as_str(), &content[..]));
            zip(texts.chain(binaries))
        });
        let zipped = zipping.await.map_err(|error| AppError::internal(&error))?;
        zipped.map_err(|error| AppError::internal(&error))
    }

    /// Writes the texts on a blocking thread, because a long course takes a while.
    async fn texts(&self) -> AppResult<Vec<(String, String)>> {
        let draft = self.draft.clone();
        tokio::task::spawn_blocking(move || write::texts(&draft))
            .await
            .map_err(|error| AppError::internal(&error))
    }
}

fn zip<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>) -> ZipResult<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    for (name, content) in files {
        zip.start_file(name, options)?;
        zip.write_all(content)?;
    }
    Ok(zip.finish()?.into_inner())
}
