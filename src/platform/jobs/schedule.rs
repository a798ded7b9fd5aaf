//! Recurring jobs: creates partitions before their month and deletes expired rows.

use chrono::{Duration, Utc};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use serde::{Deserialize, Serialize};

use super::{Job, JobContext, enqueue_once};
use crate::platform::error::AppResult;

/// Runs once an hour for each organization.
#[derive(Debug, Serialize, Deserialize)]
pub struct Housekeeping {}

pub const NAME: &str = "hourly";

/// Sessions in which nobody is signed in; of more than these the oldest end.
pub const ANONYMOUS_SESSIONS: i64 = 10_000;

impl Job for Housekeeping {
    const KIND: &'static str = "housekeeping";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        cx.within(async |conn| {
            for sql in [
                "delete from web_sessions where expires_at < now()",
                &format!(
                    "delete from web_sessions where web_session_id in (
                         select web_session_id from web_sessions where user_id is null
                         order by last_seen_at desc offset {ANONYMOUS_SESSIONS})"
                ),
                // A message for a page that never came.
                "update web_sessions set data = data - 'flash'
                 where data ? 'flash' and last_seen_at < now() - interval '1 hour'",
                "delete from one_time_tokens where expires_at < now() - interval '7 days'",
                "delete from sign_ups where expires_at < now()",
                "delete from known_devices where last_used_at < now() - interval '400 days'",
                "delete from question_imports where created_at < now() - interval '30 days'",
                "delete from rate_limits where updated_at < now() - interval '1 day'",
                "delete from background_jobs where finished_at < now() - interval '30 days'",
                // They name addresses, most of which may be nobody's.
                "delete from background_jobs where kind = 'forgotten_password' and finished_at < now() - interval '1 hour'",
            ] {
                diesel::sql_query(sql).execute(conn).await?;
            }
            Ok(())
        })
        .await?;
        let mut system = cx.db.system().await?;
        // Only one organization at a time, because two would create the same partition.
        system
            .batch_execute(
                "select pg_advisory_xact_lock(hashtext('make_partitions')); call make_partitions('audit_logs', 2)",
            )
            .await?;
        cx.within(async |conn| enqueue_after(conn).await).await
    }
}

/// Queues the next run. Each run queues its successor, and each worker that starts queues a run.
async fn enqueue_after(conn: &mut crate::platform::db::Conn) -> AppResult<()> {
    // The name contains the hour, because the running job still holds its own name.
    let next = Utc::now() + Duration::hours(1);
    enqueue_once(
        conn,
        &Housekeeping {},
        &format!("{NAME}-{}", next.format("%Y%m%d%H")),
        next,
    )
    .await
}
