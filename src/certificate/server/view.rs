//! Builds the data of the certificates' pages from the queries.

use super::badge::Issuer;
use super::code;
use super::store::{self, Certificate};
use crate::certificate::{CertificateFacts, CertificatePage, OwnCertificate};
use crate::platform::auth::UserRole;
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::Cx;
use crate::platform::time::Clock;
use crate::platform::ui::Language;

pub fn no_certificate() -> AppError {
    AppError::NotFound(
        "There is no certificate with this code here. Check that the address is complete."
            .to_owned(),
    )
}

/// Returns the certificate with a code, as typed by a person.
pub async fn find(cx: &Cx, typed: &str) -> AppResult<Certificate> {
    let code = code::read(typed).ok_or_else(no_certificate)?;
    cx.within(async move |conn| {
        store::by_code(conn, &code)
            .await?
            .ok_or_else(no_certificate)
    })
    .await
}

pub fn facts(cx: &Cx, certificate: Certificate) -> CertificateFacts {
    let clock = Clock::of_organization(&cx.organization);
    CertificateFacts {
        address: Issuer::of(cx).credential_id(&certificate.code),
        completed_on: (
            clock.date(certificate.completed_at),
            certificate.completed_at.to_rfc3339(),
        ),
        issued_on: clock.date(certificate.issued_at),
        revoked_on: certificate.revoked_at.map(|at| clock.date(at)),
        code: certificate.code,
        learner_name: certificate.learner_name,
        course_title: certificate.course_title,
        course_language: Language::new(certificate.course_language),
        organization_name: certificate.organization_name,
        program: certificate.program_type,
    }
}

pub async fn page(cx: &Cx, typed: &str) -> AppResult<CertificatePage> {
    let certificate = find(cx, typed).await?;
    let viewer = cx.viewer.as_ref();
    let is_own = viewer.is_some_and(|viewer| viewer.user_id == certificate.user_id);
    let is_admin = viewer.is_some_and(|viewer| viewer.role == UserRole::Admin);
    let may_issue_anew = match is_admin && certificate.revoked_at.is_some() {
        true => {
            let old = certificate.clone();
            cx.within(async move |conn| Ok(store::may_issue_anew(conn, &old).await?))
                .await?
        }
        false => false,
    };
    let (rating, feedback) = (certificate.rating, certificate.feedback.clone());
    let revocation_reason = certificate.revocation_reason.clone();
    let facts = facts(cx, certificate);
    Ok(CertificatePage {
        own: is_own.then(|| OwnCertificate {
            rating,
            feedback: feedback.unwrap_or_default(),
            revocation_reason,
        }),
        may_revoke: is_admin && facts.revoked_on.is_none(),
        may_issue_anew,
        facts,
    })
}
