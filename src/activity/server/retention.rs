//! Retires events after some time. Their sums by day stay.

use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::Timestamptz;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};

use crate::activity::EVENT_MONTHS;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::jobs::{self, Job, JobContext};

/// Runs once an hour for each organization. All of them share the partitions.
#[derive(Debug, Serialize, Deserialize)]
pub struct RetireActivity {}

impl Job for RetireActivity {
    const KIND: &'static str = "retire_activity";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        cx.within(async move |conn| {
            // Queued first, so that a failure ends nothing.
            jobs::enqueue_next_hour(conn, &self).await
        })
        .await?;
        let mut system = cx.db.system().await?;
        Ok(retire(&mut system, Utc::now()).await?)
    }
}

/// Drops the months of events that are too old, and deletes old events that came without a month
/// of their own. `system` sees all organizations.
pub async fn retire(system: &mut Conn, now: DateTime<Utc>) -> QueryResult<()> {
    let Some(before) = oldest(now) else {
        return Ok(());
    };
    statement("call drop_partitions('learner_activity_events', $1)")
        .bind::<Timestamptz, _>(before)
        .execute(system)
        .await?;
    statement("delete from learner_activity_events where occurred_at < $1")
        .bind::<Timestamptz, _>(before)
        .execute(system)
        .await
        .map(drop)
}

/// Returns the start of the first month that is kept.
fn oldest(now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let month = NaiveDate::from_ymd_opt(now.year(), now.month(), 1)?;
    let first = month.checked_sub_months(Months::new(EVENT_MONTHS))?;
    Some(first.and_hms_opt(0, 0, 0)?.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_months_are_kept() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let first = oldest(at("2026-03-31T12:00:00Z"));
        assert_eq!(first, Some(at("2025-02-01T00:00:00Z")));
    }
}
