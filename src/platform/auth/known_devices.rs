//! Browsers from which an account was signed in to before. Each has its own limit of wrong
//! passwords, so that a stranger's guesses don't lock the owner out. A known device gives no other
//! right: the password is still required.

use std::sync::{Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::Utc;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use sha2::{Digest, Sha256};

use super::lifetimes::KNOWN_DEVICE_DAYS;
use crate::db::Conn;
use crate::db::schema::{known_devices, users};
use crate::http::AppState;
use crate::ids::UserId;

pub const COOKIE: &str = "lyceum_device";
/// Number of devices kept for an account, the most recently used. Each device may guess separately,
/// so the number must be limited.
const AT_MOST: i64 = 20;
/// Length of an identifier in bytes.
const LENGTH: usize = 24;

tokio::task_local! {
    static DEVICE: DeviceCookie;
}

/// The identifier that the browser sent, and the one to set in the response.
struct DeviceCookie {
    sent: Option<String>,
    given: Mutex<Option<String>>,
}

/// Reads the device's cookie for the inner handlers. Sets the cookie if a handler called [`give`].
pub async fn layer(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let device = DeviceCookie {
        sent: sent(request.headers()),
        given: Mutex::new(None),
    };
    DEVICE
        .scope(device, async move {
            let mut response = next.run(request).await;
            let given = DEVICE.with(|device| locked(&device.given).take());
            if let Some(cookie) = given.and_then(|id| cookie(&id, app.config.public_url.scheme())) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            response
        })
        .await
}

fn locked(given: &Mutex<Option<String>>) -> std::sync::MutexGuard<'_, Option<String>> {
    given.lock().unwrap_or_else(PoisonError::into_inner)
}

fn sent(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, id)| *name == COOKIE && is_identifier(id))
        .map(|(_, id)| id.to_owned())
}

fn is_identifier(id: &str) -> bool {
    BASE64_URL_SAFE_NO_PAD
        .decode(id)
        .is_ok_and(|bytes| bytes.len() == LENGTH)
}

fn cookie(id: &str, scheme: &str) -> Option<HeaderValue> {
    let secure = if scheme == "https" { "; Secure" } else { "" };
    let seconds = KNOWN_DEVICE_DAYS * 24 * 60 * 60;
    let text = format!("{COOKIE}={id}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).ok()
}

/// Returns the hash of the identifier that this request's browser sent.
pub fn current() -> Option<Vec<u8>> {
    DEVICE
        .try_with(|device| device.sent.as_deref().map(hash))
        .ok()
        .flatten()
}

/// Sets the cookie in the response, and returns the identifier's hash. Keeps the browser's
/// identifier, or makes a new one.
pub fn give() -> Option<Vec<u8>> {
    DEVICE
        .try_with(|device| {
            let id = device.sent.clone().unwrap_or_else(|| {
                let secret: [u8; LENGTH] = rand::random();
                BASE64_URL_SAFE_NO_PAD.encode(secret)
            });
            let hash = hash(&id);
            *locked(&device.given) = Some(id);
            hash
        })
        .ok()
}

fn hash(id: &str) -> Vec<u8> {
    Sha256::digest(id.as_bytes()).to_vec()
}

/// Returns true if the account with this address was signed in to on this device before.
pub async fn is_known(conn: &mut Conn, email: &str, device: &[u8]) -> QueryResult<bool> {
    let known = known_devices::table
        .inner_join(users::table)
        .filter(users::email.eq(email))
        .filter(known_devices::device_hash.eq(device));
    diesel::select(diesel::dsl::exists(known))
        .get_result(conn)
        .await
}

/// Records a sign-in on this device, and deletes the least recently used devices beyond the limit.
pub async fn remember(conn: &mut Conn, user: UserId, device: &[u8]) -> QueryResult<()> {
    diesel::insert_into(known_devices::table)
        .values((
            known_devices::user_id.eq(user),
            known_devices::device_hash.eq(device),
        ))
        .on_conflict((known_devices::user_id, known_devices::device_hash))
        .do_update()
        .set(known_devices::last_used_at.eq(Utc::now()))
        .execute(conn)
        .await?;
    let others = diesel::alias!(known_devices as others);
    let kept = others
        .filter(others.field(known_devices::user_id).eq(user))
        .order(others.field(known_devices::last_used_at).desc())
        .limit(AT_MOST)
        .select(others.field(known_devices::device_hash));
    diesel::delete(
        known_devices::table
            .filter(known_devices::user_id.eq(user))
            .filter(known_devices::device_hash.ne_all(kept)),
    )
    .execute(conn)
    .await
    .map(drop)
}
