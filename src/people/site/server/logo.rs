//! The logo of the site: its upload and its address.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Extension, Multipart, Path};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::settings::record;
use crate::people::site::{LOGO_BYTES, LOGO_UPLOAD, SITE};
use crate::platform::auth::guard::{Admin, admin_of};
use crate::platform::auth::sign_in_path;
use crate::platform::db::Conn;
use crate::platform::db::schema::stored_files;
use crate::platform::error::{AppError, AppResult};
use crate::platform::files::StoredFile;
use crate::platform::files::polyglot::is_polyglot;
use crate::platform::http::flash::{self, Flash};
use crate::platform::http::layers::plain;
use crate::platform::http::uploads::{FIELDS, SentForm, refusal};
use crate::platform::http::{AppState, Cx};
use crate::platform::ids::FileId;
use crate::platform::settings::{self, SettingValues};
use crate::platform::{address, figures};

/// Kinds of pictures that a logo may be. SVG is not among them, because it can hold scripts.
const KINDS: [&str; 3] = ["image/png", "image/jpeg", "image/webp"];

pub fn routes() -> Router<AppState> {
    let limit = DefaultBodyLimit::max(LOGO_BYTES + FIELDS);
    Router::new()
        .route(LOGO_UPLOAD, post(upload).layer(limit))
        .route("/site/logo/{file}", get(send))
}

async fn upload(Extension(cx): Extension<Cx>, parts: Multipart) -> Response {
    let too_large = format!(
        "The picture is too large. At most {} are allowed.",
        figures::megabytes(LOGO_BYTES)
    );
    let mut sent = SentForm::default();
    let outcome = match sent.receive(&cx, parts, &too_large).await {
        Ok(cx) => keep(cx, sent).await,
        Err(error) => Err(error),
    };
    let error = match outcome {
        Ok(()) => {
            let page = address::with_query(SITE, &[("done", "logo")]);
            return Redirect::to(&page).into_response();
        }
        Err(AppError::SignInRequired) => {
            return Redirect::to(&sign_in_path(SITE)).into_response();
        }
        Err(error @ AppError::Denied(_)) => return refusal(&error),
        Err(error) => error,
    };
    let left = Flash {
        form: LOGO_UPLOAD.to_owned(),
        error: Some(error),
        values: Vec::new(),
    };
    match flash::leave(&cx.session, left).await {
        Ok(()) => Redirect::to(SITE).into_response(),
        Err(error) => refusal(&error),
    }
}

async fn keep(cx: Cx, mut sent: SentForm) -> AppResult<()> {
    let admin = admin_of(cx.clone()).await?;
    let content = sent.take_content()?;
    let media_type = kind(&content)?;
    let (files, organization) = (cx.app.files.clone(), cx.organization.organization_id);
    cx.within(async move |conn| {
        let file = files.put(conn, organization, media_type, content).await?;
        set(conn, &admin, Some(file)).await
    })
    .await?;
    cx.app.directory.forget();
    Ok(())
}

/// Returns the media type that the content has, whatever its name says.
fn kind(content: &[u8]) -> AppResult<&'static str> {
    let found = KINDS
        .into_iter()
        .find(|media_type| infer::is_mime(content, media_type));
    let found = found.filter(|media_type| !is_polyglot(content, media_type));
    found.ok_or_else(|| {
        AppError::field(
            "",
            "This file can’t be the logo. Use a picture as PNG, JPEG or WebP, with nothing hidden in it.",
        )
    })
}

/// Changes the logo.
pub async fn set(conn: &mut Conn, admin: &Admin, logo: Option<FileId>) -> AppResult<()> {
    let old = settings::load_locked(conn).await?;
    let new = SettingValues {
        logo,
        ..old.clone()
    };
    let (before, after) = settings::save(conn, admin.0.viewer.role, &old, &new).await?;
    record(conn, admin, before, after).await
}

async fn send(
    Extension(cx): Extension<Cx>,
    Path(file): Path<uuid::Uuid>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let file = FileId(file);
    let found = match cx.organization.site.settings.logo == Some(file) {
        true => stored(&cx, file).await,
        false => Ok(None),
    };
    match found {
        Ok(Some(file)) => cx.app.files.send(&file, &method, &headers, true).await,
        Ok(None) => plain(StatusCode::NOT_FOUND, "This is not the site’s logo."),
        Err(error) => refusal(&error),
    }
}

async fn stored(cx: &Cx, file: FileId) -> AppResult<Option<StoredFile>> {
    cx.within(async move |conn| {
        let found = stored_files::table
            .find(file)
            .select(StoredFile::as_select())
            .first(conn)
            .await
            .optional()?;
        Ok(found)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn the_content_decides_what_a_logo_is() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        assert_eq!(kind(png).unwrap(), "image/png");
        let page = [&png[..], b"<script>alert(1)</script>"].concat();
        for wrong in [&b""[..], b"<svg xmlns='x'/>", b"GIF89a", b"<html>", &page] {
            assert!(kind(wrong).is_err());
        }
    }
}
