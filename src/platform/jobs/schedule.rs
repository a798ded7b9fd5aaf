//! Recurring jobs: creates partitions before their month and deletes expired rows.

use chrono::{Duration, Utc};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use serde::{Deserialize, Serialize};

use super::{Job, JobContext, enqueue_once};
use crate::auth::lifetimes::KNOWN_DEVICE_DAYS;
use crate::db::statement;
use crate::error::AppResult;

/// Runs once an hour for each organization.
#[derive(Debug, Serialize, Deserialize)]
pub struct Housekeeping {}

pub const NAME: &str = "hourly";

/// Sessions in which nobody is signed in; of more than these the oldest end.
pub const ANONYMOUS_SESSIONS: i64 = 10_000;

/// Rows that one statement changes, so that no statement holds many locks or takes long.
pub const BATCH: usize = 5_000;

/// Tables, and the rows that are deleted from them.
const EXPIRED: [(&str, &str); 24] = [
    ("web_sessions", "expires_at < now()"),
    ("one_time_tokens", "expires_at < now() - interval '7 days'"),
    ("sign_ups", "expires_at < now()"),
    (
        "question_import_previews",
        "created_at < now() - interval '1 day'",
    ),
    (
        "course_import_previews",
        "created_at < now() - interval '1 day'",
    ),
    (
        "question_imports",
        "created_at < now() - interval '30 days'",
    ),
    ("notifications", "happened_at < now() - interval '400 days'"),
    ("registration_links", "expires_at < now()"),
    (
        "registrations",
        "status = 'draft' and updated_at < now() - interval '90 days'",
    ),
    ("cohort_lists", "created_at < now() - interval '7 days'"),
    ("invitation_lists", "created_at < now() - interval '7 days'"),
    // Invitations that nobody accepted. The audit log still has them.
    (
        "invitations",
        "accepted_at is null and expires_at < now() - interval '60 days'",
    ),
    // The stories of people who were told long ago that they can't teach here.
    (
        "tutor_applications",
        "status = 'rejected' and decided_at < now() - interval '1 year'",
    ),
    ("mail_log", "happened_at < now() - interval '90 days'"),
    (
        "mail_log",
        "kind = 'sign_up_mail' and happened_at < now() - interval '1 day'",
    ),
    (
        "today_dismissals",
        "until < now() - interval '1 day' or created_at < now() - interval '400 days'",
    ),
    ("study_materials", "deleted_at < now() - interval '30 days'"),
    ("interactions", "created_at < now() - interval '1 year'"),
    ("learning_sessions", "ended_at < now() - interval '1 year'"),
    (
        "progress_metrics",
        "recorded_at < now() - interval '5 years'",
    ),
    ("live_events", "created_at < now() - interval '1 hour'"),
    ("rate_limits", "updated_at < now() - interval '1 day'"),
    (
        "background_jobs",
        "finished_at < now() - interval '30 days'",
    ),
    // Requests of strangers. They name addresses, most of which may be nobody's, and pages.
    (
        "background_jobs",
        "kind in ('forgotten_password', 'sign_up_mail') and finished_at < now() - interval '1 hour'",
    ),
];

/// Tables with a partition for each month.
const PARTITIONED: [&str; 4] = [
    "audit_logs",
    "learner_activity_events",
    "interactions",
    "progress_metrics",
];

impl Job for Housekeeping {
    const KIND: &'static str = "housekeeping";

    /// Does each part on its own: a part that fails is logged, and the others are done.
    async fn run(self, cx: &JobContext) -> AppResult<()> {
        // Queued first, because without a successor nothing would ever be deleted again.
        cx.within(async |conn| enqueue_after(conn).await).await?;
        for (table, which) in EXPIRED {
            let change = format!("delete from {table}");
            log(table, in_batches(cx, &change, table, which).await);
        }
        let unused = format!("last_used_at < now() - interval '{KNOWN_DEVICE_DAYS} days'");
        let change = "delete from known_devices";
        log(
            "known_devices",
            in_batches(cx, change, "known_devices", &unused).await,
        );
        log("anonymous sessions", end_anonymous_sessions(cx).await);
        // A message for a page that never came.
        let change = "update web_sessions set data = data - 'flash'";
        let left = "data ? 'flash' and last_seen_at < now() - interval '1 hour'";
        log(
            "flashes",
            in_batches(cx, change, "web_sessions", left).await,
        );
        for table in PARTITIONED {
            log(table, make_partitions(cx, table).await);
        }
        log(
            "started cohorts",
            call(cx, "select open_started_cohorts()").await,
        );
        log(
            "members with accounts",
            call(cx, "select link_confirmed_members()").await,
        );
        Ok(())
    }
}

fn log(part: &str, outcome: AppResult<()>) {
    if let Err(error) = outcome {
        tracing::error!(part, %error, "a part of housekeeping failed");
    }
}

/// Runs `change` on the rows of `table` that meet a condition, until none is left.
async fn in_batches(cx: &JobContext, change: &str, table: &str, which: &str) -> AppResult<()> {
    // The condition is repeated for rows that somebody else changes in the meantime.
    repeat(
        cx,
        &format!(
            "{change} where ctid = any(array(select ctid from {table} where {which} limit {BATCH})) and {which}"
        ),
    )
    .await
}

async fn end_anonymous_sessions(cx: &JobContext) -> AppResult<()> {
    repeat(
        cx,
        &format!(
            "delete from web_sessions where user_id is null and web_session_id = any(array(
                 select web_session_id from web_sessions where user_id is null
                 order by last_seen_at desc offset {ANONYMOUS_SESSIONS} limit {BATCH}))"
        ),
    )
    .await
}

/// Runs a statement, each time in a transaction of its own, until it changes less than a batch.
async fn repeat(cx: &JobContext, sql: &str) -> AppResult<()> {
    loop {
        let sql = sql.to_owned();
        let changed = cx
            .within(async move |conn| Ok(statement(sql).execute(conn).await?))
            .await?;
        if changed < BATCH {
            return Ok(());
        }
    }
}

/// Calls a function of the database that makes up for missed events.
async fn call(cx: &JobContext, function: &'static str) -> AppResult<()> {
    cx.within(async move |conn| {
        statement(function).execute(conn).await?;
        Ok(())
    })
    .await
}

async fn make_partitions(cx: &JobContext, table: &str) -> AppResult<()> {
    let mut system = cx.db.system().await?;
    // Only one organization at a time, because two would create the same partition.
    system
        .batch_execute(&format!(
            "select pg_advisory_xact_lock(hashtext('make_partitions')); call make_partitions('{table}', 2)"
        ))
        .await?;
    Ok(())
}

/// Queues the next run. Each run queues its successor, and each worker that starts queues a run.
async fn enqueue_after(conn: &mut crate::db::Conn) -> AppResult<()> {
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
