//! The health of the site in a few lines.

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use crate::people::operations::HealthLine;
use crate::people::{COUNTED, counted};
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::figures::size;
use crate::platform::http::AppState;
use crate::platform::time::Clock;

/// A job that is due for longer than this waits too long.
const LATE: Duration = Duration::minutes(5);
/// Housekeeping runs once an hour. A run that is due for longer does not happen.
const HOUSEKEEPING: Duration = Duration::hours(2);
/// Somebody whose session was used in this time is at work. Its requests are noted every ten
/// minutes.
const ACTIVE: Duration = Duration::minutes(20);

#[derive(QueryableByName)]
struct HealthRow {
    #[diesel(sql_type = BigInt)]
    database_bytes: i64,
    #[diesel(sql_type = BigInt)]
    waiting: i64,
    #[diesel(sql_type = BigInt)]
    running: i64,
    #[diesel(sql_type = BigInt)]
    stuck: i64,
    #[diesel(sql_type = BigInt)]
    failed: i64,
    #[diesel(sql_type = BigInt)]
    failed_mails: i64,
    #[diesel(sql_type = BigInt)]
    devices: i64,
    #[diesel(sql_type = BigInt)]
    active: i64,
    #[diesel(sql_type = Text)]
    postgres: String,
    #[diesel(sql_type = Nullable<Text>)]
    vector: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    started_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    due_since: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    housekeeping: Option<DateTime<Utc>>,
}

/// Returns the lines. Counts end at [`COUNTED`].
pub async fn lines(conn: &mut Conn, app: &AppState, clock: &Clock) -> AppResult<Vec<HealthLine>> {
    let row: HealthRow = statement(
        "select pg_database_size(current_database()) as database_bytes,
                (select count(*) from (select from background_jobs where status = 'PENDING' limit $1) x) as waiting,
                (select count(*) from (select from background_jobs where status = 'RUNNING' limit $1) x) as running,
                (select count(*) from (select from background_jobs
                                       where status = 'RUNNING' and lease_expires_at < now() limit $1) x) as stuck,
                (select count(*) from (select from background_jobs where status = 'FAILED' limit $1) x) as failed,
                (select count(*) from (select from mail_log where problem is not null
                                       and happened_at > now() - interval '1 day' limit $1) x) as failed_mails,
                (select count(*) from (select from web_sessions
                                       where user_id is not null and expires_at > now() limit $1) x) as devices,
                (select count(*) from (select distinct user_id from web_sessions
                                       where user_id is not null and last_seen_at > $2 limit $1) x) as active,
                current_setting('server_version') as postgres,
                (select extversion from pg_extension where extname = 'vector') as vector,
                pg_postmaster_start_time() as started_at,
                (select min(run_at) from background_jobs where status = 'PENDING' and run_at <= now()) as due_since,
                (select max(run_at) from background_jobs
                 where status in ('PENDING', 'RUNNING') and kind = 'housekeeping') as housekeeping",
    )
    .bind::<BigInt, _>(COUNTED + 1)
    .bind::<Timestamptz, _>(clock.now - ACTIVE)
    .get_result(conn)
    .await?;
    let line = |label: &str, value: String, is_well: bool| HealthLine {
        label: label.to_owned(),
        value,
        is_well,
    };
    let (busy, idle) = app.db.pool_status();
    let sends = app.config.mail.smtp_url.is_some();
    let mail = match sends {
        true => "Sent by SMTP",
        false => "Written to a folder, because SMTP_URL is not set",
    };
    let late = row.due_since.filter(|since| clock.now - *since > LATE);
    let waiting = match late {
        Some(since) => format!(
            "{}, the oldest is due since {}",
            row.waiting,
            clock.ago(since)
        ),
        None => number(row.waiting),
    };
    let housekeeping = match row.housekeeping {
        Some(at) => clock.date_time(at),
        None => "Not planned. It is planned when a worker starts.".to_owned(),
    };
    let is_planned = row
        .housekeeping
        .is_some_and(|at| clock.now - at < HOUSEKEEPING);
    let vector = row.vector.map(|version| format!(", pgvector {version}"));
    let database = format!(
        "PostgreSQL {}{}, {}, runs since {}",
        row.postgres,
        vector.unwrap_or_default(),
        size(row.database_bytes),
        clock.date_time(row.started_at)
    );
    let devices = format!(
        "{}, {} in the last 20 minutes",
        counted(row.devices, "device", "devices"),
        counted(row.active, "person", "people")
    );
    Ok(vec![
        line("Version", env!("CARGO_PKG_VERSION").to_owned(), true),
        line("Database", database, true),
        line("Signed in", devices, true),
        line("Connections", format!("{busy} busy, {idle} idle"), true),
        line("Mail", mail.to_owned(), sends),
        line(
            "Mails that failed today",
            number(row.failed_mails),
            row.failed_mails == 0,
        ),
        line("Waiting jobs", waiting, late.is_none()),
        line("Running jobs", number(row.running), true),
        line(
            "Jobs whose worker stopped",
            number(row.stuck),
            row.stuck == 0,
        ),
        line("Failed jobs", number(row.failed), row.failed == 0),
        line("Next housekeeping", housekeeping, is_planned),
    ])
}

fn number(count: i64) -> String {
    match count {
        count if count > COUNTED => counted(count, "", "").trim().to_owned(),
        count => count.to_string(),
    }
}
