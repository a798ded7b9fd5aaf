//! The keys with which an organization signs its credentials: one is active, retired ones still verify.
//!
//! The secret part lies in the database, where row-level security keeps it to its organization, and is read only where
//! something is signed. It is not encrypted once more: the servers share no secret but the database's own, so the key to
//! it would lie beside it. Whoever steals it can sign, but not put a certificate on record, which every check of ours
//! asks for.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rsa::RsaPrivateKey;
use rsa::pkcs8::EncodePrivateKey;
use rsa::traits::PublicKeyParts;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::platform::audit::Entry;
use crate::platform::db::Conn;
use crate::platform::db::schema::organization_keys;
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::Cx;

/// The one that Open Badges 3.0 asks every verifier to know.
pub const ALGORITHM: &str = "RS256";
const BITS: usize = 2048;

/// The public part of a key, as RFC 7517 writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    pub kty: String,
    pub n: String,
    pub e: String,
}

#[derive(Debug, Clone)]
pub struct PublicKey {
    pub kid: Uuid,
    pub jwk: Jwk,
}

pub struct SigningKey {
    pub kid: Uuid,
    /// PKCS #8.
    pub secret: Vec<u8>,
}

/// The key that signs. The first that is asked for is made; of two replicas that make one at the same time, one is kept.
pub async fn active(cx: &Cx) -> AppResult<SigningKey> {
    if let Some(key) = cx.within(async |conn| Ok(find_active(conn).await?)).await? {
        return Ok(key);
    }
    let (jwk, secret) = tokio::task::spawn_blocking(generate)
        .await
        .map_err(|error| AppError::internal(&error))?
        .map_err(|error| AppError::internal(&error))?;
    let jwk = serde_json::to_value(jwk).map_err(|error| AppError::internal(&error))?;
    let made_by = Entry::done("organization_key.created").by(cx);
    cx.within(async move |conn| {
        let made: Option<Uuid> = diesel::insert_into(organization_keys::table)
            .values((
                organization_keys::algorithm.eq(ALGORITHM),
                organization_keys::public_jwk.eq(jwk),
                organization_keys::secret_key.eq(secret),
            ))
            .on_conflict_do_nothing()
            .returning(organization_keys::kid)
            .get_result(conn)
            .await
            .optional()?;
        if let Some(kid) = made {
            made_by.of("organization_key", kid).write(conn).await?;
        }
        find_active(conn)
            .await?
            .ok_or_else(|| AppError::internal("the key that was just made is not there"))
    })
    .await
}

async fn find_active(conn: &mut Conn) -> QueryResult<Option<SigningKey>> {
    let found: Option<(Uuid, Vec<u8>)> = organization_keys::table
        .filter(organization_keys::retired_at.is_null())
        .select((organization_keys::kid, organization_keys::secret_key))
        .first(conn)
        .await
        .optional()?;
    Ok(found.map(|(kid, secret)| SigningKey { kid, secret }))
}

/// All that the organization has ever signed with, the newest first.
pub async fn public(conn: &mut Conn) -> AppResult<Vec<PublicKey>> {
    let rows: Vec<(Uuid, serde_json::Value)> = organization_keys::table
        .order(organization_keys::created_at.desc())
        .select((organization_keys::kid, organization_keys::public_jwk))
        .load(conn)
        .await?;
    rows.into_iter()
        .map(|(kid, jwk)| {
            let jwk = serde_json::from_value(jwk).map_err(|error| AppError::internal(&error))?;
            Ok(PublicKey { kid, jwk })
        })
        .collect()
}

/// Retires the active key; the next credential is signed with a new one.
pub async fn retire(conn: &mut Conn) -> QueryResult<usize> {
    diesel::update(organization_keys::table.filter(organization_keys::retired_at.is_null()))
        .set(organization_keys::retired_at.eq(diesel::dsl::now))
        .execute(conn)
        .await
}

/// ring, which signs, makes no RSA keys. (Nothing else is done with this crate, whose private-key operations are said
/// not to take the same time always: RUSTSEC-2023-0071.)
pub fn generate() -> Result<(Jwk, Vec<u8>), String> {
    let key = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, BITS)
        .map_err(|error| format!("no key can be made: {error}"))?;
    let secret = key
        .to_pkcs8_der()
        .map_err(|error| format!("the key can't be written: {error}"))?;
    let jwk = Jwk {
        kty: "RSA".to_owned(),
        n: URL_SAFE_NO_PAD.encode(key.n().to_bytes_be()),
        e: URL_SAFE_NO_PAD.encode(key.e().to_bytes_be()),
    };
    Ok((jwk, secret.as_bytes().to_vec()))
}
