//! HTTP routes for question files: an upload and a download, both for the tutors of a course.

use axum::Router;
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, Extension, Multipart};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use uuid::Uuid;

use super::export::export;
use super::imports::{self, Sent};
use super::origin::SameName;
use super::store;
use crate::course::QuestionPurpose;
use crate::platform::auth::guard::{TutorOf, tutor_of_slug};
use crate::platform::auth::{sessions, sign_in_path};
use crate::platform::db::Conn;
use crate::platform::encode;
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures::megabytes;
use crate::platform::http::flash::{self, Flash};
use crate::platform::http::{AppState, Cx};
use crate::platform::ids::ImportId;
use crate::question_bank::authoring::{AS_IN_FILE, ImportPage, ImportState};
use crate::question_bank::server::exchange;
use crate::question_bank::server::exchange::MAX_FILE_BYTES;
use crate::teaching::Area;

/// Address of uploads. The flash message for the import page has the same name.
pub const UPLOAD: &str = "/uploads/questions";
/// Bytes for the fields beside the file.
const FIELDS: usize = 64 * 1024;

pub fn routes() -> Router<AppState> {
    let limit = DefaultBodyLimit::max(MAX_FILE_BYTES + FIELDS);
    Router::new()
        .route(UPLOAD, post(upload).layer(limit))
        .route("/teach/{course}/questions/export", get(export))
}

/// Loads the import page with the places for questions and the import that `named` names. `new`
/// names none.
pub async fn page(
    conn: &mut Conn,
    tutor: &TutorOf,
    named: &str,
    flash: Option<Flash>,
) -> AppResult<ImportPage> {
    let flash = flash.filter(|flash| flash.form == UPLOAD);
    let value = |name: &str| {
        let values = flash.as_ref()?.values.iter();
        let (_, value) = values.clone().find(|(field, _)| field == name)?;
        Some(value.clone())
    };
    let course = tutor.course;
    let course_title = crate::course::server::store::title(conn, course).await?;
    let problem = flash.as_ref().and_then(|flash| flash.error.as_ref());
    let import = match problem {
        Some(_) => None,
        None => imports::shown(conn, course, tutor.signed_in.user_id(), named).await?,
    };
    let stopped = import.as_ref().and_then(|(import, why)| {
        let why = why.as_deref().unwrap_or("Send the file again.");
        (import.state == ImportState::Stopped).then(|| {
            format!(
                "{} of {} questions of {} were dealt with, then the import stopped. {why}",
                import.done, import.total, import.report.file
            )
        })
    });
    Ok(ImportPage {
        course_title,
        places: store::places(conn, course).await?,
        import: import.map(|(import, _)| import),
        problem: problem.map(ToString::to_string).or(stopped),
        token: Uuid::new_v4().to_string(),
        place: value("place").unwrap_or_default(),
        purpose: value("purpose").unwrap_or_default(),
        same_name: value("same_name").unwrap_or_default(),
    })
}

/// The fields of the upload form.
#[derive(Default)]
struct Upload {
    course: String,
    place: String,
    purpose: String,
    same_name: String,
    token: String,
    name: String,
    content: Vec<u8>,
}

async fn upload(Extension(cx): Extension<Cx>, parts: Multipart) -> Response {
    let mut upload = Upload::default();
    // If the session ended while the file arrived, nothing is imported.
    let outcome = match upload.fill(parts).await {
        Ok(()) => match sessions::recognize_again(cx.clone()).await {
            Ok(cx) => store_upload(&cx, &upload).await,
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    let page = format!("{}/import", Area::Questions.path(&encode(&upload.course)));
    let (error, values) = match outcome {
        Ok(import) => return Redirect::to(&format!("{page}?import={import}")).into_response(),
        Err(AppError::SignInRequired) => return Redirect::to(&sign_in_path(&page)).into_response(),
        Err(error @ (AppError::Denied(_) | AppError::NotFound(_))) => return refusal(&error),
        Err(error) => {
            let fields = [
                ("place", upload.place),
                ("purpose", upload.purpose),
                ("same_name", upload.same_name),
            ];
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
                "same_name" => self.same_name = text,
                "token" => self.token = text,
                _ => {}
            }
        }
        Ok(())
    }
}

fn unreadable(error: MultipartError) -> AppError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            let most = megabytes(MAX_FILE_BYTES);
            AppError::TooLarge(format!(
                "A file may have {most} at most. Nothing was imported."
            ))
        }
        _ => AppError::field("", "The file did not arrive whole. Please send it again."),
    }
}

async fn store_upload(cx: &Cx, upload: &Upload) -> AppResult<ImportId> {
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
    // Reading runs on a blocking thread, because a hostile file takes as much work as the limits
    // allow.
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
    let sent = Sent {
        file: upload.name.clone(),
        place: upload.place.clone(),
        purpose,
        same_name: SameName::parse(&upload.same_name),
        token: upload.token.chars().take(100).collect(),
        digest: exchange::digest(&upload.content),
        imported,
    };
    cx.within(async move |conn| imports::begin(conn, &tutor, sent).await)
        .await
}
