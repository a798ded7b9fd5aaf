//! The time for which entries of the audit log are kept. The table refuses changes by the
//! application; old entries are deleted by the role that maintains the database.

use chrono::{DateTime, Months, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::people::audit_log::RETENTIONS;
use crate::people::site::server::settings::record;
use crate::platform::audit::AuditEntry;
use crate::platform::auth::guard::Admin;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::OrganizationId;
use crate::platform::jobs::{self, Job, JobContext};
use crate::platform::settings;

/// Entries that are deleted with one statement.
const BATCH: i64 = 5_000;

/// Saves for how many months entries are kept; 0 for all time.
pub async fn save(conn: &mut Conn, admin: &Admin, months: &str) -> AppResult<()> {
    let months = months.trim().parse::<u32>().ok();
    let months = months.filter(|months| RETENTIONS.iter().any(|(known, _)| known == months));
    let months = months.ok_or_else(|| AppError::field("months", "Choose one of the times."))?;
    let old = settings::load_locked(conn).await?;
    let mut new = old.clone();
    new.audit_months = months;
    let role = admin.0.viewer.role;
    let (before, after) = settings::save(conn, role, &old, &new).await?;
    record(conn, admin, before, after).await
}

/// Deletes the entries of an organization that are older than it keeps them.
#[derive(Debug, Serialize, Deserialize)]
pub struct RetireAuditLog {}

impl Job for RetireAuditLog {
    const KIND: &'static str = "retire_audit_log";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        cx.within(async move |conn| {
            // Queued first, so that a failure ends nothing.
            jobs::enqueue_next_hour(conn, &self).await
        })
        .await?;
        let months = cx.organization.site.settings.audit_months;
        let Some(before) = oldest(Utc::now(), months) else {
            return Ok(());
        };
        let mut system = cx.db.system().await?;
        let organization = cx.organization.organization_id;
        let mut deleted = 0;
        loop {
            let batch = delete(&mut system, organization, before).await?;
            deleted += batch;
            if batch < BATCH as usize {
                break;
            }
        }
        if deleted == 0 {
            return Ok(());
        }
        cx.within(async move |conn| {
            Ok(AuditEntry::done("audit_log.retired")
                .of("site", "audit_log")
                .change(None, Some(json!({ "entries": deleted, "before": before })))
                .write(conn)
                .await?)
        })
        .await
    }
}

/// Time before which entries are deleted. None if all are kept.
fn oldest(now: DateTime<Utc>, months: u32) -> Option<DateTime<Utc>> {
    match months {
        0 => None,
        months => now.checked_sub_months(Months::new(months)),
    }
}

async fn delete(
    system: &mut Conn,
    organization: OrganizationId,
    before: DateTime<Utc>,
) -> QueryResult<usize> {
    statement(
        "delete from audit_logs
         where organization_id = $1 and occurred_at < $2
           and audit_id in (select audit_id from audit_logs
                            where organization_id = $1 and occurred_at < $2 limit $3)",
    )
    .bind::<Uuid, _>(organization)
    .bind::<Timestamptz, _>(before)
    .bind::<BigInt, _>(BATCH)
    .execute(system)
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_time_all_entries_are_kept() {
        let now = "2027-03-31T12:00:00Z".parse().unwrap();
        assert_eq!(oldest(now, 0), None);
        assert_eq!(oldest(now, 12), "2026-03-31T12:00:00Z".parse().ok());
    }
}
