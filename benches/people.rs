//! Measures the list of people of a large school, through HTTP as an admin reads it.
//!
//! The goal: with 100,000 people each view of the list takes at most 100 ms at the 95th percentile,
//! one request at a time. The table also shows the same list with a hundredth of the people, which
//! tells what the number of people costs.
//!
//! `DATABASE_URL=… cargo bench --features ssr --bench people`, with `--people` for another number.
//! The database is filled with people. In one that has some already, the first column says little.

mod common;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use clap::Parser;
use diesel_async::RunQueryDsl;

use common::{Client, PASSWORD, email, first, listen, sign_in};
use lyceum::platform::auth::store::{self, NewAccount};
use lyceum::platform::auth::{UserRole, password};
use lyceum::platform::config::Config;
use lyceum::platform::db::statement;
use lyceum::platform::error::AppResult;
use lyceum::platform::http::AppState;
use lyceum::server;

const GOAL_MS: f64 = 100.0;
const WARM_UP: usize = 10;
const ROUNDS: usize = 200;

#[derive(Parser)]
struct Options {
    #[command(flatten)]
    config: Config,
    #[arg(long, default_value_t = 100_000)]
    people: usize,
    /// Passed by cargo; ignored.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() {
    let options = Options::parse();
    let owner = options.config.database.owner_url.clone();
    let owner = owner.expect("DATABASE_URL, the address as the owner");
    let (state, _data) = common::state(options.config).await;
    admin(&state).await;
    let site = listen(server::router(state.clone())).await;
    let cookie = sign_in(site, 0).await;
    let mut columns = Vec::new();
    for people in [options.people / 100, options.people] {
        fill(&state, people).await;
        // Autovacuum does this within a minute.
        execute(&owner, "vacuum analyze users").await;
        columns.push(measured(&state, site, &cookie, people).await);
    }
    println!(
        "ms at the 95th percentile with {} and with {} people:",
        options.people / 100,
        options.people
    );
    let mut is_met = true;
    let [few, many] = &columns[..] else { return };
    for ((name, few), (_, many)) in few.iter().zip(many) {
        is_met &= *many <= GOAL_MS;
        println!("{name:32} {few:8.1} {many:8.1}");
    }
    let verdict = if is_met { "goal met" } else { "goal NOT met" };
    println!("at most {GOAL_MS} ms: {verdict}");
}

/// Makes the admin, or gives the password of benchmarks to the one who is there.
async fn admin(state: &AppState) {
    let hash = password::hash(PASSWORD).await.expect("a hash");
    let address = email(0);
    let made = state.db.within(first(state).await, async move |conn| {
        let new = NewAccount {
            email: &address,
            display_name: "Bench",
            password_hash: &hash,
            role: UserRole::Admin,
            confirmed: true,
        };
        store::create(conn, new).await?;
        let known = store::by_email(conn, &address).await?;
        let user = known.expect("the account").user_id;
        store::set_password(conn, user, &hash).await?;
        store::set_role(conn, user, UserRole::Admin).await?;
        AppResult::Ok(())
    });
    made.await.expect("an admin");
}

/// Adds people up to the number: one of a hundred is a tutor, and one of a thousand each is
/// deactivated or was never confirmed. Names come from lists, as those of a school do.
async fn fill(state: &AppState, people: usize) {
    for from in (1..=people).step_by(10_000) {
        add(state, from, (from + 9_999).min(people)).await;
    }
}

async fn add(state: &AppState, from: usize, to: usize) {
    let added = state.db.within(first(state).await, async move |conn| {
        statement(format!(
            "insert into users (email, display_name, username, role, is_active, email_confirmed_at)
             select 'person-' || n || '@many.example',
                    (array['Asha', 'Bo', 'Chen', 'Dara', 'Elif', 'Farid', 'Grace', 'Hanna', 'Inés', 'João'])[1 + n % 10]
                        || ' ' || (array['Okafor', 'Nowak', 'Lindqvist', 'Rao', 'Tanaka', 'Vogt', 'Å'])[1 + n / 10 % 7]
                        || ' ' || n,
                    'person-' || n, case n % 100 when 0 then 'tutor' else 'learner' end::user_role,
                    n % 1000 <> 7, case when n % 1000 <> 8 then now() end
             from generate_series({from}, {to}) as x (n)
             on conflict do nothing"
        ))
        .execute(conn)
        .await?;
        AppResult::Ok(())
    });
    added.await.expect("people");
}

async fn execute(url: &str, sql: &str) {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
        .await
        .expect("the database");
    tokio::spawn(connection);
    client.batch_execute(sql).await.expect("a statement");
}

#[derive(diesel::QueryableByName)]
struct MiddleRow {
    #[diesel(sql_type = diesel::sql_types::Text)]
    id: String,
}

/// Measures each view of the list. Returns its name and the 95th percentile in milliseconds.
async fn measured(
    state: &AppState,
    site: SocketAddr,
    cookie: &str,
    people: usize,
) -> Vec<(&'static str, f64)> {
    let middle = format!("person-{}@many.example", people / 2);
    let middle: MiddleRow = state
        .db
        .within(first(state).await, async move |conn| {
            let row = statement("select user_id::text as id from users where email = $1")
                .bind::<diesel::sql_types::Text, _>(middle)
                .get_result(conn)
                .await?;
            AppResult::Ok(row)
        })
        .await
        .expect("a person in the middle");
    let mut client = Client::new(site).await;
    let mut columns = Vec::new();
    for (name, query) in [
        ("first page", String::new()),
        (
            "after a person in the middle",
            format!("after={}", middle.id),
        ),
        (
            "before a person in the middle",
            format!("before={}", middle.id),
        ),
        ("name that many have", "q=lindqvist".to_owned()),
        ("address of one", format!("q=person-{}%40", people - 1)),
        ("nobody", "q=nobody+at+all".to_owned()),
        ("tutors", "role=tutor".to_owned()),
        ("unconfirmed", "state=unconfirmed".to_owned()),
        (
            "deactivated learners",
            "role=learner&state=deactivated".to_owned(),
        ),
    ] {
        let path = format!("/admin/people?{query}");
        let mut times = Vec::with_capacity(ROUNDS);
        for round in 0..WARM_UP + ROUNDS {
            let start = Instant::now();
            client.get(&path, Some(cookie)).await;
            if round >= WARM_UP {
                times.push(start.elapsed());
            }
        }
        columns.push((name, p95_ms(times)));
    }
    columns
}

fn p95_ms(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    let p95 = times.get(times.len() * 95 / 100);
    p95.copied().unwrap_or_default().as_secs_f64() * 1000.0
}
