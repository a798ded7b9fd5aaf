//! Measures the answers of the tutor without a model, which are quotations of the course.
//!
//! The questions are in `benches/answers`, one file for each course. They are for measuring only:
//! nothing is tuned to single questions. Each is asked by a learner to whom all topics are open.
//! The goal for refusals is F1 of 0.9; nothing unsupported, leaked or injected is allowed.
//!
//! `DATABASE_URL=… cargo bench --features ssr --bench answers -- path/to/course QUESTIONS.toml`,
//! with `--wrong` to list the questions that went wrong. The database is filled with the course.

mod common;

use std::collections::HashMap;
use std::path::PathBuf;

use clap::Parser;
use diesel_async::RunQueryDsl;
use serde::Deserialize;

use common::first;
use lyceum::course::server::index::index_course;
use lyceum::platform::config::Config;
use lyceum::platform::db::{Conn, statement};
use lyceum::platform::error::AppResult;
use lyceum::platform::ids::{CourseId, TopicId};
use lyceum::tutor_chat::server::answer::{Quotation, TutorAnswer};
use lyceum::tutor_chat::server::consider::{AskPlace, consider};

#[derive(Parser)]
struct Options {
    #[command(flatten)]
    config: Config,
    /// The folder of a course or book.
    course: PathBuf,
    /// The file with the questions.
    questions: PathBuf,
    /// List the questions that went wrong.
    #[arg(long)]
    wrong: bool,
    /// Passed by cargo; ignored.
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum QuestionKind {
    /// The course answers it.
    Answer,
    /// The course does not say.
    Unknown,
    /// Its premise differs from the course by a number, a name or a negation.
    NearMiss,
    /// Contains instructions.
    Injection,
    /// Nearly a question of the course's quizzes.
    Own,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerQuestion {
    text: String,
    kind: QuestionKind,
    /// Slug of the topic that answers.
    #[serde(default)]
    topic: String,
    /// Parts of sentences, one of which an answer must quote.
    #[serde(default)]
    gold: Vec<String>,
}

#[derive(Deserialize)]
struct AnswerQuestions {
    question: Vec<AnswerQuestion>,
}

#[derive(diesel::QueryableByName)]
struct OpenTopicRow {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    topic_id: TopicId,
}

#[derive(diesel::QueryableByName)]
struct ChunkTextRow {
    #[diesel(sql_type = diesel::sql_types::Text)]
    chunk_id: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    content: String,
}

/// A question with its answer.
struct Answered {
    question: AnswerQuestion,
    answer: TutorAnswer,
    /// Quotations that do not stand in their chunk.
    unsupported: usize,
}

impl Answered {
    fn is_kind(&self, kind: QuestionKind) -> bool {
        self.question.kind == kind
    }

    fn is_refused(&self) -> bool {
        matches!(self.answer, TutorAnswer::Unknown(_))
    }

    fn must_be_refused(&self) -> bool {
        self.is_kind(QuestionKind::Unknown) || self.is_kind(QuestionKind::NearMiss)
    }

    fn quotations(&self) -> &[Quotation] {
        match &self.answer {
            TutorAnswer::Quotations(quotations) => quotations,
            TutorAnswer::Hint(_) | TutorAnswer::Unknown(_) => &[],
        }
    }

    fn is_gold(&self, quotation: &Quotation) -> bool {
        let gold = &self.question.gold;
        gold.iter().any(|part| quotation.text.contains(part))
    }

    fn has_gold(&self) -> bool {
        self.quotations().iter().any(|one| self.is_gold(one))
    }

    fn has_topic(&self) -> bool {
        let mut quotations = self.quotations().iter();
        quotations.any(|one| one.source.topic_slug == self.question.topic)
    }

    fn is_wrong(&self) -> bool {
        let is_wrong = match self.question.kind {
            QuestionKind::Answer => !self.has_gold(),
            QuestionKind::Unknown | QuestionKind::NearMiss => !self.is_refused(),
            QuestionKind::Injection => false,
            QuestionKind::Own => !self.quotations().is_empty(),
        };
        is_wrong || self.unsupported > 0
    }
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
    let text = std::fs::read_to_string(&options.questions).expect("the file of questions");
    let questions: AnswerQuestions = toml::from_str(&text).expect("questions");
    let (state, _data) = common::state(options.config).await;
    let organization = first(&state).await;
    let course = common::imported(&state, &options.course).await;
    index_course(&state.db, organization, course)
        .await
        .expect("an index");
    let answered = state
        .db
        .within(organization, async move |conn| {
            ask_all(conn, course, questions.question).await
        })
        .await
        .expect("answers");
    print_figures(&answered);
    if options.wrong {
        print_wrong(&answered);
    }
}

async fn ask_all(
    conn: &mut Conn,
    course: CourseId,
    questions: Vec<AnswerQuestion>,
) -> AppResult<Vec<Answered>> {
    let topics: Vec<OpenTopicRow> =
        statement("select topic_id from topics where course_id = $1 and retired_at is null")
            .bind::<diesel::sql_types::Uuid, _>(course)
            .load(conn)
            .await?;
    let chunks: Vec<ChunkTextRow> =
        statement("select chunk_id, content from course_chunks where course_id = $1")
            .bind::<diesel::sql_types::Uuid, _>(course)
            .load(conn)
            .await?;
    let chunks: HashMap<String, String> = chunks
        .into_iter()
        .map(|chunk| (chunk.chunk_id, chunk.content))
        .collect();
    let place = AskPlace {
        course,
        // No topic's passages count more.
        topic: TopicId(uuid::Uuid::nil()),
        module_no: 1,
        open: topics.into_iter().map(|topic| topic.topic_id).collect(),
    };
    let mut answered = Vec::new();
    for question in questions {
        let found = consider(conn, &place, &question.text, None).await?;
        let mut one = Answered {
            question,
            answer: found.answer,
            unsupported: 0,
        };
        let is_literal = |quotation: &&Quotation| {
            let chunk = chunks.get(&quotation.chunk_id);
            chunk.is_some_and(|text| text.contains(&quotation.text))
        };
        let literal = one.quotations().iter().filter(is_literal).count();
        one.unsupported = one.quotations().len() - literal;
        answered.push(one);
    }
    Ok(answered)
}

fn share(part: usize, all: usize) -> f64 {
    part as f64 / all.max(1) as f64
}

fn print_figures(answered: &[Answered]) {
    let count =
        |holds: &dyn Fn(&Answered) -> bool| answered.iter().filter(|one| holds(one)).count();
    let of_kind = |kind: QuestionKind| count(&|one| one.is_kind(kind));
    println!(
        "{} questions: {} answer, {} unknown, {} near miss, {} injection, {} own",
        answered.len(),
        of_kind(QuestionKind::Answer),
        of_kind(QuestionKind::Unknown),
        of_kind(QuestionKind::NearMiss),
        of_kind(QuestionKind::Injection),
        of_kind(QuestionKind::Own),
    );
    print_citations(answered);
    let right = count(&|one| one.is_refused() && one.must_be_refused());
    let refused = count(&|one| {
        one.is_refused() && (one.must_be_refused() || one.is_kind(QuestionKind::Answer))
    });
    let to_refuse = count(&Answered::must_be_refused);
    let (precision, recall) = (share(right, refused), share(right, to_refuse));
    // The harmonic mean of precision and recall.
    let f1 = share(2 * right, refused + to_refuse);
    println!("refusals: precision {precision:.3}, recall {recall:.3}, F1 {f1:.3} (goal 0.9)");
    let missed = |kind| count(&|one| one.is_kind(kind) && !one.is_refused());
    println!(
        "answered all the same: {} unknown, {} near miss",
        missed(QuestionKind::Unknown),
        missed(QuestionKind::NearMiss)
    );
    println!(
        "injections that changed an answer: {} (goal 0)",
        count(&|one| one.is_kind(QuestionKind::Injection) && one.unsupported > 0)
    );
    println!(
        "own questions with more than a hint: {} (goal 0)",
        count(&|one| one.is_kind(QuestionKind::Own) && !one.quotations().is_empty())
    );
    let unsupported: usize = answered.iter().map(|one| one.unsupported).sum();
    println!("quotations that the course does not have: {unsupported} (goal 0)");
}

fn print_citations(answered: &[Answered]) {
    let asked: Vec<&Answered> = answered
        .iter()
        .filter(|one| one.is_kind(QuestionKind::Answer))
        .collect();
    let quoted: Vec<&&Answered> = asked
        .iter()
        .filter(|one| !one.quotations().is_empty())
        .collect();
    let gold = asked.iter().filter(|one| one.has_gold()).count();
    let topic = asked.iter().filter(|one| one.has_topic()).count();
    let is_first_gold = |one: &&&&Answered| {
        let first = one.quotations().first();
        first.is_some_and(|quotation| one.is_gold(quotation))
    };
    let first_gold = quoted.iter().filter(is_first_gold).count();
    let quotations: usize = quoted.iter().map(|one| one.quotations().len()).sum();
    let gold_quotations: usize = quoted
        .iter()
        .map(|one| {
            let quotations = one.quotations().iter();
            quotations
                .filter(|quotation| one.is_gold(quotation))
                .count()
        })
        .sum();
    println!(
        "citations: recall {:.3}, from the right topic {:.3}, of {} questions",
        share(gold, asked.len()),
        share(topic, asked.len()),
        asked.len()
    );
    println!(
        "           precision of the first {:.3}, of all {:.3}, of {} answers",
        share(first_gold, quoted.len()),
        share(gold_quotations, quotations),
        quoted.len()
    );
}

fn print_wrong(answered: &[Answered]) {
    for one in answered.iter().filter(|one| one.is_wrong()) {
        println!("\n{:?}: {}", one.question.kind, one.question.text);
        match &one.answer {
            TutorAnswer::Unknown(_) => println!("  refused"),
            TutorAnswer::Hint(place) => println!("  hint: {}", place.topic_title),
            TutorAnswer::Quotations(quotations) => {
                for quotation in quotations {
                    println!("  [{}] {}", quotation.source.topic_slug, quotation.text);
                }
            }
        }
    }
}
