//! Tests that every question of whole courses can be answered, wrongly and rightly.

use crate::course::server::draft::CourseDraft;
use crate::import;
use crate::platform::auth::UserRole;
use crate::testing::site::TestSite;
use crate::testing::{attempt, enroll, give, import_draft, shared};

/// Imports a course and answers every question, first wrongly and then rightly. Returns the number
/// of right answers.
async fn answer_everything(site: &TestSite, mut draft: CourseDraft) -> usize {
    // Removes the cooldown and asks all questions in one attempt, because this test is only about
    // whether each question can be answered.
    draft.settings.questions_per_attempt = 20;
    draft.settings.cooldown_days = 0;
    let slug = draft.slug.clone();
    import_draft(site, draft).await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    enroll(&mut asha, &slug).await;
    #[derive(diesel::QueryableByName)]
    struct Quiz {
        #[diesel(sql_type = diesel::sql_types::Int4)]
        module_no: i32,
        #[diesel(sql_type = diesel::sql_types::Int4)]
        pair: i32,
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        questions: i64,
    }
    let quizzes: Vec<Quiz> = diesel_async::RunQueryDsl::load(
        diesel::sql_query(
            "select module_no, topic_pair_index as pair, count(*) as questions from quiz_questions
             where topic_pair_index is not null and purpose <> 'exam' and retired_at is null group by 1, 2 order by 1, 2",
        ),
        &mut site.test.owner().await,
    )
    .await
    .unwrap();
    let mut answered = 0;
    for quiz in &quizzes {
        assert!(quiz.questions <= 20, "one attempt asks them all");
        let (module_no, pair) = (quiz.module_no.to_string(), quiz.pair.to_string());
        for right in [false, true] {
            let fields = [
                ("course", slug.as_str()),
                ("module_no", module_no.as_str()),
                ("pair", pair.as_str()),
            ];
            let started = asha.post("quiz/api/start_quiz", &fields).await;
            started.assert_ok();
            let (id, questions) = attempt(site).await;
            assert_eq!(questions.len() as i64, quiz.questions);
            for (at, question) in questions.iter().enumerate() {
                let saved = give(&mut asha, &id, at, question, right).await;
                answered += usize::from(right);
                saved.assert_ok();
            }
            asha.post("quiz/api/submit_quiz", &[("attempt", &id)]).await;
            let score = site
                .test
                .count(&format!(
                    "select score::bigint from quiz_attempts where attempt_id = '{id}'"
                ))
                .await;
            assert_eq!(score, if right { 100 } else { 0 }, "{module_no}.{pair}");
        }
    }
    answered
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_of_the_demo_can_be_answered() {
    let site = TestSite::new().await;
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("content/how-to-trust-a-number");
    let (draft, _) = import::read(&folder, false).unwrap();
    assert_eq!(answer_everything(&site, draft).await, 55);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_of_the_rust_book_can_be_answered() {
    let Some(folder) = shared("courses/rust-book") else {
        return;
    };
    let site = TestSite::new().await;
    let (draft, _) = import::read(&folder, true).unwrap();
    assert_eq!(answer_everything(&site, draft).await, 222);
}
