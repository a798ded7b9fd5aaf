//! Server function of the audit log.

use leptos::prelude::*;

use super::{AuditPage, AuditQuery};
use crate::platform::error::AppResult;

#[cfg(feature = "ssr")]
use {
    super::{AUDIT_LOG, server},
    crate::platform::auth::guard::require_admin,
    crate::platform::http::server_fns::redirect,
    crate::platform::time::Clock,
};

/// Returns a page of the audit log, newest first.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_audit_log(#[server(default)] query: AuditQuery) -> AppResult<AuditPage> {
    let cx = require_admin().await?.0.cx;
    let clock = Clock::of(&cx);
    let kept_months = cx.organization.site.settings.audit_months;
    let page = cx
        .within(async move |conn| server::page(conn, &query, &clock).await)
        .await?;
    Ok(AuditPage {
        kept_months,
        ..page
    })
}

/// Changes for how many months entries are kept.
#[server]
pub async fn save_audit_retention(#[server(default)] months: String) -> AppResult<()> {
    let admin = require_admin().await?;
    let cx = admin.0.cx.clone();
    cx.within(async move |conn| server::retention::save(conn, &admin, &months).await)
        .await?;
    cx.app.directory.forget();
    redirect(AUDIT_LOG);
    Ok(())
}
