//! Background jobs: rows of `background_jobs`. One worker at a time takes a job. A job that fails
//! is run again, see `retries.rs`. Another worker takes a job over if its worker dies. Jobs must be
//! idempotent, because an interrupted job runs again.

mod causes;
pub mod retries;
mod schedule;
#[cfg(test)]
mod tests;
mod worker;

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Int4, Jsonb, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use causes::note_cause;
pub use worker::Workers;

use crate::config::Config;
use crate::db::organizations::Organization;
use crate::db::schema::background_jobs;
use crate::db::{Conn, Db, Work, statement};
use crate::error::{AppError, AppResult};
use crate::ids::JobId;
use crate::mail::{Mail, MailSender, Mailer, log as mail_log};

#[derive(Debug, Clone, Copy, PartialEq, Eq, diesel_derive_enum::DbEnum)]
#[db_enum(existing_type_path = "crate::db::schema::sql_types::JobStatus")]
#[db_enum(value_style = "SCREAMING_SNAKE_CASE")]
pub enum JobStatus {
    Pending,
    Running,
    Completed,
    Failed,
}

/// A kind of background job. The value is the payload.
pub trait Job: Serialize + DeserializeOwned + Send + 'static {
    /// The name of the kind in the table. Jobs that are queued under an old name never run.
    const KIND: &'static str;
    const MAX_ATTEMPTS: i32 = retries::JOB_ATTEMPTS;

    fn run(self, cx: &JobContext) -> impl Future<Output = AppResult<()>> + Send;
}

/// The context of a running job: its organization, and access to the database and to mail.
#[derive(Clone)]
pub struct JobContext {
    pub db: Db,
    pub config: Arc<Config>,
    pub mailer: Mailer,
    pub organization: Organization,
    pub job: RunningJob,
}

/// The job that runs, as its row names it.
#[derive(Debug, Clone)]
pub struct RunningJob {
    pub job_id: JobId,
    pub kind: String,
}

impl JobContext {
    /// Sends a mail, and records in the mail log that it was sent or why it was not.
    pub async fn send(&self, mail: Mail) -> AppResult<()> {
        let entry = mail_log::MailEntry::of(&self.job, &mail);
        let sent = self.mailer.send(mail, &self.sender()).await;
        let entry = entry.with(sent.as_ref().err().map(String::as_str));
        let recorded = self
            .within(async move |conn| Ok(entry.write(conn).await?))
            .await;
        if let Err(error) = recorded {
            tracing::error!(%error, "the mail log could not be written");
        }
        sent.map_err(|cause| AppError::internal(&cause))
    }

    /// Sends a mail within the caller's transaction. Only a mail that was sent is recorded, because
    /// a failure rolls the transaction back.
    pub async fn send_in(&self, conn: &mut Conn, mail: Mail) -> AppResult<()> {
        let entry = mail_log::MailEntry::of(&self.job, &mail);
        let sent = self.mailer.send(mail, &self.sender()).await;
        sent.map_err(|cause| AppError::internal(&cause))?;
        Ok(entry.with(None).write(conn).await?)
    }

    pub async fn within<F, R>(&self, work: F) -> AppResult<R>
    where
        for<'r> F: AsyncFnOnce(&'r mut Conn) -> AppResult<R>
            + Work<&'r mut Conn, AppResult<R>, Fut: Send>
            + Send,
        R: Send,
    {
        self.db
            .within(self.organization.organization_id, work)
            .await
    }

    fn sender(&self) -> MailSender {
        let settings = &self.organization.site.settings;
        MailSender {
            name: settings.mail_sender.clone(),
            reply_to: settings.mail_reply_to.clone(),
        }
    }

    pub fn link(&self, path: &str) -> String {
        crate::http::link(&self.config, &self.organization, path)
    }
}

/// Queues the job in the caller's transaction. If the transaction is rolled back, the job does not
/// exist.
pub async fn enqueue<J: Job>(conn: &mut Conn, job: &J) -> AppResult<()> {
    insert::<J>(conn, job, Utc::now(), None).await
}

/// Queues the job to run at `at`, unless a job with the same name is waiting or running.
pub async fn enqueue_once<J: Job>(
    conn: &mut Conn,
    job: &J,
    name: &str,
    at: DateTime<Utc>,
) -> AppResult<()> {
    insert::<J>(conn, job, at, Some(name)).await
}

/// Queues jobs with their names and times, like [`enqueue_once`], in one statement.
pub async fn enqueue_all_once<J: Job>(
    conn: &mut Conn,
    jobs: Vec<(J, String, DateTime<Utc>)>,
) -> AppResult<()> {
    if jobs.is_empty() {
        return Ok(());
    }
    let (mut payloads, mut names, mut times) = (Vec::new(), Vec::new(), Vec::new());
    for (job, name, at) in jobs {
        payloads.push(serde_json::to_value(job).map_err(|error| AppError::internal(&error))?);
        names.push(name);
        times.push(at);
    }
    statement(
        "insert into background_jobs (kind, max_attempts, payload, unique_key, run_at)
         select $1, $2, x.payload, x.unique_key, x.run_at
         from unnest($3, $4, $5) as x (payload, unique_key, run_at)
         on conflict do nothing",
    )
    .bind::<Text, _>(J::KIND)
    .bind::<Int4, _>(J::MAX_ATTEMPTS)
    .bind::<Array<Jsonb>, _>(payloads)
    .bind::<Array<Text>, _>(names)
    .bind::<Array<Timestamptz>, _>(times)
    .execute(conn)
    .await?;
    Ok(())
}

/// Queues the next run of a job that runs once an hour.
pub async fn enqueue_next_hour<J: Job>(conn: &mut Conn, job: &J) -> AppResult<()> {
    // The name contains the hour, because the running job still holds its own name.
    let next = Utc::now() + chrono::Duration::hours(1);
    let name = format!("{}-{}", J::KIND, next.format("%Y%m%d%H"));
    enqueue_once(conn, job, &name, next).await
}

async fn insert<J: Job>(
    conn: &mut Conn,
    job: &J,
    at: DateTime<Utc>,
    name: Option<&str>,
) -> AppResult<()> {
    let payload = serde_json::to_value(job).map_err(|error| AppError::internal(&error))?;
    insert_kind(conn, (J::KIND, J::MAX_ATTEMPTS), payload, at, name).await
}

async fn insert_kind(
    conn: &mut Conn,
    (kind, max_attempts): (&str, i32),
    payload: Value,
    at: DateTime<Utc>,
    name: Option<&str>,
) -> AppResult<()> {
    diesel::insert_into(background_jobs::table)
        .values((
            background_jobs::kind.eq(kind),
            background_jobs::payload.eq(payload),
            background_jobs::max_attempts.eq(max_attempts),
            background_jobs::run_at.eq(at),
            background_jobs::unique_key.eq(name),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}

type Running<'a> = Pin<Box<dyn Future<Output = AppResult<()>> + Send + 'a>>;
type Runner = Box<dyn for<'a> Fn(Value, &'a JobContext) -> Running<'a> + Send + Sync>;

/// The kinds of jobs that this binary can run.
#[derive(Default)]
pub struct Registry {
    kinds: HashMap<&'static str, Runner>,
    /// Kinds that run once an hour, with their most attempts.
    hourly: Vec<(&'static str, i32)>,
}

impl Registry {
    /// The jobs of the platform. Features add theirs with `with`.
    pub fn platform() -> Self {
        Self::default()
            .with::<crate::auth::mails::AccountMail>()
            .with::<crate::auth::mails::ForgottenPassword>()
            .with::<crate::auth::mails::SignUpMail>()
            .with::<crate::files::delete::DeleteObject>()
            .with::<crate::notifications::server::mails::NotificationMail>()
            .with::<schedule::Housekeeping>()
    }

    pub fn with<J: Job>(mut self) -> Self {
        self.kinds.insert(
            J::KIND,
            Box::new(|payload, cx| {
                Box::pin(async move {
                    let job: J = serde_json::from_value(payload)
                        .map_err(|error| AppError::internal(&error))?;
                    job.run(cx).await
                })
            }),
        );
        self
    }

    /// Adds a job without fields that runs once an hour for each organization. Each worker that
    /// starts queues a run, and each run queues its successor with [`enqueue_next_hour`].
    pub fn hourly<J: Job>(mut self) -> Self {
        self.hourly.push((J::KIND, J::MAX_ATTEMPTS));
        self.with::<J>()
    }

    /// Queues the jobs that run once an hour.
    async fn start_hourly(&self, conn: &mut Conn) -> AppResult<()> {
        for (kind, max_attempts) in &self.hourly {
            let payload = Value::Object(serde_json::Map::new());
            insert_kind(
                conn,
                (*kind, *max_attempts),
                payload,
                Utc::now(),
                Some(*kind),
            )
            .await?;
        }
        Ok(())
    }

    fn names(&self) -> Vec<&'static str> {
        self.kinds.keys().copied().collect()
    }
}
