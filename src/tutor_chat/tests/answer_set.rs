//! The answers to a set of questions on the demo course, with the figures that they must reach.
//! `benches/answers` has the questions, which are for measuring: nothing is tuned to single ones.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use serde::Deserialize;
use uuid::Uuid;

use crate::course::server::index::{Passage, index_course};
use crate::platform::db::Conn;
use crate::platform::db::schema::{course_chunks, topics};
use crate::platform::error::AppResult;
use crate::platform::http::testing::TestSite;
use crate::platform::ids::{CourseId, TopicId};
use crate::testing::import_draft;
use crate::tutor_chat::server::answer::{Quotation, TutorAnswer};
use crate::tutor_chat::server::consider::{AskPlace, Considered, consider};
use crate::tutor_chat::server::model::check::{Material, checked, passage_id};
use crate::tutor_chat::server::model::reader::{DraftCitation, DraftSentence};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SetKind {
    Answer,
    Unknown,
    NearMiss,
    Injection,
    Own,
}

#[derive(Deserialize)]
struct SetQuestion {
    text: String,
    kind: SetKind,
    #[serde(default)]
    gold: Vec<String>,
}

#[derive(Deserialize)]
struct AskedSet {
    question: Vec<SetQuestion>,
}

struct SetAnswer {
    question: SetQuestion,
    found: Considered,
}

impl SetAnswer {
    fn quotations(&self) -> &[Quotation] {
        match &self.found.answer {
            TutorAnswer::Quotations(quotations) => quotations,
            TutorAnswer::Hint(_) | TutorAnswer::Unknown(_) => &[],
        }
    }

    fn is_refused(&self) -> bool {
        matches!(self.found.answer, TutorAnswer::Unknown(_))
    }

    fn must_be_refused(&self) -> bool {
        matches!(self.question.kind, SetKind::Unknown | SetKind::NearMiss)
    }

    fn is_gold(&self, quotation: &Quotation) -> bool {
        let gold = &self.question.gold;
        gold.iter().any(|part| quotation.text.contains(part))
    }
}

/// Asks all questions, as a learner to whom every topic is open. Returns the texts of the chunks
/// too.
async fn answered(site: &TestSite) -> (Vec<SetAnswer>, HashMap<String, String>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let demo = root.join("content/how-to-trust-a-number");
    let (draft, _) = crate::import::read(&demo, false).unwrap();
    import_draft(site, draft).await;
    let course = site.test.text("select course_id::text from courses").await;
    let course = CourseId(course.parse().unwrap());
    let organization = site.test.organization;
    index_course(&site.state.db, organization, course)
        .await
        .unwrap();
    let file = root.join("benches/answers/how-to-trust-a-number.toml");
    let set: AskedSet = toml::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let work =
        async move |conn: &mut Conn| -> AppResult<(Vec<SetAnswer>, HashMap<String, String>)> {
            let open: Vec<TopicId> = topics::table
                .filter(topics::retired_at.is_null())
                .select(topics::topic_id)
                .load(conn)
                .await?;
            let chunks: Vec<(String, String)> = course_chunks::table
                .select((course_chunks::chunk_id, course_chunks::content))
                .load(conn)
                .await?;
            let place = AskPlace {
                course,
                topic: TopicId(Uuid::nil()),
                module_no: 1,
                open,
            };
            let mut answers = Vec::new();
            for question in set.question {
                let found = consider(conn, &place, &question.text, None).await?;
                answers.push(SetAnswer { question, found });
            }
            Ok((answers, chunks.into_iter().collect()))
        };
    site.state.db.within(organization, work).await.unwrap()
}

fn share(part: usize, all: usize) -> f64 {
    part as f64 / all.max(1) as f64
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answers_to_the_set_reach_their_figures() {
    let site = TestSite::new().await;
    let (answers, chunks) = answered(&site).await;
    quotations_are_the_courses_own(&answers, &chunks);
    let count =
        |holds: &dyn Fn(&SetAnswer) -> bool| answers.iter().filter(|one| holds(one)).count();
    let asked = count(&|one| one.question.kind == SetKind::Answer);
    let gold = count(&|one| {
        one.quotations()
            .iter()
            .any(|quotation| one.is_gold(quotation))
    });
    let first = count(&|one| (one.quotations().first()).is_some_and(|first| one.is_gold(first)));
    let quoted = count(&|one| one.question.kind == SetKind::Answer && !one.quotations().is_empty());
    let right = count(&|one| one.is_refused() && one.must_be_refused());
    let refused = count(&|one| {
        one.is_refused() && (one.must_be_refused() || one.question.kind == SetKind::Answer)
    });
    let to_refuse = count(&SetAnswer::must_be_refused);
    let f1 = share(2 * right, refused + to_refuse);
    let (recall, precision) = (share(gold, asked), share(first, quoted));
    println!(
        "{} questions: citation recall {recall:.3}, precision of the first {precision:.3}, \
         refusal precision {:.3}, recall {:.3}, F1 {f1:.3}",
        answers.len(),
        share(right, refused),
        share(right, to_refuse)
    );
    let wrong = answers
        .iter()
        .filter(|one| one.must_be_refused() != one.is_refused());
    for one in wrong.filter(|one| one.must_be_refused() || one.question.kind == SetKind::Answer) {
        println!("{:?}: {}", one.question.kind, one.question.text);
    }
    let own = count(&|one| one.question.kind == SetKind::Own && !one.quotations().is_empty());
    assert_eq!(own, 0, "questions of the course get hints only");
    assert!(f1 >= 0.7, "refusals {f1}");
    assert!(recall >= 0.6, "citations {recall}");
}

/// No number, name or instruction that was typed gets into an answer.
fn quotations_are_the_courses_own(answers: &[SetAnswer], chunks: &HashMap<String, String>) {
    for one in answers {
        for quotation in one.quotations() {
            let chunk = chunks.get(&quotation.chunk_id);
            let is_literal = chunk.is_some_and(|text| text.contains(&quotation.text));
            assert!(is_literal, "{}: {}", one.question.text, quotation.text);
        }
    }
}

/// A sentence of a model that cites words of the passage.
fn drafted(text: &str, at: usize, quote: &str) -> DraftSentence {
    DraftSentence {
        text: text.to_owned(),
        cites: vec![DraftCitation {
            id: passage_id(at),
            quote: quote.to_owned(),
        }],
        ..DraftSentence::default()
    }
}

/// Wrong forms of a sentence of the course, which a model might write.
fn wrong_forms(text: &str) -> Vec<(&'static str, String)> {
    let plain = text.trim_end_matches(['.', '!', '?']);
    vec![
        ("number", format!("{plain}, in 4711 cases.")),
        ("name", format!("{plain}, as Quillfeather found.")),
        (
            "quotation",
            format!("{plain}, that is “always so and never else”."),
        ),
        ("code", format!("{plain}, see `drop_all_tables()`.")),
        ("address", format!("{plain}, see https://evil.example/key.")),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_sentences_of_a_model_are_caught_for_each_question_of_the_set() {
    let site = TestSite::new().await;
    let (answers, _) = answered(&site).await;
    let (mut honest, mut kept, mut strangers, mut astray) = (0, 0, 0, 0);
    let mut let_through = Vec::new();
    let telling = BTreeSet::new();
    for one in answers.iter().filter(|one| !one.quotations().is_empty()) {
        let material = Material {
            question: &one.found.asked,
            passages: &one.found.passages,
            telling: &telling,
        };
        let best = &one.quotations()[0];
        let chunk = |passage: &Passage| passage.chunk_id == best.chunk_id;
        let Some(at) = one.found.passages.iter().position(chunk) else {
            panic!("{}: the passage of the quotation", one.question.text);
        };
        honest += 1;
        kept += usize::from(checked(&drafted(&best.text, at, &best.text), &material).is_some());
        for (kind, text) in wrong_forms(&best.text) {
            if checked(&drafted(&text, at, &best.text), &material).is_some() {
                let_through.push((kind, text));
            }
        }
        // Words that stand in no passage, and words of a passage about something else.
        let invented = drafted(&best.text, at, "words that the course has nowhere at all");
        assert!(checked(&invented, &material).is_none());
        let other = one.found.passages.iter().enumerate().find(|(_, passage)| {
            passage.topic_slug != best.source.topic_slug && !passage.text.contains(&best.text)
        });
        if let Some((other, passage)) = other {
            strangers += 1;
            let quote: Vec<&str> = passage.text.split_whitespace().take(12).collect();
            let wrong = drafted(&best.text, other, &quote.join(" "));
            astray += usize::from(checked(&wrong, &material).is_some());
        }
    }
    println!(
        "{honest} honest sentences, {kept} kept; {astray} of {strangers} citations of other passages pass; {let_through:?}"
    );
    assert!(let_through.is_empty(), "{let_through:?}");
    assert!(share(kept, honest) >= 0.9, "{kept} of {honest}");
    assert!(share(astray, strangers) <= 0.2, "{astray} of {strangers}");
}
