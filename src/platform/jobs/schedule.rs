//! Work that comes round by itself: partitions ahead of their month, and what has outlived its use.

use chrono::{Duration, Utc};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use serde::{Deserialize, Serialize};

use super::{Job, JobContext, enqueue_once};
use crate::platform::error::AppResult;

/// Once an hour for each organization.
#[derive(Debug, Serialize, Deserialize)]
pub struct Housekeeping {}

pub const NAME: &str = "hourly";

impl Job for Housekeeping {
    const KIND: &'static str = "housekeeping";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        cx.within(async |conn| {
            for sql in [
                "delete from web_sessions where expires_at < now()",
                "delete from one_time_tokens where expires_at < now() - interval '7 days'",
                "delete from question_imports where created_at < now() - interval '30 days'",
                "delete from rate_limits where updated_at < now() - interval '1 day'",
                "delete from background_jobs where finished_at < now() - interval '30 days'",
            ] {
                diesel::sql_query(sql).execute(conn).await?;
            }
            Ok(())
        })
        .await?;
        let mut system = cx.db.system().await?;
        // One organization's round at a time: two would make the same partition.
        system
            .batch_execute(
                "select pg_advisory_xact_lock(hashtext('make_partitions')); call make_partitions('audit_logs', 2)",
            )
            .await?;
        cx.within(async |conn| enqueue_after(conn).await).await
    }
}

/// The next round. It is queued by the one that ends, and by every worker that starts.
async fn enqueue_after(conn: &mut crate::platform::db::Conn) -> AppResult<()> {
    // The running job still holds its name; the next hour's has its own.
    let next = Utc::now() + Duration::hours(1);
    enqueue_once(
        conn,
        &Housekeeping {},
        &format!("{NAME}-{}", next.format("%Y%m%d%H")),
        next,
    )
    .await
}
