//! Signs and verifies a certificate as an Open Badges 3.0 credential. The credential is the payload
//! of a JSON Web Token that the organization signs. See section 8.2 of
//! <https://www.imsglobal.org/spec/ob/v3p0>.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::SecondsFormat;
use ring::rand::SystemRandom;
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents,
};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::keys::{ALGORITHM, Jwk, PublicKey, SigningKey};
use super::store::Certificate;
use crate::paths::certificate_path;
use crate::platform::http::Cx;

const CONTEXT: [&str; 3] = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
];
const SCHEMA: &str =
    "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json";

/// The organization as issuer, with its public addresses.
#[derive(Debug, Clone)]
pub struct Issuer {
    /// Base URL of the organization's site, without a slash at the end.
    pub site: String,
    pub name: String,
}

impl Issuer {
    pub fn of(cx: &Cx) -> Self {
        Self {
            site: cx.link(""),
            name: cx.organization.name.clone(),
        }
    }

    pub fn id(&self) -> String {
        format!("{}/.well-known/openbadges/issuer", self.site)
    }

    pub fn key_id(&self, kid: Uuid) -> String {
        format!("{}/.well-known/openbadges/keys/{kid}", self.site)
    }

    pub fn revocations_id(&self) -> String {
        format!("{}/.well-known/openbadges/revoked", self.site)
    }

    pub fn credential_id(&self, code: &str) -> String {
        format!("{}{}", self.site, certificate_path(code))
    }

    pub fn profile(&self) -> Value {
        json!({
            "@context": CONTEXT,
            "id": self.id(),
            "type": ["Profile"],
            "name": self.name,
            "url": self.site,
        })
    }

    pub fn key(&self, key: &PublicKey) -> Value {
        let Jwk { kty, n, e } = &key.jwk;
        json!({ "kid": self.key_id(key.kid), "kty": kty, "alg": ALGORITHM, "use": "sig", "n": n, "e": e })
    }

    /// Returns the revocation list in the format of the 1EdTech Revocation List Status Method. The
    /// list appears under two names, because verifiers look for either.
    pub fn revocations(&self, codes: &[String]) -> Value {
        let revoked: Vec<Value> = codes
            .iter()
            .map(|code| json!({ "id": self.credential_id(code), "revoked": true }))
            .collect();
        json!({ "id": self.revocations_id(), "issuer": self.id(), "revokedCredentials": revoked, "revokedCredential": revoked })
    }
}

/// Returns the credential of a certificate. The registered JWT claims repeat parts of it.
fn credential(issuer: &Issuer, certificate: &Certificate) -> Value {
    let id = issuer.credential_id(&certificate.code);
    let subject = format!("{id}#learner");
    let Certificate {
        course_title,
        organization_name,
        ..
    } = certificate;
    json!({
        "@context": CONTEXT,
        "id": id,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": course_title,
        "issuer": { "id": issuer.id(), "type": ["Profile"], "name": organization_name, "url": issuer.site },
        "validFrom": certificate.issued_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        "awardedDate": certificate.completed_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        "credentialSubject": {
            "id": subject,
            "type": ["AchievementSubject"],
            "identifier": [{
                "type": "IdentityObject",
                "identityType": "name",
                "identityHash": certificate.learner_name,
                "hashed": false,
            }],
            "achievement": {
                "id": format!("urn:uuid:{}", certificate.course_id),
                "type": ["Achievement"],
                "achievementType": "CertificateOfCompletion",
                "name": course_title,
                "description": format!("Completion of the course “{course_title}” at {organization_name}."),
                "criteria": { "narrative": "Every topic of the course was studied, and every quiz that it requires was passed or excused." },
            },
        },
        "credentialSchema": [{ "id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019" }],
        "credentialStatus": { "id": issuer.revocations_id(), "type": "1EdTechRevocationList" },
        "iss": issuer.id(),
        "jti": id,
        "sub": subject,
        "nbf": certificate.issued_at.timestamp(),
    })
}

/// Signs a certificate's credential and returns the token in compact form.
pub fn sign(
    issuer: &Issuer,
    certificate: &Certificate,
    key: &SigningKey,
) -> Result<String, String> {
    let header = json!({ "alg": ALGORITHM, "kid": issuer.key_id(key.kid), "typ": "JWT" });
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!(
        "{}.{}",
        encode(&header),
        encode(&credential(issuer, certificate))
    );
    let pair = RsaKeyPair::from_pkcs8(&key.secret)
        .map_err(|error| format!("the organization's key can't be read: {error}"))?;
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        message.as_bytes(),
        &mut signature,
    )
    .map_err(|_| "the credential can't be signed".to_owned())?;
    Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// Reason why a text is not a credential of this organization.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialRefusal {
    #[error("It is incomplete. Copy the whole credential, from the first character to the last.")]
    Broken,
    #[error("It is not signed, so anyone could have written it.")]
    Unsigned,
    #[error("It is not signed with RS256, as our credentials are.")]
    OtherAlgorithm,
    #[error("It names a key that this organization never had.")]
    UnknownKey,
    #[error("It says that it was issued by {0}. Only they can tell whether it is genuine.")]
    OtherIssuer(String),
    #[error("It is forged or was altered: the signature does not match its content.")]
    Forged,
    #[error("It is signed, but we have no such certificate on record.")]
    NotOnRecord,
    #[error("It is signed, but it does not match our record.")]
    OffRecord,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: String,
}

#[derive(Deserialize)]
struct Unproven {
    #[serde(default)]
    iss: String,
}

/// Claims of a credential that one of the organization's keys has signed.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct Claims {
    jti: String,
    nbf: i64,
    #[serde(rename = "credentialSubject")]
    subject: CredentialSubject,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
struct CredentialSubject {
    identifier: Vec<Identity>,
    achievement: Achievement,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Identity {
    #[serde(rename = "identityHash")]
    name: String,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Achievement {
    id: String,
    name: String,
}

impl Claims {
    pub fn code(&self) -> &str {
        self.jti.rsplit('/').next().unwrap_or_default()
    }

    /// Returns true if the claims match the certificate on record. A valid signature alone proves
    /// nothing, since a stolen key can sign any claims.
    pub fn agree_with(&self, certificate: &Certificate) -> bool {
        self.code() == certificate.code
            && self.nbf == certificate.issued_at.timestamp()
            && self.subject.achievement.id == format!("urn:uuid:{}", certificate.course_id)
            && self.subject.achievement.name == certificate.course_title
            && matches!(&self.subject.identifier[..], [only] if only.name == certificate.learner_name)
    }
}

/// Verifies a token and returns its claims. Keys are found by the last part of their address. So
/// tokens from before the organization's site moved stay valid.
pub fn read(token: &str, keys: &[PublicKey], issuer: &Issuer) -> Result<Claims, CredentialRefusal> {
    // Mail programs break long lines.
    let token: String = token.split_whitespace().collect();
    let (message, signature) = token.rsplit_once('.').ok_or(CredentialRefusal::Broken)?;
    let (header, payload) = message.split_once('.').ok_or(CredentialRefusal::Broken)?;
    let header: Header = part(header)?;
    match header.alg.as_str() {
        ALGORITHM => {}
        none if none.eq_ignore_ascii_case("none") => return Err(CredentialRefusal::Unsigned),
        _ => return Err(CredentialRefusal::OtherAlgorithm),
    }
    let unproven: Unproven = part(payload)?;
    let kid = header.kid.rsplit('/').next().unwrap_or_default();
    let Some(key) = keys.iter().find(|key| key.kid.to_string() == kid) else {
        return Err(match unproven.iss {
            iss if iss.is_empty() || iss == issuer.id() => CredentialRefusal::UnknownKey,
            iss => CredentialRefusal::OtherIssuer(iss.chars().take(200).collect()),
        });
    };
    let bytes = |text: &str| {
        URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| CredentialRefusal::Broken)
    };
    let public = RsaPublicKeyComponents {
        n: bytes(&key.jwk.n)?,
        e: bytes(&key.jwk.e)?,
    };
    public
        .verify(
            &RSA_PKCS1_2048_8192_SHA256,
            message.as_bytes(),
            &bytes(signature)?,
        )
        .map_err(|_| CredentialRefusal::Forged)?;
    part(payload)
}

fn part<T: serde::de::DeserializeOwned>(encoded: &str) -> Result<T, CredentialRefusal> {
    let json = URL_SAFE_NO_PAD
        .decode(encoded)
        .map_err(|_| CredentialRefusal::Broken)?;
    serde_json::from_slice(&json).map_err(|_| CredentialRefusal::Broken)
}
