//! Decides whether a certificate or a credential is genuine.

use super::badge::{self, CredentialRefusal, Issuer};
use super::keys;
use super::store::{self, Certificate};
use super::view::{facts, find};
use crate::certificate::{VERIFIED_BYTES, Verdict};
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::Cx;

/// Checks whether a code, the address of a certificate, or a credential is genuine.
pub async fn verdict(cx: &Cx, typed: String) -> AppResult<Verdict> {
    if typed.len() > VERIFIED_BYTES as usize {
        return Ok(refused(CredentialRefusal::Broken));
    }
    let found = match Claim::of(&typed) {
        Claim::Token(token) => match check(cx, token.to_owned()).await? {
            Ok(certificate) => Ok(certificate),
            Err(refusal) => return Ok(refused(refusal)),
        },
        Claim::Code(code) => find(cx, code).await,
    };
    match found {
        Ok(certificate) => {
            let facts = facts(cx, certificate);
            Ok(match facts.revoked_on {
                None => Verdict::Genuine(facts),
                Some(_) => Verdict::Revoked(facts),
            })
        }
        Err(AppError::NotFound(sentence)) => Ok(Verdict::Refused(sentence)),
        Err(error) => Err(error),
    }
}

/// A text that a person wants to have checked.
#[derive(Debug, PartialEq, Eq)]
enum Claim<'a> {
    Code(&'a str),
    Token(&'a str),
}

impl<'a> Claim<'a> {
    /// Recognizes a token, a code, or an address of a certificate or one of its files. An address
    /// may be copied with more path after the code, or with a full stop.
    fn of(typed: &'a str) -> Self {
        let around = |c: char| !c.is_alphanumeric();
        let ends = |c: char| matches!(c, '/' | '?' | '#') || c.is_whitespace();
        let text = typed.trim_matches(around);
        match text.rsplit_once("/certificates/") {
            Some((_, address)) => {
                let code = address.split(ends).next().unwrap_or_default();
                Self::Code(code.trim_matches(around))
            }
            None if text.contains('.') && !text.contains("://") => Self::Token(typed),
            None => Self::Code(text),
        }
    }
}

fn refused(refusal: CredentialRefusal) -> Verdict {
    Verdict::Refused(refusal.to_string())
}

/// Returns the certificate that a credential stands for.
async fn check(cx: &Cx, token: String) -> AppResult<Result<Certificate, CredentialRefusal>> {
    let issuer = Issuer::of(cx);
    cx.within(async move |conn| {
        let claims = match badge::read(&token, &keys::public(conn).await?, &issuer) {
            Ok(claims) => claims,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let Some(certificate) = store::by_code(conn, claims.code()).await? else {
            return Ok(Err(CredentialRefusal::NotOnRecord));
        };
        Ok(match claims.agree_with(&certificate) {
            true => Ok(certificate),
            false => Err(CredentialRefusal::OffRecord),
        })
    })
    .await
}
