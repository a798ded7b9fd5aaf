//! Web sessions: tower-sessions kept in PostgreSQL through Diesel. The cookie holds the identifier and the table its
//! hash, so that a copy of the table signs nobody in.

use async_trait::async_trait;
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

use super::{UserRole, Viewer};
use crate::platform::db::Db;
use crate::platform::db::organizations::Organization;
use crate::platform::db::schema::{sql_types::UserRole as UserRoleSql, web_sessions};
use crate::platform::error::AppResult;
use crate::platform::http::{AppState, current_client, current_organization};
use crate::platform::ids::UserId;

pub const COOKIE: &str = "lyceum_session";
const USER: &str = "user_id";
const SEEN_ON: &str = "seen_on";
/// A device that is not used for so long is signed out.
const IDLE_DAYS: i64 = 30;
/// A session in which nobody is signed in holds the message for one page, and no longer than this.
const ANONYMOUS_MINUTES: i64 = 30;

pub fn layer(db: Db, secure: bool) -> SessionManagerLayer<Store> {
    SessionManagerLayer::new(Store { db })
        .with_name(COOKIE)
        .with_same_site(SameSite::Lax)
        .with_http_only(true)
        .with_secure(secure)
        .with_expiry(Expiry::OnInactivity(time::Duration::days(IDLE_DAYS)))
}

/// Makes this session the person's. Its identifier changes, so that one planted before sign-in is worth nothing.
pub async fn sign_in(session: &Session, user: UserId) -> AppResult<()> {
    session.cycle_id().await?;
    session.insert(USER, user).await?;
    session.insert(SEEN_ON, today()).await?;
    // Saved here rather than with the response: whoever is told that they are signed in, is.
    Ok(session.save().await?)
}

/// Nobody is signed in here.
pub async fn is_anonymous(session: &Session) -> AppResult<bool> {
    Ok(session.get_value(USER).await?.is_none())
}

pub async fn sign_out(session: &Session) -> AppResult<()> {
    Ok(session.flush().await?)
}

/// The session's person, if it has one who may still sign in.
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
        // Once a day the cookie and the row move their expiry.
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

/// What is kept of a session identifier.
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

#[async_trait]
impl SessionStore for Store {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        self.save(record).await
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        let organization = organization()?;
        let data = serde_json::to_value(&record.data)
            .map_err(|error| session_store::Error::Encode(error.to_string()))?;
        let user = record
            .data
            .get(USER)
            .and_then(Value::as_str)
            .and_then(|id| id.parse().ok())
            .map(UserId);
        let hash = hash(&record.id);
        let expires = DateTime::from_timestamp(record.expiry_date.unix_timestamp(), 0)
            .unwrap_or_else(Utc::now);
        let expires = match user {
            Some(_) => expires,
            None => expires.min(Utc::now() + chrono::Duration::minutes(ANONYMOUS_MINUTES)),
        };
        let client = current_client();
        let address = client.as_ref().map(|client| client.address.to_string());
        let agent = client.and_then(|client| client.user_agent);
        self.db
            .within(organization, async move |conn| {
                diesel::insert_into(web_sessions::table)
                    .values((
                        web_sessions::session_hash.eq(&hash),
                        web_sessions::user_id.eq(user),
                        web_sessions::data.eq(&data),
                        web_sessions::address.eq(&address),
                        web_sessions::user_agent.eq(&agent),
                        web_sessions::expires_at.eq(expires),
                    ))
                    .on_conflict((web_sessions::organization_id, web_sessions::session_hash))
                    .do_update()
                    .set((
                        web_sessions::user_id.eq(user),
                        web_sessions::data.eq(&data),
                        web_sessions::address.eq(&address),
                        web_sessions::last_seen_at.eq(Utc::now()),
                        web_sessions::expires_at.eq(expires),
                    ))
                    .execute(conn)
                    .await?;
                AppResult::Ok(())
            })
            .await
            .map_err(backend)
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
