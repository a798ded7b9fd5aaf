//! The workers: claim a job, run it, renew its lease meanwhile, and store the outcome.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use diesel::prelude::*;
use diesel::sql_types;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use futures::StreamExt;
use serde_json::Value;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::retries::wait_after;
use super::schedule::{self, Housekeeping};
use super::{JobContext, JobStatus, Registry, RunningJob, causes, enqueue_once};
use crate::config::Config;
use crate::db::organizations::{self, Organization};
use crate::db::schema::background_jobs;
use crate::db::{Db, roles, statement};
use crate::error::{AppError, AppResult};
use crate::ids::{JobId, OrganizationId};
use crate::mail::Mailer;

/// Seconds that a lease lasts. A worker that does not renew its lease counts as dead, and another
/// one takes over its job.
const LEASE_S: f64 = 60.0;
const RENEW: Duration = Duration::from_secs(20);
/// Interval of looking for jobs without a notice. Notices can be lost, and retries become due.
const LOOK: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub struct Workers {
    db: Db,
    config: Arc<Config>,
    mailer: Mailer,
    registry: Arc<Registry>,
}

impl Workers {
    pub fn new(db: Db, config: Arc<Config>, mailer: Mailer, registry: Registry) -> Self {
        Self {
            db,
            config,
            mailer,
            registry: Arc::new(registry),
        }
    }

    /// Runs up to `count` jobs at once until `stop` becomes true. Running jobs are finished first.
    pub async fn run(self, count: usize, stop: watch::Receiver<bool>) {
        let call = Arc::new(Notify::new());
        if let Err(error) = self.schedule().await {
            tracing::warn!(%error, "scheduled work could not be queued");
        }
        let mut tasks = JoinSet::new();
        tasks.spawn(listen(self.config.clone(), call.clone(), stop.clone()));
        for _ in 0..count {
            tasks.spawn(self.clone().work(call.clone(), stop.clone()));
        }
        while tasks.join_next().await.is_some() {}
    }

    /// Queues the recurring jobs of every enabled organization.
    async fn schedule(&self) -> AppResult<()> {
        let mut conn = self.db.system().await?;
        let organizations = organizations::list(&mut conn).await?;
        drop(conn);
        for (organization, enabled) in organizations {
            if enabled {
                let registry = self.registry.clone();
                self.db
                    .within(organization.organization_id, async move |conn| {
                        enqueue_once(conn, &Housekeeping {}, schedule::NAME, Utc::now()).await?;
                        registry.start_hourly(conn).await
                    })
                    .await?;
            }
        }
        Ok(())
    }

    async fn work(self, call: Arc<Notify>, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            match self.run_one().await {
                Ok(true) => {}
                Ok(false) => {
                    tokio::select! {
                        () = call.notified() => {}
                        () = tokio::time::sleep(LOOK) => {}
                        _ = stop.changed() => {}
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "no job could be claimed");
                    tokio::select! {
                        () = tokio::time::sleep(LOOK) => {}
                        _ = stop.changed() => {}
                    }
                }
            }
        }
    }

    /// Claims and runs one job. Returns false if there is none.
    pub async fn run_one(&self) -> AppResult<bool> {
        let lease = Uuid::new_v4();
        let Some(claimed) = self.claim(lease).await? else {
            return Ok(false);
        };
        if claimed.attempts > claimed.max_attempts {
            // The last worker of this job died, and no attempts are left.
            self.finish(
                &claimed,
                lease,
                Err(AppError::Conflict(
                    "The worker stopped while this ran.".into(),
                )),
                None,
            )
            .await?;
            return Ok(true);
        }
        let (outcome, cause) = causes::with_cause(self.run_claimed(&claimed, lease)).await;
        self.finish(&claimed, lease, outcome, cause.as_deref())
            .await?;
        Ok(true)
    }

    /// Claims the job that has been due for longest. A running job whose lease has expired counts
    /// too.
    async fn claim(&self, lease: Uuid) -> AppResult<Option<Claimed>> {
        let mut conn = self.db.system().await?;
        let claimed = statement(
            "update background_jobs j
             set status = 'RUNNING', attempts = attempts + 1, lease_owner = $1,
                 lease_expires_at = now() + make_interval(secs => $2)
             where job_id = (
                 select job_id from background_jobs
                 where kind = any($3)
                   and ((status = 'PENDING' and run_at <= now()) or (status = 'RUNNING' and lease_expires_at < now()))
                 order by run_at for update skip locked limit 1
             )
             returning j.job_id, j.organization_id, j.kind, j.payload, j.attempts, j.max_attempts",
        )
        .bind::<sql_types::Uuid, _>(lease)
        .bind::<sql_types::Double, _>(LEASE_S)
        .bind::<sql_types::Array<sql_types::Text>, _>(self.registry.names())
        .get_result::<Claimed>(&mut conn)
        .await
        .optional()?;
        Ok(claimed)
    }

    async fn run_claimed(&self, claimed: &Claimed, lease: Uuid) -> AppResult<()> {
        let Some(runner) = self.registry.kinds.get(claimed.kind.as_str()) else {
            return Err(AppError::internal("a job of an unknown kind"));
        };
        let cx = JobContext {
            db: self.db.clone(),
            config: self.config.clone(),
            mailer: self.mailer.clone(),
            organization: self.organization(claimed.organization_id).await?,
            job: RunningJob {
                job_id: claimed.job_id,
                kind: claimed.kind.clone(),
            },
        };
        let work = runner(claimed.payload.clone(), &cx);
        tokio::select! {
            outcome = work => outcome,
            lost = self.keep_lease(claimed.job_id, lease) => Err(lost),
        }
    }

    async fn organization(&self, id: OrganizationId) -> AppResult<Organization> {
        let mut conn = self.db.system().await?;
        Ok(organizations::by_id(&mut conn, id).await?)
    }

    /// Renews the lease until the job ends. Returns only if another worker has taken the job over.
    async fn keep_lease(&self, job: JobId, lease: Uuid) -> AppError {
        loop {
            tokio::time::sleep(RENEW).await;
            match self.renew(job, lease).await {
                Ok(true) => {}
                Ok(false) => {
                    return AppError::Conflict("Another worker has taken this over.".to_owned());
                }
                Err(error) => tracing::warn!(%error, %job, "a job's lease could not be renewed"),
            }
        }
    }

    async fn renew(&self, job: JobId, lease: Uuid) -> AppResult<bool> {
        let mut conn = self.db.system().await?;
        let renewed = statement(
            "update background_jobs set lease_expires_at = now() + make_interval(secs => $3)
             where job_id = $1 and lease_owner = $2",
        )
        .bind::<sql_types::Uuid, _>(job)
        .bind::<sql_types::Uuid, _>(lease)
        .bind::<sql_types::Double, _>(LEASE_S)
        .execute(&mut conn)
        .await?;
        Ok(renewed == 1)
    }

    /// Stores the outcome, unless another worker has taken the job over.
    async fn finish(
        &self,
        claimed: &Claimed,
        lease: Uuid,
        outcome: AppResult<()>,
        cause: Option<&str>,
    ) -> AppResult<()> {
        let row = background_jobs::table
            .filter(background_jobs::job_id.eq(claimed.job_id))
            .filter(background_jobs::lease_owner.eq(lease));
        let released = (
            background_jobs::lease_owner.eq(None::<Uuid>),
            background_jobs::lease_expires_at.eq(None::<chrono::DateTime<Utc>>),
        );
        let mut conn = self.db.system().await?;
        match outcome {
            Ok(()) => {
                diesel::update(row)
                    .set((
                        background_jobs::status.eq(JobStatus::Completed),
                        background_jobs::finished_at.eq(Utc::now()),
                        released,
                    ))
                    .execute(&mut conn)
                    .await?;
            }
            Err(error) if claimed.attempts < claimed.max_attempts => {
                tracing::warn!(job = %claimed.job_id, kind = claimed.kind, attempt = claimed.attempts, %error, "a job failed and will be tried again");
                diesel::update(row)
                    .set((
                        background_jobs::status.eq(JobStatus::Pending),
                        background_jobs::run_at.eq(Utc::now() + wait_after(claimed.attempts)),
                        background_jobs::last_error.eq(causes::reason(&error, cause)),
                        released,
                    ))
                    .execute(&mut conn)
                    .await?;
            }
            Err(error) => {
                tracing::error!(job = %claimed.job_id, kind = claimed.kind, %error, "a job failed for good");
                diesel::update(row)
                    .set((
                        background_jobs::status.eq(JobStatus::Failed),
                        background_jobs::finished_at.eq(Utc::now()),
                        background_jobs::last_error.eq(causes::reason(&error, cause)),
                        released,
                    ))
                    .execute(&mut conn)
                    .await?;
            }
        }
        Ok(())
    }
}

/// Wakes the workers when a job is queued. Uses a connection of its own, because a pooler does not
/// pass on notices. When the connection breaks, the workers' regular looking covers the gap.
async fn listen(config: Arc<Config>, call: Arc<Notify>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        tokio::select! {
            ended = listen_once(&config, &call) => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "listening for jobs ended");
                }
            }
            _ = stop.changed() => return,
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = stop.changed() => return,
        }
    }
}

async fn listen_once(config: &Config, call: &Notify) -> Result<(), String> {
    let url = match &config.database.direct_url {
        Some(url) => url.clone(),
        None => roles::Urls::of(&config.database)?.system,
    };
    let mut conn = AsyncPgConnection::establish(&url)
        .await
        .map_err(|error| error.to_string())?;
    conn.batch_execute("listen lyceum_jobs")
        .await
        .map_err(|error| error.to_string())?;
    call.notify_waiters();
    let mut notices = std::pin::pin!(conn.notifications_stream());
    while let Some(notice) = notices.next().await {
        notice.map_err(|error| error.to_string())?;
        call.notify_waiters();
    }
    Ok(())
}

#[derive(Debug, QueryableByName)]
struct Claimed {
    #[diesel(sql_type = sql_types::Uuid)]
    job_id: JobId,
    #[diesel(sql_type = sql_types::Uuid)]
    organization_id: OrganizationId,
    #[diesel(sql_type = sql_types::Text)]
    kind: String,
    #[diesel(sql_type = sql_types::Jsonb)]
    payload: Value,
    #[diesel(sql_type = sql_types::Int4)]
    attempts: i32,
    #[diesel(sql_type = sql_types::Int4)]
    max_attempts: i32,
}
