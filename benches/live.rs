//! Measures the live events of a cold call: 2,000 open streams on one process, and a reply that all
//! of them are told of. Prints the time from the request until the last stream has the event, and
//! the memory of a stream.
//!
//! The floor is a bare tokio broadcast: the same clients, connected to a socket that sends them the
//! same bytes. Clients and servers are one process, so both figures of memory include the client.
//!
//! `DATABASE_URL=… cargo bench --features ssr --bench live`. The database is filled with test data.
//! Needs 4,100 open files (`ulimit -n`).

mod common;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use clap::Parser;
use diesel_async::RunQueryDsl;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, mpsc};

use common::{Client, email, first, listen, sign_in};
use lyceum::import;
use lyceum::platform::config::Config;
use lyceum::platform::db::statement;
use lyceum::platform::error::AppResult;
use lyceum::platform::http::AppState;
use lyceum::server;

const STREAMS: usize = 2_000;
/// Members of the cohort; each has the same number of streams.
const MEMBERS: usize = 50;
const ROUNDS: usize = 20;
const COURSE: &str = "bench-live";

#[derive(Parser)]
struct Options {
    #[command(flatten)]
    config: Config,
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
    fill(&state).await;
    let message = cohort(&state).await;
    let site = listen(server::router(state.clone())).await;
    let mut cookies = Vec::new();
    for member in 0..MEMBERS {
        cookies.push(sign_in(site, member).await);
    }

    let (arrived, mut arrivals) = mpsc::unbounded_channel();
    let before = memory();
    for n in 0..STREAMS {
        let request = format!(
            "GET /live HTTP/1.1\r\nHost: {site}\r\nCookie: {}\r\n\r\n",
            cookies[n % MEMBERS]
        );
        open(site, request, arrived.clone()).await;
    }
    // Each stream has told of its beginning.
    for _ in 0..STREAMS {
        arrivals.recv().await.expect("a stream");
    }
    let ours = (memory() - before) / STREAMS;
    let mut poster = Client::new(site).await;
    let mut times = Vec::new();
    let mut answers = Vec::new();
    for round in 0..ROUNDS {
        let body = format!("message={message}&text=Reply+{round}");
        let started = Instant::now();
        let function = "coldcall/api/reply_to_message";
        // Each member posts once, because their posts are limited.
        let cookie = &cookies[round % MEMBERS];
        poster.post(function, Some(cookie), &body).await;
        answers.push(started.elapsed());
        for _ in 0..STREAMS {
            arrivals.recv().await.expect("an event");
        }
        times.push(started.elapsed());
    }
    print("Lyceum, reply to last event", &times, ours);
    println!(
        "{:<30}{:>9.1} ms",
        "  of it the reply itself",
        mean_ms(&answers)
    );

    let (sender, floor) = broadcasting().await;
    let (arrived, mut arrivals) = mpsc::unbounded_channel();
    let before = memory();
    for _ in 0..STREAMS {
        open(floor, "\n".to_owned(), arrived.clone()).await;
    }
    for _ in 0..STREAMS {
        arrivals.recv().await.expect("a connection");
    }
    let bare = (memory() - before) / STREAMS;
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let started = Instant::now();
        sender.send(event()).expect("receivers");
        for _ in 0..STREAMS {
            arrivals.recv().await.expect("an event");
        }
        times.push(started.elapsed());
    }
    print("bare broadcast", &times, bare);
}

fn print(what: &str, times: &[Duration], memory: usize) {
    let p99 = common::p99_ms(times.to_vec());
    println!(
        "{what:<30}{:>9.1} ms, p99 {p99:>7.1} ms   {:>6.1} kB for each stream and its client",
        mean_ms(times),
        memory as f64 / 1000.0
    );
}

fn mean_ms(times: &[Duration]) -> f64 {
    times.iter().sum::<Duration>().as_secs_f64() * 1000.0 / times.len() as f64
}

/// Connects, sends the request, and tells of the beginning and of each event that arrives.
async fn open(address: SocketAddr, request: String, arrived: mpsc::UnboundedSender<()>) {
    let mut socket = TcpStream::connect(address).await.expect("a connection");
    socket.set_nodelay(true).expect("a socket");
    socket
        .write_all(request.as_bytes())
        .await
        .expect("a request");
    tokio::spawn(async move {
        let mut buffer = Vec::with_capacity(2_048);
        loop {
            match socket.read_buf(&mut buffer).await {
                Ok(read) if read > 0 => {}
                _ => panic!("a stream ended"),
            }
            // A stream begins with a comment; each event has one line of data.
            for mark in [": live", "data: "] {
                while let Some(at) = find(&buffer, mark) {
                    buffer.drain(..at + mark.len());
                    if arrived.send(()).is_err() {
                        return;
                    }
                }
            }
        }
    });
}

fn find(buffer: &[u8], mark: &str) -> Option<usize> {
    buffer
        .windows(mark.len())
        .position(|part| part == mark.as_bytes())
}

/// The bytes of one event, as the site sends them.
fn event() -> String {
    let (id, prompt, cohort) = [uuid::Uuid::now_v7(); 3].into();
    let data = format!("id: {id}\ndata: {id} coldcall/{prompt}/{cohort}\n\n");
    format!("{:x}\r\n{data}\r\n", data.len())
}

/// Starts a server whose connections all get what is sent.
async fn broadcasting() -> (broadcast::Sender<String>, SocketAddr) {
    let (sender, _) = broadcast::channel::<String>(1_024);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let channel = sender.clone();
    tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.expect("a connection");
            socket.set_nodelay(true).expect("a socket");
            let mut receiver = channel.subscribe();
            tokio::spawn(async move {
                let _ = socket.write_all(b": live\n\n").await;
                while let Ok(event) = receiver.recv().await {
                    if socket.write_all(event.as_bytes()).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    (sender, address)
}

/// Resident memory of this process, in bytes.
fn memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().split(' ').next()?.parse::<usize>().ok());
    kilobytes.expect("a size") * 1024
}

/// Imports a course of one topic with a cold call.
async fn fill(state: &AppState) {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    };
    write("description.md", "For a benchmark.\n");
    write(
        "course.toml",
        &format!(
            "slug = \"{COURSE}\"\ntitle = \"A bench\"\nsummary = \"For a benchmark.\"\nlanguage = \"en\"\n\
             level = \"beginner\"\n\n[[module]]\ntitle = \"Only one\"\nfolder = \"one\"\n"
        ),
    );
    write(
        "one/01-sums.md",
        "+++\ntitle = \"Sums\"\n+++\n\nTwo and two.\n",
    );
    write(
        "one/01-sums.prompts.toml",
        "[[cold_call]]\nprompt = \"Why count?\"\n",
    );
    let (draft, _) = import::read(folder.path(), false).expect("a course in order");
    import::import(&state.db, &state.files, first(state).await, draft)
        .await
        .expect("an import");
}

#[derive(diesel::QueryableByName)]
struct MessageRow {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    message_id: uuid::Uuid,
}

/// Puts the members into a new cohort, and answers the cold call for each of them. Returns one of
/// the answers.
async fn cohort(state: &AppState) -> uuid::Uuid {
    common::learners(state, COURSE, MEMBERS).await;
    let emails: Vec<String> = (0..MEMBERS).map(email).collect();
    let row: AppResult<MessageRow> = state
        .db
        .within(first(state).await, async move |conn| {
            let cohort = uuid::Uuid::now_v7();
            statement(
                "insert into cohorts (cohort_id, course_id, title, start_date)
                 select $1, course_id, 'Bench ' || $1, current_date - 7 from courses where slug = $2",
            )
            .bind::<diesel::sql_types::Uuid, _>(cohort)
            .bind::<diesel::sql_types::Text, _>(COURSE)
            .execute(conn)
            .await?;
            statement("insert into cohort_members (cohort_id, email) select $1, unnest($2)")
                .bind::<diesel::sql_types::Uuid, _>(cohort)
                .bind::<diesel::sql_types::Array<diesel::sql_types::Text>, _>(emails)
                .execute(conn)
                .await?;
            Ok(statement(
                "with answers as (
                     insert into cold_call_messages
                         (message_id, prompt_id, cohort_id, user_id, is_tutor, root_id, body, body_html)
                     select id, p.prompt_id, $1, m.user_id, false, id, 'It is fun.', '<p>It is fun.</p>'
                     from (select gen_random_uuid() as id, user_id from cohort_members where cohort_id = $1) m
                     join courses c on c.slug = $2
                     join cold_call_prompts p on p.course_id = c.course_id
                     returning message_id)
                 select message_id from answers limit 1",
            )
            .bind::<diesel::sql_types::Uuid, _>(cohort)
            .bind::<diesel::sql_types::Text, _>(COURSE)
            .get_result(conn)
            .await?)
        })
        .await;
    row.expect("an answer").message_id
}
