//! Pages against their floor: each page of the site beside a bare axum handler that runs the same queries under the same
//! layers, bound to the same organization, and returns JSON. 64 connections ask as a browser does, for compression; both
//! figures come from the same run. Goal: at least half of the floor's throughput, p99 at most twice its.
//!
//! `DATABASE_URL=… cargo bench --features ssr --bench pages -- path/to/mdbook`, on a cluster that may be filled.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Extension, Path};
use axum::routing::get;
use axum::{Json, Router};
use clap::Parser;
use diesel_async::RunQueryDsl;
use leptos::prelude::LeptosOptions;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use lyceum::catalog::{self, CatalogPage, CatalogQuery, CoursePage};
use lyceum::course::import;
use lyceum::platform::auth::store::{self, NewAccount};
use lyceum::platform::auth::{UserRole, password};
use lyceum::platform::config::{Config, ServeConfig};
use lyceum::platform::db::{migrate, organizations};
use lyceum::platform::error::{AppError, AppResult};
use lyceum::platform::http::{AppState, Cx, server};
use lyceum::platform::ids::OrganizationId;
use lyceum::platform::time::Clock;
use lyceum::player::{self, TopicPage};

const CONNECTIONS: usize = 64;
const WARM_UP: Duration = Duration::from_secs(2);
const MEASURED: Duration = Duration::from_secs(8);
const EMAIL: &str = "bench@test.example";
const PASSWORD: &str = "a password for benchmarks";

#[derive(Parser)]
struct Options {
    #[command(flatten)]
    config: Config,
    /// An mdBook whose longest topic is read. Default: the demo course.
    book: Option<std::path::PathBuf>,
    /// Given by cargo.
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
    migrate::migrate(&options.config.database)
        .await
        .expect("a migrated database");
    let data = tempfile::tempdir().expect("a folder");
    let config = Config {
        data_dir: data.path().to_owned(),
        ..options.config
    };
    let serve = ServeConfig {
        addr: None,
        metrics_addr: None,
        trusted_proxies: Vec::new(),
        workers: 0,
        dev: false,
    };
    let leptos = LeptosOptions::builder().output_name("lyceum").build();
    let state = server::state(config, &serve, leptos).expect("the state");
    let course = fill(&state, options.book.as_deref()).await;
    let topic = longest_topic(&state, &course).await;
    println!(
        "{CONNECTIONS} connections, {} s each, zstd or gzip; course {course}, topic {topic}",
        MEASURED.as_secs()
    );

    let site = listen(server::router(state.clone())).await;
    let floor = listen(server::floor(state.clone(), floor_routes())).await;
    let cookie = sign_in(site).await;
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

/// The same queries as the pages, and nothing else.
fn floor_routes() -> Router<AppState> {
    Router::new()
        .route("/courses", get(floor_catalog))
        .route("/courses/{course}", get(floor_course))
        .route("/learn/{course}/{topic}", get(floor_topic))
}

async fn floor_catalog(Extension(cx): Extension<Cx>) -> Json<CatalogPage> {
    let organization = cx.organization.organization_id;
    let page = cx.within(async move |conn| {
        catalog::store::list(conn, organization, &CatalogQuery::default()).await
    });
    Json(page.await.expect("the catalog"))
}

async fn floor_course(Extension(cx): Extension<Cx>, Path(slug): Path<String>) -> Json<CoursePage> {
    let viewer = cx.viewer.clone();
    let page =
        cx.within(async move |conn| catalog::view::course(conn, viewer.as_ref(), &slug).await);
    Json(page.await.expect("the course"))
}

async fn floor_topic(
    Extension(cx): Extension<Cx>,
    Path((course, topic)): Path<(String, String)>,
) -> Json<TopicPage> {
    let user = cx.viewer.as_ref().expect("somebody").user_id;
    let clock = Clock::of(&cx);
    let page =
        cx.within(async move |conn| player::view::topic(conn, user, course, &topic, &clock).await);
    Json(page.await.expect("the topic"))
}

/// Imports the course and enrols somebody; returns the course's slug.
async fn fill(state: &AppState, book: Option<&std::path::Path>) -> String {
    let organization = first(state).await;
    let folder = book.unwrap_or(std::path::Path::new("content/how-to-trust-a-number"));
    let (draft, _) = import::read(folder, book.is_some()).expect("a course in order");
    let slug = draft.slug.clone();
    import::import(&state.db, &state.files, organization, draft)
        .await
        .expect("an import");
    let hash = password::hash(PASSWORD).await.expect("a hash");
    let course = slug.clone();
    state
        .db
        .within(organization, async move |conn| {
            let new = NewAccount {
                email: EMAIL,
                display_name: "Bench",
                password_hash: &hash,
                role: UserRole::Learner,
                confirmed: true,
            };
            store::create(conn, new).await?;
            let user = store::by_email(conn, EMAIL)
                .await?
                .expect("the account")
                .user_id;
            store::set_password(conn, user, &hash).await?;
            let course = player::store::course_id(conn, &course)
                .await?
                .expect("the course");
            player::store::enrol(conn, user, course).await?;
            AppResult::Ok(())
        })
        .await
        .expect("an enrolment");
    slug
}

async fn first(state: &AppState) -> OrganizationId {
    let mut conn = state.db.system().await.expect("a connection");
    organizations::by_slug(&mut conn, organizations::FIRST)
        .await
        .expect("a query")
        .expect("it")
        .organization_id
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
            Ok(diesel::sql_query(
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

async fn listen(app: Router) -> SocketAddr {
    use axum::serve::ListenerExt;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let listener = listener.tap_io(|socket| {
        let _ = socket.set_nodelay(true);
    });
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

async fn sign_in(site: SocketAddr) -> String {
    let path = leptos::server_fn::axum::server_fn_paths()
        .map(|(path, _)| path)
        .find(|path| path.ends_with("/sign_in"))
        .expect("sign_in");
    let body = format!(
        "email={}&password={}",
        EMAIL.replace('@', "%40"),
        PASSWORD.replace(' ', "+")
    );
    let mut socket = TcpStream::connect(site).await.expect("the site");
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {site}\r\nOrigin: http://{site}\r\nAccept: application/json\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    socket
        .write_all(request.as_bytes())
        .await
        .expect("a request");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.expect("an answer");
    let cookie = answer
        .lines()
        .find_map(|line| line.strip_prefix("set-cookie: "))
        .expect("a session");
    cookie.split(';').next().expect("a cookie").to_owned()
}

struct Figures {
    per_second: f64,
    p99_ms: f64,
    bytes: usize,
}

async fn load(server: SocketAddr, path: &str, cookie: Option<&str>) -> Figures {
    let cookie = cookie
        .map(|cookie| format!("Cookie: {cookie}\r\n"))
        .unwrap_or_default();
    let request = Arc::new(format!(
        "GET {path} HTTP/1.1\r\nHost: {server}\r\nAccept: text/html\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n{cookie}\r\n"
    ));
    let started = Instant::now();
    let tasks: Vec<_> = (0..CONNECTIONS)
        .map(|_| tokio::spawn(one(server, request.clone(), started)))
        .collect();
    let mut times = Vec::new();
    let mut bytes = 0;
    for task in tasks {
        let (own, size) = task.await.expect("a connection that works");
        times.extend(own);
        bytes = size;
    }
    times.sort_unstable();
    let p99 = times
        .get(times.len() * 99 / 100)
        .copied()
        .unwrap_or_default();
    Figures {
        per_second: times.len() as f64 / MEASURED.as_secs_f64(),
        p99_ms: p99.as_secs_f64() * 1000.0,
        bytes,
    }
}

/// One connection that asks again as soon as it is answered: the times of its answers, and their size.
async fn one(server: SocketAddr, request: Arc<String>, started: Instant) -> (Vec<Duration>, usize) {
    let mut socket = TcpStream::connect(server).await.expect("the server");
    socket.set_nodelay(true).expect("a socket");
    let mut buffer = Vec::with_capacity(1 << 18);
    let mut times = Vec::new();
    let mut size = 0;
    while started.elapsed() < WARM_UP + MEASURED {
        let asked = Instant::now();
        socket
            .write_all(request.as_bytes())
            .await
            .expect("a request");
        size = read_answer(&mut socket, &mut buffer).await;
        if started.elapsed() > WARM_UP {
            times.push(asked.elapsed());
        }
    }
    (times, size)
}

/// Reads one whole answer of 200, chunked or with its length.
async fn read_answer(socket: &mut TcpStream, buffer: &mut Vec<u8>) -> usize {
    buffer.clear();
    loop {
        let read = socket.read_buf(buffer).await.expect("an answer");
        assert!(read > 0, "the server hung up");
        let Some(head) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
        assert!(text.starts_with("http/1.1 200"), "{text}");
        let length = text.lines().find_map(|line| {
            line.strip_prefix("content-length: ")?
                .trim()
                .parse::<usize>()
                .ok()
        });
        let done = match length {
            Some(length) => buffer.len() >= head + 4 + length,
            None => buffer.ends_with(b"\r\n0\r\n\r\n"),
        };
        if done {
            return buffer.len() - head - 4;
        }
    }
}
