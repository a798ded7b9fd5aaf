//! A course as somebody else sees it: what is shown, that nothing is written, and that it ends.

use axum::http::StatusCode;

use crate::platform::auth::viewing::{END_VIEW, START_VIEW};
use crate::platform::http::testing::TestSite;
use crate::testing::{
    begin_view, end_view, gated_course, learner, pelican_course, take, topic_id, tutor, tutor_of,
};

/// All rows that a view could leave behind.
async fn traces(site: &TestSite) -> String {
    site.test
        .text(
            "select concat_ws(' ', (select count(*) from users), (select count(*) from enrollments),
                    (select count(*) from topic_progress), (select count(*) from module_progress),
                    (select count(*) from quiz_excuses), (select count(*) from topic_personalization),
                    (select string_agg(coalesce(last_topic_id::text, 'none'), ' ') from enrollments))",
        )
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persona_and_a_visitor_are_seen_without_a_trace() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let before = traces(&site).await;
    let refused = meera.get("/learn/small/begin").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);

    let begun = begin_view(&mut meera, "study:sports", "").await;
    begun.assert_ok();
    assert_eq!(begun.header("x-redirect"), "/learn/small");
    let page = meera.get("/learn/small/begin").await;
    page.assert_ok();
    assert!(page.body.contains("A goal is scored by pelicans."));
    assert!(
        page.body
            .contains("You see “A small course” as a learner who chose Sports.")
    );
    assert!(page.body.contains(END_VIEW));
    begin_view(&mut meera, "study:normal", "").await.assert_ok();
    let page = meera.get("/learn/small/begin").await.body;
    assert!(page.contains("Pelicans swim.") && page.contains("as a learner."));
    // Nothing can be changed, and the form says why.
    let topic = topic_id(&site, "begin").await;
    let done = [("topic", topic.as_str()), ("done", "true")];
    let refused = meera.post("player/api/mark_done", &done).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains("so nothing can be changed"));
    let title = [("name", "Other"), ("time_zone", "")];
    let refused = meera.post("auth/api/update_profile", &title).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);

    begin_view(&mut meera, "visitor", "").await.assert_ok();
    let page = meera.get("/courses/small").await.body;
    assert!(page.contains("as a visitor.") && page.contains("Sign in to enroll"));
    let refused = meera.get("/learn/small/begin").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);

    end_view(&mut meera).await;
    let page = meera.get("/courses/small").await.body;
    assert!(!page.contains("class=\"viewing\""));
    assert_eq!(
        meera.get("/learn/small/begin").await.status,
        StatusCode::FORBIDDEN
    );
    meera
        .post("auth/api/update_profile", &title)
        .await
        .assert_ok();
    assert_eq!(traces(&site).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_learner_is_seen_with_their_locks_and_the_view_is_on_record() {
    let site = TestSite::new().await;
    let course = gated_course().at("begin");
    let course = course.exercise("talk", "The talk", &["Asks."]);
    course.import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    asha.get("/learn/small/begin").await.assert_ok();
    let before = traces(&site).await;
    let refused = begin_view(&mut meera, "learner", "nobody@example.org").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    // A tutor does not study the course, so cannot be seen.
    let refused = begin_view(&mut meera, "learner", "meera@example.org").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);

    begin_view(&mut meera, "learner", "Asha@example.org")
        .await
        .assert_ok();
    meera.get("/learn/small/begin").await.assert_ok();
    let locked = meera.get("/learn/small/end").await;
    assert_eq!(locked.status, StatusCode::FORBIDDEN);
    assert!(locked.body.contains("unlocks when quiz"));
    // Work that is not handed in stays the learner's own.
    let work = "/learn/small/begin/exercise/talk";
    let refused = meera.get(work).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    // To a persona all is open.
    begin_view(&mut meera, "study:normal", "").await.assert_ok();
    meera.get(work).await.assert_ok();
    meera.get("/learn/small/end").await.assert_ok();
    begin_view(&mut meera, "learner", "asha@example.org")
        .await
        .assert_ok();
    // A learner who has left the course is seen no more.
    let leave = "update enrollments set status = 'withdrawn'";
    site.test.sql(leave).await;
    let refused = meera.get("/learn/small/begin").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let back = "update enrollments set status = 'active'";
    site.test.sql(back).await;
    end_view(&mut meera).await;
    assert_eq!(traces(&site).await, before);
    let audited = "select count(*) from audit_logs l join users u on u.user_id::text = l.subject_id
         where u.email = 'asha@example.org' and l.action in ('course.view_begun', 'course.view_ended')";
    assert_eq!(site.test.count(audited).await, 3);
    // The learner's own progress goes on.
    take(&site, &mut asha, "1", true).await.assert_ok();
    take(&site, &mut asha, "2", true).await.assert_ok();
    asha.get("/learn/small/end").await.assert_ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_ends_by_itself_and_with_the_right_to_teach() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    begin_view(&mut meera, "study:normal", "").await.assert_ok();
    meera.get("/learn/small/begin").await.assert_ok();
    let ended = "update course_tutors set is_active = false";
    site.test.sql(ended).await;
    for page in ["/learn/small/begin", "/courses/small"] {
        let refused = meera.get(page).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{page}");
    }
    site.test
        .sql("update course_tutors set is_active = true")
        .await;
    meera.get("/learn/small/begin").await.assert_ok();
    let over = "update web_sessions set data = jsonb_set(data, '{viewing,until}', to_jsonb(now() - interval '1 second'))
                where data ? 'viewing'";
    site.test.sql(over).await;
    let page = meera.get("/courses/small").await.body;
    assert!(!page.contains("class=\"viewing\""));
    let title = [("name", "Meera"), ("time_zone", "")];
    meera
        .post("auth/api/update_profile", &title)
        .await
        .assert_ok();

    // Tutors of other courses and learners begin none.
    crate::testing::CourseBuilder::new("other")
        .module("One")
        .topic("x")
        .import(&site)
        .await;
    tutor_of(&site, "meera@example.org", "other").await;
    let mut asha = learner(&site, "asha@example.org").await;
    let refused = begin_view(&mut asha, "visitor", "").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(START_VIEW.ends_with("/start_view"));
}
