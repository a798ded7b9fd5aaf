//! Server functions over HTTP. A hydrated page gets JSON with the right status. A plain form gets a
//! redirect back to its page, with its error and its typed values in a flash.

use axum::body::{Body, to_bytes};
use axum::extract::{Extension, Request};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use server_fn::error::FromServerFnError;

use leptos::server_fn;

use super::Cx;
use super::flash::{self, Flash};
use super::layers::plain;
use crate::address;
use crate::auth::viewing;
use crate::error::AppError;

/// The header that tells a hydrated form where to go next.
pub const REDIRECT: &str = "x-redirect";
/// Largest form body in bytes: 50,000 characters of any script, percent-encoded. Uploads have a
/// route of their own.
pub const BODY_LIMIT: usize = 640 * 1024;

/// Returns the request once its whole body has arrived, or a response to a body that is too long.
/// Uploads pass unchanged: their routes have limits of their own and load the session again. All
/// methods are treated alike, because server functions that are read with GET take a body, too.
pub async fn received(request: Request) -> Result<Request, Response> {
    let is_upload = *request.method() == Method::POST
        && !request.uri().path().starts_with("/api/")
        && request
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|media| media.as_bytes().starts_with(b"multipart/"));
    if is_upload {
        return Ok(request);
    }
    let (parts, body) = request.into_parts();
    match to_bytes(body, BODY_LIMIT).await {
        Ok(body) => Ok(Request::from_parts(parts, Body::from(body))),
        Err(_) => Err(too_large()),
    }
}

fn too_large() -> Response {
    error_response(AppError::TooLarge(
        "This is more than the form can take. Nothing was changed.".to_owned(),
    ))
}

pub async fn handle(Extension(cx): Extension<Cx>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let plain_form = parts.method == Method::POST && accepts_html(&parts.headers);
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return too_large();
    };
    let query = parts.uri.query().unwrap_or_default();
    if !is_text(&body) || !is_text(query.as_bytes()) {
        return not_text(plain_form);
    }
    let path = parts.uri.path().to_owned();
    let back = referring_page(&parts.headers);
    // With HTML, Leptos would put the error into the address, so ask Leptos for JSON.
    parts
        .headers
        .insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let is_read = parts.method == Method::GET;
    let refused = cx
        .viewing
        .as_ref()
        .filter(|_| !is_read && !viewing::may_post(&path));
    let response = match refused {
        Some(view) => error_response(view.refusal()),
        None => {
            let request = Request::from_parts(parts, Body::from(body.clone()));
            let response = leptos_axum::handle_server_fns_with_context(|| (), request)
                .await
                .into_response();
            with_status(response).await
        }
    };
    if !plain_form {
        return response;
    }
    answer_plain_form(&cx, path, back, &body, response).await
}

/// Sets where on this site the browser goes after the mutation, with or without WASM.
pub fn redirect(path: impl AsRef<str>) {
    if let Some(path) = address::local(path.as_ref()) {
        go_to(&path);
    }
}

/// Sets an address of another site where the browser goes after the mutation, such as the page of a
/// payment. Never pass an address that a person has entered.
pub fn redirect_away(address: &url::Url) {
    go_to(address.as_str());
}

/// Sets the page and the id of the element on it where the browser goes after the mutation.
pub fn redirect_to_part(path: &str, id: &str) {
    if let Some(path) = address::local(path) {
        go_to(&format!("{path}#{}", crate::encode(id)));
    }
}

fn go_to(path: &str) {
    let Some(response) = leptos::prelude::use_context::<leptos_axum::ResponseOptions>() else {
        return;
    };
    if let Ok(value) = HeaderValue::from_str(path) {
        response.insert_header(header::HeaderName::from_static(REDIRECT), value);
    }
}

/// Whether the fields are UTF-8, once their escapes are resolved.
fn is_text(fields: &[u8]) -> bool {
    let digit = |at: usize| fields.get(at).and_then(|byte| (*byte as char).to_digit(16));
    let mut bytes = Vec::with_capacity(fields.len());
    let mut at = 0;
    while let Some(byte) = fields.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                bytes.push(*byte);
                at += 1;
            }
        }
    }
    std::str::from_utf8(&bytes).is_ok()
}

/// No browser sends such a form: there is no page to go back to.
fn not_text(plain_form: bool) -> Response {
    const SENTENCE: &str = "What was sent is not UTF-8 text. Nothing was changed.";
    match plain_form {
        true => plain(StatusCode::BAD_REQUEST, SENTENCE),
        false => {
            let mut response = error_response(AppError::field("", SENTENCE));
            *response.status_mut() = StatusCode::BAD_REQUEST;
            response
        }
    }
}

fn accepts_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// Path and query of the page with the form. The origin has been checked already.
pub fn referring_page(headers: &HeaderMap) -> String {
    headers
        .get(header::REFERER)
        .and_then(|referer| referer.to_str().ok())
        .and_then(|referer| url::Url::parse(referer).ok())
        .and_then(|url| address::local(&url[url::Position::BeforePath..url::Position::AfterQuery]))
        .unwrap_or_else(|| "/".to_owned())
}

/// Replaces the status 500, which Leptos gives every error, with the status of the error.
async fn with_status(response: Response) -> Response {
    if response.status() == StatusCode::BAD_REQUEST
        && !response.headers().contains_key(header::CONTENT_TYPE)
    {
        return error_response(AppError::NotFound(
            "This page is from an older version of the site. Please reload it; what you typed is still here.".to_owned(),
        ));
    }
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (parts, body) = response.into_parts();
    match to_bytes(body, BODY_LIMIT).await {
        Ok(bytes) => {
            let mut response = error_response(AppError::de(bytes));
            response.headers_mut().extend(
                parts
                    .headers
                    .into_iter()
                    .filter(|(name, _)| name.as_ref() == Some(&header::SET_COOKIE)),
            );
            response
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Seconds after which a client may try again when the site was busy.
const BUSY_SECONDS: u32 = 5;

pub fn error_response(error: AppError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (
        status,
        [(header::CONTENT_TYPE, "application/json")],
        error.ser(),
    )
        .into_response();
    let wait = match error {
        AppError::TooMany(seconds) => Some(seconds),
        AppError::Busy => Some(BUSY_SECONDS),
        _ => None,
    };
    if let Some(seconds) = wait {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

async fn answer_plain_form(
    cx: &Cx,
    form: String,
    back: String,
    sent: &[u8],
    response: Response,
) -> Response {
    let next = response
        .headers()
        .get(REDIRECT)
        .and_then(|path| path.to_str().ok())
        .map(str::to_owned);
    let ok = response.status().is_success();
    let error = match ok {
        true => None,
        false => match to_bytes(response.into_body(), BODY_LIMIT).await {
            Ok(bytes) => Some(AppError::de(bytes)),
            Err(_) => Some(AppError::internal(
                "the answer of a server function can't be read",
            )),
        },
    };
    if error == Some(AppError::SignInRequired) {
        return Redirect::to(&crate::auth::sign_in_path(&back)).into_response();
    }
    let values = if ok { Vec::new() } else { typed(sent) };
    if let Err(error) = flash::leave(
        &cx.session,
        Flash {
            form,
            error,
            values,
        },
    )
    .await
    {
        return error_response(error);
    }
    Redirect::to(&next.unwrap_or(back)).into_response()
}

/// The fields that were sent, without secrets and without U+0000, which PostgreSQL cannot store.
fn typed(body: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(body)
        .filter(|(name, _)| !flash::is_secret(name))
        .map(|(name, value)| (name.replace('\0', ""), value.replace('\0', "")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_gets_back_what_was_typed_but_no_secret() {
        let kept =
            typed(b"email=a%40b.example&password=hunter22&new_password=x&token=y&name=Ada+L%00");
        assert_eq!(
            kept,
            [
                ("email".into(), "a@b.example".into()),
                ("name".into(), "Ada L".into())
            ]
        );
    }

    #[test]
    fn the_way_back_never_leaves_the_site() {
        let back = |referer: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::REFERER, referer.parse().unwrap());
            referring_page(&headers)
        };
        assert_eq!(
            back("http://127.0.0.1:3000/sign-in?next=%2Flearn#x"),
            "/sign-in?next=%2Flearn"
        );
        assert_eq!(back("http://127.0.0.1:3000//evil.test/"), "/");
        assert_eq!(back("garbage"), "/");
    }
}
