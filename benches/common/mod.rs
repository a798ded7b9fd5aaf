//! Shared parts of the benchmarks: a listening site, signed-in learners, and an HTTP client with
//! little overhead.

// Each benchmark uses only some of these functions.
#![allow(dead_code)]

use std::net::SocketAddr;
use std::path::Path;

use axum::Router;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use lyceum::enrollment::server::store as studying;
use lyceum::import;
use lyceum::platform::auth::store::{self, NewAccount};
use lyceum::platform::auth::{UserRole, password};
use lyceum::platform::config::{Config, ServeConfig};
use lyceum::platform::db::{migrate, organizations};
use lyceum::platform::error::AppResult;
use lyceum::platform::http::AppState;
use lyceum::platform::ids::{CourseId, OrganizationId};
use lyceum::server;

/// The allocator of the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub const CONNECTIONS: usize = 64;
pub const PASSWORD: &str = "a password for benchmarks";

/// Returns the state of a site with a migrated database. Its files are deleted when the second
/// value is dropped.
pub async fn state(config: Config) -> (AppState, tempfile::TempDir) {
    migrate::migrate(&config.database)
        .await
        .expect("a migrated database");
    let data = tempfile::tempdir().expect("a folder");
    let config = Config {
        data_dir: data.path().to_owned(),
        ..config
    };
    let serve = ServeConfig {
        addr: None,
        metrics_addr: None,
        trusted_proxies: Vec::new(),
        workers: 0,
        dev: false,
    };
    let leptos = leptos::prelude::LeptosOptions::builder()
        .output_name("lyceum")
        .build();
    let state = server::state(config, &serve, leptos).expect("the state");
    (state, data)
}

/// Creates `count` learners of the course, named `bench-0@test.example` and so on. Existing ones
/// are kept.
pub async fn learners(state: &AppState, course: &str, count: usize) {
    let hash = password::hash(PASSWORD).await.expect("a hash");
    let course = course.to_owned();
    state
        .db
        .within(first(state).await, async move |conn| {
            let course = studying::course_id(conn, &course)
                .await?
                .expect("the course");
            for n in 0..count {
                let email = email(n);
                let new = NewAccount {
                    email: &email,
                    display_name: "Bench",
                    password_hash: &hash,
                    role: UserRole::Learner,
                    confirmed: true,
                };
                store::create(conn, new).await?;
                let user = store::by_email(conn, &email)
                    .await?
                    .expect("the account")
                    .user_id;
                store::set_password(conn, user, &hash).await?;
                studying::enroll(conn, user, course).await?;
            }
            AppResult::Ok(())
        })
        .await
        .expect("learners");
}

/// Imports a course or a book, and returns it.
pub async fn imported(state: &AppState, folder: &Path) -> CourseId {
    let (draft, _) = import::read_with(folder, import::ReadOptions::default())
        .unwrap_or_else(|problems| panic!("{problems:?}"));
    let slug = draft.slug.clone();
    let organization = first(state).await;
    import::import(&state.db, &state.files, organization, draft)
        .await
        .expect("an import");
    state
        .db
        .within(organization, async move |conn| {
            AppResult::Ok(studying::course_id(conn, &slug).await?.expect("the course"))
        })
        .await
        .expect("the course")
}

pub fn email(learner: usize) -> String {
    format!("bench-{learner}@test.example")
}

pub async fn first(state: &AppState) -> OrganizationId {
    let mut conn = state.db.system().await.expect("a connection");
    organizations::by_slug(&mut conn, organizations::FIRST)
        .await
        .expect("a query")
        .expect("it")
        .organization_id
}

pub async fn listen(app: Router) -> SocketAddr {
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

/// Signs in a learner and returns the session cookie.
pub async fn sign_in(site: SocketAddr, learner: usize) -> String {
    let body = format!(
        "email={}&password={}",
        email(learner).replace('@', "%40"),
        PASSWORD.replace(' ', "+")
    );
    let mut client = Client::new(site).await;
    let head = client.post("auth/api/sign_in", None, &body).await;
    let cookie = head
        .lines()
        .find_map(|line| line.strip_prefix("set-cookie: "))
        .expect("a session");
    cookie.split(';').next().expect("a cookie").to_owned()
}

/// HTTP client with a single connection.
pub struct Client {
    site: SocketAddr,
    socket: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    pub async fn new(site: SocketAddr) -> Self {
        let socket = TcpStream::connect(site).await.expect("the site");
        socket.set_nodelay(true).expect("a socket");
        Self {
            site,
            socket,
            buffer: Vec::with_capacity(1 << 18),
        }
    }

    /// Requests a page and returns the size of the response.
    pub async fn get(&mut self, path: &str, cookie: Option<&str>) -> usize {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nAccept: text/html\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n{}\r\n",
            self.site,
            cookie_line(cookie)
        );
        self.send(request).await.1
    }

    /// Calls a server function as a hydrated page does. Returns the head of the response, with
    /// lowercase header names.
    pub async fn post(&mut self, function: &str, cookie: Option<&str>, body: &str) -> String {
        let path = leptos::server_fn::axum::server_fn_paths()
            .map(|(path, _)| path)
            .find(|path| path.ends_with(&format!("/{function}")))
            .expect("the server function");
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {site}\r\nOrigin: http://{site}\r\nAccept: application/json\r\n{}\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            cookie_line(cookie),
            body.len(),
            site = self.site
        );
        self.send(request).await.0
    }

    /// Sends a request and reads one whole response.
    ///
    /// # Panics
    ///
    /// Panics if the status is not 200.
    async fn send(&mut self, request: String) -> (String, usize) {
        self.socket
            .write_all(request.as_bytes())
            .await
            .expect("a request");
        let buffer = &mut self.buffer;
        buffer.clear();
        loop {
            let read = self.socket.read_buf(buffer).await.expect("an answer");
            assert!(read > 0, "the server hung up");
            let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else {
                continue;
            };
            let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
            assert!(
                head.starts_with("HTTP/1.1 200"),
                "{}",
                String::from_utf8_lossy(buffer)
            );
            let length = head.lines().find_map(|line| {
                line.strip_prefix("content-length: ")?
                    .trim()
                    .parse::<usize>()
                    .ok()
            });
            let done = match length {
                Some(length) => buffer.len() >= end + 4 + length,
                None => buffer.ends_with(b"\r\n0\r\n\r\n"),
            };
            if done {
                return (head, buffer.len() - end - 4);
            }
        }
    }
}

pub fn p99_ms(mut times: Vec<std::time::Duration>) -> f64 {
    times.sort_unstable();
    let p99 = times.get(times.len() * 99 / 100);
    p99.copied().unwrap_or_default().as_secs_f64() * 1000.0
}

fn cookie_line(cookie: Option<&str>) -> String {
    cookie
        .map(|cookie| format!("Cookie: {cookie}\r\n"))
        .unwrap_or_default()
}
