//! Questions from files and to files: an upload and a download, each for the tutors of the course.

use std::collections::HashMap;
use std::io::{Cursor, Write};

use axum::Router;
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, Extension, Multipart, Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Deserialize;
use serde_json::json;
use zip::ZipWriter;
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;

use super::{BankQuery, ImportPage, ImportReport, editing, list, store};
use crate::course::draft::QuestionDraft;
use crate::platform::audit::Entry;
use crate::platform::auth::guard::{TutorOf, tutor_of_slug};
use crate::platform::auth::sign_in_path;
use crate::platform::db::Conn;
use crate::platform::db::schema::quiz_questions;
use crate::platform::encode;
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::flash::{self, Flash};
use crate::platform::http::{AppState, Cx};
use crate::platform::ids::{CourseId, QuestionId};
use crate::quiz::QuestionPurpose;
use crate::quiz::bank::{self, FROM_FILE, Place};
use crate::quiz::exchange::{self, Imported, LeftOut, MAX_BYTES};
use crate::teaching::Area;

/// Where files are sent to, and the name under which their outcome waits for the page.
pub const UPLOAD: &str = "/uploads/questions";
/// For the fields beside the file.
const FIELDS: usize = 64 * 1024;
/// Lines of a report: it waits in the session.
const LINES: usize = 500;

pub fn routes() -> Router<AppState> {
    let limit = DefaultBodyLimit::max(MAX_BYTES + FIELDS);
    Router::new()
        .route(UPLOAD, post(upload).layer(limit))
        .route("/teach/{course}/questions/export", get(export))
}

pub async fn page(
    conn: &mut Conn,
    course: CourseId,
    flash: Option<Flash>,
) -> AppResult<ImportPage> {
    let flash = flash.filter(|flash| flash.form == UPLOAD);
    let value = |name: &str| {
        let values = flash.as_ref()?.values.iter();
        let (_, value) = values.clone().find(|(field, _)| field == name)?;
        Some(value.clone())
    };
    let (_, course_title) = crate::course::store::names(conn, course).await?;
    Ok(ImportPage {
        course_title,
        places: store::places(conn, course).await?,
        report: value("report").and_then(|report| serde_json::from_str(&report).ok()),
        place: value("place").unwrap_or_default(),
        purpose: value("purpose").unwrap_or_default(),
        problem: flash
            .as_ref()
            .and_then(|flash| Some(flash.error.as_ref()?.to_string())),
    })
}

/// The fields of the form.
#[derive(Default)]
struct Upload {
    course: String,
    place: String,
    purpose: String,
    name: String,
    content: Vec<u8>,
}

async fn upload(Extension(cx): Extension<Cx>, parts: Multipart) -> Response {
    let mut upload = Upload::default();
    let outcome = match upload.fill(parts).await {
        Ok(()) => store_upload(&cx, &upload).await,
        Err(error) => Err(error),
    };
    let page = format!("{}/import", Area::Questions.path(&encode(&upload.course)));
    let (error, values) = match outcome {
        Ok(report) => (None, vec![("report".to_owned(), json!(report).to_string())]),
        Err(AppError::SignInRequired) => return Redirect::to(&sign_in_path(&page)).into_response(),
        Err(error @ (AppError::Denied(_) | AppError::NotFound(_))) => return refusal(&error),
        Err(error) => {
            let fields = [("place", upload.place), ("purpose", upload.purpose)];
            let fields = fields.map(|(name, value)| (name.to_owned(), value));
            (Some(error), fields.to_vec())
        }
    };
    let form = UPLOAD.to_owned();
    match flash::leave(
        &cx.session,
        Flash {
            form,
            error,
            values,
        },
    )
    .await
    {
        Ok(()) => Redirect::to(&page).into_response(),
        Err(error) => refusal(&error),
    }
}

fn refusal(error: &AppError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, error.to_string()).into_response()
}

impl Upload {
    async fn fill(&mut self, mut parts: Multipart) -> AppResult<()> {
        while let Some(part) = parts.next_field().await.map_err(unreadable)? {
            let name = part.name().unwrap_or_default().to_owned();
            if name == "file" {
                self.name = part.file_name().unwrap_or_default().to_owned();
                self.content = part.bytes().await.map_err(unreadable)?.to_vec();
                continue;
            }
            let text = part.text().await.map_err(unreadable)?;
            match name.as_str() {
                "course" => self.course = text,
                "place" => self.place = text,
                "purpose" => self.purpose = text,
                _ => {}
            }
        }
        Ok(())
    }
}

fn unreadable(error: MultipartError) -> AppError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            AppError::TooLarge("A file may have 5 MB at most. Nothing was imported.".to_owned())
        }
        _ => AppError::field("", "The file did not arrive whole. Please send it again."),
    }
}

async fn store_upload(cx: &Cx, upload: &Upload) -> AppResult<ImportReport> {
    let tutor = tutor_of_slug(cx.clone(), &upload.course).await?;
    if upload.content.is_empty() {
        return Err(AppError::field(
            "",
            "Choose a file that has something in it.",
        ));
    }
    let purpose = QuestionPurpose::parse(&upload.purpose)
        .ok_or_else(|| AppError::field("", "Choose what the questions are for."))?;
    if purpose != QuestionPurpose::Exam && upload.place.starts_with("module:") {
        let sentence =
            "A quiz asks about its topics: choose a topic, or keep the questions for exams.";
        return Err(AppError::field("", sentence));
    }
    let (name, content) = (upload.name.clone(), upload.content.clone());
    // Reading is work, and a hostile file makes as much of it as it can.
    let read = tokio::task::spawn_blocking(move || exchange::read(&name, &content));
    let imported = read
        .await
        .map_err(|error| AppError::internal(&error))?
        .map_err(|sentence| AppError::field("", sentence))?;
    let (name, value) = (upload.name.clone(), upload.place.clone());
    cx.within(async move |conn| {
        bank::lock(conn, tutor.course).await?;
        let place = store::place(conn, tutor.course, &value, purpose).await?;
        import(conn, &tutor, &name, place, purpose, imported).await
    })
    .await
}

/// Begins the keys of a file's questions: the same for a file that was downloaded twice.
fn prefix(file: &str) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let copy = |text: &str| text.ends_with(')') && text[..text.len() - 1].parse::<u32>().is_ok();
    let stem = match stem.rsplit_once(" (") {
        Some((stem, rest)) if copy(rest) => stem,
        _ => stem,
    };
    let plain: String = stem
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || "-_".contains(*c))
        .take(40)
        .collect();
    format!("{FROM_FILE}{plain}:")
}

/// A question that came from the file before.
struct Known {
    id: QuestionId,
    is_edited: bool,
    place: (Option<crate::platform::ids::TopicId>, i32, Option<i32>),
    question: QuestionDraft,
}

async fn known(
    conn: &mut Conn,
    course: CourseId,
    prefix: &str,
) -> AppResult<HashMap<String, Known>> {
    let rows: Vec<(bank::Row, Option<chrono::DateTime<chrono::Utc>>, _)> = quiz_questions::table
        .filter(quiz_questions::course_id.eq(course))
        .filter(quiz_questions::external_key.like(format!("{}%", prefix.replace('_', "\\_"))))
        .select((
            bank::Row::as_select(),
            quiz_questions::edited_at,
            (
                quiz_questions::topic_id,
                quiz_questions::module_no,
                quiz_questions::topic_pair_index,
            ),
        ))
        .load(conn)
        .await?;
    let (rows, rest): (Vec<bank::Row>, Vec<_>) = rows
        .into_iter()
        .map(|(row, edited_at, place)| {
            let rest = (row.question_id, edited_at.is_some(), place);
            (row, rest)
        })
        .unzip();
    let questions = bank::drafts(conn, rows).await?;
    Ok(questions
        .into_iter()
        .zip(rest)
        .map(|(question, (id, is_edited, place))| {
            let known = Known {
                id,
                is_edited,
                place,
                question,
            };
            (known.question.key.clone(), known)
        })
        .collect())
}

async fn import(
    conn: &mut Conn,
    tutor: &TutorOf,
    file: &str,
    place: Place,
    purpose: QuestionPurpose,
    imported: Imported,
) -> AppResult<ImportReport> {
    let prefix = prefix(file);
    let known = known(conn, tutor.course, &prefix).await?;
    let addresses = store::addresses(conn, tutor.course).await?;
    let links = store::links(&addresses);
    let mut last = editing::last(conn, place).await?;
    let mut report = ImportReport {
        file: file.chars().take(200).collect(),
        left_out: told(imported.left_out),
        ..ImportReport::default()
    };
    for question in imported.questions {
        let question = QuestionDraft {
            key: format!("{prefix}{}", question.key),
            purpose,
            ..question
        };
        let Some(before) = known.get(&question.key) else {
            bank::add(conn, &last, Some(&question.key), &question, &links).await?;
            last.order = last.order.map(|order| order + 1);
            report.added += 1;
            continue;
        };
        let stays = before.place == (place.topic, place.module_no, place.pair);
        if before.is_edited {
            let prompt = question.prompt.chars().take(80).collect();
            report.kept.push(prompt);
        } else if stays && before.question == question {
            report.unchanged += 1;
        } else {
            let place = if stays { place } else { last };
            bank::change(conn, before.id, &place, &question, &links).await?;
            last.order = last.order.map(|order| order + 1);
            report.updated += 1;
        }
    }
    report.kept.truncate(LINES);
    crate::course::store::recount(conn, tutor.course).await?;
    let numbers = json!({
        "file": report.file, "added": report.added, "updated": report.updated, "left_out": report.left_out.len(),
    });
    Entry::done("questions.imported")
        .of("course", tutor.course)
        .by(&tutor.signed_in.cx)
        .change(None, Some(numbers))
        .write(conn)
        .await?;
    Ok(report)
}

fn told(left_out: Vec<LeftOut>) -> Vec<(String, String)> {
    let more = left_out.len().saturating_sub(LINES);
    let mut told: Vec<(String, String)> = left_out
        .into_iter()
        .take(LINES)
        .map(|left_out| (left_out.item, left_out.why))
        .collect();
    if more > 0 {
        told.push((format!("{more} more"), "Not listed here.".to_owned()));
    }
    told
}

#[derive(Deserialize)]
struct Export {
    format: String,
    #[serde(flatten)]
    query: BankQuery,
}

async fn export(
    Extension(cx): Extension<Cx>,
    Path(course): Path<String>,
    Query(asked): Query<Export>,
) -> Response {
    match exported(&cx, &course, asked).await {
        Ok(file) => file,
        Err(AppError::SignInRequired) => {
            Redirect::to(&sign_in_path(&Area::Questions.path(&encode(&course)))).into_response()
        }
        Err(error) => refusal(&error),
    }
}

async fn exported(cx: &Cx, slug: &str, asked: Export) -> AppResult<Response> {
    let tutor = tutor_of_slug(cx.clone(), slug).await?;
    let (course, query) = (tutor.course, asked.query);
    let questions = cx
        .within(async move |conn| list::drafts(conn, course, &query).await)
        .await?;
    let (media_type, ending, content) = match asked.format.as_str() {
        "gift" => {
            let written = exchange::write_gift(&questions);
            let text = format!("{}{}", comments(&written.left_out), written.content);
            ("text/plain; charset=utf-8", "gift", text.into_bytes())
        }
        "qti" => {
            let written = exchange::write_qti(&questions)
                .map_err(|sentence| AppError::field("", sentence))?;
            let content = match comments(&written.left_out) {
                none if none.is_empty() => written.content,
                lacks => with_note(written.content, &lacks)
                    .map_err(|error| AppError::internal(&error))?,
            };
            ("application/zip", "qti.zip", content)
        }
        _ => {
            return Err(AppError::field(
                "",
                "Questions are exported as gift or as qti.",
            ));
        }
    };
    let name = format!("attachment; filename=\"{slug}.{ending}\"");
    let headers = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, content).into_response())
}

/// What a file lacks, at its head.
fn comments(left_out: &[LeftOut]) -> String {
    let line = |text: &str| text.replace(['\n', '\r'], " ");
    left_out
        .iter()
        .map(|left_out| {
            format!(
                "// Left out: {}. {}\n",
                line(&left_out.item),
                line(&left_out.why)
            )
        })
        .collect()
}

/// The package with a text that says what it lacks; its manifest doesn't name it, so that nobody imports it.
fn with_note(package: Vec<u8>, note: &str) -> ZipResult<Vec<u8>> {
    let mut zip = ZipWriter::new_append(Cursor::new(package))?;
    zip.start_file("left-out.txt", SimpleFileOptions::default())?;
    zip.write_all(note.as_bytes())?;
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_says_what_it_lacks_and_is_read_all_the_same() {
        let question = QuestionDraft {
            key: "swims".into(),
            prompt: "What swims?".into(),
            explanation: None,
            answer: crate::course::draft::AnswerDraft::ShortAnswer {
                accepted: vec!["Pelicans".into()],
                tolerance: None,
            },
            purpose: QuestionPurpose::Quiz,
            difficulty: None,
        };
        let package = exchange::write_qti(&[question]).unwrap().content;
        let noted = with_note(package, "// Left out: one.\n").unwrap();
        let read = exchange::read("small.qti.zip", &noted).unwrap();
        assert_eq!((read.questions.len(), read.left_out.len()), (1, 0));
    }

    #[test]
    fn a_file_that_was_downloaded_twice_is_the_same_file() {
        assert_eq!(prefix("Week 1 (2).gift"), prefix("week 1.gift"));
        assert_eq!(prefix("../../etc/pass wd.xml"), "file:etcpasswd:");
        assert_ne!(prefix("week 1.gift"), prefix("week 2.gift"));
    }
}
