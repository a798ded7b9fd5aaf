//! Web sessions: tower-sessions stored in PostgreSQL through Diesel. The cookie holds the
//! identifier and the table only its hash, so a copy of the table signs nobody in.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tower_sessions::session::{Id, Record};
use tower_sessions::{
    Expiry, Session, SessionManagerLayer, SessionStore, cookie::SameSite, session_store,
};

use super::{UserRole, Viewer, known_devices, lifetimes, store};
use crate::db::schema::{sql_types::UserRole as UserRoleSql, web_sessions};
use crate::db::{Db, statement};
use crate::error::{AppError, AppResult};
use crate::http::{Cx, current_client, current_organization};
use crate::ids::UserId;

pub const COOKIE: &str = "lyceum_session";
const USER: &str = "user_id";
const SEEN: &str = "seen";
/// Seconds after which a request of a session is recorded again.
const SEEN_EVERY: i64 = 600;

pub fn layer(db: Db, secure: bool) -> SessionManagerLayer<Store> {
    SessionManagerLayer::new(Store { db })
        .with_name(COOKIE)
        .with_same_site(SameSite::Lax)
        .with_http_only(true)
        .with_secure(secure)
        .with_expiry(Expiry::OnInactivity(time::Duration::days(
            lifetimes::IDLE_SESSION_DAYS,
        )))
}

/// Signs the person in to this session. `proven` is the hash of the password that the person gave.
/// The session's identifier changes, so an identifier planted before sign-in is useless.
///
/// # Errors
///
/// `Conflict` if the password was changed or the account was closed meanwhile. After any error
/// nobody is signed in.
pub async fn sign_in(cx: &Cx, user: UserId, proven: String) -> AppResult<()> {
    let session = &cx.session;
    session.cycle_id().await?;
    session.insert(USER, user).await?;
    session.insert(SEEN, Utc::now().timestamp()).await?;
    // Saved now rather than with the response, so that a success message is never wrong.
    session.save().await?;
    // Must come after saving. A password change that this check does not see yet will end the saved
    // session.
    let still_holds = cx
        .within(async move |conn| {
            let noted = store::note_sign_in(conn, user, &proven).await?;
            if let (true, Some(device)) = (noted, known_devices::give()) {
                known_devices::remember(conn, user, &device).await?;
            }
            Ok(noted)
        })
        .await;
    if let Ok(true) = still_holds {
        return Ok(());
    }
    let ended = session.flush().await;
    still_holds?;
    ended?;
    Err(AppError::Conflict(
        "The password of this account was just changed. Please sign in with the new one."
            .to_owned(),
    ))
}

/// Returns true if nobody is signed in to this session.
pub async fn is_anonymous(session: &Session) -> AppResult<bool> {
    Ok(session.get_value(USER).await?.is_none())
}

pub async fn sign_out(session: &Session) -> AppResult<()> {
    Ok(session.flush().await?)
}

/// Loads the request's person from the session again. For handlers that first read a long body,
/// since the session may end while the body arrives.
pub async fn recognize_again(mut cx: Cx) -> AppResult<Cx> {
    let store = Store {
        db: cx.app.db.clone(),
    };
    let session = Session::new(cx.session.id(), Arc::new(store), None);
    cx.viewer = viewer(&session).await?;
    Ok(cx)
}

/// Returns the session's person, if that person may still sign in.
pub async fn viewer(session: &Session) -> AppResult<Option<Viewer>> {
    let Some(user_id) = session.get::<UserId>(USER).await? else {
        return Ok(None);
    };
    // Reading the session has loaded its person too.
    let loaded = IN_REQUEST.try_with(|request| request.viewer.lock().ok()?.clone());
    let viewer = match loaded.ok().flatten() {
        Some(viewer) if viewer.user_id == user_id => Some(viewer),
        _ => None,
    };
    let now = Utc::now().timestamp();
    if viewer.is_none() {
        session.flush().await?;
    } else if session.get::<i64>(SEEN).await?.unwrap_or(0) + SEEN_EVERY < now {
        // Cookie and row get a new expiry.
        session.insert(SEEN, now).await?;
    }
    Ok(viewer)
}

/// Returns the hash under which a session identifier is stored.
pub fn hash(id: &Id) -> Vec<u8> {
    Sha256::digest(id.0.to_le_bytes()).to_vec()
}

#[derive(Clone)]
pub struct Store {
    db: Db,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionStore")
    }
}

/// The state of a request's session beside its record.
#[derive(Default)]
struct InRequest {
    /// The person who is signed in, from the statement that loaded the session.
    viewer: Mutex<Option<Viewer>>,
    /// True after a save found that the session was ended.
    is_ended: AtomicBool,
}

impl InRequest {
    // `load` of Diesel is in scope too.
    fn is_ended(&self) -> bool {
        AtomicBool::load(&self.is_ended, Ordering::Relaxed)
    }
}

tokio::task_local! {
    static IN_REQUEST: InRequest;
}

/// Lets the layers below load and end the session of this request. Removes the cookie of a session
/// that ended during the request from the response. The browser may already have a new session,
/// which the old cookie would replace.
pub async fn in_request(request: Request, next: Next) -> Response {
    IN_REQUEST
        .scope(InRequest::default(), async move {
            let mut response = next.run(request).await;
            if IN_REQUEST.with(InRequest::is_ended) {
                without_session_cookie(response.headers_mut());
            }
            response
        })
        .await
}

fn without_session_cookie(headers: &mut HeaderMap) {
    let header::Entry::Occupied(cookies) = headers.entry(header::SET_COOKIE) else {
        return;
    };
    let session = format!("{COOKIE}=");
    let (_, all) = cookies.remove_entry_mult();
    let kept: Vec<HeaderValue> = all
        .filter(|cookie| !cookie.as_bytes().starts_with(session.as_bytes()))
        .collect();
    for cookie in kept {
        headers.append(header::SET_COOKIE, cookie);
    }
}

/// The columns that a save writes.
struct Saved {
    user_id: Option<UserId>,
    data: Value,
    address: Option<String>,
    expires_at: DateTime<Utc>,
}

impl Saved {
    fn of(record: &Record) -> session_store::Result<Self> {
        let data = serde_json::to_value(&record.data)
            .map_err(|error| session_store::Error::Encode(error.to_string()))?;
        let user = record.data.get(USER).and_then(Value::as_str);
        let user = user.and_then(|id| id.parse().ok()).map(UserId);
        let expires_at = DateTime::from_timestamp(record.expiry_date.unix_timestamp(), 0)
            .unwrap_or_else(Utc::now);
        let expires_at = match user {
            Some(_) => expires_at,
            None => expires_at
                .min(Utc::now() + chrono::Duration::minutes(lifetimes::ANONYMOUS_SESSION_MINUTES)),
        };
        Ok(Self {
            user_id: user,
            data,
            address: current_client().map(|client| client.address.to_string()),
            expires_at,
        })
    }
}

#[async_trait]
impl SessionStore for Store {
    /// Saves a new session under a new identifier. A record that was just ended still has its old
    /// one, under which a late save would revive the session.
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        record.id = Id::default();
        let hash = hash(&record.id);
        let saved = Saved::of(record)?;
        let agent = current_client().and_then(|client| client.user_agent);
        self.db
            .within(organization()?, async move |conn| {
                diesel::insert_into(web_sessions::table)
                    .values((
                        web_sessions::session_hash.eq(hash),
                        web_sessions::user_id.eq(saved.user_id),
                        web_sessions::data.eq(saved.data),
                        web_sessions::address.eq(saved.address),
                        web_sessions::user_agent.eq(agent),
                        web_sessions::expires_at.eq(saved.expires_at),
                    ))
                    .execute(conn)
                    .await?;
                AppResult::Ok(())
            })
            .await
            .map_err(backend)
    }

    /// Saves nothing if the session was ended since it was loaded. Otherwise a late save would
    /// revive the session.
    async fn save(&self, record: &Record) -> session_store::Result<()> {
        let hash = hash(&record.id);
        let saved = Saved::of(record)?;
        let updated = self
            .db
            .within(organization()?, async move |conn| {
                // Diesel prepares its own updates anew for each use.
                let updated = statement(
                    "update web_sessions set user_id = $2, data = $3, address = $4, expires_at = $5, last_seen_at = now()
                     where session_hash = $1",
                )
                .bind::<sql_types::Bytea, _>(hash)
                .bind::<sql_types::Nullable<sql_types::Uuid>, _>(saved.user_id)
                .bind::<sql_types::Jsonb, _>(saved.data)
                .bind::<sql_types::Nullable<sql_types::Text>, _>(saved.address)
                .bind::<sql_types::Timestamptz, _>(saved.expires_at)
                .execute(conn)
                .await?;
                AppResult::Ok(updated)
            })
            .await
            .map_err(backend)?;
        if updated == 0 {
            let _ = IN_REQUEST.try_with(|request| request.is_ended.store(true, Ordering::Relaxed));
        }
        Ok(())
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let mut conn = self.db.unbound().await.map_err(backend)?;
        let row = statement(
            "select data, expires_at, user_id, email, display_name, username, role, time_zone, unread
             from load_session_and_user($1, $2)",
        )
        .bind::<sql_types::Uuid, _>(organization()?)
        .bind::<sql_types::Bytea, _>(hash(id))
        .get_result::<Stored>(&mut conn)
        .await
        .optional()
        .map_err(backend)?;
        let Some(row) = row else { return Ok(None) };
        let viewer = row.person.map(Person::into_viewer);
        let _ = IN_REQUEST.try_with(|request| {
            if let Ok(mut loaded) = request.viewer.lock() {
                *loaded = viewer;
            }
        });
        let data = serde_json::from_value(row.data)
            .map_err(|error| session_store::Error::Decode(error.to_string()))?;
        let expiry_date = time::OffsetDateTime::from_unix_timestamp(row.expires_at.timestamp())
            .map_err(|error| session_store::Error::Decode(error.to_string()))?;
        Ok(Some(Record {
            id: *id,
            data,
            expiry_date,
        }))
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        let hash = hash(id);
        self.db
            .within(organization()?, async move |conn| {
                diesel::delete(web_sessions::table.filter(web_sessions::session_hash.eq(hash)))
                    .execute(conn)
                    .await?;
                AppResult::Ok(())
            })
            .await
            .map_err(backend)
    }
}

#[derive(QueryableByName)]
struct Stored {
    #[diesel(sql_type = sql_types::Jsonb)]
    data: Value,
    #[diesel(sql_type = sql_types::Timestamptz)]
    expires_at: DateTime<Utc>,
    #[diesel(embed)]
    person: Option<Person>,
}

/// The person of a session whose account is open.
#[derive(QueryableByName)]
struct Person {
    #[diesel(sql_type = sql_types::Uuid)]
    user_id: UserId,
    #[diesel(sql_type = sql_types::Text)]
    email: String,
    #[diesel(sql_type = sql_types::Text)]
    display_name: String,
    #[diesel(sql_type = sql_types::Text)]
    username: String,
    #[diesel(sql_type = UserRoleSql)]
    role: UserRole,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    time_zone: Option<String>,
    #[diesel(sql_type = sql_types::Int4)]
    unread: i32,
}

impl Person {
    fn into_viewer(self) -> Viewer {
        Viewer {
            user_id: self.user_id,
            email: self.email,
            display_name: self.display_name,
            username: self.username,
            role: self.role,
            time_zone: self.time_zone,
            unread: self.unread,
        }
    }
}

fn organization() -> session_store::Result<crate::ids::OrganizationId> {
    current_organization()
        .ok_or_else(|| session_store::Error::Backend("a session outside a request".to_owned()))
}

fn backend(error: impl std::fmt::Display) -> session_store::Error {
    session_store::Error::Backend(error.to_string())
}
