//! Tests of the lines: each appears with its reason, and goes when the fact is gone.

use axum::http::StatusCode;

use super::{reasons, site_with_exercise};
use crate::platform::auth::UserRole;
use crate::testing::site::TestSite;
use crate::testing::{
    CohortBuilder, CourseBuilder, Group, OfferingBuilder, act, allow_attempts, apply_for,
    cold_call_course, finish_topics, learner, learners_rest, many_accounts, mark_done, prompt_id,
    prompt_is, question_waits, statements, take, tutor, tutor_of, user_id, work_waits,
};

const NOTHING: [&str; 0] = [];

#[tokio::test(flavor = "multi_thread")]
async fn work_and_questions_wait_until_they_are_done() {
    let site = site_with_exercise().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let empty = meera.get("/today").await.body;
    assert!(empty.contains("Nobody needs you"), "{empty}");
    learner(&site, "asha@example.org").await;
    work_waits(&site, "asha@example.org", 3).await;
    question_waits(&site, "asha@example.org", "begin", 2).await;
    let both = [
        "Asked a person 2 days ago, no reply",
        "Handed in 3 days ago, not marked",
    ];
    assert_eq!(reasons(&mut meera, "/today").await, both);
    let page = meera.get("/today").await.body;
    assert!(page.contains("The salary talk") && page.contains("A small course"));
    assert!(page.contains("href=\"/marking/") && page.contains("asha"));
    assert!(page.contains("href=\"/teach/small/questions/all\""));
    assert!(page.contains("All (2)") && page.contains("Unmarked (1)"));
    assert!(meera.get("/teach").await.body.contains("Today (2)"));
    let unmarked = reasons(&mut meera, "/today?kind=unmarked&course=small").await;
    assert_eq!(unmarked, both[1..]);
    let stuck = meera.get("/today?kind=stuck").await.body;
    assert!(stuck.contains("Nobody here"));

    // Another tutor is marking it.
    let mut ravi = tutor(&site, "ravi@example.org").await;
    let claimed = "update submissions set claimed_until = now() + interval '9 minutes',
        marker_id = (select user_id from users where email = 'ravi@example.org')";
    site.test.sql(claimed).await;
    assert_eq!(reasons(&mut meera, "/today").await, both[..1]);
    assert_eq!(reasons(&mut ravi, "/today").await, both);
    site.test.sql("update submissions set score = 50").await;
    assert_eq!(reasons(&mut ravi, "/today").await, both[..1]);
    site.test
        .sql("update tutor_requests set done_at = now()")
        .await;
    assert_eq!(reasons(&mut meera, "/today").await, NOTHING);
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_quizzes_count_until_they_are_passed_reset_or_excused() {
    let site = site_with_exercise().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    take(&site, &mut asha, "1", false).await.assert_ok();
    assert_eq!(reasons(&mut meera, "/today").await, NOTHING);
    take(&site, &mut asha, "1", false).await.assert_ok();
    let failed = ["Failed quiz 1.1 twice, last just now"];
    assert_eq!(reasons(&mut meera, "/today").await, failed);
    let page = meera.get("/today").await.body;
    assert!(page.contains("href=\"/teach/small/learners/asha\""));
    take(&site, &mut asha, "1", true).await.assert_ok();
    assert_eq!(reasons(&mut meera, "/today").await, NOTHING);

    allow_attempts(&site, 1, 0).await;
    let quiz = [("module_no", "1"), ("pair", "1")];
    for (email, action) in [
        ("ravi@example.org", "reset_quiz"),
        ("zoe@example.org", "excuse_quiz"),
    ] {
        let mut other = learner(&site, email).await;
        take(&site, &mut other, "1", false).await.assert_ok();
        assert_eq!(
            reasons(&mut meera, "/today").await,
            ["Has used the only attempt at quiz 1.1, just now"]
        );
        let id = user_id(&site, email).await;
        act(&mut meera, action, &id, &quiz).await.assert_ok();
        assert_eq!(reasons(&mut meera, "/today").await, NOTHING, "{action}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn learners_are_silent_after_a_week_and_until_they_open_something() {
    let site = site_with_exercise().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    learner(&site, "ravi@example.org").await;
    asha.get("/learn/small/begin").await.assert_ok();
    let topic = crate::testing::topic_id(&site, "begin").await;
    mark_done(&mut asha, &topic, true).await;
    assert_eq!(reasons(&mut meera, "/today").await, NOTHING);
    learners_rest(&site, 9).await;
    let silent = [
        "Opened nothing for 9 days, 33% done",
        "Enrolled 60 days ago, has not begun",
    ];
    assert_eq!(reasons(&mut meera, "/today").await, silent);
    asha.get("/learn/small/middle").await.assert_ok();
    assert_eq!(reasons(&mut meera, "/today").await, silent[1..]);
    site.test
        .sql("update enrollments set status = 'withdrawn' where last_opened_at is null")
        .await;
    assert_eq!(reasons(&mut meera, "/today").await, NOTHING);
}

#[tokio::test(flavor = "multi_thread")]
async fn members_are_behind_a_week_after_a_module_opened_by_date() {
    let site = site_with_exercise().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    for email in ["asha@example.org", "ravi@example.org"] {
        site.account(email, UserRole::Learner).await;
    }
    let cohort = CohortBuilder::new("small", "Spring").starts_in(-10);
    let cohort = cohort.member("asha@example.org");
    cohort.member_of("ravi@example.org", 2).make(&site).await;
    assert_eq!(reasons(&mut meera, "/today").await, NOTHING);
    // The second module opened two days ago, and the first one a week later to batch 2.
    site.test
        .sql(
            "insert into cohort_module_rules (cohort_id, module_no, batch_no, days_after_start)
             select cohort_id, module_no, batch_no, days from cohorts,
                    (values (1, null::integer, 0), (2, null, 8), (1, 2, 7)) rules (module_no, batch_no, days)",
        )
        .await;
    let behind = ["Has not done 2 topics of a module that opened 10 days ago"];
    assert_eq!(reasons(&mut meera, "/today").await, behind);
    let page = meera.get("/today").await.body;
    assert!(page.contains("Spring") && page.contains("href=\"/teach/small/learners/asha\""));
    // A rule of the member comes first.
    site.test
        .sql(
            "insert into cohort_module_rules (cohort_id, module_no, member_id, days_after_start)
             select cohort_id, 1, member_id, 9 from cohort_members where email = 'asha@example.org'",
        )
        .await;
    assert_eq!(reasons(&mut meera, "/today").await, NOTHING);
    site.test
        .sql("delete from cohort_module_rules where member_id is not null")
        .await;
    assert_eq!(reasons(&mut meera, "/today").await, behind);
    finish_topics(&site, &["end"]).await;
    assert_eq!(reasons(&mut meera, "/today").await, NOTHING);
    // A cohort that has ended has nobody behind.
    site.test.sql("delete from topic_progress").await;
    assert_eq!(reasons(&mut meera, "/today").await, behind);
    site.test
        .sql("update cohorts set end_date = current_date - 1")
        .await;
    assert_eq!(reasons(&mut meera, "/today").await, NOTHING);
}

#[tokio::test(flavor = "multi_thread")]
async fn open_cold_calls_and_held_messages_have_lines() {
    let site = TestSite::new().await;
    cold_call_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let group = Group::new(&site, "Spring").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    // Members have some days to answer.
    assert_eq!(reasons(&mut meera, "/today").await, NOTHING);
    prompt_is(&site, "created_at = now() - interval '5 days'").await;
    assert_eq!(
        reasons(&mut meera, "/today").await,
        ["Has not answered 2 open cold calls"]
    );
    let first = prompt_id(&site, "Why do pelicans").await;
    asha.answer(&first, "They are birds.").await.assert_ok();
    assert_eq!(
        reasons(&mut meera, "/today").await,
        ["Has not answered an open cold call from 5 days ago"]
    );
    prompt_is(&site, "is_locked = true").await;
    assert_eq!(reasons(&mut meera, "/today").await, NOTHING);
    site.test
        .sql("update cold_call_messages set held_at = now() - interval '2 days'")
        .await;
    let held = ["Posted 2 days ago, waits for your approval"];
    assert_eq!(reasons(&mut meera, "/today").await, held);
    let page = meera.get("/today").await.body;
    assert!(page.contains("href=\"/moderation\"") && page.contains("Why do pelicans swim?"));
    site.test
        .sql(
            "update cold_call_messages set held_at = null;
             insert into cold_call_reports (message_id, user_id, reason)
             select message_id, user_id, 'x' from cold_call_messages",
        )
        .await;
    assert_eq!(
        reasons(&mut meera, "/today").await,
        ["Reported once, just now"]
    );
    site.test
        .sql("update cold_call_reports set settled_at = now()")
        .await;
    assert_eq!(reasons(&mut meera, "/today").await, NOTHING);
}

#[tokio::test(flavor = "multi_thread")]
async fn applications_wait_for_admins_alone() {
    let site = site_with_exercise().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let offering = OfferingBuilder::new("small").reviewed();
    let offering = offering.create(&site).await;
    let mut zoe = site.signed_in("zoe@example.org", UserRole::Learner).await;
    apply_for(&mut zoe, &offering, "", "Zoe Zimmer").await;
    let mut admin = site.sign_in("office@example.org").await;
    assert_eq!(
        reasons(&mut admin, "/today").await,
        ["Waits for a decision on the application, sent just now"]
    );
    let page = admin.get("/today").await.body;
    let path = format!("href=\"/teach/small/admissions/{offering}/");
    assert!(page.contains("Zoe Zimmer") && page.contains(&path));
    assert_eq!(reasons(&mut meera, "/today").await, NOTHING);
    site.test
        .sql("update registrations set status = 'rejected'")
        .await;
    assert_eq!(reasons(&mut admin, "/today").await, NOTHING);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_active_tutors_of_the_course_and_admins_see_its_lines() {
    let site = site_with_exercise().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    work_waits(&site, "asha@example.org", 1).await;
    CourseBuilder::new("other")
        .module("M")
        .topic("t")
        .import(&site)
        .await;
    let mut ravi = site.signed_in("ravi@example.org", UserRole::Tutor).await;
    tutor_of(&site, "ravi@example.org", "other").await;
    let mut admin = site.signed_in("admin@example.org", UserRole::Admin).await;
    assert_eq!(reasons(&mut meera, "/today").await.len(), 1);
    assert_eq!(reasons(&mut admin, "/today").await.len(), 1);
    assert_eq!(reasons(&mut ravi, "/today").await, NOTHING);
    assert!(!ravi.get("/today").await.body.contains("salary"));
    assert_eq!(asha.get("/today").await.status, StatusCode::FORBIDDEN);
    let out = site.visitor().get("/today").await;
    assert_eq!(out.status, StatusCode::FOUND);
    // A learner may teach a course, and no longer when the tutor is inactive there.
    tutor_of(&site, "asha@example.org", "other").await;
    assert_eq!(reasons(&mut asha, "/today").await, NOTHING);
    let ended = "update course_tutors set is_active = false";
    site.test.sql(ended).await;
    assert_eq!(asha.get("/today").await.status, StatusCode::FORBIDDEN);
    assert_eq!(reasons(&mut meera, "/today").await, NOTHING);
    assert!(!meera.get("/teach").await.body.contains("Today ("));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_asks_as_often_for_many_learners_as_for_few() {
    let site = site_with_exercise().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    learner(&site, "asha@example.org").await;
    work_waits(&site, "asha@example.org", 1).await;
    let few = statements(&site, &mut meera, "/today").await;
    many_accounts(&site, 120).await;
    site.test
        .sql(
            "insert into enrollments (user_id, course_id, enrolled_at)
             select user_id, course_id, now() - interval '20 days' from users, courses where username like 'many-%'",
        )
        .await;
    assert_eq!(statements(&site, &mut meera, "/today").await, few);
    let first = reasons(&mut meera, "/today").await;
    assert_eq!(first.len(), 50);
    assert_eq!(first[0], "Handed in yesterday, not marked");
    let page = meera.get("/today").await.body;
    assert!(page.contains("121 lines") && page.contains("href=\"/today?more=1\""));
    assert_eq!(reasons(&mut meera, "/today?more=1").await.len(), 100);
    assert_eq!(reasons(&mut meera, "/today?more=2").await.len(), 121);
    let last = meera.get("/today?more=2").await.body;
    assert!(!last.contains("Show more"));
}
