//! Measures signed-in pages beside two floors, all in one run on one machine.
//!
//! - *handler*: a bare axum handler that runs the page's own queries under the same layers and
//!   answers with JSON. It leaves out rendering.
//! - *rows*: pgbench reads the rows that the page shows, with one prepared statement for each
//!   table. It leaves out everything but the database.
//!
//! Each has 8 connections. The table shows statements for each page, and the CPU time for each page
//! of PostgreSQL and of the server, without that of the client. Learners read one topic after
//! another, as readers do, so that each view stores their place.
//!
//! `DATABASE_URL=… cargo bench --features ssr --bench pages -- --pgbench path/to/pgbench
//! path/to/mdbook`. The database is filled with test data.

mod common;

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path as FilePath, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use axum::extract::{Extension, Path};
use axum::routing::get;
use axum::{Json, Router};
use clap::Parser;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

use common::{Client, first, listen, sign_in};
use lyceum::catalog::{self, CatalogPage, CatalogQuery, CoursePage};
use lyceum::import;
use lyceum::platform::config::Config;
use lyceum::platform::error::AppError;
use lyceum::platform::http::{AppState, Cx};
use lyceum::platform::time::Clock;
use lyceum::player::{self, MyCourse, TopicPage};
use lyceum::server;

const CONNECTIONS: usize = 8;
/// Courses on the learner's home.
const COURSES: usize = 14;
const WARM_UP: Duration = Duration::from_secs(2);
const MEASURED: Duration = Duration::from_secs(8);

#[derive(Parser)]
struct Options {
    #[command(flatten)]
    config: Config,
    #[arg(long, default_value = "pgbench")]
    pgbench: PathBuf,
    /// An mdBook that is read beside the demo course.
    book: Option<PathBuf>,
    /// Passed by cargo; ignored.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let options = Options::parse();
    let runtime = |name: &str| {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .thread_name(name)
            .build()
            .expect("threads")
    };
    // The client's threads are told apart by their name.
    let client = runtime(CLIENT);
    runtime("server").block_on(run(options, client.handle().clone()));
    client.shutdown_background();
}

/// A page: its name, the addresses that are requested in turn, and the rows that it shows.
struct Page {
    name: &'static str,
    paths: Vec<String>,
    rows: String,
}

async fn run(options: Options, client: tokio::runtime::Handle) {
    let url = options.config.database.owner_url.clone();
    let url = url.expect("DATABASE_URL, the address as the owner");
    let (state, _data) = common::state(options.config).await;
    let demo = fill(
        &state,
        FilePath::new("content/how-to-trust-a-number"),
        false,
    )
    .await;
    let book = match &options.book {
        Some(book) => fill(&state, book, true).await,
        None => demo.clone(),
    };
    for n in 1..COURSES - 1 {
        copy(&state, &demo, n).await;
    }
    let site = listen(server::router(state.clone())).await;
    let floor = listen(server::floor(state.clone(), floor_routes())).await;
    let mut cookies = Vec::new();
    for learner in 0..CONNECTIONS {
        cookies.push(sign_in(site, learner).await);
    }
    let topics = async |course: &str| -> Vec<String> {
        let slugs = topics(&state, course).await;
        let path = |slug| format!("/learn/{course}/{slug}");
        slugs.into_iter().take(12).map(path).collect()
    };
    let pages = [
        Page {
            name: "catalog",
            paths: vec!["/courses".to_owned()],
            rows: "select course_id, slug, title, summary, level, language, tags, thumbnail_file_id from courses where is_published and retired_at is null order by published_at desc limit 25;".to_owned(),
        },
        Page {
            name: "course page",
            paths: vec![format!("/courses/{book}")],
            rows: format!("{}{}{}", of_course(&book, "courses", "slug, title, summary, description_html, authors, outcomes"),
                of_course(&book, "course_modules", "module_no, title"),
                of_course(&book, "topics", "module_no, topic_number, slug, title, reading_minutes")),
        },
        Page {
            name: "topic, book",
            paths: topics(&book).await,
            rows: topic_rows(&book),
        },
        Page {
            name: "topic, demo",
            paths: topics(&demo).await,
            rows: topic_rows(&demo),
        },
        Page {
            name: "home",
            paths: vec!["/learn".to_owned()],
            rows: "select course_id, slug, title from courses where course_id in (select course_id from enrollments where user_id = :user);\n\
                   select course_id, status, last_opened_at, last_topic_id from enrollments where user_id = :user;\n\
                   select topic_id, course_id from topics where course_id in (select course_id from enrollments where user_id = :user) and retired_at is null;\n\
                   select topic_id, is_completed, last_anchor from topic_progress where user_id = :user;\n".to_owned(),
        },
    ];
    println!(
        "{CONNECTIONS} connections, {} s each, signed in, zstd; topics of {book} and {demo}, {COURSES} courses on the home",
        MEASURED.as_secs()
    );
    println!(
        "{:<14}{:>9}{:>9}{:>12}{:>9}{:>13}{:>12}{:>10}{:>11}",
        "",
        "page /s",
        "p99 ms",
        "handler /s",
        "rows /s",
        "statements",
        "db CPU ms",
        "CPU ms",
        "page kB"
    );
    for page in pages {
        let handler = load(&client, floor, &page.paths, &cookies).await;
        let statements = state.db.statements();
        let before = Cpu::now();
        let figures = load(&client, site, &page.paths, &cookies).await;
        let spent = Cpu::now().since(&before);
        let statements = state.db.statements() - statements;
        let rows = pgbench(&options.pgbench, &url, &page.rows);
        let each = |seconds: f64| seconds * 1000.0 / figures.all as f64;
        println!(
            "{:<14}{:>9.0}{:>9.1}{:>12.0}{:>9.0}{:>13.1}{:>12.2}{:>10.2}{:>11.1}",
            page.name,
            figures.per_second,
            figures.p99_ms,
            handler.per_second,
            rows,
            statements as f64 / figures.all as f64,
            each(spent.database),
            each(spent.server),
            figures.bytes as f64 / 1000.0
        );
    }
}

fn of_course(course: &str, table: &str, columns: &str) -> String {
    format!(
        "select {columns} from {table} where course_id = (select course_id from courses where slug = '{course}');\n"
    )
}

fn topic_rows(course: &str) -> String {
    let own = "where user_id = :user and topic_id in (select topic_id from topics where course_id = (select course_id from courses where slug";
    format!(
        "{}{}{}select topic_id, is_completed from topic_progress {own} = '{course}'));\n\
         select html from topic_blocks where topic_id = (select topic_id from topics where course_id = (select course_id from courses where slug = '{course}') and retired_at is null order by module_no, topic_number offset 3 limit 1);\n",
        of_course(course, "courses", "title, language"),
        of_course(course, "course_modules", "module_no, title"),
        of_course(
            course,
            "topics",
            "module_no, topic_number, slug, title, reading_minutes"
        ),
    )
}

/// Handlers that run the pages' queries and nothing else.
fn floor_routes() -> Router<AppState> {
    Router::new()
        .route("/courses", get(floor_catalog))
        .route("/courses/{course}", get(floor_course))
        .route("/learn", get(floor_home))
        .route("/learn/{course}/{topic}", get(floor_topic))
}

async fn floor_catalog(Extension(cx): Extension<Cx>) -> Json<CatalogPage> {
    let organization = cx.organization.organization_id;
    let page = cx.within(async move |conn| {
        catalog::server::store::list(conn, organization, &CatalogQuery::default()).await
    });
    Json(page.await.expect("the catalog"))
}

async fn floor_course(Extension(cx): Extension<Cx>, Path(slug): Path<String>) -> Json<CoursePage> {
    let viewer = cx.viewer.clone();
    let (school, clock) = (cx.organization.name.clone(), Clock::of(&cx));
    let page = cx.within(async move |conn| {
        catalog::server::view::course(conn, viewer.as_ref(), &slug, &school, &clock).await
    });
    Json(page.await.expect("the course"))
}

async fn floor_home(Extension(cx): Extension<Cx>) -> Json<Vec<MyCourse>> {
    let user = cx.viewer.as_ref().expect("somebody").user_id;
    let clock = Clock::of(&cx);
    let page =
        cx.within(async move |conn| player::server::view::my_courses(conn, user, &clock).await);
    Json(page.await.expect("the home"))
}

async fn floor_topic(
    Extension(cx): Extension<Cx>,
    Path((course, topic)): Path<(String, String)>,
) -> Json<TopicPage> {
    let user = cx.viewer.as_ref().expect("somebody").user_id;
    let clock = Clock::of(&cx);
    let page = cx.within(async move |conn| {
        player::server::view::topic(conn, user, course, &topic, ("", None), &clock).await
    });
    Json(page.await.expect("the topic"))
}

/// Imports the course and enrolls the learners; returns the course's slug.
async fn fill(state: &AppState, folder: &FilePath, is_mdbook: bool) -> String {
    let (draft, _) = import::read(folder, is_mdbook).expect("a course in order");
    let slug = draft.slug.clone();
    store(state, draft).await;
    slug
}

/// Imports the demo course once more, as another course.
async fn copy(state: &AppState, course: &str, n: usize) {
    let folder = FilePath::new("content/how-to-trust-a-number");
    let (mut draft, _) = import::read(folder, false).expect("a course in order");
    draft.slug = format!("{course}-{n}");
    store(state, draft).await;
}

async fn store(state: &AppState, draft: lyceum::course::server::draft::CourseDraft) {
    let slug = draft.slug.clone();
    import::import(&state.db, &state.files, first(state).await, draft)
        .await
        .expect("an import");
    // All topics are open, so that any of them can be read.
    let mut conn = state.db.system().await.expect("a connection");
    conn.batch_execute("update courses set is_gated = false")
        .await
        .expect("open courses");
    common::learners(state, &slug, CONNECTIONS).await;
}

#[derive(diesel::QueryableByName)]
struct Slug {
    #[diesel(sql_type = diesel::sql_types::Text)]
    slug: String,
}

async fn topics(state: &AppState, course: &str) -> Vec<String> {
    let organization = first(state).await;
    let course = course.to_owned();
    let found: Result<Vec<Slug>, AppError> = state
        .db
        .within(organization, async move |conn| {
            Ok(lyceum::platform::db::statement(
                "select t.slug from topics t join courses c on c.course_id = t.course_id
                 where c.slug = $1 and t.retired_at is null order by t.module_no, t.topic_number",
            )
            .bind::<diesel::sql_types::Text, _>(course)
            .load(conn)
            .await?)
        })
        .await;
    let found = found.expect("topics");
    found.into_iter().map(|row| row.slug).collect()
}

/// Reads the rows through pgbench. Returns the number of pages for each second.
fn pgbench(pgbench: &FilePath, url: &str, rows: &str) -> f64 {
    let mut script = tempfile::NamedTempFile::new().expect("a file");
    let user = "(select user_id from users where email = 'bench-0@test.example')";
    script
        .write_all(rows.replace(":user", user).as_bytes())
        .expect("a script");
    let output = Command::new(pgbench)
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=1"])
        .args([
            format!("--client={CONNECTIONS}"),
            format!("--time={}", MEASURED.as_secs()),
        ])
        .arg(format!("--file={}", script.path().display()))
        .arg(url)
        .output()
        .expect("pgbench");
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find(|line| line.starts_with("tps = "));
    let tps = line.and_then(|line| line.split(' ').nth(2)?.parse().ok());
    tps.unwrap_or_else(|| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)))
}

const CLIENT: &str = "bench-client";

/// CPU time in seconds, of all PostgreSQL processes, and of this process without the client.
struct Cpu {
    database: f64,
    server: f64,
}

impl Cpu {
    fn now() -> Self {
        let own = std::process::id();
        let threads = stats(&format!("/proc/{own}/task"));
        let all = stats("/proc");
        Self {
            database: sum(&all, |name| name == "postgres"),
            server: sum(&threads, |name| name != CLIENT),
        }
    }

    fn since(&self, before: &Self) -> Self {
        Self {
            database: self.database - before.database,
            server: self.server - before.server,
        }
    }
}

fn sum(stats: &[(String, f64)], counts: impl Fn(&str) -> bool) -> f64 {
    let of = stats.iter().filter(|(name, _)| counts(name));
    of.map(|(_, seconds)| seconds).sum()
}

/// Returns names and CPU times of the tasks in a folder of /proc; see proc(5).
fn stats(folder: &str) -> Vec<(String, f64)> {
    let entries = std::fs::read_dir(folder).expect("/proc of Linux").flatten();
    let read = |entry: std::fs::DirEntry| {
        let text = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        let (head, rest) = text.rsplit_once(')')?;
        let name = head.split_once('(')?.1.to_owned();
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
        // Linux counts in hundredths of a second.
        Some((name, (ticks(11)? + ticks(12)?) / 100.0))
    };
    entries.filter_map(read).collect()
}

struct Figures {
    per_second: f64,
    /// Requests with those of the warm-up.
    all: usize,
    p99_ms: f64,
    /// Mean size of a response.
    bytes: usize,
}

async fn load(
    client: &tokio::runtime::Handle,
    server: SocketAddr,
    paths: &[String],
    cookies: &[String],
) -> Figures {
    let started = Instant::now();
    let tasks: Vec<_> = cookies
        .iter()
        .enumerate()
        .map(|(n, cookie)| {
            let (mut paths, cookie) = (paths.to_vec(), cookie.clone());
            let count = paths.len();
            paths.rotate_left(n % count);
            client.spawn(async move { one(server, &paths, &cookie, started).await })
        })
        .collect();
    let mut times = Vec::new();
    let mut bytes = 0;
    let mut all = 0;
    for task in tasks {
        let own = task.await.expect("a connection that works");
        times.extend(own.times);
        bytes += own.bytes;
        all += own.requests;
    }
    Figures {
        per_second: times.len() as f64 / MEASURED.as_secs_f64(),
        all,
        p99_ms: common::p99_ms(times),
        bytes: bytes / all.max(1),
    }
}

#[derive(Default)]
struct Requests {
    /// Response times after the warm-up.
    times: Vec<Duration>,
    requests: usize,
    bytes: usize,
}

/// Requests the pages in turn on one connection until the time is over.
async fn one(server: SocketAddr, paths: &[String], cookie: &str, started: Instant) -> Requests {
    let mut client = Client::new(server).await;
    let mut done = Requests::default();
    for path in paths.iter().cycle() {
        if started.elapsed() >= WARM_UP + MEASURED {
            break;
        }
        let asked = Instant::now();
        done.bytes += client.get(path, Some(cookie)).await;
        done.requests += 1;
        if started.elapsed() > WARM_UP {
            done.times.push(asked.elapsed());
        }
    }
    done
}
