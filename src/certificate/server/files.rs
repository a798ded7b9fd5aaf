//! Serves certificates as files to their owners. Also serves the public data that verifiers need:
//! the organization's profile, its public keys and its revocation list.

use axum::extract::{Extension, Path};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use uuid::Uuid;

use super::badge::{self, Issuer};
use super::fonts::Fonts;
use super::store::Certificate;
use super::{keys, pdf, store, view};
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::layers::plain;
use crate::platform::http::{AppState, Cx};

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/certificates/{code}/certificate.pdf", get(send_pdf))
        .route("/certificates/{code}/credential.jwt", get(send_credential))
        .route("/.well-known/openbadges/issuer", get(issuer))
        .route("/.well-known/openbadges/keys/{kid}", get(key))
        .route("/.well-known/openbadges/revoked", get(revoked))
        .route("/.well-known/jwks.json", get(jwks))
}

async fn send_pdf(Extension(cx): Extension<Cx>, Path(code): Path<String>) -> Response {
    let certificate = match own(&cx, &code).await {
        Ok(certificate) => certificate,
        Err(refusal) => return refusal,
    };
    let name = format!("certificate-{}.pdf", certificate.code);
    let facts = view::facts(&cx, certificate);
    let config = cx.app.config.clone();
    match tokio::task::spawn_blocking(move || pdf::draw(Fonts::of(&config), &facts)).await {
        Ok(Ok(pdf)) => download("application/pdf", &name, pdf),
        Ok(Err(error)) => failed(&error),
        Err(error) => failed(&error),
    }
}

async fn send_credential(Extension(cx): Extension<Cx>, Path(code): Path<String>) -> Response {
    let certificate = match own(&cx, &code).await {
        Ok(certificate) => certificate,
        Err(refusal) => return refusal,
    };
    let key = match keys::active(&cx).await {
        Ok(key) => key,
        Err(error) => return failed(&error),
    };
    match badge::sign(&Issuer::of(&cx), &certificate, &key) {
        Ok(token) => {
            let name = format!("credential-{}.jwt", certificate.code);
            download("application/vc+jwt", &name, token.into_bytes())
        }
        Err(error) => failed(&error),
    }
}

/// Returns the certificate if the viewer owns it and it is not revoked. Otherwise returns the error
/// response.
async fn own(cx: &Cx, code: &str) -> Result<Certificate, Response> {
    let viewer = cx.viewer.as_ref().map(|viewer| viewer.user_id);
    match view::find(cx, code).await {
        Ok(certificate) if Some(certificate.user_id) != viewer => Err(missing()),
        Ok(certificate) if certificate.revoked_at.is_some() => Err(plain(
            StatusCode::GONE,
            "This certificate was revoked. Its page says when.",
        )),
        Ok(certificate) => Ok(certificate),
        Err(AppError::NotFound(_)) => Err(missing()),
        Err(error) => Err(failed(&error)),
    }
}

fn missing() -> Response {
    plain(
        StatusCode::NOT_FOUND,
        "This file does not exist, or you are not signed in as the owner of the certificate.",
    )
}

fn failed(cause: &(impl std::fmt::Display + ?Sized)) -> Response {
    tracing::error!(%cause, "a certificate could not be sent");
    plain(
        StatusCode::INTERNAL_SERVER_ERROR,
        "Something went wrong on our side. Please try again.",
    )
}

fn download(media_type: &'static str, name: &str, body: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    (
        [
            (header::CONTENT_TYPE, media_type.to_owned()),
            (header::CONTENT_DISPOSITION, disposition),
        ],
        body,
    )
        .into_response()
}

async fn issuer(Extension(cx): Extension<Cx>) -> Response {
    public("application/ld+json", Issuer::of(&cx).profile())
}

async fn key(Extension(cx): Extension<Cx>, Path(kid): Path<String>) -> Response {
    let found = match public_keys(&cx).await {
        Ok(keys) => keys
            .into_iter()
            .find(|key| Uuid::parse_str(&kid) == Ok(key.kid)),
        Err(error) => return failed(&error),
    };
    match found {
        Some(key) => public("application/jwk+json", Issuer::of(&cx).key(&key)),
        None => plain(
            StatusCode::NOT_FOUND,
            "This organization never had such a key.",
        ),
    }
}

async fn jwks(Extension(cx): Extension<Cx>) -> Response {
    let issuer = Issuer::of(&cx);
    match public_keys(&cx).await {
        Ok(keys) => {
            let keys: Vec<Value> = keys.iter().map(|key| issuer.key(key)).collect();
            public("application/jwk-set+json", json!({ "keys": keys }))
        }
        Err(error) => failed(&error),
    }
}

async fn public_keys(cx: &Cx) -> AppResult<Vec<keys::PublicKey>> {
    cx.within(async |conn| keys::public(conn).await).await
}

async fn revoked(Extension(cx): Extension<Cx>) -> Response {
    match cx
        .within(async |conn| Ok(store::revoked(conn).await?))
        .await
    {
        Ok(codes) => public("application/json", Issuer::of(&cx).revocations(&codes)),
        Err(error) => failed(&error),
    }
}

/// Returns a public response that verifiers on other sites may read, even from scripts in browsers.
fn public(media_type: &'static str, value: Value) -> Response {
    (
        [
            (header::CONTENT_TYPE, media_type),
            (header::CACHE_CONTROL, "public, max-age=300"),
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        ],
        Json(value),
    )
        .into_response()
}
