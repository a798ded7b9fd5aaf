//! One-time tokens: the links in mails that confirm an address or reset a password.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{Duration, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use sha2::{Digest, Sha256};

use crate::platform::db::Conn;
use crate::platform::db::schema::one_time_tokens;
use crate::platform::ids::UserId;

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
#[db_enum(existing_type_path = "crate::platform::db::schema::sql_types::TokenPurpose")]
#[serde(rename_all = "snake_case")]
pub enum TokenPurpose {
    ConfirmEmail,
    ResetPassword,
}

impl TokenPurpose {
    pub fn lifetime(self) -> Duration {
        match self {
            Self::ConfirmEmail => Duration::days(3),
            Self::ResetPassword => Duration::hours(2),
        }
    }
}

/// Makes a token and returns it; only its hash is stored.
pub async fn issue(conn: &mut Conn, user: UserId, purpose: TokenPurpose) -> QueryResult<String> {
    let secret: [u8; 24] = rand::random();
    let token = BASE64_URL_SAFE_NO_PAD.encode(secret);
    diesel::insert_into(one_time_tokens::table)
        .values((
            one_time_tokens::user_id.eq(user),
            one_time_tokens::purpose.eq(purpose),
            one_time_tokens::token_hash.eq(hash(&token)),
            one_time_tokens::expires_at.eq(Utc::now() + purpose.lifetime()),
        ))
        .execute(conn)
        .await?;
    Ok(token)
}

/// Whose token this is, if it still works.
pub async fn peek(
    conn: &mut Conn,
    token: &str,
    purpose: TokenPurpose,
) -> QueryResult<Option<UserId>> {
    one_time_tokens::table
        .filter(one_time_tokens::token_hash.eq(hash(token)))
        .filter(one_time_tokens::purpose.eq(purpose))
        .filter(one_time_tokens::used_at.is_null())
        .filter(one_time_tokens::expires_at.gt(Utc::now()))
        .select(one_time_tokens::user_id)
        .first(conn)
        .await
        .optional()
}

/// Uses the token up. Of two at once, one gets the user; the rest of that user's tokens for the purpose end with it.
pub async fn redeem(
    conn: &mut Conn,
    token: &str,
    purpose: TokenPurpose,
) -> QueryResult<Option<UserId>> {
    let user: Option<UserId> = diesel::update(
        one_time_tokens::table
            .filter(one_time_tokens::token_hash.eq(hash(token)))
            .filter(one_time_tokens::purpose.eq(purpose))
            .filter(one_time_tokens::used_at.is_null())
            .filter(one_time_tokens::expires_at.gt(Utc::now())),
    )
    .set(one_time_tokens::used_at.eq(Utc::now()))
    .returning(one_time_tokens::user_id)
    .get_result(conn)
    .await
    .optional()?;
    if let Some(user) = user {
        diesel::delete(
            one_time_tokens::table
                .filter(one_time_tokens::user_id.eq(user))
                .filter(one_time_tokens::purpose.eq(purpose))
                .filter(one_time_tokens::used_at.is_null()),
        )
        .execute(conn)
        .await?;
    }
    Ok(user)
}

fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
