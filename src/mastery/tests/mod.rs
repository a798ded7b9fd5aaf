//! Tests of what learners know, over HTTP.

use axum::http::StatusCode;
use diesel_async::RunQueryDsl;

use crate::mastery::Thresholds;
use crate::mastery::server::{evidence, store};
use crate::platform::auth::UserRole;
use crate::platform::db::statement;
use crate::platform::error::AppResult;
use crate::platform::ids::LearnerId;
use crate::testing::site::TestSite;
use crate::testing::{
    Question, averages_course, import_with_notes, learner, refresh_knowledge, take, tutor,
};

/// A site on which a learner has answered a quiz about means and a median, rightly or not.
async fn site_with_answers(right: bool) -> TestSite {
    let site = TestSite::new().await;
    let mean = Question::short_answer("one", "What is the mean of 1 and 3?", &["2"]);
    let any = Question::short_answer("two", "Which figure lies in the middle?", &["median"]);
    let course = averages_course().at("a").question(mean);
    import_with_notes(&site, course.at("b").question(any)).await;
    let mut asha = learner(&site, "asha@example.org").await;
    take(&site, &mut asha, "1", right).await.assert_ok();
    site
}

const ROWS: &str = "select count(*) from progress";
const CACHES: &str = "select mastery_map::text || knowledge_gaps::text from learners";

#[tokio::test(flavor = "multi_thread")]
async fn answers_become_evidence_once() {
    let site = site_with_answers(true).await;
    assert!(refresh_knowledge(&site).await > 0);
    let of_mean = "select count(*) from progress where concept = 'mean' and (evidence ->> 'weight')::float = 1";
    assert_eq!(site.test.count(of_mean).await, 1);
    // The other question names no concept, so those of its topics share its weight.
    let shared = "select count(*) from progress where (evidence ->> 'weight')::float < 1";
    assert!(site.test.count(shared).await > 0);
    let rows = site.test.count(ROWS).await;
    assert_eq!(refresh_knowledge(&site).await, 0);
    assert_eq!(site.test.count(ROWS).await, rows);
    let changed = (site.state.db)
        .within(site.test.organization, async |conn| {
            let change = statement("update progress set mastery_level = 100");
            AppResult::Ok(change.execute(conn).await?)
        })
        .await;
    assert!(changed.is_err(), "evidence is never changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_without_concepts_hold_nothing_up() {
    let site = site_with_answers(true).await;
    // The oldest answer is about a topic whose concepts cannot be read.
    site.test
        .sql("update ai_notes set key_concepts = '[{}]' where topic_id = (select topic_id from topics where slug = 'a');
              update quiz_questions set topic_id = (select topic_id from topics where slug = 'a') where prompt like '%mean%';
              update quiz_questions set topic_id = (select topic_id from topics where slug = 'b') where prompt like '%middle%';
              insert into practice_answers (user_id, question_id, fingerprint, answer, points, answered_at)
              select u.user_id, q.question_id, decode(repeat('00', 32), 'hex'), '{}', 1, now() - interval '1 hour'
              from users u, quiz_questions q where u.email = 'asha@example.org' and q.prompt like '%mean%'")
        .await;
    let added = (site.state.db)
        .within(site.test.organization, async |conn| {
            evidence::collect_in_batches(conn, 1, Thresholds::default()).await
        })
        .await;
    assert!(added.unwrap() > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_long_ago_count_until_their_source_has_evidence() {
    let site = site_with_answers(true).await;
    let old = "update practice_answers set answered_at = now() - interval '30 days'";
    site.test
        .sql(
            "insert into practice_answers (user_id, question_id, fingerprint, answer, points)
              select u.user_id, q.question_id, decode(repeat('00', 32), 'hex'), '{}', 1
              from users u, quiz_questions q where u.email = 'asha@example.org'",
        )
        .await;
    site.test.sql(old).await;
    refresh_knowledge(&site).await;
    let practice = "select count(*) from progress where source_type = 'practice'";
    let rows = site.test.count(practice).await;
    assert!(rows > 0);
    // A second try today is evidence, and after it a third one that is dated back is too old.
    let again = "update practice_answers set attempts = attempts + 1, answered_at = now()";
    site.test.sql(again).await;
    refresh_knowledge(&site).await;
    let later = site.test.count(practice).await;
    assert!(later > rows);
    site.test.sql(again).await;
    site.test.sql(old).await;
    refresh_knowledge(&site).await;
    assert_eq!(site.test.count(practice).await, later);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_gives_the_same_caches() {
    let site = site_with_answers(false).await;
    refresh_knowledge(&site).await;
    let mut asha = site.sign_in("asha@example.org").await;
    take(&site, &mut asha, "1", true).await.assert_ok();
    refresh_knowledge(&site).await;
    let before = site.test.text(CACHES).await;
    assert!(before.contains("mean"), "{before}");
    site.test
        .sql("update learners set mastery_map = '{\"version\": 1, \"concepts\": {}}', knowledge_gaps = '{x}'")
        .await;
    let id = site.test.text("select learner_id from learners").await;
    let id = LearnerId(id.parse().unwrap());
    let rebuilt = (site.state.db)
        .within(site.test.organization, async move |conn| {
            store::refresh(conn, id, None, Thresholds::default()).await
        })
        .await;
    rebuilt.unwrap();
    assert_eq!(site.test.text(CACHES).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_learner_sees_why_and_disputes_it_and_tutors_see_it() {
    let site = site_with_answers(false).await;
    refresh_knowledge(&site).await;
    let mut asha = site.sign_in("asha@example.org").await;
    let map = asha.get("/knowledge").await;
    map.assert_ok();
    assert!(map.body.contains("from 1 answer, probably"), "{}", map.body);
    assert!(map.body.contains("<svg viewBox"));
    let why = asha.get("/knowledge?concept=mean").await;
    why.assert_ok();
    assert!(why.body.contains("Quiz: wrong."), "{}", why.body);
    let level = "select mastery_map #>> '{concepts,mean,known}' from learners join users using (user_id)\n                 where email = 'asha@example.org'";
    let before: f64 = site.test.text(level).await.parse().unwrap();
    let row = "select progress_id from progress where concept = 'mean' order by evidence ->> 'weight' desc limit 1";
    let row = site.test.text(row).await;
    let fields = [
        ("progress", row.as_str()),
        ("disputed", "true"),
        ("reason", "A typing error"),
    ];
    // Without JavaScript, too.
    let sent = asha
        .submit(
            "/knowledge?concept=mean",
            "mastery/api/dispute_evidence",
            &fields,
        )
        .await;
    assert_eq!(sent.header("location"), "/knowledge?concept=mean");
    let after: f64 = site.test.text(level).await.parse().unwrap();
    assert!(after > before, "{before} {after}");
    let mut meera = tutor(&site, "meera@example.org").await;
    let seen = meera
        .get("/teach/small/learners/asha/knowledge?concept=mean")
        .await;
    seen.assert_ok();
    assert!(seen.body.contains("A typing error"), "{}", seen.body);
    assert!(!seen.body.contains("Take the dispute back"));
    let page = meera.get("/teach/small/learners/asha").await;
    assert!(page.body.contains("/teach/small/learners/asha/knowledge"));
    let mut other = site.signed_in("other@example.org", UserRole::Tutor).await;
    let refused = other.get("/teach/small/learners/asha/knowledge").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    // Nobody disputes evidence about others.
    let refused = other.post("mastery/api/dispute_evidence", &fields).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    let back = [("progress", row.as_str()), ("disputed", "false")];
    asha.post("mastery/api/dispute_evidence", &back)
        .await
        .assert_ok();
    let restored: f64 = site.test.text(level).await.parse().unwrap();
    assert!((restored - before).abs() < 1e-9);
}
