//! Lets the members of a cohort in when it starts, and tells them.

use chrono::{DateTime, Utc};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};

use super::notices;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::CohortId;
use crate::platform::jobs::{self, Job, JobContext};

/// Opens all cohorts that have started. Housekeeping does the same once an hour.
#[derive(Debug, Serialize, Deserialize)]
pub struct OpenCohorts {}

impl Job for OpenCohorts {
    const KIND: &'static str = "open_cohorts";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        cx.within(async |conn| {
            statement("select open_started_cohorts()")
                .execute(conn)
                .await?;
            notices::started(conn).await
        })
        .await
    }
}

/// Queues the opening of a cohort that has not started yet. A start that was moved has a job for
/// each time; the ones that are too early open nothing.
pub async fn open_at_start(
    conn: &mut Conn,
    cohort: CohortId,
    starts_at: DateTime<Utc>,
) -> AppResult<()> {
    if starts_at <= Utc::now() {
        return Ok(());
    }
    let name = format!("open-cohort-{cohort}-{}", starts_at.timestamp());
    jobs::enqueue_once(conn, &OpenCohorts {}, &name, starts_at).await
}
