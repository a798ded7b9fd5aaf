//! Measures activity: reports of browsers through HTTP against COPY into the same table, and the
//! pages that read the sums.
//!
//! The goals: reports reach a third of COPY as the owner, because row-level security refuses COPY
//! to other roles. The roster of a course with 2,000 learners takes 100 ms at the 95th percentile,
//! and the page Today of its tutor 150 ms. With a hundredth of the history, the pages are at most
//! twice as fast.
//!
//! `DATABASE_URL=… cargo bench --features ssr --bench activity`, with `--learners`, `--days` and
//! `--events` for another scale. The database is filled with test data.

mod common;

use std::time::{Duration, Instant};

use bytes::Bytes;
use chrono::Utc;
use clap::Parser;
use diesel_async::RunQueryDsl;
use futures::SinkExt;
use uuid::Uuid;

use common::{CONNECTIONS, Client, first, listen, sign_in};
use lyceum::platform::config::Config;
use lyceum::platform::db::statement;
use lyceum::platform::error::AppResult;
use lyceum::platform::http::AppState;
use lyceum::server;

const COURSE: &str = "bench-activity";
/// Events of one report.
const REPORT: usize = 50;
/// Loads of each page.
const LOADS: usize = 100;

#[derive(Parser)]
struct Options {
    #[command(flatten)]
    config: Config,
    /// Learners of the course.
    #[arg(long, default_value_t = 2_000)]
    learners: usize,
    /// Days of history of each learner.
    #[arg(long, default_value_t = 200)]
    days: usize,
    /// Events that are reported, and copied.
    #[arg(long, default_value_t = 200_000)]
    events: usize,
    /// Passed by cargo; ignored.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("threads");
    runtime.block_on(run(options));
}

async fn run(options: Options) {
    let owner = options.config.database.owner_url.clone();
    let owner = owner.expect("DATABASE_URL");
    let (state, _data) = common::state(options.config).await;
    let topic = fill(&state, options.learners).await;
    let site = listen(server::router(state.clone())).await;
    let mut cookies = Vec::new();
    for learner in 0..CONNECTIONS {
        cookies.push(sign_in(site, learner).await);
    }

    let reports = options.events / REPORT / CONNECTIONS;
    let started = Instant::now();
    let mut tasks = Vec::new();
    for cookie in cookies.clone() {
        tasks.push(tokio::spawn(async move {
            let mut client = Client::new(site).await;
            for _ in 0..reports {
                let body = format!("events={}", events(topic));
                let function = "activity/api/report_activity";
                client.post(function, Some(&cookie), &body).await;
            }
        }));
    }
    for task in tasks {
        task.await.expect("reports");
    }
    let sent = reports * REPORT * CONNECTIONS;
    let through_http = rate(sent, started.elapsed());
    println!("{sent} events in reports of {REPORT} through HTTP: {through_http:.0}/s");
    let copied = copy(&state, &owner, sent).await;
    println!("{sent} events with COPY as the owner:             {copied:.0}/s");
    let share = 100.0 * through_http / copied;
    println!("reports reach {share:.0} % of COPY; the goal is 33 %");

    for days in [(options.days / 100).max(2), options.days] {
        history(&state, days).await;
        println!("\n{} learners with {days} days each", options.learners);
        let mut client = Client::new(site).await;
        for (name, path, goal) in [
            ("roster", format!("/teach/{COURSE}/activity"), 100.0),
            ("Today", "/today".to_owned(), 150.0),
        ] {
            let mut times = Vec::new();
            client
                .get(&path, cookies.as_slice().first().map(String::as_str))
                .await;
            for _ in 0..LOADS {
                let started = Instant::now();
                client
                    .get(&path, cookies.as_slice().first().map(String::as_str))
                    .await;
                times.push(started.elapsed());
            }
            let p95 = p95_ms(times);
            println!("{name:<8}{p95:>8.1} ms at the 95th percentile; the goal is {goal:.0} ms");
        }
    }
}

/// Creates the course with its learners; the first one also teaches it. Returns a topic.
async fn fill(state: &AppState, learners: usize) -> Uuid {
    let topic = Uuid::new_v4();
    state
        .db
        .within(first(state).await, async move |conn| {
            for sql in [
                format!("insert into courses (slug, title, is_published, published_at) values ('{COURSE}', 'Bench', true, now()) on conflict do nothing"),
                format!(
                    "insert into topics (topic_id, course_id, module_no, topic_number, slug, title)
                     select '{topic}', course_id, 1, coalesce((select max(topic_number) from topics t where t.course_id = c.course_id), 0) + 1,
                            'topic-{topic}', 'Topic' from courses c where slug = '{COURSE}'"
                ),
                format!(
                    "insert into users (email, display_name, username, email_confirmed_at)
                     select 'bench-activity-' || n || '@test.example', 'Learner ' || n, 'bench-activity-' || n, now()
                     from generate_series(1, {learners}) n on conflict do nothing"
                ),
                format!(
                    "insert into enrollments (user_id, course_id, enrolled_at)
                     select user_id, course_id, now() - interval '300 days' from users, courses
                     where slug = '{COURSE}' and username like 'bench-activity-%' on conflict do nothing"
                ),
            ] {
                statement(sql).execute(conn).await?;
            }
            AppResult::Ok(())
        })
        .await
        .expect("a course");
    common::learners(state, COURSE, CONNECTIONS).await;
    state
        .db
        .within(first(state).await, async move |conn| {
            for sql in [
                "insert into tutors (user_id) select user_id from users where email = 'bench-0@test.example'
                 on conflict do nothing"
                    .to_owned(),
                format!(
                    "insert into course_tutors (course_id, tutor_id)
                     select course_id, tutor_id from courses, tutors join users using (user_id)
                     where slug = '{COURSE}' and email = 'bench-0@test.example' on conflict do nothing"
                ),
            ] {
                statement(sql).execute(conn).await?;
            }
            AppResult::Ok(())
        })
        .await
        .expect("a tutor");
    topic
}

/// Gives each learner sums of this many days, and removes others.
async fn history(state: &AppState, days: usize) {
    state
        .db
        .within(first(state).await, async move |conn| {
            for sql in [
                "delete from learner_activity_days where user_id in (select user_id from users where username like 'bench-activity-%')"
                    .to_owned(),
                format!(
                    "insert into learner_activity_days (user_id, course_id, day, seconds_active, opened, read, quizzes_failed, events, first_at, last_at)
                     select e.user_id, e.course_id, current_date - n, 900, 3, 4, n % 2, 20,
                            now() - make_interval(days => n), now() - make_interval(days => n)
                     from enrollments e join courses using (course_id) join users u using (user_id), generate_series(0, {days} - 1) n
                     where slug = '{COURSE}' and u.username like 'bench-activity-%'"
                ),
            ] {
                statement(sql).execute(conn).await?;
            }
            AppResult::Ok(())
        })
        .await
        .expect("a history");
}

/// A report of a page on which somebody reads.
fn events(topic: Uuid) -> String {
    let events: Vec<String> = (0..REPORT)
        .map(|at| {
            let kind = ["opened:T:0", "read:T:50", "active:T:60", "video:T:90"][at % 4];
            let event = format!("{}:{kind}", Uuid::now_v7());
            event.replace(":T:", &format!(":{topic}:"))
        })
        .collect();
    events.join("+")
}

/// Copies as many rows into the table of events as the owner, and returns the rate.
async fn copy(state: &AppState, url: &str, count: usize) -> f64 {
    let organization = first(state).await;
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
        .await
        .expect("a connection");
    tokio::spawn(connection);
    let (user, course) = (Uuid::new_v4(), Uuid::new_v4());
    let now = Utc::now().to_rfc3339();
    let rows: Vec<Bytes> = (0..count)
        .map(|_| {
            let id = Uuid::now_v7();
            let day = Utc::now().date_naive();
            format!("{organization}\t{user}\t{now}\t{id}\t{course}\tread\t50\t{day}\n").into()
        })
        .collect();
    let started = Instant::now();
    let sink = client
        .copy_in(
            "copy learner_activity_events
                 (organization_id, user_id, occurred_at, event_id, course_id, kind, amount, received_on) from stdin",
        )
        .await
        .expect("a copy");
    let mut sink = std::pin::pin!(sink);
    for row in rows {
        sink.feed(row).await.expect("a row");
    }
    sink.as_mut().finish().await.expect("the end");
    rate(count, started.elapsed())
}

fn rate(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

fn p95_ms(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    let p95 = times.get(times.len() * 95 / 100);
    p95.copied().unwrap_or_default().as_secs_f64() * 1000.0
}
