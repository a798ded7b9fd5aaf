//! Compares quizzes over HTTP with the same statements in plain SQL. Goal: at least half of the
//! plain throughput.
//!
//! First, 64 learners at once each start a quiz of five questions, save five answers and hand it
//! in. They send what a hydrated page sends. Then as many others do the same through pgbench
//! (`attempts.sql`). Both run the same number of quizzes for each learner, in one run on one
//! machine.
//!
//! `DATABASE_URL=… cargo bench --features ssr --bench attempts -- --pgbench path/to/pgbench`. The
//! database is filled with test data.

mod common;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use clap::Parser;
use diesel_async::RunQueryDsl;

use common::{CONNECTIONS, Client, first, listen, sign_in};
use lyceum::import;
use lyceum::platform::config::Config;
use lyceum::platform::error::AppResult;
use lyceum::platform::http::AppState;
use lyceum::platform::ids::OrganizationId;
use lyceum::server;

/// Number of quizzes that each learner takes.
const ROUNDS: usize = 20;
const QUESTIONS: usize = 5;
const COURSE: &str = "bench-quiz";

#[derive(Parser)]
struct Options {
    #[command(flatten)]
    config: Config,
    #[arg(long, default_value = "pgbench")]
    pgbench: PathBuf,
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
    let url = options.config.database.owner_url.clone();
    let url = url.expect("DATABASE_URL, the address as the owner");
    let (state, _data) = common::state(options.config).await;
    fill(&state).await;
    // The first half of the learners use the site; the second half use pgbench.
    common::learners(&state, COURSE, 2 * CONNECTIONS).await;

    let site = listen(server::router(state.clone())).await;
    let mut cookies = Vec::new();
    for learner in 0..CONNECTIONS {
        cookies.push(sign_in(site, learner).await);
    }
    let before = state.db.statements();
    let started = Instant::now();
    let learners: Vec<_> = cookies
        .into_iter()
        .enumerate()
        .map(|(n, cookie)| tokio::spawn(learner(state.clone(), site, n, cookie)))
        .collect();
    let mut times = [const { Vec::new() }; 3];
    for learner in learners {
        for (all, own) in times.iter_mut().zip(learner.await.expect("a learner")) {
            all.extend(own);
        }
    }
    let elapsed = started.elapsed();
    let quizzes = CONNECTIONS * ROUNDS;
    let ours = quizzes as f64 / elapsed.as_secs_f64();
    // Subtracts the statements of `running`, which are the benchmark's own.
    let asked = (state.db.statements() - before) as f64 / quizzes as f64 - 3.0;
    println!("{CONNECTIONS} learners, {ROUNDS} quizzes each, of {QUESTIONS} questions");
    for ((name, count), times) in [("start", 1), ("save", QUESTIONS), ("submit", 1)]
        .into_iter()
        .zip(times)
    {
        let mean: Duration = times.iter().sum::<Duration>() / times.len() as u32;
        println!(
            "{name:<8}{:>8.0} /s   mean {:>6.1} ms   p99 {:>6.1} ms",
            ours * count as f64,
            mean.as_secs_f64() * 1000.0,
            common::p99_ms(times)
        );
    }
    let organization = first(&state).await;
    let floor = pgbench(&options.pgbench, &url, organization);
    println!(
        "{ours:.1} quizzes /s with {asked:.1} statements each; pgbench {floor:.1} /s with {}; ratio {:.2} (goal 0.50)",
        statements(),
        ours / floor
    );
}

/// Takes quizzes as one learner. Returns the durations of starts, saves and submits.
async fn learner(
    state: AppState,
    site: SocketAddr,
    n: usize,
    cookie: String,
) -> [Vec<Duration>; 3] {
    let mut client = Client::new(site).await;
    let cookie = Some(cookie.as_str());
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..ROUNDS {
        let asked = Instant::now();
        let quiz = format!("course={COURSE}&module_no=1&pair=1");
        client.post("quiz/api/start_quiz", cookie, &quiz).await;
        times[0].push(asked.elapsed());
        let attempt = running(&state, n).await;
        for question in 0..QUESTIONS {
            let asked = Instant::now();
            let answer = format!("attempt={attempt}&question={question}&given%5Btext%5D=4");
            client.post("quiz/api/save_answer", cookie, &answer).await;
            times[1].push(asked.elapsed());
        }
        let asked = Instant::now();
        let attempt = format!("attempt={attempt}");
        client.post("quiz/api/submit_quiz", cookie, &attempt).await;
        times[2].push(asked.elapsed());
    }
    times
}

#[derive(diesel::QueryableByName)]
struct AttemptRow {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    attempt_id: uuid::Uuid,
}

/// Reads the id of the running attempt from the database. A browser reads it from the page, which
/// is not measured here.
async fn running(state: &AppState, learner: usize) -> uuid::Uuid {
    let organization = first(state).await;
    let row: AppResult<AttemptRow> = state
        .db
        .within(organization, async move |conn| {
            Ok(lyceum::platform::db::statement(
                "select a.attempt_id from quiz_attempts a join users u on u.user_id = a.user_id
                 where a.status = 'in_progress' and u.email = $1",
            )
            .bind::<diesel::sql_types::Text, _>(common::email(learner))
            .get_result(conn)
            .await?)
        })
        .await;
    row.expect("an attempt").attempt_id
}

/// Imports a course of one topic with forty questions that have the same answer.
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
            "slug = \"{COURSE}\"\ntitle = \"A bench\"\nsummary = \"For a benchmark.\"\nlanguage = \"en\"\nlevel = \"beginner\"\n\n\
             [settings]\nquestions_per_attempt = {QUESTIONS}\n\n[[module]]\ntitle = \"Only one\"\nfolder = \"one\"\n"
        ),
    );
    write(
        "one/01-sums.md",
        "+++\ntitle = \"Sums\"\n+++\n\nTwo and two.\n",
    );
    let questions: String = (0..40)
        .map(|n| {
            format!(
                "[[question]]\nkey = \"sum-{n}\"\ntype = \"short-answer\"\nprompt = \"In the {n}th place, what are two and two?\"\n\
                 answers = [\"4\", \"four\"]\nexplanation = \"One counts them.\"\n\n"
            )
        })
        .collect();
    write("one/01-sums.quiz.toml", &questions);
    let (draft, _) = import::read(folder.path(), false).expect("a course in order");
    import::import(&state.db, &state.files, first(state).await, draft)
        .await
        .expect("an import");
}

/// Returns quizzes per second of the second half of the learners. Row-level security applies, as
/// it does to the site.
fn pgbench(program: &Path, url: &str, organization: OrganizationId) -> f64 {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/attempts.sql");
    let output = Command::new(program)
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=2"])
        .arg(format!("--client={CONNECTIONS}"))
        .arg(format!("--transactions={ROUNDS}"))
        .arg(format!("--define=first={CONNECTIONS}"))
        .arg(format!("--define=organization={organization}"))
        .arg("--file")
        .arg(script)
        .arg(url)
        .env("PGOPTIONS", "-c role=lyceum_app")
        .output()
        .expect("pgbench");
    let said = String::from_utf8_lossy(&output.stdout);
    said.lines()
        .find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok())
        .unwrap_or_else(|| panic!("{said}{}", String::from_utf8_lossy(&output.stderr)))
}

/// Returns the number of statements of the script, which takes one quiz.
fn statements() -> usize {
    include_str!("attempts.sql")
        .lines()
        .filter(|line| line.ends_with(';') || line.ends_with("\\gset"))
        .count()
}
