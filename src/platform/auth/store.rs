//! Queries of accounts and their devices.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::UserRole;
use super::sign_ups::SignUp;
use crate::db::schema::{users, web_sessions};
use crate::db::{Conn, statement};
use crate::ids::UserId;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct Account {
    pub user_id: UserId,
    pub email: String,
    pub display_name: String,
    pub role: UserRole,
    pub password_hash: Option<String>,
    pub email_confirmed_at: Option<DateTime<Utc>>,
    pub is_active: bool,
    pub deleted_at: Option<DateTime<Utc>>,
    /// Time at which the account is deleted, unless the person keeps it.
    pub erase_at: Option<DateTime<Utc>>,
}

impl Account {
    pub fn may_sign_in(&self) -> bool {
        self.is_active && self.deleted_at.is_none()
    }
}

pub struct NewAccount<'a> {
    pub email: &'a str,
    pub display_name: &'a str,
    pub password_hash: &'a str,
    pub role: UserRole,
    pub confirmed: bool,
}

pub async fn by_email(conn: &mut Conn, email: &str) -> QueryResult<Option<Account>> {
    users::table
        .filter(users::email.eq(email))
        .select(Account::as_select())
        .first(conn)
        .await
        .optional()
}

pub async fn by_id(conn: &mut Conn, user: UserId) -> QueryResult<Option<Account>> {
    users::table
        .find(user)
        .select(Account::as_select())
        .first(conn)
        .await
        .optional()
}

#[derive(QueryableByName)]
struct AdminRow {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    user_id: UserId,
}

/// Returns the active admins, without the one of `except`.
pub async fn admins(conn: &mut Conn, except: Option<UserId>) -> QueryResult<Vec<UserId>> {
    let rows: Vec<AdminRow> = statement(
        "select user_id from users where role = 'admin' and is_active and deleted_at is null
           and user_id is distinct from $1",
    )
    .bind::<diesel::sql_types::Nullable<diesel::sql_types::Uuid>, _>(except)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.user_id).collect())
}

/// Creates an account. None if the address already has one.
pub async fn create(conn: &mut Conn, new: NewAccount<'_>) -> QueryResult<Option<UserId>> {
    let base = handle_of(new.display_name);
    // Handles are unique, so names after the plain one get a short random suffix.
    for attempt in 0..8 {
        let username = match attempt {
            0 => base.clone(),
            _ => format!(
                "{base}-{}",
                &Uuid::new_v4().simple().to_string()[..4 + attempt]
            ),
        };
        let made: Option<UserId> = diesel::insert_into(users::table)
            .values((
                users::email.eq(new.email),
                users::display_name.eq(new.display_name),
                users::username.eq(&username),
                users::password_hash.eq(new.password_hash),
                users::role.eq(new.role),
                users::email_confirmed_at.eq(new.confirmed.then(Utc::now)),
            ))
            .on_conflict_do_nothing()
            .returning(users::user_id)
            .get_result(conn)
            .await
            .optional()?;
        if made.is_some() || by_email(conn, new.email).await?.is_some() {
            return Ok(made);
        }
    }
    Err(diesel::result::Error::RollbackTransaction)
}

/// Makes a handle: "Ada Lovelace" becomes "ada-lovelace". Names without ASCII letters and digits
/// become "learner".
fn handle_of(name: &str) -> String {
    let words: Vec<String> = name
        .to_lowercase()
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    let handle: String = words.join("-").chars().take(28).collect();
    match handle.trim_matches('-') {
        "" => "learner".to_owned(),
        handle => handle.to_owned(),
    }
}

/// Confirms the address of a person who has read a mail sent there.
pub async fn confirm_email(conn: &mut Conn, user: UserId) -> QueryResult<()> {
    diesel::update(
        users::table
            .find(user)
            .filter(users::email_confirmed_at.is_null()),
    )
    .set(users::email_confirmed_at.eq(Utc::now()))
    .execute(conn)
    .await
    .map(drop)
}

/// Records a sign-in with the password of this hash. Returns false if the password has changed or
/// the account is closed. Waits for a password change that is in progress.
pub async fn note_sign_in(conn: &mut Conn, user: UserId, password_hash: &str) -> QueryResult<bool> {
    let noted = diesel::update(
        users::table
            .find(user)
            .filter(users::password_hash.eq(password_hash))
            .filter(users::is_active)
            .filter(users::deleted_at.is_null()),
    )
    .set(users::last_login_at.eq(Utc::now()))
    .execute(conn)
    .await?;
    Ok(noted > 0)
}

/// Sets the browser's time zone if the person has chosen none.
pub async fn note_zone(conn: &mut Conn, user: UserId, zone: Option<&str>) -> QueryResult<()> {
    let Some(zone) = zone else {
        return Ok(());
    };
    diesel::update(users::table.find(user).filter(users::time_zone.is_null()))
        .set(users::time_zone.eq(zone))
        .execute(conn)
        .await
        .map(drop)
}

pub async fn set_password(conn: &mut Conn, user: UserId, hash: &str) -> QueryResult<()> {
    diesel::update(users::table.find(user))
        .set(users::password_hash.eq(hash))
        .execute(conn)
        .await
        .map(drop)
}

/// Replaces the password with the hash `old`. Returns false if the account has another password by
/// now.
pub async fn change_password(
    conn: &mut Conn,
    user: UserId,
    old: &str,
    new: &str,
) -> QueryResult<bool> {
    let changed = diesel::update(users::table.find(user).filter(users::password_hash.eq(old)))
        .set(users::password_hash.eq(new))
        .execute(conn)
        .await?;
    Ok(changed > 0)
}

/// Confirms an account that was never confirmed, with this sign-up's name and password. Older
/// versions created such accounts at sign-up.
pub async fn take_over_unconfirmed(
    conn: &mut Conn,
    sign_up: &SignUp,
) -> QueryResult<Option<UserId>> {
    diesel::update(
        users::table
            .filter(users::email.eq(&sign_up.email))
            .filter(users::email_confirmed_at.is_null())
            .filter(users::is_active)
            .filter(users::deleted_at.is_null()),
    )
    .set((
        users::display_name.eq(&sign_up.display_name),
        users::password_hash.eq(&sign_up.password_hash),
        users::email_confirmed_at.eq(Utc::now()),
    ))
    .returning(users::user_id)
    .get_result(conn)
    .await
    .optional()
}

pub async fn set_role(conn: &mut Conn, user: UserId, role: UserRole) -> QueryResult<()> {
    diesel::update(users::table.find(user))
        .set(users::role.eq(role))
        .execute(conn)
        .await
        .map(drop)
}

pub async fn set_profile(
    conn: &mut Conn,
    user: UserId,
    name: &str,
    zone: Option<&str>,
) -> QueryResult<()> {
    diesel::update(users::table.find(user))
        .set((users::display_name.eq(name), users::time_zone.eq(zone)))
        .execute(conn)
        .await
        .map(drop)
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = web_sessions)]
pub struct DeviceRow {
    pub web_session_id: Uuid,
    pub session_hash: Vec<u8>,
    pub address: Option<String>,
    pub user_agent: Option<String>,
    pub created_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
}

impl DeviceRow {
    /// Returns the name and the address by which people know the device.
    pub fn device(&self) -> (String, String) {
        (
            crate::time::device_name(self.user_agent.as_deref()),
            self.address.clone().unwrap_or_default(),
        )
    }
}

/// Returns the person's sessions, the one that was used last first.
pub async fn devices(conn: &mut Conn, user: UserId) -> QueryResult<Vec<DeviceRow>> {
    web_sessions::table
        .filter(web_sessions::user_id.eq(user))
        .filter(web_sessions::expires_at.gt(Utc::now()))
        .order(web_sessions::last_seen_at.desc())
        .limit(100)
        .select(DeviceRow::as_select())
        .load(conn)
        .await
}

/// Ends some of the person's own sessions.
pub async fn end_sessions(conn: &mut Conn, user: UserId, sessions: &[Uuid]) -> QueryResult<usize> {
    diesel::delete(
        web_sessions::table
            .filter(web_sessions::web_session_id.eq_any(sessions))
            .filter(web_sessions::user_id.eq(user)),
    )
    .execute(conn)
    .await
}

/// Ends all of the person's sessions except the one with the hash `keep`.
pub async fn end_other_devices(
    conn: &mut Conn,
    user: UserId,
    keep: Option<Vec<u8>>,
) -> QueryResult<usize> {
    diesel::delete(
        web_sessions::table
            .filter(web_sessions::user_id.eq(user))
            .filter(web_sessions::session_hash.ne(keep.unwrap_or_default())),
    )
    .execute(conn)
    .await
}

#[cfg(test)]
mod tests {
    use super::handle_of;

    #[test]
    fn a_handle_is_made_from_the_name() {
        assert_eq!(handle_of("Ada Lovelace"), "ada-lovelace");
        assert_eq!(handle_of("  O'Neil, Åsa "), "o-neil-sa");
        assert_eq!(handle_of("王小明"), "learner");
        assert!(handle_of(&"long name ".repeat(20)).len() <= 28);
    }
}
