//! Receives the events of Stripe at `/webhooks/stripe`.
//!
//! Source of the signature: <https://docs.stripe.com/webhooks/signature>.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Extension};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::post;
use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use serde_json::Value;
use sha2::Sha256;

use super::events::{self, CardEvent};
use crate::platform::http::layers::plain;
use crate::platform::http::{AppState, Cx};

/// Largest event in bytes.
const EVENT_LIMIT: usize = 256 * 1024;
/// Seconds between the time of a signature and its arrival. Stripe signs each try anew.
const TOLERANCE_S: i64 = 300;

pub fn routes() -> Router<AppState> {
    let events = post(receive).layer(DefaultBodyLimit::max(EVENT_LIMIT));
    Router::new().route("/webhooks/stripe", events)
}

async fn receive(Extension(cx): Extension<Cx>, headers: HeaderMap, body: Bytes) -> Response {
    let Ok(Some(keys)) = cx.app.config.stripe.keys() else {
        return plain(
            StatusCode::NOT_FOUND,
            "Payments by card are not set up here.",
        );
    };
    let signature = headers
        .get("stripe-signature")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let secret = keys.webhook_secret.expose();
    if let Err(problem) = check(secret, signature, &body, Utc::now()) {
        tracing::warn!(
            problem = problem.sentence(),
            "an event for Stripe's webhook was refused"
        );
        return plain(StatusCode::BAD_REQUEST, problem.sentence());
    }
    let Ok(event) = serde_json::from_slice::<Value>(&body) else {
        return plain(
            StatusCode::BAD_REQUEST,
            "This is not an event. Nothing was changed.",
        );
    };
    let Some(event) = CardEvent::read(&event) else {
        return plain(StatusCode::OK, "This event changes nothing here.");
    };
    let (id, kind) = (event.id.clone(), event.kind.clone());
    match events::handle(&cx.app.db, cx.organization.organization_id, event).await {
        Ok(()) => plain(StatusCode::OK, "Received."),
        Err(error) => {
            tracing::error!(event = id, kind, %error, "an event of Stripe could not be handled");
            plain(
                StatusCode::INTERNAL_SERVER_ERROR,
                "The event could not be handled. Nothing was changed; send it again.",
            )
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SignatureProblem {
    /// Not signed with the secret, or changed after that.
    Forged,
    /// Signed too long ago, or in the future.
    Old,
}

impl SignatureProblem {
    fn sentence(self) -> &'static str {
        match self {
            Self::Forged => "The signature of this event is not right. Nothing was changed.",
            Self::Old => {
                "This event was signed more than five minutes ago or in the future. Nothing was changed."
            }
        }
    }
}

/// Checks a header such as `t=1492774577,v1=5257a8…`. It may have several signatures, while the
/// secret is being changed.
fn check(
    secret: &str,
    header: &str,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<(), SignatureProblem> {
    let parts = header.split(',').filter_map(|part| part.split_once('='));
    let mut time = None;
    let mut signatures = Vec::new();
    for (name, value) in parts {
        match name.trim() {
            "t" => time = Some(value.trim()),
            "v1" => signatures.extend(from_hex(value.trim())),
            _ => {}
        }
    }
    let time = time.ok_or(SignatureProblem::Forged)?;
    let is_right = |signature: &Vec<u8>| {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
            return false;
        };
        mac.update(time.as_bytes());
        mac.update(b".");
        mac.update(body);
        // Compares in constant time.
        mac.verify_slice(signature).is_ok()
    };
    if !signatures.iter().any(is_right) {
        return Err(SignatureProblem::Forged);
    }
    let seconds: i64 = time.parse().map_err(|_| SignatureProblem::Forged)?;
    match (now.timestamp() - seconds).abs() > TOLERANCE_S {
        true => Err(SignatureProblem::Old),
        false => Ok(()),
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    (0..64)
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok())
        .collect()
}

#[cfg(test)]
pub mod rules {
    use super::*;

    /// Returns the header that Stripe sends with an event.
    pub fn sign(secret: &str, seconds: i64, body: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(format!("{seconds}.{body}").as_bytes());
        let bytes = mac.finalize().into_bytes();
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("t={seconds},v1={hex}")
    }

    #[test]
    fn only_a_fresh_signature_with_the_secret_counts() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let at = now.timestamp();
        let checked = |header: &str, body: &str| check("whsec_a", header, body.as_bytes(), now);
        let right = sign("whsec_a", at, "{}");
        assert_eq!(checked(&right, "{}"), Ok(()));
        let (_, signature) = right.split_once(',').unwrap();
        // A secret that is being changed gives two signatures; other schemes are ignored.
        let both = format!("t={at},v1={},{signature},v0=ab", "0".repeat(64));
        assert_eq!(checked(&both, "{}"), Ok(()));
        for forged in [
            String::new(),
            format!("t={at}"),
            signature.to_owned(),
            format!("t={},{signature}", at + 1),
            right.replace("v1=", "v0="),
            right[..right.len() - 2].to_owned(),
            format!("t={at},v1={}", "é".repeat(32)),
            sign("whsec_b", at, "{}"),
            sign("whsec_a", at, "{ }"),
        ] {
            assert_eq!(
                checked(&forged, "{}"),
                Err(SignatureProblem::Forged),
                "{forged}"
            );
        }
        for old in [at - TOLERANCE_S - 1, at + TOLERANCE_S + 1] {
            let header = sign("whsec_a", old, "{}");
            assert_eq!(checked(&header, "{}"), Err(SignatureProblem::Old));
        }
        let header = sign("whsec_a", at - TOLERANCE_S, "{}");
        assert_eq!(checked(&header, "{}"), Ok(()));
    }
}
