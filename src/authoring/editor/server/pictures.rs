//! The route that takes a picture for a text. The editor sends it by script and gets the Markdown;
//! without scripts, the page comes back and shows the Markdown.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Extension, Multipart};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use sha2::{Digest, Sha256};

use super::draft;
use crate::authoring::editor::{ALT_CHARACTERS, PICTURE_BYTES, PICTURE_UPLOAD, edit_path};
use crate::authoring::server::slug_of;
use crate::course::server::files::{OF_TOPICS, keep};
use crate::platform::auth::guard::tutor_of_slug;
use crate::platform::auth::sign_in_path;
use crate::platform::error::{AppError, AppResult, FieldProblems};
use crate::platform::files::polyglot::is_polyglot;
use crate::platform::http::flash::{self, Flash};
use crate::platform::http::server_fns::{error_response, referring_page};
use crate::platform::http::uploads::{FIELDS, SentForm};
use crate::platform::http::{AppState, Cx};
use crate::platform::ids::TopicId;
use crate::platform::{encode, figures, names};

/// Kinds of pictures, with the ending of their names.
const KINDS: [(&str, &str); 5] = [
    ("image/png", "png"),
    ("image/jpeg", "jpg"),
    ("image/webp", "webp"),
    ("image/gif", "gif"),
    ("image/avif", "avif"),
];

pub fn routes() -> Router<AppState> {
    let limit = DefaultBodyLimit::max(PICTURE_BYTES + FIELDS);
    Router::new().route(PICTURE_UPLOAD, post(upload).layer(limit))
}

async fn upload(Extension(cx): Extension<Cx>, headers: HeaderMap, parts: Multipart) -> Response {
    let too_large = format!(
        "The picture is too large. At most {} are allowed.",
        figures::megabytes(PICTURE_BYTES)
    );
    let mut sent = SentForm::default();
    let outcome = match sent.receive(&cx, parts, &too_large).await {
        Ok(cx) => stored(&cx, &sent).await,
        Err(error) => Err(error),
    };
    let is_script = headers
        .get(header::ACCEPT)
        .is_some_and(|accept| accept == "application/json");
    match outcome {
        Ok((markdown, _)) if is_script => markdown.into_response(),
        Err(error) if is_script => error_response(error),
        Ok((markdown, slug)) => {
            let page = edit_path(&encode(sent.field("course")), &slug);
            let values = vec![("markdown".to_owned(), markdown)];
            come_back(&cx, &page, None, values).await
        }
        Err(AppError::SignInRequired) => {
            Redirect::to(&sign_in_path(&referring_page(&headers))).into_response()
        }
        Err(error) => {
            let values = vec![("alt".to_owned(), sent.field("alt").replace('\0', ""))];
            come_back(&cx, &referring_page(&headers), Some(error), values).await
        }
    }
}

async fn come_back(
    cx: &Cx,
    page: &str,
    error: Option<AppError>,
    values: Vec<(String, String)>,
) -> Response {
    let left = Flash {
        form: PICTURE_UPLOAD.to_owned(),
        error,
        values,
    };
    match flash::leave(&cx.session, left).await {
        Ok(()) => Redirect::to(page).into_response(),
        Err(error) => error_response(error),
    }
}

/// Stores the picture. Returns the Markdown that shows it, and the topic's name in addresses.
async fn stored(cx: &Cx, sent: &SentForm) -> AppResult<(String, String)> {
    let tutor = tutor_of_slug(cx.clone(), sent.field("course")).await?;
    let topic = sent.field("topic").parse().map_err(|_| draft::no_topic())?;
    let mut problems = FieldProblems::default();
    let kind = problems.keep(kind(&sent.content));
    let alt = problems.keep(alt(sent.field("alt")));
    let (Some((media_type, ending)), Some(alt)) = (kind, alt) else {
        return Err(problems.error());
    };
    problems.check()?;
    let name = file_name(&sent.file_name, &sent.content, ending);
    let (files, organization) = (cx.app.files.clone(), cx.organization.organization_id);
    let (content, markdown) = (sent.content.clone(), markdown(&alt, &name));
    let slug = cx
        .within(async move |conn| {
            let topic = draft::topic_of(conn, tutor.course, TopicId(topic)).await?;
            let kind = (name.as_str(), media_type);
            keep(conn, &files, organization, tutor.course, kind, content).await?;
            Ok(topic.slug)
        })
        .await?;
    Ok((markdown, slug))
}

/// Returns the media type that the content has, whatever its name says, and the ending of its name.
fn kind(content: &[u8]) -> AppResult<(&'static str, &'static str)> {
    if content.is_empty() {
        return Err(AppError::field("file", "Choose a picture."));
    }
    let found = KINDS
        .into_iter()
        .find(|(media_type, _)| infer::is_mime(content, media_type));
    let found = found.filter(|(media_type, _)| !is_polyglot(content, media_type));
    found.ok_or_else(|| {
        AppError::field(
            "file",
            "This file is not a picture that can be shown, or hides something else. Use PNG, JPEG, WebP, GIF or AVIF.",
        )
    })
}

fn alt(typed: &str) -> AppResult<String> {
    let alt = names::tidy(typed);
    match alt.chars().count() {
        0 => Err(AppError::field(
            "alt",
            "Describe the picture for people who can’t see it.",
        )),
        length if length > ALT_CHARACTERS as usize => {
            Err(AppError::field("alt", figures::use_at_most(ALT_CHARACTERS)))
        }
        _ => Ok(alt),
    }
}

/// Name of the picture in the course. A part of its hash keeps pictures of the same name apart.
fn file_name(sent: &str, content: &[u8], ending: &str) -> String {
    let stem = sent.rsplit_once('.').map_or(sent, |(stem, _)| stem);
    let slug: String = slug_of(stem).chars().take(40).collect();
    let stem = match slug.trim_end_matches('-') {
        "" => "picture",
        stem => stem,
    };
    let hash = Sha256::digest(content);
    let hash: String = hash
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{OF_TOPICS}{stem}-{hash}.{ending}")
}

fn markdown(alt: &str, name: &str) -> String {
    let mut escaped = String::new();
    for c in alt.chars() {
        if matches!(c, '\\' | '[' | ']' | '`' | '<' | '$') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    format!("![{escaped}](file:{name})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_addresses_and_texts_stay_texts() {
        let name = file_name("../Schöne Karte.PNG.exe", b"x", "png");
        assert!(name.starts_with("from-site/schone-karte-png-"), "{name}");
        assert!(name.ends_with(".png"));
        assert!(file_name("", b"x", "gif").starts_with("from-site/picture-"));
        assert_eq!(markdown("a]b", "x.png"), "![a\\]b](file:x.png)");
    }

    #[test]
    fn the_content_decides_what_a_picture_is() {
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").unwrap().1, "png");
        assert_eq!(kind(b"GIF89a\x01\0\x01\0\0\0\0;").unwrap().1, "gif");
        let page = &b"GIF89a\x01\0\x01\0\0\0\0;<html>"[..];
        for wrong in [&b""[..], b"<svg xmlns='x'/>", b"%PDF-1.7", b"<html>", page] {
            assert!(kind(wrong).is_err());
        }
    }
}
