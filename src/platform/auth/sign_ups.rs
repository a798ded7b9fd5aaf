//! Sign-ups from the form to the confirmation. A sign-up stores the form's values, and its own
//! mailed link creates the account from them. Before that, nothing that a stranger types reaches an
//! account.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::UserRole;
use super::store::{self, NewAccount};
use super::{terms, tokens};
use crate::db::schema::sign_ups;
use crate::db::{self, Conn};
use crate::ids::{SignUpId, UserId};

#[derive(Debug, Insertable)]
#[diesel(table_name = sign_ups)]
pub struct NewSignUp<'a> {
    pub email: &'a str,
    pub display_name: &'a str,
    pub password_hash: &'a str,
    pub time_zone: Option<&'a str>,
    pub terms_page_id: Option<uuid::Uuid>,
    pub terms_version: Option<i32>,
    pub expires_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sign_ups)]
pub struct SignUp {
    pub sign_up_id: SignUpId,
    pub email: String,
    pub display_name: String,
    pub password_hash: String,
    pub time_zone: Option<String>,
    pub terms_page_id: Option<uuid::Uuid>,
    pub terms_version: Option<i32>,
    pub created_at: DateTime<Utc>,
}

pub async fn create(conn: &mut Conn, new: NewSignUp<'_>) -> QueryResult<SignUpId> {
    diesel::insert_into(sign_ups::table)
        .values(new)
        .returning(sign_ups::sign_up_id)
        .get_result(conn)
        .await
}

/// Returns the sign-up, unless it was confirmed or has expired.
pub async fn by_id(conn: &mut Conn, id: SignUpId) -> QueryResult<Option<SignUp>> {
    sign_ups::table
        .find(id)
        .filter(sign_ups::expires_at.gt(Utc::now()))
        .select(SignUp::as_select())
        .first(conn)
        .await
        .optional()
}

/// Creates the account of the token's sign-up, and returns the account with its password hash. None
/// if the token does not work, or the address already has an account. A token that works ends all
/// sign-ups with this address.
pub async fn confirm(conn: &mut Conn, token: &str) -> QueryResult<Option<(UserId, String)>> {
    let Some(email) = tokens::email_of_sign_up(conn, token).await? else {
        return Ok(None);
    };
    // Two links for one address, opened at the same time, are handled one after the other.
    db::lock(conn, &format!("sign-up {email}")).await?;
    let Some(id) = tokens::redeem_confirmation(conn, token).await? else {
        return Ok(None);
    };
    let Some(sign_up) = by_id(conn, id).await? else {
        return Ok(None);
    };
    let user = open_account(conn, &sign_up).await?;
    if let Some(user) = user {
        store::note_zone(conn, user, sign_up.time_zone.as_deref()).await?;
        if let Some(accepted) = sign_up.terms_page_id.zip(sign_up.terms_version) {
            terms::keep(conn, user, accepted).await?;
        }
    }
    diesel::delete(sign_ups::table.filter(sign_ups::email.eq(&sign_up.email)))
        .execute(conn)
        .await?;
    Ok(user.map(|user| (user, sign_up.password_hash)))
}

async fn open_account(conn: &mut Conn, sign_up: &SignUp) -> QueryResult<Option<UserId>> {
    let new = NewAccount {
        email: &sign_up.email,
        display_name: &sign_up.display_name,
        password_hash: &sign_up.password_hash,
        role: UserRole::Learner,
        confirmed: true,
    };
    match store::create(conn, new).await? {
        Some(user) => Ok(Some(user)),
        None => store::take_over_unconfirmed(conn, sign_up).await,
    }
}
