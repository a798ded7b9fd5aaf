//! Tests of the roster: statuses with their reasons, filters, orders, the file, and its cost.

use axum::http::StatusCode;

use super::{event, receipt};
use crate::platform::auth::UserRole;
use crate::platform::http::testing::{Browser, TestSite};
use crate::testing::{
    CohortBuilder, CourseBuilder, enroll, learner, learners_rest, many_accounts, pelican_course,
    statements, take, topic_id, tutor, tutor_of,
};

const ROSTER: &str = "/teach/small/activity";

/// Returns the reasons on a page, in order.
async fn reasons(browser: &mut Browser<'_>, path: &str) -> Vec<String> {
    let page = browser.get(path).await;
    page.assert_ok();
    let lines = page.body.split("activity-reason\">").skip(1);
    lines
        .map(|rest| rest.split('<').next().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_follows_what_a_learner_does() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let empty = meera.get(ROSTER).await.body;
    assert!(empty.contains("No learners yet"), "{empty}");
    let mut asha = learner(&site, "asha@example.org").await;
    assert_eq!(
        reasons(&mut meera, ROSTER).await,
        ["Enrolled lately and has not begun."]
    );
    let topic = topic_id(&site, "begin").await;
    let study = [
        event(1, "opened", &topic, 0, 9),
        event(2, "active", &topic, 100, 8),
        event(3, "active", &topic, 80, 7),
    ];
    receipt(&mut asha, &study).await;
    assert_eq!(
        reasons(&mut meera, ROSTER).await,
        ["Only read in the last three days."]
    );
    assert!(meera.get(ROSTER).await.body.contains("3 min"));
    take(&site, &mut asha, "1", true).await.assert_ok();
    assert_eq!(
        reasons(&mut meera, ROSTER).await,
        ["Read and took quizzes in the last three days."]
    );
    site.test
        .sql("update learner_activity_days set quizzes_failed = 4")
        .await;
    assert_eq!(
        reasons(&mut meera, ROSTER).await,
        ["Failed 4 of 5 quiz attempts in the last seven days."]
    );
    learners_rest(&site, 5).await;
    assert_eq!(
        reasons(&mut meera, ROSTER).await,
        ["Did nothing for 5 days."]
    );
    learners_rest(&site, 5).await;
    assert_eq!(
        reasons(&mut meera, ROSTER).await,
        ["Did nothing for 10 days."]
    );
    // The learner comes back.
    receipt(&mut asha, &[event(4, "opened", &topic, 0, 1)]).await;
    assert_eq!(
        reasons(&mut meera, ROSTER).await,
        ["Only read in the last three days."]
    );
    site.test
        .sql("update enrollments set status = 'completed'")
        .await;
    assert_eq!(
        reasons(&mut meera, ROSTER).await,
        ["Has completed the course."]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn members_are_behind_the_plan_of_their_cohort() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    let cohort = CohortBuilder::new("small", "Spring").starts_in(-10);
    cohort.member("asha@example.org").make(&site).await;
    let topic = topic_id(&site, "begin").await;
    receipt(&mut asha, &[event(1, "opened", &topic, 0, 1)]).await;
    assert_eq!(
        reasons(&mut meera, ROSTER).await,
        ["Only read in the last three days."]
    );
    site.test
        .sql(
            "insert into cohort_module_rules (cohort_id, module_no, days_after_start)
             select cohort_id, module_no, days from cohorts, (values (1, 0), (2, 8)) rules (module_no, days)",
        )
        .await;
    assert_eq!(
        reasons(&mut meera, ROSTER).await,
        ["Has 2 topics to do that the plan opened a week ago or earlier."]
    );
    crate::testing::mark_done(&mut asha, &topic, true).await;
    assert_eq!(
        reasons(&mut meera, ROSTER).await,
        ["Has 1 topic to do that the plan opened a week ago or earlier."]
    );
    let middle = topic_id(&site, "middle").await;
    crate::testing::mark_done(&mut asha, &middle, true).await;
    assert_eq!(
        reasons(&mut meera, ROSTER).await,
        ["Only read in the last three days."]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_roster_is_filtered_sorted_searched_and_exported() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    for email in ["asha@example.org", "ravi@example.org"] {
        learner(&site, email).await;
    }
    learners_rest(&site, 0).await;
    let mut zoe = learner(&site, "zoe@example.org").await;
    let topic = topic_id(&site, "begin").await;
    receipt(&mut zoe, &[event(1, "active", &topic, 60, 1)]).await;
    let gone = "Enrolled 60 days ago and has not begun.";
    let read = "Only read in the last three days.";
    assert_eq!(reasons(&mut meera, ROSTER).await, [gone, gone, read]);
    let page = meera.get(ROSTER).await.body;
    assert!(page.contains("All (3)") && page.contains("Gone (2)") && page.contains("Active (1)"));
    assert!(page.contains("href=\"/teach/small/learners/zoe\""));
    let of = |query: &str| format!("{ROSTER}?{query}");
    assert_eq!(reasons(&mut meera, &of("status=gone")).await, [gone, gone]);
    assert_eq!(
        reasons(&mut meera, &of("sort=minutes&down=yes")).await,
        [read, gone, gone]
    );
    assert_eq!(reasons(&mut meera, &of("q=zoe%40")).await, [read]);
    assert_eq!(reasons(&mut meera, &of("page=9")).await.len(), 3);
    let none = meera.get(&of("status=friction")).await.body;
    assert!(none.contains("No learners found"));

    site.test
        .sql("update users set display_name = '=1+1' where email = 'zoe@example.org'")
        .await;
    let file = meera.get("/teach/small/activity.csv?status=active").await;
    file.assert_ok();
    assert_eq!(file.header("cache-control"), "no-store");
    let lines: Vec<&str> = file.body.trim().lines().collect();
    assert_eq!(lines.len(), 2, "{}", file.body);
    assert!(lines[0].starts_with("\u{feff}\"Name\",\"Username\""));
    assert!(lines[1].starts_with("\"'=1+1\",\"zoe\",\"zoe@example.org\",\"Active\""));
    let visitor = site.visitor().get("/teach/small/activity.csv").await;
    assert!(visitor.header("location").starts_with("/sign-in"));
    let own = zoe.get("/teach/small/activity.csv").await;
    assert_eq!(own.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn views_of_the_roster_belong_to_their_tutor_until_they_are_shared() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut ravi = tutor(&site, "ravi@example.org").await;
    let save = "activity/api/save_roster_view";
    let view = [
        ("course", "small"),
        ("name", " Gone <b> "),
        ("query[q]", "a"),
        ("query[status]", "gone"),
        ("query[sort]", "minutes"),
        ("query[down]", "true"),
    ];
    let unnamed = [("course", "small"), ("name", " ")];
    let refused = meera.post(save, &unnamed).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let saved = meera.post(save, &view).await;
    saved.assert_ok();
    let path = format!("{ROSTER}?q=a&status=gone&sort=minutes&down=yes");
    assert_eq!(saved.header("x-redirect"), path);
    let name = "Gone &lt;b&gt;";
    let own = meera.get(&path).await.body;
    assert!(own.contains(name) && own.contains("Delete “Gone"), "{own}");
    assert!(!ravi.get(ROSTER).await.body.contains(name));

    let shared = [view.as_slice(), &[("shared", "true")]].concat();
    meera.post(save, &shared).await.assert_ok();
    let theirs = ravi.get(ROSTER).await.body;
    assert!(theirs.contains(&format!("{name} (shared)")), "{theirs}");
    assert!(!theirs.contains("Delete “Gone"));
    assert!(theirs.contains(&format!("href=\"{}\"", path.replace('&', "&amp;"))));
    let id = site.test.text("select view_id from roster_views").await;
    let delete = [("course", "small"), ("view", id.as_str())];
    let count = "select count(*) from roster_views";
    for (person, left) in [(&mut ravi, 1), (&mut meera, 0)] {
        let deleted = person
            .post("activity/api/delete_roster_view", &delete)
            .await;
        deleted.assert_ok();
        assert_eq!(site.test.count(count).await, left);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_active_tutors_of_the_course_see_its_learners() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    CourseBuilder::new("other")
        .module("M")
        .topic("t")
        .import(&site)
        .await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut ravi = site.signed_in("ravi@example.org", UserRole::Tutor).await;
    tutor_of(&site, "ravi@example.org", "other").await;
    let mut asha = learner(&site, "asha@example.org").await;
    let timeline = "/teach/small/learners/asha/timeline";
    for path in [ROSTER, timeline, "/teach/small/activity.csv"] {
        meera.get(path).await.assert_ok();
        assert_eq!(ravi.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(asha.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    // A learner of another course has no timeline here.
    let mut zoe = site.signed_in("zoe@example.org", UserRole::Learner).await;
    enroll(&mut zoe, "other").await;
    let theirs = meera.get("/teach/small/learners/zoe/timeline").await;
    assert_eq!(theirs.status, StatusCode::NOT_FOUND);
    // The tutor leaves.
    site.test
        .sql("update course_tutors set is_active = false")
        .await;
    for path in [ROSTER, timeline, "/teach/small/activity.csv"] {
        assert_eq!(
            meera.get(path).await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_asks_as_often_for_many_learners_as_for_few() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    learner(&site, "asha@example.org").await;
    let few = statements(&site, &mut meera, ROSTER).await;
    many_accounts(&site, 120).await;
    site.test
        .sql(
            "insert into enrollments (user_id, course_id)
             select user_id, course_id from users, courses where username like 'many-%';
             insert into learner_activity_days (user_id, course_id, day, seconds_active, opened, last_at)
             select e.user_id, e.course_id, current_date - n, 600, 2, now() - make_interval(days => n)
             from enrollments e, generate_series(0, 9) n on conflict do nothing",
        )
        .await;
    assert_eq!(statements(&site, &mut meera, ROSTER).await, few);
    assert_eq!(reasons(&mut meera, ROSTER).await.len(), 50);
    assert_eq!(
        reasons(&mut meera, &format!("{ROSTER}?page=3")).await.len(),
        21
    );
    let page = meera.get(ROSTER).await.body;
    assert!(
        page.contains("121 learners") && page.contains("href=\"/teach/small/activity?page=2\"")
    );
}
