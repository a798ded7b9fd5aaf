//! Server functions of a cohort's schedule, for tutors of the course and admins.

use leptos::prelude::*;

use super::{OwnTimesFields, RuleFields, SchedulePage};
use crate::platform::error::AppResult;
use crate::platform::ids::CohortId;

#[cfg(feature = "ssr")]
use {
    super::{schedule_path, server},
    crate::platform::audit::AuditEntry,
    crate::platform::auth::guard::require_tutor_of_slug,
    crate::platform::http::server_fns::redirect,
    serde_json::json,
};

/// Returns the rules for a cohort, a batch or a member; see `schedule_path`.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_schedule(
    course: String,
    cohort: CohortId,
    #[server(default)] whom: String,
) -> AppResult<SchedulePage> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| server::page(conn, tutor.course, cohort, &whom).await)
        .await
}

/// Replaces the rules for a cohort, a batch or a member, and the times of these exams, cold calls
/// and exercises for a batch or a member. Modules that are open already stay open in gated courses.
#[server]
pub async fn save_schedule(
    course: String,
    cohort: CohortId,
    #[server(default)] whom: String,
    #[server(default)] rules: Vec<RuleFields>,
    #[server(default)] exams: Vec<OwnTimesFields>,
    #[server(default)] cold_calls: Vec<OwnTimesFields>,
    #[server(default)] exercises: Vec<OwnTimesFields>,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let by = cx.clone();
    let path = schedule_path(&course, cohort, &whom);
    let separator = if path.contains('?') { '&' } else { '?' };
    cx.within(async move |conn| {
        let rules = server::read(&rules)?;
        let times = [&exams, &cold_calls, &exercises].map(Vec::as_slice);
        let own = server::save(conn, tutor.course, cohort, &whom, (&rules, times)).await?;
        let told = json!({ "for": whom, "rules": rules.len(), "times": own });
        Ok(AuditEntry::done("cohort.schedule_changed")
            .of("cohort", cohort)
            .change(None, Some(told))
            .by(&by)
            .write(conn)
            .await?)
    })
    .await?;
    redirect(format!("{path}{separator}done=saved"));
    Ok(())
}
