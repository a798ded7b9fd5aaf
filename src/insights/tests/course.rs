//! Tests of the figures of a course and of a cohort, and of the limits of statuses.

use axum::http::StatusCode;

use super::{INSIGHTS, crowd};
use crate::platform::address::with_query;
use crate::platform::auth::UserRole;
use crate::platform::http::testing::{Browser, TestSite};
use crate::testing::{
    CohortBuilder, finish_topics, learner, learners_rest, mark_done, pelican_course, statements,
    take, topic_id, tutor,
};

#[tokio::test(flavor = "multi_thread")]
async fn tutors_see_where_learners_stop_and_what_stands_out() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let empty = meera.get(INSIGHTS).await;
    empty.assert_ok();
    assert!(empty.body.contains("No learners yet"));
    let begin = topic_id(&site, "begin").await;
    for email in ["asha@example.org", "ravi@example.org", "zoe@example.org"] {
        let mut person = learner(&site, email).await;
        person.get("/learn/small/begin").await.assert_ok();
    }
    learners_rest(&site, 10).await;
    let mut bo = learner(&site, "bo@example.org").await;
    mark_done(&mut bo, &begin, true).await;
    take(&site, &mut bo, "1", true).await.assert_ok();

    let page = meera.get(INSIGHTS).await;
    page.assert_ok();
    for words in [
        "3 of 4 learners have been away for long.",
        "href=\"/teach/small/activity?status=gone\"",
        "3 learners stopped here, more than anywhere else:",
        "1 active learner\"",
        "1–19% of the topics: 0 learners",
        "20–39% of the topics: 1 learner",
        "100% of 1",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    // The data for the browser does not repeat the figures.
    assert_eq!(page.body.matches("more than anywhere else").count(), 1);
    let file = meera.get("/teach/small/insights.csv").await;
    file.assert_ok();
    let lines: Vec<&str> = file.body.trim().lines().collect();
    assert_eq!(lines.len(), 4, "{}", file.body);
    assert!(
        lines[1].contains("\"Beginning\",\"4\",\"1\",\"3\""),
        "{}",
        file.body
    );
    let unknown = format!("{INSIGHTS}?cohort=none");
    assert_eq!(meera.get(&unknown).await.status, StatusCode::NOT_FOUND);
    assert_eq!(bo.get(INSIGHTS).await.status, StatusCode::FORBIDDEN);
    let file = bo.get("/teach/small/insights.csv").await;
    assert_eq!(file.status, StatusCode::FORBIDDEN);
}

/// Asks about the course, and returns the HTML of the answer.
async fn ask(tutor: &mut Browser<'_>, question: &str) -> String {
    let page = tutor.get(&with_query(INSIGHTS, &[("ask", question)])).await;
    page.assert_ok();
    let at = page.body.find("insight-answer").expect(question);
    page.body[at..]
        .split("</section>")
        .next()
        .unwrap()
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_are_answered_from_the_figures_with_drafts() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    for email in ["asha@example.org", "ravi@example.org", "zoe@example.org"] {
        let mut person = learner(&site, email).await;
        person.get("/learn/small/begin").await.assert_ok();
    }
    learners_rest(&site, 10).await;
    let mut bo = learner(&site, "bo@example.org").await;
    take(&site, &mut bo, "1", true).await.assert_ok();
    // The question of the list and one in other words have one answer.
    for question in [
        "Who needs me this week, and why?",
        "which learners need help?",
    ] {
        let answer = ask(&mut meera, question).await;
        for words in [
            "3 of 4 learners: ",
            "<a href=\"/teach/small/activity?status=gone\"><bdi>3 gone</bdi></a>",
            ": Gone. Did nothing for 10 days. ",
            "draft=gone",
        ] {
            assert!(answer.contains(words), "{question}: {words}: {answer}");
        }
    }
    let stopped = ask(&mut meera, "Where do learners stop?").await;
    assert!(
        stopped.contains("Beginning") && stopped.contains("stopped here, of "),
        "{stopped}"
    );
    let topic = ask(&mut meera, "how does Beginning go").await;
    assert!(topic.contains(" opened it, "), "{topic}");
    let learner = ask(&mut meera, "how is Bo?").await;
    assert!(learner.contains("Draft a message to bo"), "{learner}");
    let unknown = ask(&mut meera, "<b>xyzzy</b>").await;
    assert!(
        unknown.contains("can’t be told from the figures"),
        "{unknown}"
    );
    for ready in ["What waits for me?", "Are we on plan?", "Who does well?"] {
        assert!(
            ask(&mut meera, ready).await.contains(&ready[..4]),
            "{ready}"
        );
    }
    // A draft fills the form of a message, and goes nowhere by itself.
    let username: String = site
        .test
        .text("select username from users where email = 'asha@example.org'")
        .await;
    let draft = meera
        .get(&format!(
            "/teach/small/messages?learner={username}&draft=gone"
        ))
        .await;
    draft.assert_ok();
    assert!(
        draft.body.contains("value=\"How is it going?\""),
        "{}",
        draft.body
    );
    assert!(draft.body.contains("Ask a person"), "{}", draft.body);
    // One message goes to all learners of a status, whose number the tutor types.
    let to_gone = "/teach/small/messages?status=gone&draft=gone";
    let form = meera.get(to_gone).await;
    form.assert_ok();
    for words in [
        "To 3 learners: learners who have been away for long.",
        "Hello,\n",
    ] {
        assert!(form.body.contains(words), "{words}: {}", form.body);
    }
    let key = uuid::Uuid::now_v7().to_string();
    let mut fields = vec![
        ("course", "small"),
        ("key", key.as_str()),
        ("to[status]", "gone"),
        ("title", "How is it going?"),
        ("text", "Write to me."),
        ("confirmed", "2"),
    ];
    let refused = meera
        .post("messages/api/send_course_message", &fields)
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    fields[5].1 = "3";
    meera
        .post("messages/api/send_course_message", &fields)
        .await
        .assert_ok();
    let received = "select count(*) from course_message_receivers";
    assert_eq!(site.test.count(received).await, 3);
    let plain = meera
        .get(&format!("/teach/small/messages?learner={username}"))
        .await;
    assert!(!plain.body.contains("value=\"How is it going?\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn returns_in_videos_are_counted_by_topic() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    let begin = topic_id(&site, "begin").await;
    let now = chrono::Utc::now().timestamp_millis();
    let events: Vec<String> = (1..=3_u128)
        .map(|number| {
            let millis = u128::try_from(now - 1_000).unwrap();
            let id = uuid::Uuid::from_u128((millis << 80) | (7 << 76) | (2 << 62) | number);
            format!("{id}:rewatched:{begin}:10")
        })
        .collect();
    let fields = [("events", events.join(" "))];
    let fields = fields
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    // Sent twice, counted once.
    for _ in 0..2 {
        let sent = asha.post("activity/api/report_activity", &fields).await;
        sent.assert_ok();
    }
    let file = meera.get("/teach/small/insights.csv").await.body;
    let line = file.lines().nth(1).unwrap();
    assert!(line.ends_with("\"3\""), "{file}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cohort_is_compared_with_its_plan() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    learner(&site, "outside@example.org").await;
    let progress = "/learn/small/cohort/progress";
    assert_eq!(asha.get(progress).await.status, StatusCode::FORBIDDEN);
    let cohort = CohortBuilder::new("small", "Spring")
        .starts_in(-10)
        .ends_in(30)
        .member("asha@example.org")
        .make(&site)
        .await;
    site.test
        .sql(
            "insert into cohort_module_rules (cohort_id, module_no, days_after_start)
             select cohort_id, module_no, days from cohorts, (values (1, 0), (2, 14)) rules (module_no, days)",
        )
        .await;
    asha.get("/learn/small/begin").await.assert_ok();
    let begin = topic_id(&site, "begin").await;
    mark_done(&mut asha, &begin, true).await;
    let page = meera.get(&format!("{INSIGHTS}?cohort={cohort}")).await;
    page.assert_ok();
    for words in [
        "Week 1: 0% done, 67% planned",
        "Week 2: 33% done, 67% planned",
        "Week 3: 100% planned",
        "aria-current=\"true\"",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    let own = asha.get(progress).await;
    own.assert_ok();
    for words in [
        "You have completed 33% of the topics. The plan for the end of this week is 67%.",
        "Shown once 5 members have an account",
        "One week so far.",
    ] {
        assert!(own.body.contains(words), "{words}: {}", own.body);
    }
    assert!(
        asha.get("/learn/small/cohort")
            .await
            .body
            .contains(progress)
    );

    // With more members their progress is shown without names, and the own place is marked.
    crowd(&site, 5).await;
    site.test
        .sql(
            "insert into cohort_members (cohort_id, user_id, email)
             select k.cohort_id, u.user_id, u.email from cohorts k, users u where u.username like 'many-%'",
        )
        .await;
    let own = asha.get(progress).await.body;
    assert!(
        own.contains("20–39% of the topics: 1 learner, you among them"),
        "{own}"
    );
    assert!(own.contains("0% of the topics: 5 learners") && !own.contains("many-"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leaderboard_lists_those_who_joined_to_each_other() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    let mut ravi = site.signed_in("ravi@example.org", UserRole::Learner).await;
    CohortBuilder::new("small", "Spring")
        .starts_in(-10)
        .ends_in(30)
        .member("asha@example.org")
        .member("ravi@example.org")
        .make(&site)
        .await;
    asha.get("/learn/small/begin").await.assert_ok();
    let begin = topic_id(&site, "begin").await;
    mark_done(&mut asha, &begin, true).await;
    let progress = "/learn/small/cohort/progress";
    let course = ("course", "small");
    let (joins, leaves) = ([course, ("joins", "true")], [course, ("joins", "false")]);
    let join = "insights/api/join_leaderboard";
    // The course has none at first.
    assert!(!asha.get(progress).await.body.contains("Leaderboard"));
    let early = asha.post(join, &joins).await;
    assert_eq!(early.status, StatusCode::CONFLICT);
    for _ in 0..2 {
        let on = [course, ("on", "true")];
        let turned = meera.post("insights/api/set_leaderboard", &on).await;
        turned.assert_ok();
    }
    let figures = meera.get(INSIGHTS).await.body;
    assert!(figures.contains("Turn the leaderboard off"), "{figures}");

    let list = "<bdi>asha</bdi>";
    for _ in 0..2 {
        asha.post(join, &joins).await.assert_ok();
    }
    let own = asha.get(progress).await.body;
    assert!(own.contains(list) && own.contains("33%"), "{own}");
    let outside = ravi.get(progress).await.body;
    assert!(outside.contains("Join the leaderboard") && !outside.contains(list));
    ravi.post(join, &joins).await.assert_ok();
    let inside = ravi.get(progress).await.body;
    assert!(
        inside.contains(list) && inside.contains("<bdi>ravi</bdi>"),
        "{inside}"
    );
    asha.post(join, &leaves).await.assert_ok();
    let inside = ravi.get(progress).await.body;
    assert!(!inside.contains(list) && inside.contains("<bdi>ravi</bdi>"));

    let off = [course, ("on", "false")];
    meera
        .post("insights/api/set_leaderboard", &off)
        .await
        .assert_ok();
    assert!(!ravi.get(progress).await.body.contains("Leaderboard"));
    let logged = "select count(*) from audit_logs where action = 'course.leaderboard'";
    assert_eq!(site.test.count(logged).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_start_a_cohort_has_no_progress() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    let cohort = CohortBuilder::new("small", "Spring").starts_in(3);
    cohort.member("asha@example.org").make(&site).await;
    let page = asha.get("/learn/small/cohort/progress").await;
    page.assert_ok();
    assert!(page.body.contains("Not started yet"));
    let home = asha.get("/learn/small/cohort").await.body;
    assert!(!home.contains("cohort/progress"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_course_says_when_its_learners_are_gone() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    asha.get("/learn/small/begin").await.assert_ok();
    learners_rest(&site, 5).await;
    let roster = "/teach/small/activity";
    assert!(meera.get(roster).await.body.contains("Drifting (1)"));
    let fields = |drift: &'static str, gone: &'static str| {
        [
            ("course", "small"),
            ("limits[drift_days]", drift),
            ("limits[gone_days]", gone),
            ("limits[failed_quizzes]", "3"),
            ("limits[same_questions]", "3"),
            ("limits[rewatched]", "6"),
        ]
    };
    let save = "activity/api/save_status_rules";
    for (drift, gone) in [("9", "3"), ("0", "7"), ("x", "7")] {
        let wrong = meera.post(save, &fields(drift, gone)).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    meera.post(save, &fields("1", "2")).await.assert_ok();
    let page = meera.get(roster).await.body;
    assert!(
        page.contains("Gone (1)") && page.contains("value=\"2\""),
        "{page}"
    );
    meera.post(save, &fields("20", "40")).await.assert_ok();
    assert!(meera.get(roster).await.body.contains("Active (1)"));
    let changes = "select count(*) from audit_logs where action = 'course.status_rules'";
    assert_eq!(site.test.count(changes).await, 2);
    // The usual limits need no row.
    meera.post(save, &fields("3", "7")).await.assert_ok();
    let rows = "select count(*) from learner_status_rules";
    assert_eq!(site.test.count(rows).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_cost_as_much_for_many_learners_as_for_few() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    learner(&site, "asha@example.org").await;
    let few = statements(&site, &mut meera, INSIGHTS).await;
    crowd(&site, 60).await;
    finish_topics(&site, &["end"]).await;
    assert_eq!(statements(&site, &mut meera, INSIGHTS).await, few);
    assert!(few <= 15, "{few}");
    assert!(
        meera
            .get(INSIGHTS)
            .await
            .body
            .contains("61 active learners")
    );
}
