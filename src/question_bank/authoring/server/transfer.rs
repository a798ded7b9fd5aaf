//! HTTP routes for question files: an upload and a download, both for the tutors of a course.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Extension, Multipart};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use uuid::Uuid;

use super::export::export;
use super::previews::{self, Uploaded};
use super::{check, imports, samples, store};
use crate::course::QuestionPurpose;
use crate::platform::auth::guard::{TutorOf, tutor_of_slug};
use crate::platform::auth::sign_in_path;
use crate::platform::db::Conn;
use crate::platform::encode;
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures::megabytes;
use crate::platform::http::flash::{self, Flash};
use crate::platform::http::server_fns::referring_page;
use crate::platform::http::uploads::{SentForm, refusal};
use crate::platform::http::{AppState, Cx};
use crate::platform::ids::ImportId;
use crate::question_bank::authoring::{AS_IN_FILE, ImportPage, ImportState};
use crate::question_bank::server::exchange::{Imported, MAX_BYTES, MAX_FILE_BYTES};
use crate::teaching::Area;

/// Address of uploads. The flash message for the import page has the same name.
pub const UPLOAD: &str = "/uploads/questions";
/// Bytes for the fields beside the file. One of them has pasted questions.
const FIELDS: usize = MAX_BYTES + 64 * 1024;

pub fn routes() -> Router<AppState> {
    let limit = DefaultBodyLimit::max(MAX_FILE_BYTES + FIELDS);
    Router::new()
        .route(UPLOAD, post(upload).layer(limit))
        .route("/teach/{course}/questions/export", get(export))
        .route("/samples/{name}", get(samples::sample))
}

/// Parameters of the address of a preview.
pub struct PreviewAddress {
    pub preview: String,
    pub same_name: String,
}

/// Returns the tutor's file with this id and its questions, if it waits.
pub async fn uploaded(
    cx: &Cx,
    tutor: &TutorOf,
    named: &str,
) -> AppResult<Option<(Uploaded, Imported)>> {
    if named.is_empty() {
        return Ok(None);
    }
    let found = cx
        .within(async move |conn| previews::find(conn, tutor, named).await)
        .await?;
    let Some(uploaded) = found else {
        return Ok(None);
    };
    let (name, content) = (uploaded.file_name.clone(), uploaded.content.clone());
    let imported = previews::read(name, content).await?;
    Ok(Some((uploaded, imported)))
}

/// Returns the file for its confirmation. None if it is imported already.
///
/// # Errors
/// Not found if the file no longer waits.
pub async fn waiting(
    cx: &Cx,
    tutor: &TutorOf,
    named: &str,
) -> AppResult<Option<(Uploaded, Imported)>> {
    let found = uploaded(cx, tutor, named).await?;
    if found.is_some() {
        return Ok(found);
    }
    let id = Uuid::parse_str(named)
        .map(ImportId)
        .map_err(|_| no_upload())?;
    let course = tutor.course;
    let is_begun = cx
        .within(async move |conn| Ok(imports::is_begun(conn, course, id).await?))
        .await?;
    is_begun.then_some(None).ok_or_else(no_upload)
}

fn no_upload() -> AppError {
    AppError::NotFound(NO_UPLOAD.to_owned())
}

const NO_UPLOAD: &str =
    "This upload is no longer here: uploads are kept for a day. Upload the file again.";

/// Loads the import page with the places for questions, the given preview, and the import that
/// `named` names. `new` names none.
pub async fn page(
    conn: &mut Conn,
    tutor: &TutorOf,
    named: &str,
    (address, upload): (PreviewAddress, Option<(Uploaded, Imported)>),
    flash: Option<Flash>,
) -> AppResult<ImportPage> {
    let course = tutor.course;
    let course_title = crate::course::server::store::title(conn, course).await?;
    let error = flash
        .filter(|flash| flash.form == UPLOAD)
        .and_then(|flash| flash.error);
    let mut problems: Vec<String> = match error {
        Some(AppError::Invalid(problems)) => problems.into_iter().map(|(_, said)| said).collect(),
        Some(error) => vec![error.to_string()],
        None => Vec::new(),
    };
    let preview = match &upload {
        Some((uploaded, imported)) => {
            Some(previews::preview(conn, uploaded, &address.same_name, imported).await?)
        }
        None => None,
    };
    // A file that was imported already is shown with its report.
    let is_gone = !address.preview.is_empty() && preview.is_none();
    let named = if is_gone { &address.preview } else { named };
    let import = match problems.is_empty() && preview.is_none() {
        true => imports::shown(conn, course, tutor.signed_in.user_id(), named).await?,
        false => None,
    };
    if is_gone && import.is_none() {
        problems.push(NO_UPLOAD.to_owned());
    }
    let stopped = import.as_ref().and_then(|(import, why)| {
        let why = why.as_deref().unwrap_or("Send the file again.");
        (import.state == ImportState::Stopped).then(|| {
            format!(
                "{} of {} questions of {} were dealt with, then the import stopped. {why}",
                import.done, import.total, import.report.file
            )
        })
    });
    problems.extend(stopped);
    Ok(ImportPage {
        course_title,
        places: store::places(conn, course).await?,
        preview,
        import: import.map(|(import, _)| import),
        problems,
    })
}

/// Bytes of pasted text that a rejected form gives back.
const GIVEN_BACK: usize = 200_000;

async fn upload(Extension(cx): Extension<Cx>, headers: HeaderMap, parts: Multipart) -> Response {
    let most = megabytes(MAX_FILE_BYTES);
    let too_large = format!("A file may have {most} at most. Nothing was imported.");
    let mut sent = SentForm::default();
    let outcome = match sent.receive(&cx, parts, &too_large).await {
        Ok(cx) => store_upload(&cx, &sent).await,
        Err(error) => Err(error),
    };
    let page = format!(
        "{}/import",
        Area::Questions.path(&encode(sent.field("course")))
    );
    let (error, values) = match outcome {
        Ok(import) => return Redirect::to(&format!("{page}?preview={import}")).into_response(),
        Err(AppError::SignInRequired) => return Redirect::to(&sign_in_path(&page)).into_response(),
        Err(error @ (AppError::Denied(_) | AppError::NotFound(_))) => return refusal(&error),
        Err(error) => {
            let field = |name: &str| sent.field(name).replace('\0', "");
            let mut pasted = field("pasted");
            if pasted.len() > GIVEN_BACK {
                pasted.clear();
            }
            let fields = [
                ("place", field("place")),
                ("purpose", field("purpose")),
                ("pasted", pasted),
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
        // The fields of a body that is too large may be unknown.
        Ok(()) if sent.field("course").is_empty() => {
            Redirect::to(&referring_page(&headers)).into_response()
        }
        Ok(()) => Redirect::to(&page).into_response(),
        Err(error) => refusal(&error),
    }
}

/// Reads the upload and keeps it for its preview. Tells all problems of the form at once.
async fn store_upload(cx: &Cx, sent: &SentForm) -> AppResult<ImportId> {
    let tutor = tutor_of_slug(cx.clone(), sent.field("course")).await?;
    let purpose = match sent.field("purpose") {
        AS_IN_FILE => Ok(None),
        name => QuestionPurpose::parse(name)
            .map(Some)
            .ok_or_else(|| AppError::field("purpose", "Choose where the questions are used.")),
    };
    let (course, value) = (tutor.course, sent.field("place").to_owned());
    let place = cx
        .within(async move |conn| store::place(conn, course, &value, QuestionPurpose::Both).await)
        .await;
    let read = match questions_of(sent) {
        Ok((name, content)) => previews::read(name.clone(), content.clone())
            .await
            .map(|imported| (name, content, imported)),
        Err(error) => Err(error),
    };
    let ((_, purpose), (file_name, content, imported)) =
        check::both(check::both(place, purpose), read)?;
    let is_for_exams = |said: QuestionPurpose| purpose.unwrap_or(said) == QuestionPurpose::Exam;
    let mut purposes = imported.questions.iter().map(|question| question.purpose);
    if sent.field("place").starts_with("module:") && !purposes.all(is_for_exams) {
        return Err(AppError::field(
            "purpose",
            "A quiz question needs a topic. Choose a topic, or use the questions in exams only.",
        ));
    }
    let uploaded = Uploaded {
        import_id: ImportId(Uuid::now_v7()),
        course_id: course,
        uploaded_by: tutor.signed_in.user_id(),
        file_name: file_name.chars().take(200).collect(),
        content,
        place: sent.field("place").to_owned(),
        purpose,
    };
    cx.within(async move |conn| {
        previews::keep(conn, &uploaded).await?;
        Ok(uploaded.import_id)
    })
    .await
}

/// Returns the name and the content of the file, or the pasted text as a file.
fn questions_of(sent: &SentForm) -> AppResult<(String, Vec<u8>)> {
    let pasted = sent.field("pasted");
    match (sent.content.is_empty(), !pasted.trim().is_empty()) {
        (false, false) => Ok((sent.file_name.clone(), sent.content.clone())),
        (true, true) => Ok((PASTED.to_owned(), pasted.as_bytes().to_vec())),
        (true, false) if sent.file_name.is_empty() => Err(AppError::field(
            "file",
            "Choose a file, or paste questions.",
        )),
        (true, false) => Err(AppError::field("file", "The file is empty.")),
        (false, true) => Err(AppError::field(
            "file",
            "Choose a file or paste questions, not both.",
        )),
    }
}

/// Name of pasted questions as a file.
const PASTED: &str = "pasted.txt";
