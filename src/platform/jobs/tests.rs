//! Tests of jobs: each runs once, runs again when it fails, and is taken over when its worker dies.

use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::Utc;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::{Job, JobContext, Registry, Workers, enqueue, enqueue_all_once, enqueue_once};
use crate::auth::UserRole;
use crate::auth::store::{self, NewAccount};
use crate::db::testing::TestDb;
use crate::error::{AppError, AppResult};
use crate::mail::Mailer;

#[derive(Serialize, Deserialize)]
struct Count {
    by: usize,
}

static COUNTED: AtomicUsize = AtomicUsize::new(0);

/// Not `.load()`, because Diesel gives every type a method of that name.
fn counted() -> usize {
    COUNTED.fetch_add(0, Ordering::SeqCst)
}

impl Job for Count {
    const KIND: &'static str = "test_count";

    async fn run(self, _: &JobContext) -> AppResult<()> {
        COUNTED.fetch_add(self.by, Ordering::SeqCst);
        Ok(())
    }
}

#[derive(Serialize, Deserialize)]
struct Fail {}

impl Job for Fail {
    const KIND: &'static str = "test_fail";
    const MAX_ATTEMPTS: i32 = 2;

    async fn run(self, _: &JobContext) -> AppResult<()> {
        Err(AppError::Conflict("It always fails.".to_owned()))
    }
}

fn workers(test: &TestDb) -> Workers {
    let mailer = Mailer::new(&test.config).unwrap();
    let registry = Registry::default().with::<Count>().with::<Fail>();
    Workers::new(test.db.clone(), test.shared_config(), mailer, registry)
}

/// Runs all queued jobs of the platform.
async fn run_all(test: &TestDb) {
    let mailer = Mailer::new(&test.config).unwrap();
    let registry = Registry::platform();
    let workers = Workers::new(test.db.clone(), test.shared_config(), mailer, registry);
    while workers.run_one().await.unwrap() {}
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_workers_one_runs_a_job() {
    let test = TestDb::new().await;
    test.db
        .within(test.organization, async |conn| {
            for _ in 0..20 {
                enqueue(conn, &Count { by: 1 }).await?;
            }
            enqueue_once(conn, &Count { by: 100 }, "hundred", Utc::now()).await?;
            enqueue_once(conn, &Count { by: 100 }, "hundred", Utc::now()).await
        })
        .await
        .unwrap();
    let before = counted();
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(workers(&test).run(4, stopped));
    while test.count("select count(*) from background_jobs where kind = 'test_count' and status <> 'COMPLETED'").await > 0 {
        tokio::task::yield_now().await;
    }
    stop.send(true).unwrap();
    running.await.unwrap();
    assert_eq!(counted() - before, 120);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_job_is_tried_again_later_and_then_given_up() {
    let test = TestDb::new().await;
    let workers = workers(&test);
    test.db
        .within(test.organization, async |conn| {
            enqueue(conn, &Fail {}).await
        })
        .await
        .unwrap();
    assert!(workers.run_one().await.unwrap());
    assert_eq!(test.count("select count(*) from background_jobs where status = 'PENDING' and run_at >= created_at + interval '2 seconds' and attempts = 1").await, 1);
    let due = async |when: &str| {
        let sql = format!("update background_jobs set run_at = {when}");
        test.owner().await.batch_execute(&sql).await.unwrap();
    };
    due("now() + interval '1 hour'").await;
    assert!(
        !workers.run_one().await.unwrap(),
        "the second attempt waits for its time"
    );
    due("now()").await;
    assert!(workers.run_one().await.unwrap());
    assert_eq!(test.count("select count(*) from background_jobs where status = 'FAILED' and last_error = 'It always fails.'").await, 1);
    assert!(!workers.run_one().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_job_of_a_dead_worker_is_taken_over() {
    let test = TestDb::new().await;
    test.db
        .within(test.organization, async |conn| {
            enqueue(conn, &Fail {}).await
        })
        .await
        .unwrap();
    // A worker claimed the job and was killed. Its lease is valid at first and then expires.
    let mut conn = test.owner().await;
    let dead = "update background_jobs set status = 'RUNNING', attempts = 1, lease_owner = gen_random_uuid(), lease_expires_at = now() + interval '1 minute'";
    diesel::sql_query(dead).execute(&mut conn).await.unwrap();
    assert!(!workers(&test).run_one().await.unwrap());
    conn.batch_execute("update background_jobs set lease_expires_at = now() - interval '1 second'")
        .await
        .unwrap();
    assert!(workers(&test).run_one().await.unwrap());
    assert_eq!(
        test.count("select count(*) from background_jobs where status = 'FAILED' and attempts = 2")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_exists_only_if_the_work_that_queued_it_is_kept() {
    let test = TestDb::new().await;
    let failed: AppResult<()> = test
        .db
        .within(test.organization, async |conn| {
            enqueue(conn, &Count { by: 1 }).await?;
            Err(AppError::Conflict("no".to_owned()))
        })
        .await;
    assert!(failed.is_err());
    assert_eq!(test.count("select count(*) from background_jobs").await, 0);
}

#[test]
fn pauses_grow_to_an_hour() {
    let seconds: Vec<i64> = [1, 2, 5, 11, 12, 40]
        .map(|attempts| super::retries::wait_after(attempts).num_seconds())
        .to_vec();
    assert_eq!(seconds, [2, 4, 32, 2048, 3600, 3600]);
}

#[tokio::test(flavor = "multi_thread")]
async fn housekeeping_makes_the_partitions_of_coming_months() {
    let test = TestDb::new().await;
    let ahead = "select count(*) from pg_class where relispartition and relkind = 'r'
        and (relname like 'audit_logs_2%' or relname like 'learner_activity_events_2%')";
    let before = test.count(ahead).await;
    let next_month = "select to_char(now() + interval '1 month', 'YYYYMM')::bigint";
    let month = test.count(next_month).await;
    for table in ["audit_logs", "learner_activity_events"] {
        let name = format!("{table}_{}_{:02}", month / 100, month % 100);
        test.owner()
            .await
            .batch_execute(&format!("drop table {name}"))
            .await
            .unwrap();
    }
    test.db
        .within(test.organization, async |conn| {
            enqueue(conn, &super::schedule::Housekeeping {}).await
        })
        .await
        .unwrap();
    run_all(&test).await;
    assert_eq!(test.count(ahead).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn housekeeping_goes_on_after_a_part_that_fails() {
    let test = TestDb::new().await;
    let many = 2 * super::schedule::BATCH + 1;
    let insert = format!(
        "select set_config('app.organization_id', (select organization_id::text from organizations), false);
         drop table one_time_tokens;
         insert into web_sessions (session_hash, data, expires_at)
         select sha256(n::text::bytea), '{{}}', now() - interval '1 second' from generate_series(1, {many}) n;
         insert into background_jobs (kind, status, finished_at)
         select kind, status::job_status, now() - at
         from unnest(array['forgotten_password', 'sign_up_mail', 'account_mail']) kind,
              unnest(array['COMPLETED', 'FAILED']) status,
              unnest(array[interval '30 minutes', interval '2 hours']) at"
    );
    let mut owner = test.owner().await;
    owner.batch_execute(&insert).await.unwrap();
    test.db
        .within(test.organization, async |conn| {
            enqueue(conn, &super::schedule::Housekeeping {}).await
        })
        .await
        .unwrap();
    run_all(&test).await;
    let count = async |sql: &str| test.count(sql).await;
    assert_eq!(count("select count(*) from web_sessions").await, 0);
    let of_kind = "select count(*) from background_jobs where kind =";
    assert_eq!(count(&format!("{of_kind} 'forgotten_password'")).await, 2);
    assert_eq!(count(&format!("{of_kind} 'sign_up_mail'")).await, 2);
    assert_eq!(count(&format!("{of_kind} 'account_mail'")).await, 4);
    let next = format!("{of_kind} 'housekeeping' and status = 'PENDING' and run_at > now()");
    assert_eq!(count(&next).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn housekeeping_bounds_the_sessions_of_nobody() {
    let test = TestDb::new().await;
    let most = super::schedule::ANONYMOUS_SESSIONS;
    test.db
        .within(test.organization, async |conn| {
            let asha = NewAccount {
                email: "asha@example.org",
                display_name: "Asha",
                password_hash: "none",
                role: UserRole::Learner,
                confirmed: true,
            };
            AppResult::Ok(store::create(conn, asha).await?)
        })
        .await
        .unwrap();
    let insert = format!(
        "select set_config('app.organization_id', (select organization_id::text from organizations), false);
         insert into web_sessions (session_hash, user_id, data, last_seen_at, expires_at)
         select sha256(n::text::bytea), null, '{{}}', now() - n * interval '1 second', now() + interval '30 minutes'
         from generate_series(1, {most} + 50) n;
         insert into web_sessions (session_hash, user_id, data, last_seen_at, expires_at)
         select 'old', user_id, '{{\"flash\": {{}}, \"user_id\": \"x\"}}', now() - interval '2 days', now() + interval '20 days'
         from users"
    );
    test.owner().await.batch_execute(&insert).await.unwrap();
    test.db
        .within(test.organization, async |conn| {
            enqueue(conn, &super::schedule::Housekeeping {}).await
        })
        .await
        .unwrap();
    run_all(&test).await;
    let newest = "select count(*) from web_sessions where user_id is null and last_seen_at > now() - interval '1 day'";
    assert_eq!(test.count(newest).await, most);
    let oldest = format!("select count(*) from web_sessions where session_hash = sha256('{most}')");
    assert_eq!(test.count(&oldest).await, 1);
    let kept = "select data::text from web_sessions where user_id is not null";
    assert_eq!(test.text(kept).await, "{\"user_id\": \"x\"}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_jobs_are_queued_in_one_statement_and_each_name_once() {
    let test = TestDb::new().await;
    let queued = test
        .db
        .within(test.organization, async |conn| {
            enqueue_once(conn, &Count { by: 0 }, "job 1", Utc::now()).await?;
            let names = [1, 2, 3, 3].map(|n| format!("job {n}"));
            let jobs = names.map(|name| (Count { by: 0 }, name, Utc::now()));
            enqueue_all_once(conn, jobs.into()).await?;
            enqueue_all_once::<Count>(conn, Vec::new()).await
        })
        .await;
    assert_eq!(queued, Ok(()));
    let jobs =
        "select count(*) from background_jobs where kind = 'test_count' and max_attempts > 1";
    assert_eq!(test.count(jobs).await, 3);
}
