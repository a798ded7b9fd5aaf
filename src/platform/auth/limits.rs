//! Rate limits: token buckets in the database, so that all replicas count together. A bucket holds `burst` tries and
//! refills by one every `every_s` seconds.

use diesel::sql_types;
use diesel_async::RunQueryDsl;

use crate::platform::error::{AppError, AppResult};
use crate::platform::http::Cx;

#[derive(Debug, Clone, Copy)]
pub struct Limit {
    name: &'static str,
    burst: f64,
    every_s: f64,
}

/// A classroom signs in from behind one address within a minute.
pub const SIGN_IN_ADDRESS: Limit = Limit {
    name: "sign-in/address",
    burst: 120.0,
    every_s: 2.0,
};
/// Wrong passwords for one account.
pub const SIGN_IN_ACCOUNT: Limit = Limit {
    name: "sign-in/account",
    burst: 10.0,
    every_s: 60.0,
};
pub const SIGN_UP_ADDRESS: Limit = Limit {
    name: "sign-up/address",
    burst: 80.0,
    every_s: 10.0,
};
/// Mails that anybody can have sent to one address.
pub const MAIL_ACCOUNT: Limit = Limit {
    name: "mail/account",
    burst: 4.0,
    every_s: 600.0,
};
pub const TOKEN_ADDRESS: Limit = Limit {
    name: "token/address",
    burst: 120.0,
    every_s: 2.0,
};

impl Limit {
    /// Takes one try from the bucket of `whose`, or says how long to wait. Counted in a transaction of its own: what
    /// follows may fail and the try still counts.
    pub async fn take(self, cx: &Cx, whose: &str) -> AppResult<()> {
        let bucket = bucket(self.name, whose);
        let tokens = cx
            .within(async move |conn| {
                // An empty bucket goes slightly below zero and no further.
                let row: Tokens = diesel::sql_query(
                    "insert into rate_limits as r (bucket, tokens, updated_at) values ($1, $2 - 1, now())
                     on conflict (organization_id, bucket) do update set
                         tokens = greatest(-1, least($2, r.tokens + extract(epoch from now() - r.updated_at) / $3) - 1),
                         updated_at = now()
                     returning tokens",
                )
                .bind::<sql_types::Text, _>(bucket)
                .bind::<sql_types::Double, _>(self.burst)
                .bind::<sql_types::Double, _>(self.every_s)
                .get_result(conn)
                .await?;
                Ok(row.tokens)
            })
            .await?;
        if tokens < 0.0 {
            return Err(AppError::TooMany(
                (-tokens * self.every_s).ceil().max(1.0) as u32
            ));
        }
        Ok(())
    }

    /// Forgets the tries of `whose`, after one that went well.
    pub async fn forgive(self, cx: &Cx, whose: &str) -> AppResult<()> {
        let bucket = bucket(self.name, whose);
        cx.within(async move |conn| {
            diesel::sql_query("delete from rate_limits where bucket = $1")
                .bind::<sql_types::Text, _>(bucket)
                .execute(conn)
                .await?;
            Ok(())
        })
        .await
    }
}

/// Names are hashed: the table tells nobody whose accounts were tried.
fn bucket(limit: &str, whose: &str) -> String {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(whose.as_bytes());
    let short: String = digest
        .iter()
        .take(12)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{limit}/{short}")
}

#[derive(diesel::QueryableByName)]
struct Tokens {
    #[diesel(sql_type = sql_types::Double)]
    tokens: f64,
}
