//! Server function of the audit log.

use leptos::prelude::*;

use super::{AuditPage, AuditQuery};
use crate::platform::error::AppResult;

#[cfg(feature = "ssr")]
use {super::server, crate::platform::auth::guard::require_admin, crate::platform::time::Clock};

/// Returns a page of the audit log, newest first.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_audit_log(#[server(default)] query: AuditQuery) -> AppResult<AuditPage> {
    let cx = require_admin().await?.0.cx;
    let clock = Clock::of(&cx);
    cx.within(async move |conn| server::page(conn, &query, &clock).await)
        .await
}
