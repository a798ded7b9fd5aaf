//! Server functions of certificates. Anyone may view and check a certificate. Only its owner may
//! rate the course, and only admins may revoke or reissue.

use leptos::prelude::*;

use super::{CertificateFacts, CertificatePage, Verdict};
use crate::platform::error::AppResult;

#[cfg(feature = "ssr")]
use {
    super::FEEDBACK_CHARACTERS,
    crate::certificate::server::{code, completion, store, verify, view},
    crate::paths::certificate_path,
    crate::platform::audit::AuditEntry,
    crate::platform::auth::guard::{require_admin, require_user},
    crate::platform::error::{AppError, FieldProblems},
    crate::platform::figures,
    crate::platform::http::Cx,
    crate::platform::http::server_fns::redirect,
    crate::teaching::REASON_CHARACTERS,
    serde_json::json,
};

/// Learners: returns their own certificates, newest first. Issues missing ones first, but not while
/// the person looks at a course as somebody else.
#[server(input = server_fn::codec::GetUrl)]
pub async fn my_certificates() -> AppResult<Vec<CertificateFacts>> {
    let me = require_user()?;
    let user = me.user_id();
    let may_write = me.cx.may_write();
    let own = me
        .cx
        .within(async move |conn| {
            if may_write {
                completion::catch_up(conn, user, chrono::Utc::now()).await?;
                store::issue_missing(conn, user).await?;
            }
            Ok(store::of_user(conn, user).await?)
        })
        .await?;
    Ok(own
        .into_iter()
        .map(|certificate| view::facts(&me.cx, certificate))
        .collect())
}

/// Anyone: returns a certificate. Its owner and admins also see the actions open to them.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_certificate(code: String) -> AppResult<CertificatePage> {
    view::page(&Cx::current()?, &code).await
}

/// Anyone: checks whether a code or credential is genuine. None for empty text.
#[server(input = server_fn::codec::GetUrl)]
pub async fn verify(text: String) -> AppResult<Option<Verdict>> {
    let cx = Cx::current()?;
    match text.trim().is_empty() {
        true => Ok(None),
        false => verify::verdict(&cx, text).await.map(Some),
    }
}

/// Learners: saves their rating of the course of a certificate. A later rating replaces it.
#[server]
pub async fn rate_course(
    code: String,
    /// 1 to 5 stars.
    rating: Option<i16>,
    feedback: String,
) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let code = code::read(&code).ok_or_else(view::no_certificate)?;
    let mut problems = FieldProblems::default();
    let rating = rating.filter(|rating| (1..=5).contains(rating));
    let rating =
        problems.keep(rating.ok_or_else(|| AppError::field("rating", "Choose one to five stars.")));
    let feedback = feedback.trim().to_owned();
    if feedback.chars().count() > FEEDBACK_CHARACTERS as usize {
        problems.add("feedback", figures::use_at_most(FEEDBACK_CHARACTERS));
    }
    let Some(rating) = rating else {
        return Err(problems.error());
    };
    problems.check()?;
    me.cx
        .within(
            async move |conn| match store::rate(conn, user, &code, rating, &feedback).await? {
                0 => Err(view::no_certificate()),
                _ => Ok(()),
            },
        )
        .await
}

/// Admins: revokes a certificate for good, with a reason.
#[server]
pub async fn revoke_certificate(code: String, reason: String) -> AppResult<()> {
    let admin = require_admin().await?.0;
    let code = code::read(&code).ok_or_else(view::no_certificate)?;
    let reason = said(&reason)?;
    let path = certificate_path(&code);
    let entry = AuditEntry::done("certificate.revoked")
        .of("certificate", &code)
        .change(None, Some(json!({ "reason": reason })))
        .by(&admin.cx);
    admin
        .cx
        .within(async move |conn| {
            store::by_code(conn, &code)
                .await?
                .ok_or_else(view::no_certificate)?;
            if store::revoke(conn, &code, &reason).await? > 0 {
                entry.write(conn).await?;
            }
            Ok(())
        })
        .await?;
    redirect(&path);
    Ok(())
}

/// Admins: issues a certificate in place of a revoked one, with a reason.
#[server]
pub async fn issue_certificate_anew(code: String, reason: String) -> AppResult<()> {
    let admin = require_admin().await?.0;
    let code = code::read(&code).ok_or_else(view::no_certificate)?;
    let reason = said(&reason)?;
    let cx = admin.cx.clone();
    let issued = cx
        .within(async move |conn| {
            let old = store::by_code(conn, &code)
                .await?
                .ok_or_else(view::no_certificate)?;
            if old.revoked_at.is_none() {
                return Err(AppError::Conflict(
                    "This certificate is valid. Revoke it before you issue another one.".to_owned(),
                ));
            }
            let issued = store::issue_anew(conn, old.user_id, old.course_id, old.program_type)
                .await?
                .ok_or_else(|| {
                    AppError::Conflict(
                        "The learner has another valid certificate, or has not completed the course."
                            .to_owned(),
                    )
                })?;
            AuditEntry::done("certificate.issued_anew")
                .of("certificate", &issued)
                .change(None, Some(json!({ "reason": reason, "instead_of": code })))
                .by(&admin.cx)
                .write(conn)
                .await?;
            Ok(issued)
        })
        .await?;
    redirect(certificate_path(&issued));
    Ok(())
}

#[cfg(feature = "ssr")]
fn said(reason: &str) -> AppResult<String> {
    let reason = reason.trim();
    match reason.chars().count() {
        length if (1..=REASON_CHARACTERS as usize).contains(&length) => Ok(reason.to_owned()),
        _ => Err(AppError::field(
            "reason",
            format!("Enter a reason of at most {REASON_CHARACTERS} characters."),
        )),
    }
}
