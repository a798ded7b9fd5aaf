//! Lists of background jobs, and what admins do with them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Int4, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};

use super::{place, read_place};
use crate::people::operations::{JobLine, LINES_ON_PAGE, OperationsList};
use crate::platform::audit::AuditEntry;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::Cx;
use crate::platform::ids::JobId;
use crate::platform::time::Clock;

/// The recurring job that queues its own successor. Without it nothing expires.
const HOUSEKEEPING: &str = "housekeeping";

#[derive(QueryableByName)]
struct JobRow {
    #[diesel(sql_type = Uuid)]
    job_id: JobId,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Int4)]
    attempts: i32,
    #[diesel(sql_type = Int4)]
    max_attempts: i32,
    #[diesel(sql_type = Nullable<Text>)]
    last_error: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
}

impl JobRow {
    fn is_failed(&self) -> bool {
        self.status == "FAILED"
    }

    fn is_waiting(&self) -> bool {
        self.status == "PENDING"
    }

    /// A waiting job that never failed does its work at its time, such as ending an exam.
    fn may_discard(&self) -> bool {
        self.is_failed() || self.is_waiting() && self.attempts > 0 && self.kind != HOUSEKEEPING
    }
}

const COLUMNS: &str = "job_id, kind, status::text as status, attempts, max_attempts, last_error, created_at,
    case status when 'FAILED' then coalesce(finished_at, updated_at) when 'PENDING' then run_at else updated_at end as at";

/// Returns a page of jobs, those that were queued last first, and the place of its last line if
/// there are more.
pub async fn page(
    conn: &mut Conn,
    list: OperationsList,
    after: &str,
    clock: &Clock,
) -> QueryResult<(Vec<JobLine>, Option<String>)> {
    let status = match list {
        OperationsList::RunningJobs => "RUNNING",
        OperationsList::WaitingJobs => "PENDING",
        _ => "FAILED",
    };
    let (at, id) = read_place(after);
    // The state is part of the text: each one has an index of its own.
    let mut rows: Vec<JobRow> = statement(format!(
        "select {COLUMNS} from background_jobs
         where status = '{status}' and (created_at, job_id) < ($1, $2)
         order by created_at desc, job_id desc
         limit $3"
    ))
    .bind::<Timestamptz, _>(at)
    .bind::<Uuid, _>(id)
    .bind::<BigInt, _>(LINES_ON_PAGE + 1)
    .load(conn)
    .await?;
    let has_more = rows.len() as i64 > LINES_ON_PAGE;
    rows.truncate(LINES_ON_PAGE as usize);
    let last = rows.as_slice().last();
    let next = last
        .filter(|_| has_more)
        .map(|row| place(row.created_at, row.job_id));
    let line = |row: JobRow| JobLine {
        job: row.job_id,
        at: (clock.date_time(row.at), row.at.to_rfc3339()),
        attempts: format!("{} of {}", row.attempts, row.max_attempts),
        may_run: row.is_failed() || row.is_waiting(),
        may_discard: row.may_discard(),
        problem: row.last_error,
        kind: row.kind,
    };
    Ok((rows.into_iter().map(line).collect(), next))
}

/// Finds a job and locks it until the transaction ends.
async fn locked(conn: &mut Conn, job: JobId) -> AppResult<JobRow> {
    statement(format!(
        "select {COLUMNS} from background_jobs where job_id = $1 for update"
    ))
    .bind::<Uuid, _>(job)
    .get_result(conn)
    .await
    .optional()?
    .ok_or_else(|| AppError::NotFound("This job is no longer here.".to_owned()))
}

/// Lets a job run now, with all of its attempts.
///
/// # Errors
///
/// `Conflict` if it runs or is done, or if the same work waits already.
pub async fn run_again(conn: &mut Conn, by: &Cx, job: JobId) -> AppResult<()> {
    let row = locked(conn, job).await?;
    if !row.is_failed() && !row.is_waiting() {
        return Err(AppError::Conflict(
            "This job runs or is done already.".to_owned(),
        ));
    }
    let changed = statement(
        "update background_jobs j
         set status = 'PENDING', run_at = least(run_at, now()), finished_at = null,
             attempts = case when status = 'FAILED' then 0 else attempts end
         where job_id = $1 and not exists (
             select from background_jobs other
             where other.kind = j.kind and other.unique_key = j.unique_key and other.job_id <> j.job_id
               and other.status in ('PENDING', 'RUNNING'))",
    )
    .bind::<Uuid, _>(job)
    .execute(conn)
    .await?;
    if changed == 0 {
        return Err(AppError::Conflict(
            "The same work waits or runs already in another job. You can discard this one."
                .to_owned(),
        ));
    }
    record(conn, by, "job.run_again", job, values(&row)).await
}

/// Deletes a job that has failed.
///
/// # Errors
///
/// `Conflict` if it has not failed.
pub async fn discard(conn: &mut Conn, by: &Cx, job: JobId) -> AppResult<()> {
    let row = locked(conn, job).await?;
    if !row.may_discard() {
        return Err(AppError::Conflict(
            "Only a job that has failed can be discarded.".to_owned(),
        ));
    }
    statement("delete from background_jobs where job_id = $1")
        .bind::<Uuid, _>(job)
        .execute(conn)
        .await?;
    record(conn, by, "job.discarded", job, values(&row)).await
}

fn values(row: &JobRow) -> Value {
    json!({ "kind": row.kind, "attempts": row.attempts, "problem": row.last_error })
}

async fn record(conn: &mut Conn, by: &Cx, action: &str, job: JobId, old: Value) -> AppResult<()> {
    Ok(AuditEntry::done(action)
        .of("job", job)
        .change(Some(old), None)
        .by(by)
        .write(conn)
        .await?)
}
