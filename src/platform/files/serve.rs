//! Sends a stored file as a whole or in part. A sandbox without scripts ensures that stored content
//! never runs. Browsers show only safe media types and download all others. PDFs are the exception:
//! browsers do not start their viewers in a sandbox. The viewers run apart from the site, and pages
//! of the site may frame them.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use object_store::path::Path;
use object_store::{GetOptions, GetRange};

use super::{Files, StoredFile};
use crate::platform::http::layers::plain;

const PDF: &str = "application/pdf";

/// Lets the viewer of Chrome embed the file and style its page. Nothing else is loaded, and no
/// script runs.
const PDF_POLICY: &str =
    "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'";

impl Files {
    /// Sends the file. Shared caches may keep `public` files; otherwise only the reader's browser
    /// may.
    pub async fn send(
        &self,
        file: &StoredFile,
        method: &Method,
        request: &HeaderMap,
        public: bool,
    ) -> Response {
        let etag = format!(
            "\"{}\"",
            file.object_key.rsplit('/').next().unwrap_or_default()
        );
        let mut headers = HeaderMap::new();
        set(&mut headers, header::ETAG, &etag);
        let scope = if public { "public" } else { "private" };
        set(
            &mut headers,
            header::CACHE_CONTROL,
            &format!("{scope}, max-age=31536000, immutable"),
        );
        set(&mut headers, header::ACCEPT_RANGES, "bytes");
        set(&mut headers, header::CONTENT_TYPE, &file.media_type);
        let policy = match media_kind(&file.media_type) {
            PDF => {
                set(&mut headers, header::X_FRAME_OPTIONS, "SAMEORIGIN");
                PDF_POLICY
            }
            _ => "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        };
        set(&mut headers, header::CONTENT_SECURITY_POLICY, policy);
        if !is_shown(&file.media_type) {
            set(&mut headers, header::CONTENT_DISPOSITION, "attachment");
        }
        let text = |name| {
            request
                .get(name)
                .and_then(|value: &HeaderValue| value.to_str().ok())
        };
        if text(header::IF_NONE_MATCH)
            .is_some_and(|tags| tags.split(',').any(|tag| tag.trim() == etag))
        {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        let size = file.size_bytes.max(0) as u64;
        let wanted =
            text(header::RANGE).filter(|_| text(header::IF_RANGE).is_none_or(|tag| tag == etag));
        let range = match wanted.map(|range| parse(range, size)) {
            None | Some(ByteRange::Whole) => None,
            Some(ByteRange::Part(from, to)) => Some((from, to)),
            Some(ByteRange::Beyond) => {
                set(
                    &mut headers,
                    header::CONTENT_RANGE,
                    &format!("bytes */{size}"),
                );
                return (StatusCode::RANGE_NOT_SATISFIABLE, headers).into_response();
            }
        };
        let status = match range {
            Some((from, to)) => {
                set(
                    &mut headers,
                    header::CONTENT_RANGE,
                    &format!("bytes {from}-{}/{size}", to - 1),
                );
                set(
                    &mut headers,
                    header::CONTENT_LENGTH,
                    &(to - from).to_string(),
                );
                StatusCode::PARTIAL_CONTENT
            }
            None => {
                set(&mut headers, header::CONTENT_LENGTH, &size.to_string());
                StatusCode::OK
            }
        };
        if method == Method::HEAD {
            return (status, headers).into_response();
        }
        let options = GetOptions {
            range: range.map(|(from, to)| GetRange::Bounded(from..to)),
            ..GetOptions::default()
        };
        match self
            .store
            .get_opts(&Path::from(file.object_key.as_str()), options)
            .await
        {
            Ok(found) => (
                status,
                headers,
                Body::from_stream(
                    found
                        .into_stream()
                        .map(|chunk| chunk.map_err(std::io::Error::from)),
                ),
            )
                .into_response(),
            Err(error) => {
                tracing::error!(key = file.object_key, %error, "a stored file can't be read");
                plain(
                    StatusCode::NOT_FOUND,
                    "This file can't be found at the moment.",
                )
            }
        }
    }
}

fn set(headers: &mut HeaderMap, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// The media type without its parameters.
fn media_kind(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}

fn is_shown(media_type: &str) -> bool {
    let kind = media_kind(media_type);
    matches!(
        kind,
        "image/png"
            | "image/jpeg"
            | "image/gif"
            | "image/webp"
            | "image/avif"
            | "image/svg+xml"
            | "text/vtt"
            | "text/plain"
            | PDF
    ) || kind.starts_with("video/")
        || kind.starts_with("audio/")
}

#[derive(Debug, PartialEq)]
enum ByteRange {
    Whole,
    /// From the first byte up to the second one, which is not included.
    Part(u64, u64),
    Beyond,
}

/// Parses one range of bytes (RFC 9110, section 14). Several ranges or a malformed header give the
/// whole file.
fn parse(header: &str, size: u64) -> ByteRange {
    let Some((from, to)) = header
        .strip_prefix("bytes=")
        .filter(|list| !list.contains(','))
        .and_then(|r| r.split_once('-'))
    else {
        return ByteRange::Whole;
    };
    match (
        from.trim().parse::<u64>().ok(),
        to.trim().parse::<u64>().ok(),
    ) {
        (Some(from), _) if from >= size => ByteRange::Beyond,
        (Some(from), Some(last)) if last >= from => {
            ByteRange::Part(from, last.saturating_add(1).min(size))
        }
        (Some(from), None) if to.trim().is_empty() => ByteRange::Part(from, size),
        (None, Some(0)) if from.trim().is_empty() => ByteRange::Beyond,
        (None, Some(last)) if from.trim().is_empty() && size > 0 => {
            ByteRange::Part(size.saturating_sub(last), size)
        }
        _ => ByteRange::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_rfc_9110_says() {
        assert_eq!(parse("bytes=0-99", 1000), ByteRange::Part(0, 100));
        assert_eq!(parse("bytes=900-", 1000), ByteRange::Part(900, 1000));
        assert_eq!(parse("bytes=-100", 1000), ByteRange::Part(900, 1000));
        assert_eq!(parse("bytes=-5000", 1000), ByteRange::Part(0, 1000));
        assert_eq!(parse("bytes=990-2000", 1000), ByteRange::Part(990, 1000));
        assert_eq!(parse("bytes=1000-", 1000), ByteRange::Beyond);
        assert_eq!(parse("bytes=-0", 1000), ByteRange::Beyond);
        for whole in [
            "bytes=5-2",
            "bytes=0-1,5-6",
            "lines=1-2",
            "bytes=",
            "bytes=a-b",
        ] {
            assert_eq!(parse(whole, 1000), ByteRange::Whole, "{whole}");
        }
    }

    #[test]
    fn only_media_is_shown() {
        assert!(
            is_shown("image/svg+xml")
                && is_shown("video/webm")
                && is_shown("text/vtt; charset=utf-8")
        );
        assert!(!is_shown("text/html") && !is_shown("application/javascript"));
    }
}
