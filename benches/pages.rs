//! Compares pages with bare axum handlers. A handler runs the same queries under the same layers
//! and in the same organization, but returns JSON. Goal: at least half of the handler's
//! throughput, and a p99 of at most twice the handler's.
//!
//! On 64 connections both are requested as a browser would, with compression, in the same run.
//!
//! `DATABASE_URL=… cargo bench --features ssr --bench pages -- path/to/mdbook`. The database is
//! filled with test data.

mod common;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::extract::{Extension, Path};
use axum::routing::get;
use axum::{Json, Router};
use clap::Parser;
use diesel_async::RunQueryDsl;

use common::{CONNECTIONS, Client, first, listen, sign_in};
use lyceum::catalog::{self, CatalogPage, CatalogQuery, CoursePage};
use lyceum::import;
use lyceum::platform::config::Config;
use lyceum::platform::error::AppError;
use lyceum::platform::http::{AppState, Cx};
use lyceum::platform::time::Clock;
use lyceum::player::{self, TopicPage};
use lyceum::server;

const WARM_UP: Duration = Duration::from_secs(2);
const MEASURED: Duration = Duration::from_secs(8);

#[derive(Parser)]
struct Options {
    #[command(flatten)]
    config: Config,
    /// An mdBook whose longest topic is read. Default: the demo course.
    book: Option<std::path::PathBuf>,
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
    let (state, _data) = common::state(options.config).await;
    let course = fill(&state, options.book.as_deref()).await;
    let topic = longest_topic(&state, &course).await;
    println!(
        "{CONNECTIONS} connections, {} s each, zstd or gzip; course {course}, topic {topic}",
        MEASURED.as_secs()
    );

    let site = listen(server::router(state.clone())).await;
    let floor = listen(server::floor(state.clone(), floor_routes())).await;
    let cookie = sign_in(site, 0).await;
    println!(
        "{:<14}{:>12}{:>12}{:>8}{:>12}{:>12}{:>10}",
        "", "page /s", "floor /s", "ratio", "page p99", "floor p99", "page kB"
    );
    for (name, path, cookie) in [
        ("catalog", "/courses".to_owned(), None),
        ("course page", format!("/courses/{course}"), None),
        (
            "longest topic",
            format!("/learn/{course}/{topic}"),
            Some(cookie.as_str()),
        ),
    ] {
        let floor = load(floor, &path, cookie).await;
        let page = load(site, &path, cookie).await;
        println!(
            "{name:<14}{:>12.0}{:>12.0}{:>8.2}{:>9.1} ms{:>9.1} ms{:>10.1}",
            page.per_second,
            floor.per_second,
            page.per_second / floor.per_second,
            page.p99_ms,
            floor.p99_ms,
            page.bytes as f64 / 1000.0
        );
    }
}

/// Handlers that run the pages' queries and nothing else.
fn floor_routes() -> Router<AppState> {
    Router::new()
        .route("/courses", get(floor_catalog))
        .route("/courses/{course}", get(floor_course))
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
    let page = cx.within(async move |conn| {
        catalog::server::view::course(conn, viewer.as_ref(), &slug).await
    });
    Json(page.await.expect("the course"))
}

async fn floor_topic(
    Extension(cx): Extension<Cx>,
    Path((course, topic)): Path<(String, String)>,
) -> Json<TopicPage> {
    let user = cx.viewer.as_ref().expect("somebody").user_id;
    let clock = Clock::of(&cx);
    let page = cx.within(async move |conn| {
        player::server::view::topic(conn, user, course, &topic, &clock).await
    });
    Json(page.await.expect("the topic"))
}

/// Imports the course and enrolls a learner; returns the course's slug.
async fn fill(state: &AppState, book: Option<&std::path::Path>) -> String {
    let organization = first(state).await;
    let folder = book.unwrap_or(std::path::Path::new("content/how-to-trust-a-number"));
    let (draft, _) = import::read(folder, book.is_some()).expect("a course in order");
    let slug = draft.slug.clone();
    import::import(&state.db, &state.files, organization, draft)
        .await
        .expect("an import");
    common::learners(state, &slug, 1).await;
    slug
}

#[derive(diesel::QueryableByName)]
struct Slug {
    #[diesel(sql_type = diesel::sql_types::Text)]
    slug: String,
}

async fn longest_topic(state: &AppState, course: &str) -> String {
    let organization = first(state).await;
    let course = course.to_owned();
    let found: Result<Slug, AppError> = state
        .db
        .within(organization, async move |conn| {
            Ok(lyceum::platform::db::statement(
                "select t.slug from topics t join courses c using (course_id) join topic_blocks b using (topic_id)
                 where c.slug = $1 and t.retired_at is null group by t.slug order by sum(length(b.html)) desc limit 1",
            )
            .bind::<diesel::sql_types::Text, _>(course)
            .get_result(conn)
            .await?)
        })
        .await;
    found.expect("a topic").slug
}

struct Figures {
    per_second: f64,
    p99_ms: f64,
    bytes: usize,
}

async fn load(server: SocketAddr, path: &str, cookie: Option<&str>) -> Figures {
    let started = Instant::now();
    let tasks: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (path, cookie) = (path.to_owned(), cookie.map(str::to_owned));
            tokio::spawn(async move { one(server, &path, cookie.as_deref(), started).await })
        })
        .collect();
    let mut times = Vec::new();
    let mut bytes = 0;
    for task in tasks {
        let (own, size) = task.await.expect("a connection that works");
        times.extend(own);
        bytes = size;
    }
    Figures {
        per_second: times.len() as f64 / MEASURED.as_secs_f64(),
        p99_ms: common::p99_ms(times),
        bytes,
    }
}

/// Repeats a request on one connection until the time is over. Returns the response times and the
/// size of the last response.
async fn one(
    server: SocketAddr,
    path: &str,
    cookie: Option<&str>,
    started: Instant,
) -> (Vec<Duration>, usize) {
    let mut client = Client::new(server).await;
    let mut times = Vec::new();
    let mut size = 0;
    while started.elapsed() < WARM_UP + MEASURED {
        let asked = Instant::now();
        size = client.get(path, cookie).await;
        if started.elapsed() > WARM_UP {
            times.push(asked.elapsed());
        }
    }
    (times, size)
}
