//! The keys with which an organization signs its credentials. One key is active; retired keys still
//! verify.
//!
//! The secret part is stored in the database, protected by row-level security, and read only for
//! signing. It is not encrypted again. The servers share no other secret, so the encryption key
//! would lie beside it. A thief could sign credentials, but could not add a certificate to our
//! records. Each of our checks requires that record.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rsa::RsaPrivateKey;
use rsa::pkcs8::EncodePrivateKey;
use rsa::traits::PublicKeyParts;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::platform::audit::AuditEntry;
use crate::platform::db::Conn;
use crate::platform::db::schema::organization_keys;
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::Cx;

/// The algorithm that each Open Badges 3.0 verifier must support.
pub const ALGORITHM: &str = "RS256";
const BITS: usize = 2048;

/// Public part of a key, in the format of RFC 7517.
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
    /// In PKCS #8 format.
    pub secret: Vec<u8>,
}

/// Returns the active key, and creates it if there is none. If two replicas create a key at the
/// same time, only one is kept.
pub async fn active(cx: &Cx) -> AppResult<SigningKey> {
    if let Some(key) = cx.within(async |conn| Ok(find_active(conn).await?)).await? {
        return Ok(key);
    }
    let (jwk, secret) = tokio::task::spawn_blocking(generate)
        .await
        .map_err(|error| AppError::internal(&error))?
        .map_err(|error| AppError::internal(&error))?;
    let jwk = serde_json::to_value(jwk).map_err(|error| AppError::internal(&error))?;
    let made_by = AuditEntry::done("organization_key.created").by(cx);
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

/// Returns all keys that the organization ever signed with, newest first.
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

/// Generates a key with the rsa crate, because ring can't generate RSA keys. ring does the signing.
/// The rsa crate's private-key operations may leak timing (RUSTSEC-2023-0071).
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
