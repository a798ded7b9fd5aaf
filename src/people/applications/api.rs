//! Server functions of people who want to teach. Anybody may apply. Only admins read applications
//! and decide, and each decision is written to the audit log in its transaction.

use leptos::prelude::*;

use super::{TutorApplicationList, TutorApplicationPage, TutorApplicationStatus, TutorFields};
use crate::platform::error::AppResult;
use crate::platform::ids::TutorApplicationId;

#[cfg(feature = "ssr")]
use {
    super::server::{check, decide, store, view},
    super::{TEACH_WITH_US, tutor_application_path},
    crate::platform::address,
    crate::platform::auth::guard::require_admin,
    crate::platform::auth::limits,
    crate::platform::http::Cx,
    crate::platform::http::server_fns::redirect,
    crate::platform::time::Clock,
};

/// Stores an application and confirms by mail that it arrived. An open application of the same
/// address stays as it is. The answer is the same, so that nobody learns who has applied.
#[server]
pub async fn apply_to_teach(#[server(default)] application: TutorFields) -> AppResult<()> {
    let cx = Cx::current()?;
    let checked = check::application(&application)?;
    limits::TUTOR_APPLICATION
        .take(&cx, &cx.client.address.to_string())
        .await?;
    let is_mailed = limits::MAIL_ACCOUNT.take(&cx, &checked.email).await.is_ok();
    cx.within(async move |conn| store::receive(conn, &checked, is_mailed).await)
        .await?;
    redirect(address::with_query(TEACH_WITH_US, &[("sent", "yes")]));
    Ok(())
}

/// Returns one page of the applications with a status, newest first. Pages count from 0.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_tutor_applications(
    status: TutorApplicationStatus,
    page: i64,
) -> AppResult<TutorApplicationList> {
    let me = require_admin().await?.0;
    let clock = Clock::of(&me.cx);
    let reader = me.cx.may_write().then_some(me.user_id());
    me.cx
        .within(async move |conn| view::list(conn, reader, status, page, &clock).await)
        .await
}

/// Returns one application.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_tutor_application(
    application: TutorApplicationId,
) -> AppResult<TutorApplicationPage> {
    let cx = require_admin().await?.0.cx;
    let (clock, school) = (Clock::of(&cx), cx.organization.name.clone());
    cx.within(async move |conn| view::one(conn, application, &school, &clock).await)
        .await
}

/// Makes the applicant a tutor, or invites them as one if they have no account.
#[server]
pub async fn approve_tutor(application: TutorApplicationId) -> AppResult<()> {
    let me = require_admin().await?.0;
    let cx = me.cx.clone();
    cx.within(async move |conn| decide::approve(conn, &me, application).await)
        .await?;
    redirect(tutor_application_path(application));
    Ok(())
}

/// Rejects an application, with this mail.
#[server]
pub async fn reject_tutor(
    application: TutorApplicationId,
    #[server(default)] subject: String,
    #[server(default)] text: String,
) -> AppResult<()> {
    let me = require_admin().await?.0;
    let cx = me.cx.clone();
    cx.within(async move |conn| {
        let row = store::open(conn, application).await?;
        let mail = check::mail(&subject, &text)?;
        decide::reject(conn, &me, &row, &mail).await
    })
    .await?;
    redirect(tutor_application_path(application));
    Ok(())
}
