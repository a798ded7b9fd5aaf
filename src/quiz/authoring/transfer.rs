//! Questions from files and to files over HTTP: an upload and a download, each for the tutors of the course.

use axum::Router;
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, Extension, Multipart};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde_json::json;

use super::export::export;
use super::{AS_IN_FILE, ImportPage, ImportReport, intake, store};
use crate::platform::auth::guard::tutor_of_slug;
use crate::platform::auth::{sessions, sign_in_path};
use crate::platform::db::Conn;
use crate::platform::encode;
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::flash::{self, Flash};
use crate::platform::http::{AppState, Cx};
use crate::platform::ids::CourseId;
use crate::quiz::QuestionPurpose;
use crate::quiz::bank;
use crate::quiz::exchange::{self, MAX_FILE_BYTES};
use crate::teaching::Area;

/// Where files are sent to, and the name under which their outcome waits for the page.
pub const UPLOAD: &str = "/uploads/questions";
/// For the fields beside the file.
const FIELDS: usize = 64 * 1024;

pub fn routes() -> Router<AppState> {
    let limit = DefaultBodyLimit::max(MAX_FILE_BYTES + FIELDS);
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
    let course_title = crate::course::store::title(conn, course).await?;
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
    // A session that was ended while the file arrived imports nothing.
    let outcome = match upload.fill(parts).await {
        Ok(()) => match sessions::recognise_again(cx.clone()).await {
            Ok(cx) => store_upload(&cx, &upload).await,
            Err(error) => Err(error),
        },
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

pub fn refusal(error: &AppError) -> Response {
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
            AppError::TooLarge("A file may have 20 MB at most. Nothing was imported.".to_owned())
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
    let purpose = match upload.purpose.as_str() {
        AS_IN_FILE => None,
        name => Some(
            QuestionPurpose::parse(name)
                .ok_or_else(|| AppError::field("", "Choose what the questions are for."))?,
        ),
    };
    let (name, content) = (upload.name.clone(), upload.content.clone());
    // Reading is work, and a hostile file makes as much of it as it can.
    let read = tokio::task::spawn_blocking(move || exchange::read(&name, &content));
    let imported = read
        .await
        .map_err(|error| AppError::internal(&error))?
        .map_err(|sentence| AppError::field("", sentence))?;
    let is_for_exams = |said: QuestionPurpose| purpose.unwrap_or(said) == QuestionPurpose::Exam;
    let mut purposes = imported.questions.iter().map(|question| question.purpose);
    if upload.place.starts_with("module:") && !purposes.all(is_for_exams) {
        let sentence =
            "A quiz asks about its topics: choose a topic, or keep the questions for exams.";
        return Err(AppError::field("", sentence));
    }
    let (name, value) = (upload.name.clone(), upload.place.clone());
    cx.within(async move |conn| {
        bank::lock(conn, tutor.course).await?;
        // Each question then leaves its quiz where it is only for exams.
        let place = store::place(conn, tutor.course, &value, QuestionPurpose::Both).await?;
        intake::import(conn, &tutor, &name, place, purpose, imported).await
    })
    .await
}
