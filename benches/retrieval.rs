//! Measures how well the index finds the passages that answer a question: the share of questions
//! whose page is among the first 1, 5 and 10 distinct pages (recall), and the mean of 1 / rank of
//! that page (MRR), for rankings by words, by meaning and by both.
//!
//! The questions are the prompts of a book's quizzes with the programs that they show. The page
//! that is right is the one that holds the quiz. They are for measuring only: nothing is tuned to
//! single questions. The goal for the Rust book is recall@5 of 0.73 and MRR of 0.58; the floor is
//! hashed features with recall@5 of 0.613, which were measured on chunks of the same length.
//!
//! `DATABASE_URL=… cargo bench --features ssr --bench retrieval -- path/to/book`. The database is
//! filled with the book.

mod common;

use std::path::PathBuf;
use std::time::Instant;

use clap::Parser;
use diesel_async::RunQueryDsl;

use common::first;
use lyceum::course::server::index::{PassageRanking, PassageSearch, index_course, search_passages};
use lyceum::platform::config::Config;
use lyceum::platform::db::{Conn, statement};
use lyceum::platform::error::AppResult;
use lyceum::platform::ids::CourseId;

/// Passages that are read to find ten distinct pages.
const PASSAGES: usize = 100;

#[derive(Parser)]
struct Options {
    #[command(flatten)]
    config: Config,
    /// The folder of a book.
    book: PathBuf,
    /// Passed by cargo; ignored.
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(diesel::QueryableByName)]
struct QuestionRow {
    #[diesel(sql_type = diesel::sql_types::Text)]
    prompt: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    slug: String,
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
    let organization = first(&state).await;
    let course = common::imported(&state, &options.book).await;
    let started = Instant::now();
    let summary = index_course(&state.db, organization, course)
        .await
        .expect("an index");
    println!(
        "{} passages of {} pages, indexed in {:.1} s",
        summary.chunks,
        summary.topics,
        started.elapsed().as_secs_f64()
    );
    let measured = state
        .db
        .within(organization, async move |conn| measure(conn, course).await)
        .await;
    measured.expect("a measurement");
}

async fn measure(conn: &mut Conn, course: CourseId) -> AppResult<()> {
    let questions: Vec<QuestionRow> = statement(
        "select concat_ws(chr(10), q.prompt, q.payload ->> 'program') as prompt, t.slug
         from quiz_questions q join topics t on t.topic_id = q.topic_id
         where q.course_id = $1 and q.retired_at is null order by q.question_id",
    )
    .bind::<diesel::sql_types::Uuid, _>(course)
    .load(conn)
    .await?;
    println!("{} questions", questions.len());
    println!("ranking   recall@1  recall@5  recall@10  MRR     ms each");
    for (name, ranking) in [
        ("words", PassageRanking::Words),
        ("meaning", PassageRanking::Meaning),
        ("both", PassageRanking::Fused),
    ] {
        let started = Instant::now();
        let mut ranks = Vec::new();
        for asked in &questions {
            let search = PassageSearch {
                question: &asked.prompt,
                limit: PASSAGES,
                open_topics: None,
                ranking,
            };
            let mut pages: Vec<String> = Vec::new();
            for passage in search_passages(conn, course, search).await? {
                if !pages.contains(&passage.topic_slug) {
                    pages.push(passage.topic_slug);
                }
            }
            ranks.push(pages.iter().position(|page| *page == asked.slug));
        }
        let count = questions.len().max(1) as f64;
        let recall = |most: usize| {
            let found = ranks.iter().flatten().filter(|rank| **rank < most).count();
            found as f64 / count
        };
        let mrr: f64 = ranks
            .iter()
            .flatten()
            .map(|rank| 1.0 / (*rank + 1) as f64)
            .sum();
        println!(
            "{name:<8}  {:.3}     {:.3}     {:.3}      {:.3}   {:.1}",
            recall(1),
            recall(5),
            recall(10),
            mrr / count,
            started.elapsed().as_secs_f64() * 1000.0 / count
        );
    }
    Ok(())
}
