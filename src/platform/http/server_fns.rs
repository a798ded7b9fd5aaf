//! Server functions over HTTP. A hydrated page gets JSON with the right status; a plain form gets a redirect, back to
//! where it was with its error and what was typed kept in a flash.

use axum::body::{Body, to_bytes};
use axum::extract::{Extension, Request};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use server_fn::error::FromServerFnError;

use leptos::server_fn;

use super::Cx;
use super::flash::{self, Flash};
use crate::platform::error::AppError;

/// The header under which a hydrated form learns where to go next.
pub const REDIRECT: &str = "x-redirect";
/// Form bodies: 50,000 characters of any script, as a form writes them. Uploads have a route of their own.
pub const BODY_LIMIT: usize = 640 * 1024;

/// The request once its body has arrived whole, or the answer to a body that is too long. Uploads pass as they are: their
/// routes have limits of their own, and recognize the session again.
pub async fn received(request: Request) -> Result<Request, Response> {
    let is_upload = !request.uri().path().starts_with("/api/")
        && request
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|media| media.as_bytes().starts_with(b"multipart/"));
    if is_upload || matches!(*request.method(), Method::GET | Method::HEAD) {
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
        "That is more than this form takes. Nothing was changed.".to_owned(),
    ))
}

pub async fn handle(Extension(cx): Extension<Cx>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let plain_form = parts.method == Method::POST && accepts_html(&parts.headers);
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return too_large();
    };
    let path = parts.uri.path().to_owned();
    let back = referring_page(&parts.headers);
    // Leptos would put the error into the address; it is ours to carry.
    parts
        .headers
        .insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let request = Request::from_parts(parts, Body::from(body.clone()));
    let response = leptos_axum::handle_server_fns_with_context(|| (), request)
        .await
        .into_response();
    let response = with_status(response).await;
    if !plain_form {
        return response;
    }
    answer_plain_form(&cx, path, back, &body, response).await
}

/// Sets where the browser goes after the mutation, with or without WASM.
pub fn redirect(path: &str) {
    if let (Some(response), Ok(value)) = (
        leptos::prelude::use_context::<leptos_axum::ResponseOptions>(),
        HeaderValue::from_str(path),
    ) {
        response.insert_header(header::HeaderName::from_static(REDIRECT), value);
    }
}

fn accepts_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// Path and query of the page that the form was on; the origin has been checked already.
fn referring_page(headers: &HeaderMap) -> String {
    headers
        .get(header::REFERER)
        .and_then(|referer| referer.to_str().ok())
        .and_then(|referer| url::Url::parse(referer).ok())
        .map(|url| url[url::Position::BeforePath..url::Position::AfterQuery].to_owned())
        .filter(|path| path.starts_with('/') && !path.starts_with("//"))
        .unwrap_or_else(|| "/".to_owned())
}

/// Server functions answer every error with 500; the error itself knows better.
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

pub fn error_response(error: AppError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (
        status,
        [(header::CONTENT_TYPE, "application/json")],
        error.ser(),
    )
        .into_response();
    if let AppError::TooMany(seconds) = error {
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
        return Redirect::to(&crate::platform::auth::sign_in_path(&back)).into_response();
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

/// The fields that were sent, without secrets and without the one character that no database keeps.
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
