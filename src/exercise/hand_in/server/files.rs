//! Files of learners' work: the routes that take and send them, and the check of their content.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Extension, Multipart, Path};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::store;
use crate::enrollment::server::access::open_place;
use crate::exercise::hand_in::{FILE_BYTES, FILES_LIMIT, WORK_UPLOAD};
use crate::exercise::server::store as exercises;
use crate::exercise::server::view::no_exercise;
use crate::platform::auth::limits::POSTS;
use crate::platform::auth::{UserRole, sign_in_path};
use crate::platform::db::Conn;
use crate::platform::db::schema::stored_files;
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::platform::files::StoredFile;
use crate::platform::files::polyglot::is_polyglot;
use crate::platform::http::flash::{self, Flash};
use crate::platform::http::layers::plain;
use crate::platform::http::server_fns::referring_page;
use crate::platform::http::uploads::{FIELDS, SentForm, refusal};
use crate::platform::http::{AppState, Cx};
use crate::platform::ids::{ExerciseId, UserId, WorkFileId};
use crate::platform::names;
use crate::platform::time::Clock;

/// Endings of names, with the type that the content must have.
const KINDS: [(&str, &str); 6] = [
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("webp", "image/webp"),
    ("gif", "image/gif"),
    ("pdf", "application/pdf"),
];

/// Endings of texts and programs. All are sent as plain text, so that none of them runs.
const TEXTS: [&str; 33] = [
    "txt", "md", "csv", "tsv", "json", "yaml", "yml", "toml", "xml", "html", "css", "tex", "rs",
    "py", "js", "ts", "java", "kt", "c", "h", "cpp", "hpp", "cs", "go", "rb", "php", "swift", "r",
    "sql", "sh", "lua", "hs", "log",
];

const TEXT: &str = "text/plain; charset=utf-8";

const NAME_CHARACTERS: usize = 100;

pub fn routes() -> Router<AppState> {
    let limit = DefaultBodyLimit::max(FILE_BYTES + FIELDS);
    Router::new()
        .route(WORK_UPLOAD, post(upload).layer(limit))
        .route("/work-files/{file}/{name}", get(send))
}

fn too_large() -> String {
    format!(
        "The file is too large. At most {} are allowed.",
        figures::megabytes(FILE_BYTES)
    )
}

async fn upload(Extension(cx): Extension<Cx>, headers: HeaderMap, parts: Multipart) -> Response {
    let mut sent = SentForm::default();
    let outcome = match sent.receive(&cx, parts, &too_large()).await {
        Ok(cx) => keep(&cx, &mut sent).await,
        Err(error) => Err(error),
    };
    let error = match outcome {
        Ok(page) => return Redirect::to(&format!("{page}#files")).into_response(),
        Err(AppError::SignInRequired) => {
            return Redirect::to(&sign_in_path(&referring_page(&headers))).into_response();
        }
        Err(error @ (AppError::Denied(_) | AppError::NotFound(_) | AppError::Closed { .. })) => {
            return refusal(&error);
        }
        Err(error) => error,
    };
    let left = Flash {
        form: WORK_UPLOAD.to_owned(),
        error: Some(error),
        values: Vec::new(),
    };
    match flash::leave(&cx.session, left).await {
        Ok(()) => Redirect::to(&referring_page(&headers)).into_response(),
        Err(error) => refusal(&error),
    }
}

/// Adds the file to the learner's draft. Returns the page of the exercise.
async fn keep(cx: &Cx, sent: &mut SentForm) -> AppResult<String> {
    let viewer = cx.viewer.clone().ok_or(AppError::SignInRequired)?;
    let user = viewer.user_id;
    POSTS.take(cx, &user.to_string()).await?;
    let exercise = sent.field("exercise").parse().map_err(|_| no_exercise())?;
    let exercise = ExerciseId(exercise);
    let content = sent.take_content()?;
    let sent_name = std::mem::take(&mut sent.file_name);
    let (name, media_type, content) = tokio::task::spawn_blocking(move || {
        let (name, media_type) = check(&sent_name, &content)?;
        Ok::<_, AppError>((name, media_type, content))
    })
    .await
    .map_err(|error| AppError::internal(&error))??;
    let (files, organization) = (cx.app.files.clone(), cx.organization.organization_id);
    let clock = Clock::of(cx);
    cx.within(async move |conn| {
        let found = exercises::by_id(conn, exercise)
            .await?
            .ok_or_else(no_exercise)?;
        open_place(conn, user, found.topic_id, &clock).await?;
        if store::active(conn, exercise).await?.is_none() {
            return Err(no_exercise());
        }
        let work = exercises::work_for_update(conn, user, exercise).await?;
        if work.submitted_at.is_some() {
            return Err(AppError::Conflict(
                "This work is handed in. Choose “Change and hand in again” first.".to_owned(),
            ));
        }
        let count = store::draft_files(conn, work.work_id).await?;
        if usize::try_from(count).unwrap_or(0) >= FILES_LIMIT {
            return Err(AppError::field(
                "",
                format!("A work can have {FILES_LIMIT} files. Remove one before you add another."),
            ));
        }
        let file = files.put(conn, organization, media_type, content).await?;
        store::add_file(conn, work.work_id, file, &name).await?;
        Ok(store::path(conn, exercise).await?)
    })
    .await
}

/// Removes a file from the learner's draft. Returns the page of the exercise.
pub async fn remove(conn: &mut Conn, user: UserId, file: WorkFileId) -> AppResult<String> {
    let exercise = store::remove_file(conn, user, file)
        .await?
        .ok_or_else(|| AppError::NotFound("This file is no longer here.".to_owned()))?;
    Ok(store::path(conn, exercise).await?)
}

/// Returns the name to keep and the media type of a file. The content decides, and must be what the
/// name says.
fn check(sent_name: &str, content: &[u8]) -> AppResult<(String, &'static str)> {
    let wrong = |sentence: &str| AppError::field("", sentence);
    let name = sent_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = names::tidy(name);
    let (stem, ending) = name.rsplit_once('.').unwrap_or((&name, ""));
    let ending = ending.to_lowercase();
    let stem: String = stem.chars().take(NAME_CHARACTERS - 10).collect();
    let stem = match stem.as_str() {
        "" => "file",
        stem => stem,
    };
    let name = format!("{stem}.{ending}");
    if TEXTS.contains(&ending.as_str()) {
        let text = std::str::from_utf8(content).map_err(|_| {
            wrong("This file is not text in UTF-8, although its name says that it is text.")
        })?;
        let is_binary = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}');
        return match text.chars().any(is_binary) {
            true => Err(wrong("This file has characters that text does not have.")),
            false => Ok((name, TEXT)),
        };
    }
    let Some((_, media_type)) = KINDS.into_iter().find(|(known, _)| *known == ending) else {
        return Err(wrong(
            "Files of this type can't be added. Use PNG, JPEG, WebP, GIF, PDF, or a text or program.",
        ));
    };
    if !infer::is_mime(content, media_type) {
        return Err(wrong(
            "The content of this file is not what its name says. Export it again, or rename it.",
        ));
    }
    match is_polyglot(content, media_type) {
        true => Err(wrong(
            "This file hides something else behind a picture or document. Export it again.",
        )),
        false => Ok((name, media_type)),
    }
}

async fn send(
    Extension(cx): Extension<Cx>,
    Path((file, _name)): Path<(uuid::Uuid, String)>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    match readable(&cx, WorkFileId(file)).await {
        Ok(Some(file)) => cx.app.files.send(&file, &method, &headers, false).await,
        Ok(None) => plain(
            StatusCode::NOT_FOUND,
            "There is no such file, or it is part of the work of somebody else.",
        ),
        Err(_) => plain(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something went wrong on our side. Please try again.",
        ),
    }
}

async fn readable(cx: &Cx, file: WorkFileId) -> AppResult<Option<StoredFile>> {
    let Some(viewer) = cx.viewer.clone() else {
        return Ok(None);
    };
    let is_admin = viewer.role == UserRole::Admin;
    cx.within(async move |conn| {
        let Some(file) = store::readable(conn, viewer.user_id, is_admin, file).await? else {
            return Ok(None);
        };
        let stored = stored_files::table
            .find(file)
            .select(StoredFile::as_select())
            .first(conn)
            .await
            .optional()?;
        Ok(stored)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

    #[test]
    fn the_content_must_be_what_the_name_says() {
        assert_eq!(
            check("C:\\work\\Chart.PNG", PNG).unwrap(),
            ("Chart.png".to_owned(), "image/png")
        );
        assert_eq!(check("a.pdf", b"%PDF-1.7 ").unwrap().1, "application/pdf");
        // A page is kept as plain text.
        assert_eq!(check("a.html", b"<script>").unwrap().1, TEXT);
        let long = check(&format!("{}.rs", "x".repeat(300)), b"fn main() {}").unwrap();
        assert!(long.0.len() <= NAME_CHARACTERS && long.0.ends_with(".rs"));
        for (name, content) in [
            ("a.png", &b"<html>"[..]),
            ("a.pdf", PNG),
            ("a.txt", b"\xff\xfe"),
            ("a.txt", b"a\0b"),
            ("a.exe", b"MZ"),
            ("a.svg", b"<svg xmlns='x'/>"),
            ("a", b"text"),
            ("", PNG),
        ] {
            assert!(check(name, content).is_err(), "{name}");
        }
    }
}
