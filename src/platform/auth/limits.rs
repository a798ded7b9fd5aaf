//! Rate limits: token buckets in the database, so that all replicas share them. A bucket holds
//! `burst` tokens and gains one every `every_s` seconds.

use std::net::{IpAddr, Ipv6Addr};

use diesel::sql_types;
use diesel_async::RunQueryDsl;

use super::known_devices;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::Cx;

#[derive(Debug, Clone, Copy)]
pub struct Limit {
    name: &'static str,
    burst: f64,
    every_s: f64,
}

/// Sign-ins from unknown browsers in one network. A whole classroom may sign in from one address
/// within a minute.
const SIGN_IN_ADDRESS: Limit = Limit {
    name: "sign-in/address",
    burst: 120.0,
    every_s: 2.0,
};
/// Wrong passwords for one account, from all unknown browsers together.
const SIGN_IN_ACCOUNT: Limit = Limit {
    name: "sign-in/account",
    burst: 10.0,
    every_s: 60.0,
};
/// Wrong passwords for one account from one known browser.
const SIGN_IN_DEVICE: Limit = Limit {
    name: "sign-in/device",
    burst: 10.0,
    every_s: 60.0,
};
/// Wrong current passwords in the settings of one account.
pub const CHANGE_PASSWORD: Limit = Limit {
    name: "change-password",
    burst: 10.0,
    every_s: 60.0,
};
pub const SIGN_UP_ADDRESS: Limit = Limit {
    name: "sign-up/address",
    burst: 80.0,
    every_s: 10.0,
};
/// Applications that are begun from one network without an account.
pub const APPLY_ADDRESS: Limit = Limit {
    name: "apply/address",
    burst: 80.0,
    every_s: 10.0,
};
/// Applications to teach from one network.
pub const TUTOR_APPLICATION: Limit = Limit {
    name: "tutor-application",
    burst: 20.0,
    every_s: 60.0,
};
/// Stages that one applicant saves.
pub const APPLY_SAVE: Limit = Limit {
    name: "apply/save",
    burst: 60.0,
    every_s: 5.0,
};
/// Changes of one person's cart and orders.
pub const ORDER: Limit = Limit {
    name: "order",
    burst: 40.0,
    every_s: 5.0,
};
/// Discount codes that one person tries.
pub const DISCOUNT_CODE: Limit = Limit {
    name: "discount-code",
    burst: 20.0,
    every_s: 30.0,
};
/// Mails that anyone can request for one address. One client can't use up the limit: the owner asks
/// from another network and still gets a mail.
pub const MAIL_ACCOUNT: MailLimit = MailLimit {
    each_client: Limit {
        name: "mail/client",
        burst: 4.0,
        every_s: 600.0,
    },
    together: Limit {
        name: "mail/account",
        burst: 12.0,
        every_s: 600.0,
    },
};
pub const TOKEN_ADDRESS: Limit = Limit {
    name: "token/address",
    burst: 120.0,
    every_s: 2.0,
};

/// Messages that a person posts or changes.
pub const POSTS: Limit = Limit {
    name: "posts",
    burst: 10.0,
    every_s: 6.0,
};
/// Texts, courses and files of cards that a person takes into the study library.
pub const STUDY_MATERIAL: Limit = Limit {
    name: "study-material",
    burst: 30.0,
    every_s: 30.0,
};
/// Files, texts and addresses that a tutor or an admin adds to the documents.
pub const DOCUMENTS_ADDED: Limit = Limit {
    name: "documents-added",
    burst: 300.0,
    every_s: 5.0,
};
/// Messages that a tutor sends to members of cohorts.
pub const TUTOR_MESSAGES: Limit = Limit {
    name: "tutor-messages",
    burst: 20.0,
    every_s: 60.0,
};
/// Mails to people without an account whom one tutor adds to cohorts: a whole list at once, and
/// some more each day.
pub const NEWCOMER_MAILS: Limit = Limit {
    name: "newcomer-mails",
    burst: 6_000.0,
    every_s: 20.0,
};
/// Questions that a learner types for the tutor: eight a minute.
pub const TUTOR_QUESTIONS: Limit = Limit {
    name: "tutor-questions",
    burst: 8.0,
    every_s: 7.5,
};
/// Questions about the catalog from one network. A whole classroom may ask from one address.
pub const CATALOG_QUESTIONS: Limit = Limit {
    name: "catalog-questions",
    burst: 120.0,
    every_s: 5.0,
};
/// Other acts of a learner in a conversation with the tutor, such as asking for a hint.
pub const TUTOR_ACTS: Limit = Limit {
    name: "tutor-acts",
    burst: 40.0,
    every_s: 1.5,
};
/// Stars that a person gives or takes back.
pub const STARS: Limit = Limit {
    name: "stars",
    burst: 60.0,
    every_s: 1.0,
};

impl Limit {
    /// Takes one token from the bucket of `whose`. Uses its own transaction, so that the token
    /// stays taken if the request fails later.
    ///
    /// # Errors
    ///
    /// Says how long to wait if the bucket is empty.
    pub async fn take(self, cx: &Cx, whose: &str) -> AppResult<()> {
        let bucket = bucket(self.name, whose);
        let tokens = cx
            .within(async move |conn| {
                // An empty bucket goes slightly below zero and no further.
                let row: Tokens = statement(
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

    /// Takes so many tokens from the bucket of `whose`, in the caller's transaction: if it fails,
    /// they stay in the bucket.
    ///
    /// # Errors
    ///
    /// Says how long to wait if the bucket holds too few.
    pub async fn take_many(self, conn: &mut Conn, whose: &str, count: usize) -> AppResult<()> {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let row: Tokens = statement(
            "insert into rate_limits as r (bucket, tokens, updated_at) values ($1, $2 - $4, now())
             on conflict (organization_id, bucket) do update set
                 tokens = least($2, r.tokens + extract(epoch from now() - r.updated_at) / $3) - $4,
                 updated_at = now()
             returning tokens",
        )
        .bind::<sql_types::Text, _>(bucket(self.name, whose))
        .bind::<sql_types::Double, _>(self.burst)
        .bind::<sql_types::Double, _>(self.every_s)
        .bind::<sql_types::Double, _>(f64::from(count))
        .get_result(conn)
        .await?;
        match row.tokens < 0.0 {
            true => Err(AppError::TooMany(
                (-row.tokens * self.every_s).ceil().max(1.0) as u32,
            )),
            false => Ok(()),
        }
    }

    /// Puts one token back into the bucket of `whose`. Tokens of failed sign-ins stay taken.
    async fn give_back(self, cx: &Cx, whose: &str) -> AppResult<()> {
        let bucket = bucket(self.name, whose);
        cx.within(async move |conn| {
            statement("update rate_limits set tokens = least($2, tokens + 1) where bucket = $1")
                .bind::<sql_types::Text, _>(bucket)
                .bind::<sql_types::Double, _>(self.burst)
                .execute(conn)
                .await?;
            Ok(())
        })
        .await
    }

    /// Refills the bucket of `whose` after a success.
    pub async fn forgive(self, cx: &Cx, whose: &str) -> AppResult<()> {
        let bucket = bucket(self.name, whose);
        cx.within(async move |conn| {
            statement("delete from rate_limits where bucket = $1")
                .bind::<sql_types::Text, _>(bucket)
                .execute(conn)
                .await?;
            Ok(())
        })
        .await
    }
}

/// Limits of mails to one address, for each client and for all clients together.
#[derive(Debug, Clone, Copy)]
pub struct MailLimit {
    each_client: Limit,
    together: Limit,
}

impl MailLimit {
    /// Takes one mail to this address.
    ///
    /// # Errors
    ///
    /// Says how long to wait if a limit is reached.
    pub async fn take(self, cx: &Cx, email: &str) -> AppResult<()> {
        let client = format!("{email} {}", network(cx.client.address));
        self.each_client.take(cx, &client).await?;
        self.together.take(cx, email).await
    }
}

/// One sign-in that is being checked, with the limit that it counts against.
pub enum SignInAttempt {
    /// From a browser in which the account was signed in to before. Holds the name of this
    /// browser's own bucket, which strangers can't empty.
    KnownDevice(String),
    /// From any other browser. Holds the account's address, whose bucket all such browsers share.
    Stranger(String),
}

impl SignInAttempt {
    /// Takes one token for signing in to the account with this address. Takes the same time for
    /// addresses without an account.
    ///
    /// # Errors
    ///
    /// Says how long to wait if a limit is reached.
    pub async fn take(cx: &Cx, email: &str) -> AppResult<Self> {
        if let Some(device) = known_devices::current() {
            let own = format!("{email} {}", hex(&device));
            let email = email.to_owned();
            let is_known = cx
                .within(async move |conn| Ok(known_devices::is_known(conn, &email, &device).await?))
                .await?;
            if is_known {
                SIGN_IN_DEVICE.take(cx, &own).await?;
                return Ok(Self::KnownDevice(own));
            }
        }
        SIGN_IN_ADDRESS
            .take(cx, &cx.client.address.to_string())
            .await?;
        SIGN_IN_ACCOUNT.take(cx, email).await?;
        Ok(Self::Stranger(email.to_owned()))
    }

    /// Records that the password was right. A known device's bucket is refilled. Strangers get back
    /// only this token, so their wrong guesses stay counted.
    pub async fn succeeded(self, cx: &Cx) -> AppResult<()> {
        match self {
            Self::KnownDevice(own) => SIGN_IN_DEVICE.forgive(cx, &own).await,
            Self::Stranger(email) => SIGN_IN_ACCOUNT.give_back(cx, &email).await,
        }
    }
}

/// Returns the address itself. For IPv6, returns the first address of its /64 network, since one
/// customer has a whole network.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let mask = u128::MAX << 64;
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
        canonical => canonical,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the key of a bucket. The name is hashed, so the table does not reveal whose accounts
/// were tried. An IP address is first reduced to its network.
fn bucket(limit: &str, whose: &str) -> String {
    use sha2::{Digest, Sha256};
    let digest = match whose.parse() {
        Ok(address) => Sha256::digest(network(address).to_string().as_bytes()),
        Err(_) => Sha256::digest(whose.as_bytes()),
    };
    format!("{limit}/{}", hex(&digest[..12]))
}

#[derive(diesel::QueryableByName)]
struct Tokens {
    #[diesel(sql_type = sql_types::Double)]
    tokens: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_ipv6_network_share_a_bucket() {
        let one = bucket("x", "2001:db8:1:2::1");
        assert_eq!(one, bucket("x", "2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert_ne!(one, bucket("x", "2001:db8:1:3::1"));
        assert_ne!(bucket("x", "192.0.2.1"), bucket("x", "192.0.2.2"));
        assert_eq!(bucket("x", "192.0.2.1"), bucket("x", "::ffff:192.0.2.1"));
        assert_ne!(bucket("x", "a@example.org"), bucket("x", "b@example.org"));
    }
}
