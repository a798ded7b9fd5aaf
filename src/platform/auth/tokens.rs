//! One-time tokens in the links of mails, which confirm a sign-up or reset a password.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use sha2::{Digest, Sha256};

use super::lifetimes::{self, LinkLifetime};
use crate::db::Conn;
use crate::db::schema::{one_time_tokens, sign_ups as sign_ups_table};
use crate::ids::{SignUpId, UserId};

#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    serde::Serialize,
    serde::Deserialize,
    diesel_derive_enum::DbEnum,
)]
#[db_enum(existing_type_path = "crate::db::schema::sql_types::TokenPurpose")]
#[serde(rename_all = "snake_case")]
pub enum TokenPurpose {
    ConfirmEmail,
    ResetPassword,
}

impl TokenPurpose {
    fn lifetime(self) -> LinkLifetime {
        match self {
            Self::ConfirmEmail => lifetimes::CONFIRMATION,
            Self::ResetPassword => lifetimes::RESET,
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = one_time_tokens)]
struct NewToken {
    purpose: TokenPurpose,
    user_id: Option<UserId>,
    sign_up_id: Option<SignUpId>,
    token_hash: Vec<u8>,
    expires_at: DateTime<Utc>,
}

/// Creates and returns a token that confirms only this sign-up. Only the token's hash is stored.
pub async fn issue_confirmation(conn: &mut Conn, sign_up: SignUpId) -> QueryResult<String> {
    issue(conn, TokenPurpose::ConfirmEmail, None, Some(sign_up)).await
}

/// Creates and returns a token that resets this account's password. Only the token's hash is
/// stored.
pub async fn issue_reset(conn: &mut Conn, user: UserId) -> QueryResult<String> {
    issue(conn, TokenPurpose::ResetPassword, Some(user), None).await
}

async fn issue(
    conn: &mut Conn,
    purpose: TokenPurpose,
    user_id: Option<UserId>,
    sign_up_id: Option<SignUpId>,
) -> QueryResult<String> {
    let secret: [u8; 24] = rand::random();
    let token = BASE64_URL_SAFE_NO_PAD.encode(secret);
    diesel::insert_into(one_time_tokens::table)
        .values(NewToken {
            purpose,
            user_id,
            sign_up_id,
            token_hash: hash(&token),
            expires_at: Utc::now() + purpose.lifetime().duration(),
        })
        .execute(conn)
        .await?;
    Ok(token)
}

/// Returns the address of the sign-up that the token confirms, if the token still works.
pub async fn email_of_sign_up(conn: &mut Conn, token: &str) -> QueryResult<Option<String>> {
    one_time_tokens::table
        .inner_join(sign_ups_table::table)
        .filter(one_time_tokens::token_hash.eq(hash(token)))
        .filter(one_time_tokens::purpose.eq(TokenPurpose::ConfirmEmail))
        .filter(one_time_tokens::used_at.is_null())
        .filter(one_time_tokens::expires_at.gt(Utc::now()))
        .select(sign_ups_table::email)
        .first(conn)
        .await
        .optional()
}

/// Uses up the token and returns its sign-up. Of two concurrent requests, only one succeeds.
pub async fn redeem_confirmation(conn: &mut Conn, token: &str) -> QueryResult<Option<SignUpId>> {
    let redeemed = redeem(conn, token, TokenPurpose::ConfirmEmail).await?;
    Ok(redeemed.and_then(|(_, sign_up)| sign_up))
}

/// Uses up the token and returns its account. Of two concurrent requests, only one succeeds. The
/// account's other reset tokens are deleted.
pub async fn redeem_reset(conn: &mut Conn, token: &str) -> QueryResult<Option<UserId>> {
    let redeemed = redeem(conn, token, TokenPurpose::ResetPassword).await?;
    let Some(user) = redeemed.and_then(|(user, _)| user) else {
        return Ok(None);
    };
    diesel::delete(
        one_time_tokens::table
            .filter(one_time_tokens::user_id.eq(user))
            .filter(one_time_tokens::purpose.eq(TokenPurpose::ResetPassword))
            .filter(one_time_tokens::used_at.is_null()),
    )
    .execute(conn)
    .await?;
    Ok(Some(user))
}

type TokenSubject = (Option<UserId>, Option<SignUpId>);

async fn redeem(
    conn: &mut Conn,
    token: &str,
    purpose: TokenPurpose,
) -> QueryResult<Option<TokenSubject>> {
    diesel::update(
        one_time_tokens::table
            .filter(one_time_tokens::token_hash.eq(hash(token)))
            .filter(one_time_tokens::purpose.eq(purpose))
            .filter(one_time_tokens::used_at.is_null())
            .filter(one_time_tokens::expires_at.gt(Utc::now())),
    )
    .set(one_time_tokens::used_at.eq(Utc::now()))
    .returning((one_time_tokens::user_id, one_time_tokens::sign_up_id))
    .get_result(conn)
    .await
    .optional()
}

fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
