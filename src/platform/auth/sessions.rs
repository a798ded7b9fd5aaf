//! Web sessions: tower-sessions stored in PostgreSQL through Diesel. The cookie holds the
//! identifier and the table only its hash, so a copy of the table signs nobody in.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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
use crate::platform::db::Db;
use crate::platform::db::organizations::Organization;
use crate::platform::db::schema::{sql_types::UserRole as UserRoleSql, web_sessions};
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::{AppState, Cx, current_client, current_organization};
use crate::platform::ids::UserId;

pub const COOKIE: &str = "lyceum_session";
const USER: &str = "user_id";
const SEEN_ON: &str = "seen_on";

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
    session.insert(SEEN_ON, today()).await?;
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
    cx.viewer = viewer(&cx.app, &cx.organization, &session).await?;
    Ok(cx)
}

/// Returns the session's person, if that person may still sign in.
pub async fn viewer(
    app: &AppState,
    organization: &Organization,
    session: &Session,
) -> AppResult<Option<Viewer>> {
    let Some(user_id) = session.get::<UserId>(USER).await? else {
        return Ok(None);
    };
    let mut conn = app.db.unbound().await?;
    let person = diesel::sql_query("select * from load_session_user($1, $2)")
        .bind::<sql_types::Uuid, _>(organization.organization_id)
        .bind::<sql_types::Uuid, _>(user_id)
        .get_result::<Person>(&mut conn)
        .await
        .optional()?;
    drop(conn);
    if person.is_none() {
        session.flush().await?;
    } else if session.get::<String>(SEEN_ON).await?.as_deref() != Some(&today()) {
        // Once a day, cookie and row get a new expiry.
        session.insert(SEEN_ON, today()).await?;
    }
    Ok(person.map(Person::into_viewer))
}

fn today() -> String {
    Utc::now().format("%F").to_string()
}

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
        }
    }
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

tokio::task_local! {
    /// True after a save found that the session was ended.
    static IS_ENDED: AtomicBool;
}

/// Removes the cookie of a session that ended during the request from the response. The browser may
/// already have a new session, which the old cookie would replace.
pub async fn drop_ended_cookie(request: Request, next: Next) -> Response {
    IS_ENDED
        .scope(AtomicBool::new(false), async move {
            let mut response = next.run(request).await;
            if IS_ENDED.with(|is_ended| is_ended.load(Ordering::Relaxed)) {
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
#[derive(AsChangeset)]
#[diesel(table_name = web_sessions, treat_none_as_null = true)]
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
                let changes = (saved, web_sessions::last_seen_at.eq(Utc::now()));
                let session = web_sessions::table.filter(web_sessions::session_hash.eq(hash));
                let updated = diesel::update(session).set(changes).execute(conn).await?;
                AppResult::Ok(updated)
            })
            .await
            .map_err(backend)?;
        if updated == 0 {
            let _ = IS_ENDED.try_with(|is_ended| is_ended.store(true, Ordering::Relaxed));
        }
        Ok(())
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let mut conn = self.db.unbound().await.map_err(backend)?;
        let row = diesel::sql_query("select * from load_session($1, $2)")
            .bind::<sql_types::Uuid, _>(organization()?)
            .bind::<sql_types::Bytea, _>(hash(id))
            .get_result::<Stored>(&mut conn)
            .await
            .optional()
            .map_err(backend)?;
        let Some(row) = row else { return Ok(None) };
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
}

fn organization() -> session_store::Result<crate::platform::ids::OrganizationId> {
    current_organization()
        .ok_or_else(|| session_store::Error::Backend("a session outside a request".to_owned()))
}

fn backend(error: impl std::fmt::Display) -> session_store::Error {
    session_store::Error::Backend(error.to_string())
}
